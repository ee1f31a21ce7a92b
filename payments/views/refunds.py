"""The operator's refunds: what a second person approves, what is paid by hand, what a provider failed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from accounts.asking_again import PasswordAgainForm, is_the_same_person
from core import clock, money
from core.db import reading, transaction
from core.errors import Refusal
from payments import permissions, queries, rules, services, wording
from payments.errors import (
    BankReferenceTaken,
    BankTooLow,
    GatewayFailed,
    LimitInThePast,
    LimitRaisedToday,
    NotOurCurrency,
    SecondPersonNeeded,
    TransferFromTheFuture,
    WrongRefundState,
)
from payments.forms import PaidByHandForm, ReasonForm, RefundLimitForm
from payments.values import RefundAction, RefundState
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.wording import words_for

bp = Blueprint("payments_refunds", __name__)

PAGE = 25


@bp.get("/operator/refunds")
@requires(permissions.DECIDE_REFUNDS)
def list_refunds() -> Any:
    """List refunds: what waits for a person, or all."""
    return _list_page(RefundLimitForm(formdata=None))


def _list_page(form: RefundLimitForm, status: int = 200) -> tuple[str, int]:
    number, every = page_number(), request.args.get("show") == "all"
    conditions = () if every else (queries.refunds_to_do(),)
    with reading() as session:
        services.require_operator(session, current_actor())
        rows = queries.list_refunds(session, *conditions, limit=PAGE, offset=(number - 1) * PAGE)
        total = queries.count_refunds(session, *conditions)
        to_do = queries.count_refunds(session, queries.refunds_to_do())
        limits = queries.refund_limits(session)
        limit = rules.refund_limit(limits, clock.today())
        disputes = queries.list_disputes(session)
    page = render_template(
        "payments/refunds.html",
        page=paginate(rows, number, total, PAGE),
        every=every,
        to_do=to_do,
        limit_text=money.format_fen(limit),
        coming_limits=[(first, money.format_fen(fen)) for first, fen in limits if first > clock.today()],
        disputes=disputes,
        form=form,
        may_set_limit=current_actor().may(permissions.SET_REFUND_LIMIT),
        **_words(),
    )
    return page, status


@bp.post("/operator/refunds/limit")
@requires(permissions.SET_REFUND_LIMIT)
def set_limit() -> Any:
    """Set from which day on which limit holds."""
    form = RefundLimitForm()
    if form.validate_on_submit() and form.limit.fen and form.valid_from.day:
        try:
            with transaction() as session:
                services.set_refund_limit(session, current_actor(), form.limit.fen, form.valid_from.day)
        except (LimitInThePast, LimitRaisedToday) as refusal:
            form.add_error("valid_from", words_for(refusal))
        else:
            flash(_("The limit is set."), "good")
            return redirect("/operator/refunds", 303)
    return _list_page(form, 422)


@bp.get("/operator/refunds/<public_id>")
@requires(permissions.DECIDE_REFUNDS)
def show(public_id: str) -> Any:
    """Show one refund and what can be done about it."""
    return _page(public_id)


def _page(
    public_id: str,
    *,
    approve_form: PasswordAgainForm | None = None,
    paid_form: PaidByHandForm | None = None,
    reason_form: ReasonForm | None = None,
    problem: str = "",
    status: int = 200,
) -> tuple[str, int]:
    with reading() as session:
        services.require_operator(session, current_actor())
        row = queries.get_refund_row(session, public_id)
        transfers = queries.transfers_of_refund(session, public_id)
    allowed = rules.REFUND_TABLE[RefundState(row.state)]
    by_hand = RefundAction.PAY_BY_HAND in allowed and (row.by_hand or row.state != RefundState.APPROVED)
    page = render_template(
        "payments/refund.html",
        row=row,
        transfers=transfers,
        own=row.asked_by_user_id is not None and row.asked_by_user_id == current_actor().user_id,
        may_approve=RefundAction.APPROVE in allowed,
        may_try_again=RefundAction.TRY_AGAIN in allowed and not row.by_hand,
        may_pay_by_hand=by_hand and rules.is_bookable(row.currency),
        not_by_hand=wording.not_our_currency(NotOurCurrency(row.currency))
        if by_hand and not rules.is_bookable(row.currency)
        else "",
        approve_form=approve_form or PasswordAgainForm(prefix="approve", formdata=None),
        paid_form=paid_form or PaidByHandForm(formdata=None),
        reason_form=reason_form or ReasonForm(formdata=None),
        problem=problem,
        **_words(),
    )
    return page, status


@bp.post("/operator/refunds/<public_id>/approve")
@requires(permissions.DECIDE_REFUNDS)
def approve(public_id: str) -> Any:
    """Approve what somebody else asked for; the password is asked for once more."""
    form = PasswordAgainForm(prefix="approve")
    if not form.validate_on_submit() or not is_the_same_person(form):
        return _page(public_id, approve_form=form, status=422)
    try:
        with transaction() as session:
            services.approve_refund(session, current_actor(), public_id)
    except (SecondPersonNeeded, WrongRefundState) as refusal:
        return _page(public_id, problem=words_for(refusal), status=int(refusal.status))
    flash(_("Approved. The money is on its way."), "good")
    return _sent(public_id)


@bp.post("/operator/refunds/<public_id>/decline")
@requires(permissions.DECIDE_REFUNDS)
def decline(public_id: str) -> Any:
    """Say no, with a reason."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(public_id, reason_form=form, status=422)
    with transaction() as session:
        services.decline_refund(session, current_actor(), public_id, form.reason.data or "")
    flash(_("Declined. The money stays where it lay."), "good")
    return redirect(f"/operator/refunds/{public_id}", 303)


@bp.post("/operator/refunds/<public_id>/again")
@requires(permissions.DECIDE_REFUNDS)
def again(public_id: str) -> Any:
    """Ask the provider anew."""
    with transaction() as session:
        services.try_refund_again(session, current_actor(), public_id)
    return _sent(public_id)


@bp.post("/operator/refunds/<public_id>/paid")
@requires(permissions.DECIDE_REFUNDS)
def paid(public_id: str) -> Any:
    """Note that it was paid by bank transfer."""
    form = PaidByHandForm()
    if form.validate_on_submit() and form.paid_on.day:
        try:
            with transaction() as session:
                services.note_paid_by_hand(
                    session, current_actor(), public_id, form.bank_reference.data or "", form.paid_on.day
                )
        except (BankReferenceTaken, BankTooLow, NotOurCurrency) as refusal:
            form.add_error("bank_reference", words_for(refusal))
        except TransferFromTheFuture as refusal:
            form.add_error("paid_on", words_for(refusal))
        else:
            flash(_("Noted as paid back."), "good")
            return redirect(f"/operator/refunds/{public_id}", 303)
    return _page(public_id, paid_form=form, status=422)


def _sent(public_id: str) -> Any:
    """Ask the provider at once; when it does not answer, the sweeper goes on."""
    try:
        services.send_refund(public_id)
    except GatewayFailed as refusal:
        flash(words_for(refusal), "warn")
    except Refusal as refusal:
        flash(words_for(refusal), "warn")
    return redirect(f"/operator/refunds/{public_id}", 303)


def _words() -> dict[str, Any]:
    return {
        "refund_label": wording.refund_label,
        "refund_tone": wording.refund_tone,
        "refund_reason": wording.refund_reason,
        "dispute_reason": wording.dispute_reason,
        "provider_label": wording.provider_label,
        "dispute_label": wording.dispute_label,
        "amount_text": wording.amount_text,
    }
