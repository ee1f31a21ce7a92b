"""Who got a recalled batch, as CSV for the operator's desk; it names people and is never public."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from core import clock
from core.sheets import csv_text, guarded
from shop.recalls.values import GotIt

HEADERS = (
    *("order", "packs", "state", "recipient", "phone", "email", "address"),
    *("sent_at", "received_at", "told", "claims"),
)


def got_it_csv(rows: Iterable[GotIt], state_text: Callable[[GotIt], str]) -> str:
    """Return a row for each touched line of an order."""
    return csv_text(
        [
            HEADERS,
            *(
                (
                    row.order_number,
                    str(row.quantity),
                    state_text(row),
                    guarded(row.delivery.recipient),
                    row.delivery.phone,
                    guarded(row.email),
                    guarded(row.delivery.region + _street(row)),
                    _moment(row.shipped_at),
                    _moment(row.received_at),
                    "yes" if row.told else "no",
                    str(row.claims),
                )
                for row in rows
            ),
        ]
    )


def _street(row: GotIt) -> str:
    return row.delivery.pickup.address if row.delivery.pickup else row.delivery.address


def _moment(at: datetime | None) -> str:
    return at.astimezone(clock.CHINA).strftime("%Y-%m-%d %H:%M") if at else ""
