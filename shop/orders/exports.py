"""The operator's list of orders as CSV: what the page shows, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core import clock
from core.sheets import csv_text, guarded, plain_yuan
from shop.orders.queries import OrderRow

HEADERS = (
    *("number", "placed_at", "state", "buyer", "institution_zh", "institution_en", "paid_by"),
    *("goods_zh", "goods_en", "lines", "total_yuan"),
)


def orders_csv(rows: Iterable[OrderRow], state_label: Callable[[str], str]) -> str:
    """Return a row an order; buyers that are people are not named."""
    return csv_text(
        [
            HEADERS,
            *(
                (
                    row.number,
                    row.placed_at.astimezone(clock.CHINA).strftime("%Y-%m-%d %H:%M"),
                    state_label(row.shown_state),
                    row.kind,
                    guarded(row.organisation_zh),
                    guarded(row.organisation_en),
                    row.payment_method,
                    guarded(row.first_zh),
                    guarded(row.first_en),
                    str(row.lines),
                    plain_yuan(row.total_fen),
                )
                for row in rows
            ),
        ]
    )
