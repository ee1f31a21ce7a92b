"""The operator's pages of terms of return: the list, and the form that puts wrong ones right."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from core.db import reading, transaction
from core.errors import NotFound
from shop.assortment.wording import change_rows
from shop.catalogue import services
from shop.catalogue.errors import ChangedMeanwhile
from shop.catalogue.values import STATED, ReturnTerms
from shop.catalogue.wording import changed_text, terms_label
from shop.permissions import CORRECT_TERMS
from shop.return_terms import queries
from shop.return_terms.forms import CorrectionForm
from web.access import current_actor, requires
from web.pagination import page_number, paginate

bp = Blueprint("return_terms", __name__)

PAGE_SIZE = 25


@bp.get("/operator/return-terms")
@requires(CORRECT_TERMS)
def list_products() -> Any:
    """List the products that go back on other terms than the law's seven days, or those on certain terms."""
    asked = request.args.get("terms", "")
    if asked and asked not in set(ReturnTerms):
        raise NotFound("terms")
    words = request.args.get("q", "").replace("\x00", "").strip()[:60]
    number = page_number()
    with reading() as session:
        found, total = queries.list_terms(
            session,
            ReturnTerms(asked) if asked else None,
            words,
            limit=PAGE_SIZE,
            offset=(number - 1) * PAGE_SIZE,
        )
    return render_template(
        "shop/return_terms/list.html",
        page=paginate(found, number, total, PAGE_SIZE),
        asked=asked,
        words=words,
        terms=[(terms.value, _address(terms.value, words)) for terms in ReturnTerms],
        all_url=_address("", words),
        terms_label=terms_label,
        stated=STATED,
    )


def _address(terms: str, words: str) -> str:
    query = urlencode({name: value for name, value in (("terms", terms), ("q", words)) if value})
    return f"/operator/return-terms?{query}" if query else "/operator/return-terms"


@bp.get("/operator/return-terms/<slug>")
@requires(CORRECT_TERMS)
def show(slug: str) -> Any:
    """Show on which terms a product goes back, to be put right."""
    form = CorrectionForm(formdata=None)
    with reading() as session:
        form.fill_from(queries.get_product(session, slug)[0])
    return _page(slug, form)


@bp.post("/operator/return-terms/<slug>")
@requires(CORRECT_TERMS)
def correct(slug: str) -> Any:
    """Put the terms of a product right, with a reason; what somebody else changed meanwhile is shown first."""
    form = CorrectionForm()
    with reading() as session:
        product_id = queries.get_product(session, slug)[0].id
    if not form.validate_on_submit():
        return _page(slug, form, 422)
    try:
        with transaction() as session:
            changes = services.correct_terms(
                session,
                current_actor(),
                product_id,
                form.to_terms(),
                form.reason.data or "",
                version=int(form.version.data or 0),
            )
    except ChangedMeanwhile as refusal:
        form.version.data = str(refusal.version)
        return _page(slug, form, 409, refusal)
    if changes:
        flash(_("Corrected. The supplier is told why; orders that were placed keep their terms."), "good")
    else:
        flash(_("Nothing was changed."), "info")
    return redirect("/operator/return-terms", 303)


def _page(slug: str, form: CorrectionForm, status: int = 200, stale: ChangedMeanwhile | None = None) -> Any:
    with reading() as session:
        product, supplier = queries.get_product(session, slug)
    page = render_template(
        "shop/return_terms/correct.html",
        form=form,
        product=product,
        supplier=supplier,
        stale_text=changed_text(stale) if stale else "",
        stale_rows=change_rows(stale, {}) if stale else (),
    )
    return page, status
