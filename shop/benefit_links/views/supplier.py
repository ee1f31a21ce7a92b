"""A supplier's benefit links: what it promised to whom, what it paid, what the households say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from accounts import services as accounts
from core import clock, ids, storage
from core.db import reading, transaction
from shop.benefit_links import queries, services, wording
from shop.benefit_links.errors import (
    BadLink,
    BadPayment,
    FormSentBefore,
    HouseholdUnknown,
    LinkEnded,
    LinkWithdrawn,
    PeriodOverlaps,
    ReasonMissing,
    ShareTooLarge,
)
from shop.benefit_links.forms import LinkForm, PaymentForm, ShareForm, WithdrawForm
from shop.benefit_links.values import KIND_NAMES, LinkFile, NewLink, NewPayment
from shop.catalogue.models import Product
from shop.permissions import MANAGE_PRODUCTS
from web.access import current_actor, requires
from web.language import in_language
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("benefit_links_supplier", __name__)

PAGE_SIZE = 30


@bp.get("/supplier/benefit-links")
@requires(MANAGE_PRODUCTS)
def own() -> Any:
    """Show a supplier its links, the newest first."""
    number = page_number()
    slug = request.args.get("product", "").replace("\x00", "") or None
    actor = current_actor()
    with reading() as session:
        rows, total = queries.visible_to_supplier(
            session, actor, product_slug=slug, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
        chosen = next((found for found in queries.own_products(session, actor) if found.slug == slug), None)
    return render_template(
        "shop/benefit_links/own.html",
        rows=rows,
        page=paginate(rows, number, total, PAGE_SIZE),
        chosen=chosen,
        wording=wording,
    )


@bp.get("/supplier/benefit-links/new")
@requires(MANAGE_PRODUCTS)
def new() -> Any:
    """Show the form of a new link."""
    form = LinkForm(
        formdata=None,
        once=ids.public_id(20),
        product=request.args.get("product", ""),
        valid_from=clock.today(),
    )
    return _new_page(form)


@bp.post("/supplier/benefit-links/new")
@requires(MANAGE_PRODUCTS)
def add() -> Any:
    """Enter a link; the household is asked whether it is true."""
    form = LinkForm()
    _fill_choices(form)
    if not form.validate_on_submit():
        return _new_page(form, 422)
    evidence = _picture(form)
    if form.evidence.errors:
        return _new_page(form, 422)
    assert form.valid_from.data
    assert form.valid_until.data
    assert form.promised.fen
    actor = current_actor()
    # Guessing names and digits is counted as guessing passwords is; knowing them forgives.
    key = f"benefit-link:{actor.user_id}"
    with transaction() as session:
        accounts.count_attempt(session, key, scale=4)
    try:
        with transaction() as session:
            link = services.add_link(
                session,
                actor,
                NewLink(
                    product_slug=form.product.data,
                    household_id=queries.find_household(
                        session, int(form.village.data), form.householder.data or "", form.proof.data or ""
                    ),
                    kind=form.link_kind,
                    valid_from=form.valid_from.data,
                    valid_until=form.valid_until.data,
                    promised_fen=form.promised.fen,
                    once=form.once.data or "",
                    evidence=evidence,
                    share=form.share_terms(form.product.data),
                ),
            )
            accounts.forget_attempts(session, key)
    except (BadLink, HouseholdUnknown, PeriodOverlaps, FormSentBefore, ShareTooLarge) as refusal:
        field = refusal.field if isinstance(refusal, BadLink) else None
        beside = {HouseholdUnknown: "householder", PeriodOverlaps: "valid_from", ShareTooLarge: "share"}
        form.add_error(field or beside.get(type(refusal), "product"), words_for(refusal))
        return _new_page(form, 422)
    flash(_("Entered. It counts as soon as the household agrees."), "good")
    return redirect(f"/supplier/benefit-links/{link.public_id}", 303)


@bp.get("/supplier/benefit-links/<public_id>")
@requires(MANAGE_PRODUCTS)
def one(public_id: str) -> Any:
    """Show a link with its payments."""
    return _page(public_id)


@bp.post("/supplier/benefit-links/<public_id>/payments")
@requires(MANAGE_PRODUCTS)
def pay(public_id: str) -> Any:
    """Record a payment."""
    form = PaymentForm()
    if not form.validate_on_submit():
        return _page(public_id, payment=form, status=422)
    evidence = _picture(form)
    if form.evidence.errors:
        return _page(public_id, payment=form, status=422)
    assert form.amount.fen
    assert form.paid_on.data
    try:
        with transaction() as session:
            services.record_link_payment(
                session,
                current_actor(),
                public_id.replace("\x00", ""),
                NewPayment(form.amount.fen, form.paid_on.data, form.once.data or "", evidence),
            )
    except (BadPayment, FormSentBefore, LinkWithdrawn) as refusal:
        field = refusal.field if isinstance(refusal, BadPayment) else "amount"
        form.add_error(field, words_for(refusal))
        return _page(public_id, payment=form, status=422)
    flash(_("The payment is recorded."), "good")
    return redirect(f"/supplier/benefit-links/{public_id}", 303)


@bp.post("/supplier/benefit-links/<public_id>/share")
@requires(MANAGE_PRODUCTS)
def change_share(public_id: str) -> Any:
    """Agree upon another share of sales, or none; the household is asked anew."""
    form = ShareForm()
    with reading() as session:
        file = queries.get_own_link(session, current_actor(), public_id.replace("\x00", ""))
        _fill_products(form, queries.own_products(session, current_actor()))
    if not form.validate_on_submit():
        return _page(public_id, share=form, status=422)
    try:
        with transaction() as session:
            services.change_share(
                session,
                current_actor(),
                public_id.replace("\x00", ""),
                form.share_terms(file.row.product_slug),
            )
    except (BadLink, ShareTooLarge, LinkEnded, LinkWithdrawn) as refusal:
        field = refusal.field if isinstance(refusal, BadLink) else "share"
        form.add_error(field, words_for(refusal))
        return _page(public_id, share=form, status=int(refusal.status))
    flash(_("Noted. Where something changed, the household is asked anew."), "good")
    return redirect(f"/supplier/benefit-links/{public_id}", 303)


@bp.post("/supplier/benefit-links/<public_id>/withdraw")
@requires(MANAGE_PRODUCTS)
def withdraw(public_id: str) -> Any:
    """Take a link back."""
    form = WithdrawForm()
    if not form.validate_on_submit():
        return _page(public_id, withdrawal=form, status=422)
    try:
        with transaction() as session:
            services.withdraw_link(
                session, current_actor(), public_id.replace("\x00", ""), form.reason.data or ""
            )
    except (ReasonMissing, LinkWithdrawn) as refusal:
        form.add_error("reason", words_for(refusal))
        return _page(public_id, withdrawal=form, status=422)
    flash(_("Taken back. It stays in the record and counts no longer."), "good")
    return redirect(f"/supplier/benefit-links/{public_id}", 303)


def _picture(form: LinkForm | PaymentForm) -> str | None:
    """Keep the picture that came with a form; what is none leaves an error beside the field."""
    upload = request.files.get("evidence")
    if upload is None or not upload.filename:
        return None
    try:
        return storage.keep_picture(upload.stream.read(storage.LARGEST_UPLOAD + 1))
    except storage.NotAPicture:
        form.add_error("evidence", _("This is no picture that can be shown, or it is too large."))
        return None


def _fill_choices(form: LinkForm) -> None:
    with reading() as session:
        products = queries.own_products(session, current_actor())
        villages = queries.villages_of(session, [product.slug for product in products])
    form.product.choices = [(found.slug, in_language(found.name_zh, found.name_en)) for found in products]
    form.village.choices = [(str(found.id), in_language(found.name_zh, found.name_en)) for found in villages]
    _fill_products(form, products)
    form.kind.choices = [(kind.value, in_language(*names)) for kind, names in KIND_NAMES.items()]


def _fill_products(form: ShareForm, products: Iterable[Product]) -> None:
    form.share_products.choices = [
        (found.slug, in_language(found.name_zh, found.name_en)) for found in products
    ]


def _share_form(file: LinkFile, products: Iterable[Product]) -> ShareForm:
    """Return the form of a link's share as it stands."""
    row = file.row
    named = [slug for slug, _zh, _en in row.share_products]
    of = "all" if row.share_all else "one" if named in ([], [row.product_slug]) else "some"
    form = ShareForm(
        formdata=None,
        share=wording.percent(row.share_bps).rstrip("%") if row.share_bps else "",
        share_of=of,
        share_products=named if of == "some" else [],
    )
    _fill_products(form, products)
    return form


def _new_page(form: LinkForm, status: int = 200) -> Any:
    _fill_choices(form)
    return render_template("shop/benefit_links/new.html", form=form), status


def _page(
    public_id: str,
    *,
    payment: PaymentForm | None = None,
    withdrawal: WithdrawForm | None = None,
    share: ShareForm | None = None,
    status: int = 200,
) -> Any:
    keep_private()
    before = request.args.get("before", "")
    with reading() as session:
        file = queries.get_own_link(
            session,
            current_actor(),
            public_id.replace("\x00", ""),
            before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
        )
        products = queries.own_products(session, current_actor())
    page = render_template(
        "shop/benefit_links/one.html",
        file=file,
        payment=payment or PaymentForm(formdata=None, once=ids.public_id(20), paid_on=clock.today()),
        withdrawal=withdrawal or WithdrawForm(formdata=None),
        withdrawing=withdrawal is not None,
        share=share or _share_form(file, products),
        sharing=share is not None,
        may_share=file.row.may_share and file.row.valid_until >= clock.today() and not file.row.withdrawn,
        older=file.entries[-1].entry_id if len(file.entries) == queries.ENTRIES else None,
        wording=wording,
    )
    return page, status
