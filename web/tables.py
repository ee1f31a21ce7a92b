"""What a narrow screen needs to know of a table: which column each cell stands in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from markupsafe import Markup, escape

Header = str | tuple[str, str]

#: The column that names the row; without one it is the first.
TITLE = "title"
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
#: What a cell holds of which there is nothing to say: a wide table keeps its column, a card leaves the line out.
_NOTHING = re.compile(r"\s*–\s*</t[dh]>")
_CELL = re.compile(r"<(?:td|th)\b(?P<attributes>[^>]*)>")


def labelled(rows: str, headers: Sequence[Header]) -> Markup:
    """Give every cell of written rows the text of its column, except the column that names the row, and mark a lone dash."""
    columns = [(header, "") if isinstance(header, str) else header for header in headers]
    titles = [kind == TITLE for _, kind in columns]
    if True not in titles:
        titles[:1] = [True]

    def of_row(row: re.Match[str]) -> str:
        kept, end = [], 0
        for cell, column, is_title in zip_longest(_CELL.finditer(row[0]), columns, titles):
            if cell is None or column is None:
                break
            if "colspan" in cell["attributes"]:
                break
            kept.append(row[0][end : cell.end() - 1])
            kept.append(_said_of(column, is_title))
            if _NOTHING.match(row[0], cell.end()):
                kept.append(" data-none")
            end = cell.end() - 1
        return "".join((*kept, row[0][end:]))

    return Markup(_ROW.sub(of_row, str(rows)))  # rows come from templates, which escape


def _said_of(column: tuple[str, str], is_title: bool) -> str:
    text, kind = column
    said = f' data-kind="{escape(kind)}"' if kind in ("date", "action") else ""
    return said if is_title else f'{said} data-label="{escape(text)}"'
