"""A supplier's sales as CSV."""

from __future__ import annotations

from collections.abc import Sequence

from core.sheets import csv_text, guarded, plain_yuan
from shop.sales.values import SoldLine

HEADERS = ("month", "product", "name_zh", "name_en", "village_zh", "village_en", "packs", "net_yuan")


def sales_csv(lines: Sequence[SoldLine]) -> str:
    """Return a row for each product of each village in each month, newest month first."""
    return csv_text(
        [
            HEADERS,
            *(
                (
                    line.month.strftime("%Y-%m"),
                    line.slug,
                    *(guarded(text) for text in (*line.product, *line.village)),
                    str(line.packs),
                    plain_yuan(line.net_fen),
                )
                for line in reversed(lines)
            ),
        ]
    )
