"""The operator's payouts: who is owed what, batches and their second person, accounts, disputed lines, the claim period."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template
from flask_babel import gettext as _

from accounts.asking_again import PasswordAgainForm, is_the_same_person
from core import clock
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from core.permissions import Actor
from payments.services import require_operator
from shop.permissions import PAY_SUPPLIERS, SET_CLAIM_PERIOD
from shop.settlement import exports, queries, rules, services, wording
from shop.settlement.errors import (
    AccountUnreadable,
    FormSentBefore,
    NothingDue,
    PaidOnWrongDay,
    PeriodInThePast,
    ReferenceTaken,
)
from shop.settlement.forms import AnswerForm, ClaimPeriodForm, FailedForm, PaidForm, ProposeForm, ReasonForm
from shop.settlement.values import (
    AccountState,
    BatchAction,
    BatchState,
    DisputeState,
    PayoutAction,
    PayoutState,
    Standing,
)
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("payouts", __name__)

PAGE_SIZE = 25


def waiting_for_somebody(_actor: Actor) -> int | None:
    """Return how many batches, accounts, disputes and failed payouts wait, for the rail."""
    with reading() as session:
        return sum(queries.count_waiting(session)) or None


# Batches


@bp.get("/operator/payouts")
@requires(PAY_SUPPLIERS)
def show() -> Any:
    """Show what is owed to whom, what can be paid out now, and the batches."""
    return _desk(ProposeForm(formdata=None), ClaimPeriodForm(formdata=None))


@bp.post("/operator/payouts")
@requires(PAY_SUPPLIERS)
def propose() -> Any:
    """Propose to pay everything that is due of the chosen suppliers."""
    form = ProposeForm()
    if not form.validate_on_submit():
        return _desk(form, ClaimPeriodForm(formdata=None), 422)
    try:
        with transaction() as session:
            batch = services.propose_batch(
                session, current_actor(), form.suppliers.data or (), once=form.once.data or ""
            )
            public_id = batch.public_id
    except (NothingDue, FormSentBefore) as refusal:
        form.add_error("suppliers", words_for(refusal))
        return _desk(form, ClaimPeriodForm(formdata=None), int(refusal.status))
    flash(_("Proposed. A second person approves it."), "good")
    return redirect(f"/operator/payouts/{public_id}", 303)


@bp.post("/operator/payouts/claim-period")
@requires(SET_CLAIM_PERIOD)
def set_claim_period() -> Any:
    """Set for how many days buyers may claim, from a day on."""
    form = ClaimPeriodForm()
    if form.validate_on_submit() and form.claim_days.number and form.valid_from.day:
        try:
            with transaction() as session:
                services.set_claim_period(
                    session, current_actor(), form.claim_days.number, form.valid_from.day
                )
        except PeriodInThePast as refusal:
            form.add_error("valid_from", words_for(refusal))
        else:
            flash(_("The days for claims are set. What arrived before keeps its days."), "good")
            return redirect("/operator/payouts", 303)
    return _desk(ProposeForm(formdata=None), form, 422)


def _desk(form: ProposeForm, period_form: ClaimPeriodForm, status: int = 200) -> Any:
    _only_the_operator()
    number = page_number()
    with reading() as session:
        suppliers = queries.list_suppliers(session, clock.today())
        batches, total = queries.list_batches(session, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
        claim_days = queries.claim_days_on(session, clock.today())
        periods = queries.claim_periods(session)
        waiting = queries.count_waiting(session)
        failed = queries.failed_payouts(session) if waiting.failed else []
    page = render_template(
        "shop/settlement/payouts.html",
        suppliers=suppliers,
        ready=Standing.READY,
        page=paginate(batches, number, total, PAGE_SIZE),
        claim_days=claim_days,
        periods=periods,
        tabs=desk_tabs("batches", waiting),
        failed=failed,
        form=form,
        period_form=period_form,
        may_set_period=current_actor().may(SET_CLAIM_PERIOD),
        wording=wording,
    )
    return page, status


@bp.get("/operator/payouts/<public_id>")
@requires(PAY_SUPPLIERS)
def batch(public_id: str) -> Any:
    """Show a batch with its payouts, and what can be done."""
    return _batch_page(public_id)


@bp.post("/operator/payouts/<public_id>/approve")
@requires(PAY_SUPPLIERS)
def approve(public_id: str) -> Any:
    """Approve what somebody else proposed; the password is asked for once more."""
    form = PasswordAgainForm(prefix="approve")
    if not form.validate_on_submit() or not is_the_same_person(form):
        return _batch_page(public_id, approve_form=form, status=422)
    try:
        with transaction() as session:
            services.approve_batch(session, current_actor(), public_id)
    except NotFound:
        raise
    except Refusal as refusal:
        return _batch_page(public_id, problem=words_for(refusal), status=int(refusal.status))
    flash(_("Approved. Take the file for the bank, and note what it has paid."), "good")
    return redirect(f"/operator/payouts/{public_id}", 303)


@bp.post("/operator/payouts/<public_id>/decline")
@requires(PAY_SUPPLIERS)
def decline(public_id: str) -> Any:
    """Say no to a batch, or take the own proposal back, with a reason."""
    form = ReasonForm(prefix="decline")
    if not form.validate_on_submit():
        return _batch_page(public_id, decline_form=form, status=422)
    try:
        with transaction() as session:
            services.decline_batch(session, current_actor(), public_id, form.reason.data or "")
    except NotFound:
        raise
    except Refusal as refusal:
        return _batch_page(public_id, problem=words_for(refusal), status=int(refusal.status))
    flash(_("Declined. What it held can be proposed again."), "good")
    return redirect(f"/operator/payouts/{public_id}", 303)


@bp.post("/operator/payouts/<public_id>/file")
@requires(PAY_SUPPLIERS)
def bank_file(public_id: str) -> Any:
    """Give the file for the bank; who takes it is written down, for it holds whole account numbers."""
    form = PasswordAgainForm(prefix="file")
    if not form.validate_on_submit() or not is_the_same_person(form):
        return _batch_page(public_id, file_form=form, status=422)
    keep_private()
    try:
        with transaction() as session:
            lines = services.take_bank_file(session, current_actor(), public_id)
    except NotFound:
        raise
    except Refusal as refusal:
        return _batch_page(public_id, problem=words_for(refusal), status=int(refusal.status))
    return Response(
        exports.bank_file(lines),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="yigou-payouts-{public_id}.csv"'},
    )


def _batch_page(
    public_id: str,
    *,
    approve_form: PasswordAgainForm | None = None,
    decline_form: ReasonForm | None = None,
    file_form: PasswordAgainForm | None = None,
    problem: str = "",
    status: int = 200,
) -> Any:
    _only_the_operator()
    keep_private()
    with reading() as session:
        row, payouts = queries.get_batch(session, public_id)
    allowed = rules.BATCH_TABLE[row.state]
    page = render_template(
        "shop/settlement/batch.html",
        row=row,
        payouts=payouts,
        own=row.proposed_by_user_id == current_actor().user_id,
        may_decide=BatchAction.APPROVE in allowed,
        may_take_file=row.state is BatchState.APPROVED,
        approve_form=approve_form or PasswordAgainForm(prefix="approve", formdata=None),
        decline_form=decline_form or ReasonForm(prefix="decline", formdata=None),
        file_form=file_form or PasswordAgainForm(prefix="file", formdata=None),
        problem=problem,
        wording=wording,
    )
    return page, status


# One payout


@bp.get("/operator/payouts/<batch_id>/<public_id>")
@requires(PAY_SUPPLIERS)
def payout(batch_id: str, public_id: str) -> Any:
    """Show a payout with its parts, and the forms to note what the bank did."""
    return _payout_page(batch_id, public_id)


@bp.post("/operator/payouts/<batch_id>/<public_id>/paid")
@requires(PAY_SUPPLIERS)
def paid(batch_id: str, public_id: str) -> Any:
    """Note that the bank has paid it."""
    form = PaidForm(prefix="paid")
    if not form.validate_on_submit() or form.paid_on.day is None:
        return _payout_page(batch_id, public_id, paid_form=form, status=422)
    try:
        with transaction() as session:
            services.note_paid(
                session, current_actor(), public_id, form.bank_reference.data or "", form.paid_on.day
            )
    except NotFound:
        raise
    except Refusal as refusal:
        beside = "paid_on" if isinstance(refusal, PaidOnWrongDay) else "bank_reference"
        if not isinstance(refusal, (PaidOnWrongDay, ReferenceTaken)):
            return _payout_page(batch_id, public_id, problem=words_for(refusal), status=int(refusal.status))
        form.add_error(beside, words_for(refusal))
        return _payout_page(batch_id, public_id, paid_form=form, status=int(refusal.status))
    flash(_("Noted as paid out. The supplier gets a mail."), "good")
    return redirect(f"/operator/payouts/{batch_id}", 303)


@bp.post("/operator/payouts/<batch_id>/<public_id>/failed")
@requires(PAY_SUPPLIERS)
def failed(batch_id: str, public_id: str) -> Any:
    """Note that it could not be paid, or came back."""
    form = FailedForm(prefix="failed")
    if not form.validate_on_submit():
        return _payout_page(batch_id, public_id, failed_form=form, status=422)
    try:
        with transaction() as session:
            services.fail_payout(
                session,
                current_actor(),
                public_id,
                form.reason.data or "",
                came_back=bool(form.came_back.data),
            )
    except NotFound:
        raise
    except Refusal as refusal:
        return _payout_page(
            batch_id, public_id, failed_form=form, problem=words_for(refusal), status=int(refusal.status)
        )
    flash(_("Noted. It is owed to the supplier again and can be proposed anew."), "good")
    return redirect(f"/operator/payouts/{batch_id}", 303)


def _payout_page(
    batch_id: str,
    public_id: str,
    *,
    paid_form: PaidForm | None = None,
    failed_form: FailedForm | None = None,
    problem: str = "",
    status: int = 200,
) -> Any:
    _only_the_operator()
    keep_private()
    with reading() as session:
        row, items = queries.get_payout(session, public_id)
    if row.batch != batch_id:
        raise NotFound("payout")
    allowed = rules.PAYOUT_TABLE[row.state]
    failed_form = failed_form or FailedForm(prefix="failed", formdata=None)
    failed_form.came_back.data = "yes" if row.state is PayoutState.PAID else ""
    page = render_template(
        "shop/settlement/payout.html",
        row=row,
        items=items,
        may_pay=PayoutAction.PAY in allowed,
        may_fail=PayoutAction.FAIL in allowed,
        came_back=row.state is PayoutState.PAID,
        paid_form=paid_form or PaidForm(prefix="paid", formdata=None),
        failed_form=failed_form,
        problem=problem,
        wording=wording,
    )
    return page, status


# Bank accounts


@bp.get("/operator/payouts/accounts")
@requires(PAY_SUPPLIERS)
def accounts() -> Any:
    """List the accounts that suppliers named, those that wait first."""
    _only_the_operator()
    keep_private()
    number = page_number()
    with reading() as session:
        rows, total = queries.list_accounts(session, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
        waiting = queries.count_waiting(session)
    return render_template(
        "shop/settlement/accounts.html",
        page=paginate(rows, number, total, PAGE_SIZE),
        tabs=desk_tabs("accounts", waiting),
        wording=wording,
    )


@bp.get("/operator/payouts/accounts/<public_id>")
@requires(PAY_SUPPLIERS)
def account(public_id: str) -> Any:
    """Show an account without its number, and what can be decided."""
    return _account_page(public_id)


@bp.post("/operator/payouts/accounts/<public_id>/confirm")
@requires(PAY_SUPPLIERS)
def confirm_account(public_id: str) -> Any:
    """Confirm that an account is the supplier's."""
    form = PasswordAgainForm(prefix="confirm")
    if not form.validate_on_submit() or not is_the_same_person(form):
        return _account_page(public_id, confirm_form=form, status=422)
    try:
        with transaction() as session:
            services.confirm_account(session, current_actor(), public_id)
    except NotFound:
        raise
    except Refusal as refusal:
        return _account_page(public_id, problem=words_for(refusal), status=int(refusal.status))
    flash(_("Confirmed. The next payout goes to this account."), "good")
    return redirect("/operator/payouts/accounts", 303)


@bp.post("/operator/payouts/accounts/<public_id>/refuse")
@requires(PAY_SUPPLIERS)
def refuse_account(public_id: str) -> Any:
    """Refuse an account, with a reason."""
    form = ReasonForm(prefix="refuse")
    if not form.validate_on_submit():
        return _account_page(public_id, refuse_form=form, status=422)
    try:
        with transaction() as session:
            services.refuse_account(session, current_actor(), public_id, form.reason.data or "")
    except NotFound:
        raise
    except Refusal as refusal:
        return _account_page(public_id, problem=words_for(refusal), status=int(refusal.status))
    flash(_("Refused. The supplier reads why and can name another one."), "good")
    return redirect("/operator/payouts/accounts", 303)


@bp.post("/operator/payouts/accounts/<public_id>/reveal")
@requires(PAY_SUPPLIERS)
def reveal(public_id: str) -> Any:
    """Show the whole number once; who read it is written down."""
    form = PasswordAgainForm(prefix="reveal")
    if not form.validate_on_submit() or not is_the_same_person(form):
        return _account_page(public_id, reveal_form=form, status=422)
    try:
        with transaction() as session:
            number = services.reveal_account(session, current_actor(), public_id)
    except AccountUnreadable as refusal:
        return _account_page(public_id, problem=words_for(refusal), status=int(refusal.status))
    return _account_page(public_id, number=number)


def _account_page(
    public_id: str,
    *,
    number: str = "",
    confirm_form: PasswordAgainForm | None = None,
    refuse_form: ReasonForm | None = None,
    reveal_form: PasswordAgainForm | None = None,
    problem: str = "",
    status: int = 200,
) -> Any:
    _only_the_operator()
    keep_private()
    with reading() as session:
        row = queries.get_account(session, public_id)
    page = render_template(
        "shop/settlement/one_account.html",
        row=row,
        number=" ".join(number[at : at + 4] for at in range(0, len(number), 4)),
        waits=row.state is AccountState.WAITING,
        confirm_form=confirm_form or PasswordAgainForm(prefix="confirm", formdata=None),
        refuse_form=refuse_form or ReasonForm(prefix="refuse", formdata=None),
        reveal_form=reveal_form or PasswordAgainForm(prefix="reveal", formdata=None),
        problem=problem,
        wording=wording,
    )
    return page, status


# Disputed lines


@bp.get("/operator/payouts/disputes")
@requires(PAY_SUPPLIERS)
def disputes() -> Any:
    """List disputed lines, the open ones first."""
    _only_the_operator()
    number = page_number()
    with reading() as session:
        rows, total = queries.list_disputes(session, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
        waiting = queries.count_waiting(session)
    return render_template(
        "shop/settlement/disputes.html",
        page=paginate(rows, number, total, PAGE_SIZE),
        tabs=desk_tabs("disputes", waiting),
        wording=wording,
    )


@bp.get("/operator/payouts/disputes/<public_id>")
@requires(PAY_SUPPLIERS)
def dispute(public_id: str) -> Any:
    """Show a disputed line with its parcel, and the form to answer."""
    return _dispute_page(public_id, AnswerForm(formdata=None))


@bp.post("/operator/payouts/disputes/<public_id>")
@requires(PAY_SUPPLIERS)
def answer(public_id: str) -> Any:
    """Answer a disputed line."""
    form = AnswerForm()
    if not form.validate_on_submit():
        return _dispute_page(public_id, form, status=422)
    try:
        with transaction() as session:
            services.answer_dispute(
                session, current_actor(), public_id, form.answer.data or "", form.corrected.fen or 0
            )
    except NotFound:
        raise
    except Refusal as refusal:
        return _dispute_page(public_id, form, words_for(refusal), int(refusal.status))
    flash(_("Answered. The supplier gets a mail, and the parcel can be paid out."), "good")
    return redirect("/operator/payouts/disputes", 303)


def _dispute_page(public_id: str, form: AnswerForm, problem: str = "", status: int = 200) -> Any:
    _only_the_operator()
    keep_private()
    with reading() as session:
        row, part = queries.get_dispute(session, public_id)
    page = render_template(
        "shop/settlement/dispute.html",
        row=row,
        part=part,
        form=form,
        waits=row.state is DisputeState.OPEN,
        problem=problem,
        wording=wording,
    )
    return page, status


def desk_tabs(current: str, waiting: queries.Waiting) -> list[tuple[str, str, bool, int | None]]:
    """Return the parts of the payouts' desk with what waits in them."""
    return [
        (_("Payouts"), "/operator/payouts", current == "batches", None),
        (
            _("Accounts of suppliers"),
            "/operator/payouts/accounts",
            current == "accounts",
            waiting.accounts or None,
        ),
        (_("Disputed lines"), "/operator/payouts/disputes", current == "disputes", waiting.disputes or None),
        (_("Shares for households"), "/operator/payouts/shares", current == "shares", None),
    ]


def _only_the_operator() -> None:
    with reading() as session:
        require_operator(session, current_actor())
