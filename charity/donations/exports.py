"""Gifts as CSV for the charity's own books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from charity.donations.queries import DeskGift
from core import clock
from core.sheets import BYTE_ORDER_MARK, guarded, plain_yuan, row_text


def gifts_csv(headers: list[str], states: dict[str, str], gifts: Iterable[DeskGift]) -> Iterator[str]:
    """Yield the rows of a CSV file; amounts in yuan with two decimals, moments in China's time."""
    yield BYTE_ORDER_MARK + row_text(headers)
    for gift in gifts:
        yield row_text(
            [
                gift.acknowledgement_no or "",
                gift.public_id,
                states[gift.state],
                plain_yuan(gift.amount_fen),
                guarded(gift.donor_name),
                "1" if gift.anonymous else "0",
                guarded(gift.email),
                guarded(gift.message),
                gift.remark or "",
                _moment(gift.created_at),
                _moment(gift.settled_at),
            ]
        )


def _moment(value: datetime | None) -> str:
    return value.astimezone(clock.CHINA).strftime("%Y-%m-%d %H:%M:%S") if value is not None else ""
