"""Giving, the acknowledgement of a gift, and a donor's own list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from charity.campaigns.values import FundraisingMode
from charity.campaigns.views.public import render_story
from charity.campaigns.views.showing import fundraising_mode
from charity.donations import queries, services
from charity.donations.errors import BadAmount, FormSentBefore, GivingElsewhere
from charity.donations.forms import DonateForm
from charity.donations.values import DonationState, GiftRequest, StartedGift
from core import ids, money
from core.db import reading, transaction
from core.errors import Forbidden, TooManyAttempts
from payments import queries as payment_queries
from payments import services as payment_services
from payments.errors import AlreadyPaid, GatewayFailed, IntentClosed, PaymentUnderReview
from payments.values import PaymentState, Purpose, RefundState
from web.access import current_actor, public, signed_in
from web.addresses import visitor_network
from web.language import locale_code
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("donations", __name__)

PAGE_SIZE = 20


@bp.get("/charity/campaigns/<slug>/donate")
@public
def form_address(slug: str) -> Any:
    """Lead whoever reloads the form's address back to the campaign."""
    return redirect(f"/charity/campaigns/{slug}", 302)


@bp.post("/charity/campaigns/<slug>/donate")
@public
def donate(slug: str) -> Any:
    """Start a gift and lead to its payment; nothing counts before the payment is confirmed."""
    mode = fundraising_mode()
    if mode is FundraisingMode.OUTBOUND:
        raise GivingElsewhere
    if mode is FundraisingMode.DIRECTED and current_actor().user_id is None:
        raise Forbidden("sign in first")
    form = DonateForm()
    if not form.validate_on_submit():
        return render_story(slug, form, 422)
    try:
        started = _start(form.to_request(slug, locale_code(), visitor_network()), mode)
    except FormSentBefore as refusal:
        # The next try is a new form, with what was typed.
        form.once.data = ids.public_id(20)
        form.form_errors.append(words_for(refusal))
        return render_story(slug, form, int(refusal.status))
    except BadAmount as refusal:
        form.add_error("own_amount", words_for(refusal))
        return render_story(slug, form, int(refusal.status))
    except TooManyAttempts as refusal:
        form.form_errors.append(words_for(refusal))
        response = render_story(slug, form, int(refusal.status))
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    return _to_payment(started.intent_public_id)


@bp.get("/charity/donations/guest/<secret>")
@public
def guest_gift(secret: str) -> Any:
    """Show a guest's gift to whoever holds its secret."""
    with reading() as session:
        gift = queries.get_guest_gift(session, secret)
    return _gift_page(gift, f"/charity/donations/guest/{secret}")


@bp.post("/charity/donations/guest/<secret>/pay")
@public
def pay_guest_gift(secret: str) -> Any:
    """Lead a guest back to the payment that is still open."""
    with reading() as session:
        gift = queries.get_guest_gift(session, secret)
    return _pay(gift)


@bp.get("/charity/donations/<public_id>")
@signed_in
def own_gift(public_id: str) -> Any:
    """Show a donor their own gift."""
    with reading() as session:
        gift = queries.get_own_gift(session, current_actor(), public_id)
    return _gift_page(gift, f"/charity/donations/{public_id}")


@bp.post("/charity/donations/<public_id>/pay")
@signed_in
def pay_own_gift(public_id: str) -> Any:
    """Lead a donor back to the payment that is still open."""
    with reading() as session:
        gift = queries.get_own_gift(session, current_actor(), public_id)
    return _pay(gift)


@bp.get("/charity/my-gifts")
@signed_in
def my_gifts() -> Any:
    """List what a donor has given."""
    number = page_number()
    actor = current_actor()
    with reading() as session:
        started, settled, sum_fen = queries.own_totals(session, actor)
        gifts = queries.own_gifts(session, actor, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    keep_private()
    page = paginate(gifts, number, started, PAGE_SIZE)
    return render_template("charity/donations/my_gifts.html", page=page, settled=settled, sum_fen=sum_fen)


def _start(gift: GiftRequest, mode: FundraisingMode) -> StartedGift:
    with transaction() as session:
        return services.start_donation(session, current_actor(), gift, mode)


def _to_payment(intent_public_id: str) -> Response:
    try:
        return redirect(payment_services.begin_checkout(intent_public_id, address=visitor_network()), 303)
    except (AlreadyPaid, PaymentUnderReview):
        # The form came a second time after its payment: its return page leads on to the acknowledgement.
        return redirect(payment_services.return_path(intent_public_id), 303)


def _pay(gift: queries.GiftFile) -> Response:
    if fundraising_mode() is FundraisingMode.OUTBOUND:
        raise GivingElsewhere
    donation = gift.donation
    here = request.path.removesuffix("/pay")
    if donation.state != DonationState.PENDING.value or donation.intent_public_id is None:
        return redirect(here, 303)
    try:
        return _to_payment(donation.intent_public_id)
    except IntentClosed:
        flash(
            _("This payment has run out, and nothing was charged. Please start again from the campaign."),
            "info",
        )
    except GatewayFailed as refusal:
        flash(words_for(refusal), "warn")
    return redirect(here, 303)


def _gift_page(gift: queries.GiftFile, address: str) -> str:
    keep_private()
    state = DonationState(gift.donation.state)
    with reading() as session:
        refunds = payment_queries.refunds_of_subject(session, Purpose.DONATION, gift.donation.id)
        payments = payment_queries.payments_of_subject(session, Purpose.DONATION, gift.donation.id)
    in_words = money.amount_in_words(gift.donation.amount_fen)
    return render_template(
        "charity/donations/gift.html",
        goes_back=any(refund.state != RefundState.DECLINED for refund in refunds),
        kept_apart=any(payment.state == PaymentState.NEEDS_REVIEW for payment in payments),
        gift=gift,
        donation=gift.donation,
        state=state,
        address=address,
        in_words=in_words,
    )
