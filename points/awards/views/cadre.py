"""The cadre's pages: recording deeds and following what became of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from accounts.values import Role
from core import clock, ids
from core.db import reading, transaction
from core.errors import Refusal
from points import labels
from points.awards import queries, services
from points.awards.errors import DeedInFuture, DeedTooOld
from points.awards.forms import ClaimForm
from points.awards.values import ClaimState
from points.permissions import RECORD_CLAIM
from points.schemes import queries as scheme_queries
from registry import queries as registry_queries
from web.access import current_actor, requires
from web.language import in_language
from web.pagination import page_number, paginate
from web.wording import words_for

bp = Blueprint("points_claims", __name__)

PAGE = 25


@bp.get("/points/claims")
@requires(RECORD_CLAIM)
def claims() -> Any:
    """List the deeds recorded in the cadre's villages."""
    chosen = request.args.get("state")
    if chosen is not None and chosen not in tuple(ClaimState):
        abort(404)
    number = page_number()
    with reading() as session:
        rows, total = queries.visible_claims(
            session,
            current_actor(),
            Role.CADRE,
            state=ClaimState(chosen) if chosen else None,
            limit=PAGE,
            offset=(number - 1) * PAGE,
        )
    return render_template(
        "points/awards/claims.html",
        page=paginate(rows, number, total, PAGE),
        chosen=chosen,
        states=[(state.value, labels.claim_state(state)[0]) for state in ClaimState],
        claim_state=labels.claim_state,
    )


@bp.get("/points/claims/new")
@requires(RECORD_CLAIM)
def new() -> Any:
    """Choose a household, then write down its deed."""
    public_id = request.args.get("household")
    if public_id:
        form = ClaimForm(
            formdata=None, household=public_id, once=ids.public_id(20), happened_on=clock.today()
        )
        return _form_page(form)
    wanted = request.args.get("q", "")[:60].replace("\x00", "")
    with reading() as session:
        found, total = queries.choose_household(session, current_actor(), wanted)
    return render_template("points/awards/choose_household.html", found=found, total=total, wanted=wanted)


@bp.post("/points/claims/new")
@requires(RECORD_CLAIM)
def record() -> Any:
    """Record the deed."""
    form = ClaimForm()
    with reading() as session:
        _offer_rules(session, form)
    if not form.validate_on_submit():
        return _form_page(form, 422)
    try:
        with transaction() as step:
            services.record_claim(step, current_actor(), form.to_request())
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        field = "happened_on" if isinstance(refusal, (DeedInFuture, DeedTooOld)) else "rule"
        form.add_error(field, words_for(refusal))
        return _form_page(form, int(refusal.status))
    flash(_("Recorded. The committee of the village decides on it."), "good")
    return redirect("/points/claims", 303)


def _offer_rules(session: Any, form: ClaimForm) -> Any:
    household = registry_queries.get_household(
        session, current_actor(), form.household.data or "", Role.CADRE.value
    )
    rules = scheme_queries.rules_for_village(session, household.village_id)
    form.rule.choices = [
        (
            rule.public_id,
            _(
                "%(title)s · %(points)s points",
                title=in_language(rule.title_zh, rule.title_en),
                points=rule.points,
            ),
        )
        for rule in rules
    ]
    return household


def _form_page(form: ClaimForm, status: int = 200) -> tuple[str, int]:
    with reading() as session:
        household = _offer_rules(session, form)
        village = registry_queries.get_region(session, household.village_id)
    page = render_template(
        "points/awards/new.html",
        form=form,
        household=household,
        village=village,
        today=clock.today(),
    )
    return page, status
