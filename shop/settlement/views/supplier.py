"""What a supplier is owed: the statement of a period, disputed lines, payouts, and the account they go to."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask_babel import gettext as _

from accounts.asking_again import is_the_same_person
from core import clock
from core.db import reading, transaction
from core.errors import NotFound
from shop.permissions import SEE_SETTLEMENT
from shop.settlement import exports, queries, rules, services, wording
from shop.settlement.errors import DisputeEnded, FormSentBefore, NotDisputable
from shop.settlement.forms import AccountForm, DisputeForm
from shop.settlement.values import AccountState, DisputeState, Period, StatementPart
from web.access import current_actor, requires
from web.language import in_language
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("settlement", __name__)

#: Parts on a page of a statement, and in a file or on paper.
PAGE_SIZE = 40
MOST_PARTS = 5000
MONTHS = 13


@bp.get("/supplier/settlement")
@requires(SEE_SETTLEMENT)
def show() -> Any:
    """Show what is owed and when it is due, the latest payouts, and the statement of a period."""
    keep_private()
    number, (period, problem) = page_number(), _period()
    with reading() as session:
        own = queries.own_suppliers(session, current_actor())
        supplier = queries.get_own_supplier(session, current_actor(), _wanted_supplier())
        owed, due_days = queries.owed(session, supplier.id, clock.today())
        sums = queries.sum_up(session, supplier.id, period)
        parts = queries.statement(
            session, supplier.id, period, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
        payouts = queries.own_payouts(session, supplier.id, limit=6)
        accounts = queries.accounts_of(session, supplier.id)
        benefits = queries.benefits_of(session, supplier.id, period)
    states = {account.state for account in accounts}
    return render_template(
        "shop/settlement/show.html",
        own=own,
        supplier=supplier,
        owed=owed,
        due_days=due_days[:14],
        period=period,
        problem=problem,
        months=rules.months_back(clock.today(), MONTHS),
        sums=sums,
        page=paginate(parts, number, sums.parts, PAGE_SIZE),
        payouts=payouts,
        benefits=benefits,
        account=next((one for one in accounts if one.state is AccountState.CONFIRMED), None),
        account_waits=AccountState.WAITING in states,
        wording=wording,
    )


@bp.get("/supplier/settlement/statement.csv")
@requires(SEE_SETTLEMENT)
def statement_csv() -> Any:
    """Give the statement of a period as a file."""
    keep_private()
    period, problem = _period()
    if problem:
        raise NotFound("period")
    with reading() as session:
        supplier = queries.get_own_supplier(session, current_actor(), _wanted_supplier())
        sums = queries.sum_up(session, supplier.id, period)
        if sums.parts > MOST_PARTS:
            return _too_much(period, supplier.public_id)
        parts = queries.statement(session, supplier.id, period, limit=MOST_PARTS)
    headers = [
        _("Goods received on"),
        _("Order"),
        _("Part of an order"),
        _("Line of the statement"),
        _("Packs"),
        _("Goods in yuan"),
        _("Freight in yuan"),
        _("Gone back in yuan"),
        _("Kept for households in yuan"),
        _("Released in yuan"),
        _("Net in yuan"),
        _("Due on"),
        _("State"),
        _("Payout batch"),
        _("Paid out on"),
    ]
    body = exports.statement_csv(headers, parts, in_language, _("Correction"), _state_text)
    name = f"yigou-statement-{period.month or f'{period.first}-{period.last}'}.csv"
    return Response(
        body, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@bp.get("/supplier/settlement/print")
@requires(SEE_SETTLEMENT)
def on_paper() -> Any:
    """Show the statement of a period for the printer, or to be kept as PDF."""
    keep_private()
    period, problem = _period()
    if problem:
        raise NotFound("period")
    with reading() as session:
        supplier = queries.get_own_supplier(session, current_actor(), _wanted_supplier())
        sums = queries.sum_up(session, supplier.id, period)
        if sums.parts > MOST_PARTS:
            return _too_much(period, supplier.public_id)
        parts = queries.statement(session, supplier.id, period, limit=MOST_PARTS)
        benefits = queries.benefits_of(session, supplier.id, period)
    return render_template(
        "shop/settlement/paper.html",
        supplier=supplier,
        period=period,
        sums=sums,
        parts=parts,
        benefits=benefits,
        state_text=_state_text,
        made_at=clock.now(),
    )


@bp.get("/supplier/settlement/payouts/<public_id>")
@requires(SEE_SETTLEMENT)
def payout(public_id: str) -> Any:
    """Show what a payout consisted of."""
    keep_private()
    with reading() as session:
        row, items = queries.get_own_payout(session, current_actor(), public_id)
    return render_template("shop/settlement/own_payout.html", row=row, items=items, wording=wording)


# Disputed lines


@bp.get("/supplier/settlement/parts/<public_id>")
@requires(SEE_SETTLEMENT)
def part(public_id: str) -> Any:
    """Show how one parcel is settled, what was disputed, and the form to dispute a line."""
    return _part_page(public_id)


@bp.post("/supplier/settlement/parts/<public_id>/disputes")
@requires(SEE_SETTLEMENT)
def dispute(public_id: str) -> Any:
    """Dispute a line."""
    form = DisputeForm()
    _fill_lines(form, public_id)
    if not form.validate_on_submit():
        return _part_page(public_id, form, 422)
    try:
        with transaction() as session:
            services.open_dispute(
                session,
                current_actor(),
                public_id,
                form.line_id,
                form.reason.data or "",
                once=form.once.data or "",
            )
    except (NotDisputable, FormSentBefore) as refusal:
        form.add_error("line", words_for(refusal))
        return _part_page(public_id, form, int(refusal.status))
    flash(_("Noted. The operator answers; until then nothing of this parcel is paid out."), "good")
    return redirect(f"/supplier/settlement/parts/{public_id}", 303)


@bp.post("/supplier/settlement/disputes/<public_id>/withdraw")
@requires(SEE_SETTLEMENT)
def withdraw(public_id: str) -> Any:
    """Take a dispute back."""
    with reading() as session:
        row, _part = queries.get_dispute(session, public_id)
    try:
        with transaction() as session:
            services.withdraw_dispute(session, current_actor(), row.public_id)
    except DisputeEnded as refusal:
        flash(words_for(refusal), "warn")
    else:
        flash(_("Withdrawn. The parcel is settled as it stands."), "good")
    return redirect(f"/supplier/settlement/parts/{row.part}", 303)


def _part_page(public_id: str, form: DisputeForm | None = None, status: int = 200) -> Any:
    keep_private()
    with reading() as session:
        found = queries.get_own_part(session, current_actor(), public_id)
        disputes = queries.disputes_of_part(session, found.money.part_id)
    if form is None:
        form = DisputeForm(formdata=None)
        form.line.choices = _line_choices(found)
    page = render_template(
        "shop/settlement/part.html",
        part=found,
        disputes=disputes,
        form=form,
        is_open=DisputeState.OPEN,
        wording=wording,
    )
    return page, status


def _fill_lines(form: DisputeForm, public_id: str) -> None:
    with reading() as session:
        found = queries.get_own_part(session, current_actor(), public_id)
    form.line.choices = _line_choices(found)


def _line_choices(found: StatementPart) -> list[tuple[str, str]]:
    return [
        (
            str(line.line_id or "freight"),
            " ".join((in_language(line.name_zh, line.name_en), in_language(line.label_zh, line.label_en))),
        )
        for line in found.lines
    ]


# The bank account


@bp.get("/supplier/settlement/account")
@requires(SEE_SETTLEMENT)
def account() -> Any:
    """Show into which account a supplier is paid, and the form to name another one."""
    return _account_page(AccountForm(formdata=None))


@bp.post("/supplier/settlement/account")
@requires(SEE_SETTLEMENT)
def enter_account() -> Any:
    """Name an account; the operator confirms it."""
    form = AccountForm()
    if not form.validate_on_submit() or not is_the_same_person(form):
        return _account_page(form, 422)
    try:
        with transaction() as session:
            supplier = queries.get_own_supplier(session, current_actor(), _wanted_supplier())
            services.enter_account(session, current_actor(), supplier.id, form.to_request())
    except FormSentBefore as refusal:
        form.add_error("number", words_for(refusal))
        return _account_page(form, int(refusal.status))
    flash(_("Noted. Somebody of the operator confirms the account before the next payout."), "good")
    return redirect(f"/supplier/settlement/account?supplier={supplier.public_id}", 303)


def _account_page(form: AccountForm, status: int = 200) -> Any:
    keep_private()
    with reading() as session:
        supplier = queries.get_own_supplier(session, current_actor(), _wanted_supplier())
        accounts = queries.accounts_of(session, supplier.id)
    if not form.is_submitted() and not form.holder.data:
        form.holder.data = supplier.name_zh
    page = render_template(
        "shop/settlement/account.html", supplier=supplier, accounts=accounts, form=form, wording=wording
    )
    return page, status


def _wanted_supplier() -> str:
    return request.args.get("supplier", "")[:20]


def _period() -> tuple[Period, str]:
    """Return the chosen period, or this month with what is wrong."""
    today = clock.today()
    month = rules.month_period(f"{today:%Y-%m}")
    assert month is not None
    if request.args.get("from") or request.args.get("to"):
        try:
            first, last = (date.fromisoformat(request.args.get(name, "").strip()) for name in ("from", "to"))
        except ValueError:
            return month, _("Enter two days, for example 2026-11-01 and 2026-11-15.")
        chosen = rules.chosen_period(first, last)
        return (chosen, "") if chosen else (month, _("Choose a first and a last day, at most a year apart."))
    wanted = request.args.get("month", "")
    if not wanted:
        return month, ""
    chosen = rules.month_period(wanted)
    return (chosen, "") if chosen else (month, _("Choose a month, for example 2026-11."))


def _too_much(period: Period, supplier: str) -> Any:
    """Send back to the statement whoever wants more than a file or a paper holds."""
    flash(_("At most %(most)s parcels fit into one file. Choose fewer days.", most=MOST_PARTS), "warn")
    return redirect(f"/supplier/settlement?{period.query}&supplier={supplier}", 303)


def _state_text(found: StatementPart) -> str:
    """Say how far the money of a part has come."""
    if found.obstacles:
        return _("; ").join(wording.obstacle_label(obstacle) for obstacle in found.obstacles)
    if found.settled and not found.money.open_fen:
        return wording.payout_label(found.settled[-1].state)
    return _("Due for payment") if found.money.open_fen else _("Settled in full")
