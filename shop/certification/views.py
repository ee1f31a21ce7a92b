"""Certificates: what everybody may see of them, and what certifiers do to those that were issued."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from core.db import reading, transaction
from shop.applications import queries as application_queries
from shop.applications.wording import stage_label
from shop.benefit_links import queries as link_queries
from shop.benefit_links import wording as link_wording
from shop.benefit_links.models import BenefitLink
from shop.catalogue.wording import state_label, state_tone
from shop.certification import queries, services, wording
from shop.certification.errors import ReasonMissing
from shop.certification.forms import ReasonForm
from shop.certification.rules import may
from shop.certification.values import CertificateState, CertifierFile, Step
from shop.permissions import CERTIFY
from web.access import current_actor, public, requires
from web.language import in_language
from web.pagination import page_number, paginate
from web.templating import day
from web.wording import words_for

bp = Blueprint("certification", __name__)

PAGE_SIZE = 30
LINKS_SHOWN = 100

_STEPS = {
    Step.SUSPEND.value: services.suspend_certificate,
    Step.LIFT.value: services.lift_suspension,
    Step.REVOKE.value: services.revoke_certificate,
}


@bp.get("/shop/certificates/<number>")
@public
def certificate(number: str) -> Any:
    """Show everybody what a certificate says and whether it holds now."""
    if "\x00" in number:
        abort(404)
    with reading() as session:
        found = queries.get_certificate(session, number)
        stages = application_queries.stages_passed(session, number)
    return render_template(
        "shop/certification/certificate.html",
        certificate=found,
        in_force=found.state is CertificateState.IN_FORCE,
        state_label=state_label(found.state),
        state_tone=state_tone(found.state),
        sentence=wording.state_sentence(found.state),
        stages=[
            {
                "label": stage_label(stage.stage),
                "state": "done",
                "when": day(stage.on),
                "who": in_language(*stage.office),
                "note": "",
            }
            for stage in stages
        ],
    )


@bp.get("/certification/products")
@requires(CERTIFY)
def products() -> Any:
    """Show certifiers the products of their counties, those without a certificate in force first."""
    number = page_number()
    waiting = request.args.get("show") == "waiting"
    with reading() as session:
        rows, total = queries.visible_to_certifier(
            session,
            current_actor(),
            waiting=waiting,
            limit=PAGE_SIZE,
            offset=(number - 1) * PAGE_SIZE,
        )
    return render_template(
        "shop/certification/desk.html",
        rows=rows,
        waiting=waiting,
        total=total,
        page=paginate(rows, number, total, PAGE_SIZE),
        state_label=state_label,
        state_tone=state_tone,
    )


@bp.get("/certification/products/<slug>")
@requires(CERTIFY)
def product(slug: str) -> Any:
    """Show a certifier one product with its certificates, and what can be done."""
    return _product_page(slug)


@bp.post("/certification/certificates/<number>/<step>")
@requires(CERTIFY)
def take_step(number: str, step: str) -> Any:
    """Suspend a certificate, let it hold again, or revoke it, each with a reason."""
    action = _STEPS.get(step)
    if action is None or "\x00" in number:
        abort(404)
    with reading() as session:
        slug = queries.get_certificate(session, number).product_slug
    form = ReasonForm()
    if not form.validate_on_submit():
        return _product_page(slug, reason_form=form, status=422)
    try:
        with transaction() as session:
            action(session, current_actor(), number, form.reason.data or "")
    except ReasonMissing as refusal:
        form.add_error("reason", words_for(refusal))
        return _product_page(slug, reason_form=form, status=422)
    flash(
        {
            Step.SUSPEND.value: _("The certificate is suspended. From now on the product cannot be ordered."),
            Step.LIFT.value: _("The certificate holds again."),
            Step.REVOKE.value: _("The certificate is revoked."),
        }[step],
        "good",
    )
    return redirect(f"/certification/products/{slug}", 303)


def _file(slug: str) -> CertifierFile:
    if "\x00" in slug:
        abort(404)
    with reading() as session:
        return queries.get_certifier_file(session, current_actor(), slug)


def _product_page(
    slug: str,
    *,
    reason_form: ReasonForm | None = None,
    status: int = 200,
) -> Any:
    file = _file(slug)
    with reading() as session:
        links = link_queries.rows_where(
            session,
            BenefitLink.product_id == file.product_id,
            BenefitLink.withdrawn_at.is_(None),
            limit=LINKS_SHOWN,
        )
    open_certificate = next(
        (found for found in file.certificates if may(Step.REVOKE, found.state)),
        None,
    )
    body = render_template(
        "shop/certification/product.html",
        file=file,
        links=links,
        link_wording=link_wording,
        open_certificate=open_certificate,
        may_suspend=open_certificate is not None and may(Step.SUSPEND, open_certificate.state),
        reason_form=reason_form or ReasonForm(formdata=None),
        state_label=state_label,
        state_tone=state_tone,
        action_label=wording.action_label,
    )
    return body, status
