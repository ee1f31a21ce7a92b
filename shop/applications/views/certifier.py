"""The certifiers' pages: a queue by stage with clocks, one application, and alerts of hollow linkage."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template
from flask_babel import gettext as _

from accounts.licences import queries as licence_queries
from accounts.licences import wording as licence_wording
from accounts.licences.values import Standing
from core import clock
from core.db import reading, transaction
from core.permissions import Actor
from shop.applications import queries, services, wording
from shop.applications.errors import (
    BadIssuer,
    ConflictOfInterest,
    EvidenceMissing,
    MovedOn,
    NotYourStage,
    OpinionMissing,
)
from shop.applications.forms import DecisionForm
from shop.applications.models import Application
from shop.applications.values import ApplicationFile, Stage
from shop.applications.views.timeline import steps
from shop.benefit_links import queries as link_queries
from shop.benefit_links import wording as link_wording
from shop.benefit_links.models import BenefitLink
from shop.catalogue.models import Product
from shop.permissions import CERTIFY
from web.access import current_actor, requires
from web.language import in_language
from web.pagination import page_number, paginate
from web.wording import words_for

bp = Blueprint("application_certifier", __name__)

PAGE_SIZE = 30
LINKS_SHOWN = 100


@bp.get("/certification")
@requires(CERTIFY)
def queue() -> Any:
    """Show a certifier the applications that wait at their stages, the longest waiting first."""
    return _list_page("mine")


@bp.get("/certification/running")
@requires(CERTIFY)
def running() -> Any:
    """Show a certifier every application of their regions that is under way."""
    return _list_page("running")


@bp.get("/certification/ended")
@requires(CERTIFY)
def ended() -> Any:
    """Show a certifier the applications of their regions that were decided, the newest first."""
    return _list_page("ended")


@bp.get("/certification/applications/<public_id>")
@requires(CERTIFY)
def one(public_id: str) -> Any:
    """Show a certifier one application with its evidence, and what can be decided."""
    return _page(public_id)


@bp.post("/certification/applications/<public_id>/<stage>")
@requires(CERTIFY)
def decide(public_id: str, stage: str) -> Any:
    """Decide on the stage that the certifier saw."""
    if stage not in {found.value for found in Stage}:
        abort(404)
    form = DecisionForm()
    form.issuer.choices = []
    if not form.validate_on_submit():
        return _page(public_id, form, status=422)
    decision = form.to_decision(Stage(stage))
    try:
        with transaction() as session:
            services.decide_application(session, current_actor(), public_id.replace("\x00", ""), decision)
    except OpinionMissing as refusal:
        form.add_error("opinion", words_for(refusal))
        return _page(public_id, form, status=422)
    except BadIssuer as refusal:
        form.add_error("issuer", words_for(refusal))
        return _page(public_id, form, status=422)
    except (EvidenceMissing, MovedOn, NotYourStage, ConflictOfInterest) as refusal:
        return _page(public_id, form, words_for(refusal), int(refusal.status))
    if not decision.passed:
        flash(_("Not passed. The supplier reads your reason."), "good")
    elif decision.stage is Stage.COUNTY:
        flash(_("Approved. The notice stands before the public from now on."), "good")
    else:
        flash(_("Passed on to the next stage."), "good")
    return redirect("/certification", 303)


@bp.get("/certification/alerts")
@requires(CERTIFY)
def alerts() -> Any:
    """Show signs of hollow linkage in a certifier's regions."""
    with reading() as session:
        found = queries.find_alerts(session, current_actor())
    return render_template(
        "shop/applications/alerts.html",
        alerts=found,
        link_wording=link_wording,
    )


def to_decide(actor: Actor) -> int:
    """Return how many applications wait for the actor, for the rail of tasks."""
    with reading() as session:
        return queries.count_to_decide(session, actor)


def _list_page(which: str) -> Any:
    number = page_number()
    actor = current_actor()
    with reading() as session:
        rows, total = queries.visible_to_certifier(
            session, actor, which, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
        waiting = total if which == "mine" else queries.count_to_decide(session, actor)
    return render_template(
        "shop/applications/queue.html",
        which=which,
        rows=rows,
        waiting=waiting,
        page=paginate(rows, number, total, PAGE_SIZE),
        wording=wording,
    )


def _page(public_id: str, form: DecisionForm | None = None, problem: str = "", status: int = 200) -> Any:
    actor = current_actor()
    public_id = public_id.replace("\x00", "")
    form = form or DecisionForm(formdata=None)
    with reading() as session:
        file = queries.get_for_certifier(session, actor, public_id)
        application = session.get_one(Application, file.application_id)
        product = session.get_one(Product, application.product_id)
        stage = file.row.stage
        mine = stage is not None and queries.covers(session, actor, product, stage) and _decided_here(file)
        conflict = services.find_conflict(session, actor, application, stage) if mine and stage else None
        offices = (
            queries.issuers_for(session, actor, product.county_id) if mine and stage is Stage.COUNTY else []
        )
        links = link_queries.rows_where(
            session,
            BenefitLink.product_id == application.product_id,
            BenefitLink.withdrawn_at.is_(None),
            limit=LINKS_SHOWN,
        )
        licences = licence_queries.licences_of(session, application.supplier_id, clock.today())
    form.issuer.choices = [
        (str(office.id), in_language(office.name_zh, office.name_en)) for office in offices
    ]
    page = render_template(
        "shop/applications/decide.html",
        file=file,
        form=form,
        problem=problem,
        mine=mine,
        conflict_text=wording.conflict_text(conflict) if conflict else "",
        at_county=stage is Stage.COUNTY,
        links=links,
        steps=steps(file),
        wording=wording,
        link_wording=link_wording,
        licences=[licence for licence in licences if licence.standing is not Standing.REPLACED],
        licence_wording=licence_wording,
    )
    return page, status


def _decided_here(file: ApplicationFile) -> bool:
    return file.row.stage in (Stage.TOWNSHIP, Stage.SECTOR, Stage.COUNTY)
