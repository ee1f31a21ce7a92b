"""Words of cards and the till."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

CARD_PREFIX = "YG"

#: At most this many units of one kind, and this many kinds, in one visit.
MOST_UNITS = 99
MOST_KINDS = 60


@dataclass(frozen=True, slots=True)
class BasketLine:
    """So many units of one kind of goods."""

    goods_public_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Basket:
    """What a household takes at the till; `once` is the form's single-use token."""

    store_id: int
    card_id: int
    lines: tuple[BasketLine, ...]
    once: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Units of a batch that may be given out, as the rules see them; worth in fen a unit."""

    batch_id: int
    goods_id: int
    expires_on: date | None
    left: int
    value_fen: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Units taken from one batch, with their worth in fen."""

    batch_id: int
    goods_id: int
    quantity: int
    value_fen: int


@dataclass(frozen=True, slots=True)
class Missing:
    """A line that cannot be served: names of the goods, wanted and available units."""

    name_zh: str
    name_en: str
    wanted: int
    available: int
    expired: int = 0
