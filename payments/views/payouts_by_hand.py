"""Payouts that a person made at the payment service: read off the bank's statement by one, confirmed by another."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from accounts.asking_again import PasswordAgainForm, is_the_same_person
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from payments import gateways, permissions, queries, services, wording
from payments.errors import (
    ArrivedOnWrongDay,
    PayoutSaysOther,
    ProviderTooLow,
)
from payments.forms import ReasonForm, StatementPayoutForm
from web.access import current_actor, requires
from web.language import in_language
from web.wording import words_for

bp = Blueprint("payments_payouts_by_hand", __name__)

LIST = "/operator/reconciliation/payouts"
#: Beside which field a refusal stands that is not about the number.
BESIDE: dict[type[Refusal], str] = {
    ArrivedOnWrongDay: "arrived_on",
    PayoutSaysOther: "amount",
    ProviderTooLow: "amount",
}


@bp.get("/operator/reconciliation/payouts/new")
@requires(permissions.RECONCILE)
def new() -> Any:
    """Ask for what stands on the statement; the number may come along from the list."""
    form = _form(formdata=None)
    form.number.data = request.args.get("number", "")[:80]
    form.provider.data = request.args.get("provider", form.provider.data)
    return _new_page(form)


@bp.post("/operator/reconciliation/payouts/new")
@requires(permissions.RECONCILE)
def propose() -> Any:
    """Ask the payment service about the number, and write down what the statement says."""
    form = _form()
    if not form.validate_on_submit():
        return _new_page(form, 422)
    line = form.to_line()
    try:
        services.ask_about_payout(line.provider, line.provider_payout_id)
        with transaction() as session:
            booking = services.propose_booking(session, current_actor(), line, once=form.once.data or "")
            public_id = booking.public_id
    except Refusal as refusal:
        form.add_error(BESIDE.get(type(refusal), "number"), words_for(refusal))
        return _new_page(form, int(refusal.status))
    flash(_("Written down. A second person books it."), "good")
    return redirect(f"{LIST}/by-hand/{public_id}", 303)


@bp.get("/operator/reconciliation/payouts/by-hand/<public_id>")
@requires(permissions.RECONCILE)
def show(public_id: str) -> Any:
    """Show what somebody read off the statement, and the decision to take."""
    return _page(public_id)


@bp.post("/operator/reconciliation/payouts/by-hand/<public_id>/confirm")
@requires(permissions.RECONCILE)
def confirm(public_id: str) -> Any:
    """Book what somebody else read off the statement; the password is asked for once more."""
    form = PasswordAgainForm(prefix="confirm")
    if not form.validate_on_submit() or not is_the_same_person(form):
        return _page(public_id, confirm_form=form, status=422)
    try:
        with transaction() as session:
            services.confirm_booking(session, current_actor(), public_id)
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(public_id, problem=words_for(refusal), status=int(refusal.status))
    flash(_("Booked: the money lies in the bank by the books."), "good")
    return redirect(f"{LIST}/by-hand/{public_id}", 303)


@bp.post("/operator/reconciliation/payouts/by-hand/<public_id>/decline")
@requires(permissions.RECONCILE)
def decline(public_id: str) -> Any:
    """Say no, or take the own reading back, with a reason."""
    form = ReasonForm(prefix="decline")
    if not form.validate_on_submit():
        return _page(public_id, decline_form=form, status=422)
    try:
        with transaction() as session:
            services.decline_booking(session, current_actor(), public_id, form.reason.data or "")
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(public_id, problem=words_for(refusal), status=int(refusal.status))
    flash(_("Not booked. The payout waits again."), "good")
    return redirect(LIST, 303)


def _form(**given: Any) -> StatementPayoutForm:
    with reading() as session:
        services.require_operator(session, current_actor())
        accounts = queries.bank_accounts(session)
    providers = [(name, wording.provider_label(name)) for name in gateways.names()]
    return StatementPayoutForm(providers, [(payee, _account(payee, accounts)) for payee in accounts], **given)


def _new_page(form: StatementPayoutForm, status: int = 200) -> tuple[str, int]:
    return render_template("payments/payout_by_hand_new.html", form=form), status


def _page(
    public_id: str,
    *,
    confirm_form: PasswordAgainForm | None = None,
    decline_form: ReasonForm | None = None,
    problem: str = "",
    status: int = 200,
) -> tuple[str, int]:
    with reading() as session:
        services.require_operator(session, current_actor())
        row = queries.get_booking(session, public_id)
        accounts = queries.bank_accounts(session)
    page = render_template(
        "payments/payout_by_hand.html",
        row=row,
        account=_account(row.payee, accounts),
        own=row.proposed_by_user_id == current_actor().user_id,
        confirm_form=confirm_form or PasswordAgainForm(prefix="confirm", formdata=None),
        decline_form=decline_form or ReasonForm(prefix="decline", formdata=None),
        problem=problem,
        provider_label=wording.provider_label,
        payout_label=wording.payout_label,
        booking_label=wording.booking_label,
        booking_tone=wording.booking_tone,
    )
    return page, status


def _account(payee: str, accounts: dict[str, tuple[str, str] | None]) -> str:
    names = accounts.get(payee)
    return in_language(*names) if names is not None else _("The operator's own account")
