"""Words of sales: sums of accepted goods by month, product and village."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Sold:
    """What was sold of something: its name (zh, en), what remains of it after refunds (fen), and packs."""

    name: tuple[str, str]
    net_fen: int
    packs: int
    slug: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    """What was sold in a month (fen, packs)."""

    first_day: date
    net_fen: int
    packs: int


@dataclass(frozen=True, slots=True)
class SoldLine:
    """What was sold of one product from one village in one month, as the CSV gives it."""

    month: date
    slug: str
    product: tuple[str, str]
    village: tuple[str, str]
    net_fen: int
    packs: int


@dataclass(frozen=True, slots=True)
class Sales:
    """A supplier's sales of some months, oldest month first; products and villages by what they brought."""

    months: tuple[Month, ...]
    products: tuple[Sold, ...]
    villages: tuple[Sold, ...]
    lines: tuple[SoldLine, ...]

    @property
    def net_fen(self) -> int:
        """Return what was sold in all of the months (fen)."""
        return sum(month.net_fen for month in self.months)

    @property
    def packs(self) -> int:
        """Return how many packs were sold in all of the months."""
        return sum(month.packs for month in self.months)
