"""The books as CSV with stable column names, guarded against formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from core import clock
from oversight.open_books.queries import FLOWS, Books, PublicMovement


def plain(cell: object) -> str:
    """Keep a spreadsheet from reading a text as a formula."""
    text = str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _write(rows: Iterable[Iterable[object]]) -> str:
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in rows:
        writer.writerow([cell if isinstance(cell, int) else plain(cell) for cell in row])
    return buffer.getvalue()


def months(books: Books) -> str:
    """Write a row a month: fen for money, points for points."""
    heads = [f"{key}_{'fen' if unit == 'CNY' else 'points'}" for key, unit, *_ in FLOWS]
    return _write(
        [
            ["month", *heads],
            *(
                [month.first_day.strftime("%Y-%m"), *(month.flows[key] for key, *_ in FLOWS)]
                for month in books.months
            ),
        ]
    )


def movements(rows: list[PublicMovement]) -> str:
    """Write a row a transfer."""
    return _write(
        [
            ["entry", "effective_at", "recorded_at", "kind", "debit", "credit", "unit", "amount"],
            *(
                [
                    row.entry_id,
                    row.effective_at.astimezone(clock.CHINA).isoformat(timespec="seconds"),
                    row.recorded_at.astimezone(clock.CHINA).isoformat(timespec="seconds"),
                    row.kind,
                    row.debit.code,
                    row.credit.code,
                    row.unit,
                    row.amount,
                ]
                for row in rows
            ),
        ]
    )
