"""The comparison of provider, payments and ledger, day by day."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from core import clock, money
from core.db import reading
from core.errors import NotFound
from payments import gateways, permissions, queries, rules, services, wording
from payments.errors import GatewayFailed
from payments.models import Reconciliation
from payments.values import OPERATOR
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.wording import words_for

bp = Blueprint("payments_reconciliation", __name__)

PAGE = 31
LONGEST_CSV = 10_000
#: No deployment took money before this day.
EARLIEST = date(2020, 1, 1)


@bp.get("/operator/reconciliation")
@requires(permissions.RECONCILE)
def list_days() -> Any:
    """List the days that were compared, with what differs."""
    number = page_number()
    with reading() as session:
        services.require_operator(session, current_actor())
        rows = queries.list_reconciliations(session, limit=PAGE, offset=(number - 1) * PAGE)
        total = queries.count_reconciliations(session)
    return render_template(
        "payments/reconciliation.html",
        page=paginate(rows, number, total, PAGE),
        today=clock.today(),
        providers=gateways.names(),
        provider_label=wording.provider_label,
    )


@bp.get("/operator/reconciliation.csv")
@requires(permissions.RECONCILE)
def as_csv() -> Response:
    """Give the compared days as a table for a spreadsheet; amounts in yuan."""
    with reading() as session:
        services.require_operator(session, current_actor())
        rows = queries.list_reconciliations(session, limit=LONGEST_CSV, offset=0)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        [
            "day",
            "provider",
            "provider_count",
            "provider_in",
            "provider_out",
            "our_count",
            "our_in",
            "our_out",
            "ledger_in",
            "ledger_out",
            "provider_to_bank",
            "ledger_to_bank",
            "differences",
        ]
    )
    for row in rows:
        writer.writerow(_csv_row(row))
    return Response(
        "\ufeff" + text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="reconciliation.csv"'},
    )


def _csv_row(row: Reconciliation) -> list[Any]:
    return [
        row.day.isoformat(),
        row.provider,
        row.provider_count,
        *(money.format_yuan(amount) for amount in (row.provider_in_fen, row.provider_out_fen)),
        row.our_count,
        *(
            money.format_yuan(amount)
            for amount in (
                row.our_in_fen,
                row.our_out_fen,
                row.ledger_in_fen,
                row.ledger_out_fen,
                row.provider_banked_fen,
                row.ledger_banked_fen,
            )
        ),
        len(row.differences),
    ]


@bp.get("/operator/reconciliation/<provider>/<day>")
@requires(permissions.RECONCILE)
def show(provider: str, day: str) -> Any:
    """Show one day with each difference and where it is settled."""
    with reading() as session:
        services.require_operator(session, current_actor())
        row = queries.get_reconciliation(session, provider, _day(day))
    return render_template(
        "payments/reconciliation_day.html",
        row=row,
        provider_label=wording.provider_label,
        difference_text=wording.difference_text,
        difference_advice=wording.difference_advice,
    )


@bp.post("/operator/reconciliation/<provider>/<day>")
@requires(permissions.RECONCILE)
def compare(provider: str, day: str) -> Any:
    """Compare a day now."""
    with reading() as session:
        services.require_operator(session, current_actor())
    wanted = _day(day)
    if not EARLIEST <= wanted <= clock.today():
        raise NotFound("a day to come, or before there was money")
    try:
        services.reconcile_day(provider, wanted)
    except GatewayFailed as refusal:
        flash(words_for(refusal), "warn")
        return redirect("/operator/reconciliation", 303)
    return redirect(f"/operator/reconciliation/{provider}/{wanted.isoformat()}", 303)


@bp.get("/operator/reconciliation/payouts")
@requires(permissions.RECONCILE)
def list_payouts() -> Any:
    """List what the payment services sent to the bank, and what lies there by the books."""
    number = page_number()
    with reading() as session:
        services.require_operator(session, current_actor())
        rows = queries.list_payouts(session, limit=PAGE, offset=(number - 1) * PAGE)
        total = queries.count_payouts(session)
        to_look_at = queries.count_payouts(session, queries.payouts_to_look_at())
        standing = queries.operator_money(session, gateways.names())
        bookings = queries.bookings_of(session, rows)
    return render_template(
        "payments/provider_payouts.html",
        page=paginate(rows, number, total, PAGE),
        to_look_at=to_look_at,
        standing=standing,
        parts_of=queries.parts_of,
        bookings=bookings,
        made_by_hand=rules.MADE_BY_HAND,
        operator=OPERATOR,
        provider_label=wording.provider_label,
        payout_label=wording.payout_label,
        payout_tone=wording.payout_tone,
        payout_trouble=wording.payout_trouble,
        payout_failure=wording.payout_failure,
    )


@bp.post("/operator/reconciliation/payouts")
@requires(permissions.RECONCILE)
def fetch_payouts() -> Any:
    """Ask the payment services for payouts of which no message came."""
    with reading() as session:
        services.require_operator(session, current_actor())
    try:
        found = services.sweep_payouts()
    except GatewayFailed as refusal:
        flash(words_for(refusal), "warn")
    else:
        flash(
            ngettext(
                "%(num)d payout is new or has moved on.", "%(num)d payouts are new or have moved on.", found
            )
            if found
            else _("Nothing new: all payouts are booked, or their reason stands beside them."),
            "good" if found else "info",
        )
    return redirect("/operator/reconciliation/payouts", 303)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound("day") from None
