"""A supplier's way to a certificate: what each product lacks, applying, and where the application stands."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _

from core.db import reading, transaction
from shop.applications import queries, services, wording
from shop.applications.errors import EvidenceMissing, MovedOn, RenewalTooEarly
from shop.applications.forms import StatementForm
from shop.applications.values import State
from shop.applications.views.timeline import steps
from shop.catalogue.wording import state_label as certificate_label
from shop.catalogue.wording import state_tone as certificate_tone
from shop.certification.values import CertificateKind
from shop.permissions import MANAGE_PRODUCTS
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.wording import words_for

bp = Blueprint("application_supplier", __name__)

PAGE_SIZE = 20


@bp.get("/supplier/applications")
@requires(MANAGE_PRODUCTS)
def own() -> Any:
    """Show a supplier how each product stands on its way to a certificate."""
    return _list_page()


@bp.post("/supplier/products/<slug>/apply")
@requires(MANAGE_PRODUCTS)
def apply(slug: str) -> Any:
    """Begin an application, or go on with the one that is open."""
    try:
        with transaction() as session:
            application = services.start_application(session, current_actor(), slug.replace("\x00", ""))
    except RenewalTooEarly as refusal:
        return _list_page(words_for(refusal), int(refusal.status))
    return redirect(f"/supplier/applications/{application.public_id}", 303)


@bp.get("/supplier/applications/<public_id>")
@requires(MANAGE_PRODUCTS)
def one(public_id: str) -> Any:
    """Show an own application: what is missing, then where it stands."""
    return _page(public_id)


@bp.post("/supplier/applications/<public_id>/submit")
@requires(MANAGE_PRODUCTS)
def submit(public_id: str) -> Any:
    """Hand an application in."""
    form = StatementForm()
    if not form.validate_on_submit():
        return _page(public_id, form, status=422)
    try:
        with transaction() as session:
            services.submit_application(
                session,
                current_actor(),
                public_id.replace("\x00", ""),
                form.statement.data or "",
                CertificateKind(form.kind.data),
            )
    except (EvidenceMissing, MovedOn) as refusal:
        return _page(public_id, form, words_for(refusal), int(refusal.status))
    flash(
        _("Your application is handed in. The township looks at it first; you get a mail at each turn."),
        "good",
    )
    return redirect(f"/supplier/applications/{public_id}", 303)


def _list_page(problem: str = "", status: int = 200) -> Any:
    number = page_number()
    with reading() as session:
        rows, total = queries.standing(
            session, current_actor(), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
    page = render_template(
        "shop/applications/own.html",
        rows=rows,
        page=paginate(rows, number, total, PAGE_SIZE),
        problem=problem,
        wording=wording,
        certificate_label=certificate_label,
        certificate_tone=certificate_tone,
        draft=State.DRAFT,
    )
    return page, status


def _page(public_id: str, form: StatementForm | None = None, problem: str = "", status: int = 200) -> Any:
    with reading() as session:
        file = queries.get_own(session, current_actor(), public_id.replace("\x00", ""))
    page = render_template(
        "shop/applications/one.html",
        file=file,
        draft=file.row.state is State.DRAFT,
        form=form or StatementForm(formdata=None),
        problem=problem,
        steps=steps(file),
        wording=wording,
    )
    return page, status
