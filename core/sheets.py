"""Tables as text that spreadsheets open: UTF-8 with its mark, and no cell that could be taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

#: Characters with which a cell would become a formula in a spreadsheet.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

#: Tells spreadsheets that the file is UTF-8.
BYTE_ORDER_MARK = "\ufeff"


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(RISKY) else text


def plain_yuan(fen: int) -> str:
    """Return an amount in fen as a bare number of yuan, `-123456` -> `-1234.56`."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def row_text(cells: Sequence[str]) -> str:
    """Return one line of a CSV file; guard what people wrote before."""
    buffer = StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Return a whole CSV file."""
    return BYTE_ORDER_MARK + "".join(row_text(row) for row in rows)
