"""Gifts as CSV for the charity's own books."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import StringIO

from charity.donations.queries import DeskGift
from core import clock

#: Characters with which a cell would become a formula in a spreadsheet.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

#: Tells spreadsheets that the file is UTF-8.
BYTE_ORDER_MARK = "\ufeff"


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(RISKY) else text


def gifts_csv(headers: list[str], states: dict[str, str], gifts: Iterable[DeskGift]) -> Iterator[str]:
    """Yield the rows of a CSV file; amounts in yuan with two decimals, moments in China's time."""
    yield BYTE_ORDER_MARK + _row(headers)
    for gift in gifts:
        yield _row(
            [
                gift.acknowledgement_no or "",
                gift.public_id,
                states[gift.state],
                f"{gift.amount_fen // 100}.{gift.amount_fen % 100:02d}",
                guarded(gift.donor_name),
                "1" if gift.anonymous else "0",
                guarded(gift.email),
                guarded(gift.message),
                gift.remark or "",
                _moment(gift.created_at),
                _moment(gift.settled_at),
            ]
        )


def _row(cells: list[str]) -> str:
    buffer = StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _moment(value: datetime | None) -> str:
    return value.astimezone(clock.CHINA).strftime("%Y-%m-%d %H:%M:%S") if value is not None else ""
