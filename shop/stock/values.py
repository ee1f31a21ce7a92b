"""Words of the stock: what can be bought now, and what is in the way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shop.catalogue.values import PriceStep

#: No single line of a basket or an order holds more packs than this.
MOST_PACKS = 9999


class Problem(StrEnum):
    """Why a line cannot be bought as it stands."""

    GONE = "gone"
    NOT_CERTIFIED = "not_certified"
    MULTIPLE = "multiple"
    SOLD_OUT = "sold_out"
    SHORT = "short"
    PAID_AT_ONCE = "paid_at_once"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many packs of a variant."""

    variant_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Short:
    """A variant of which there is less than wanted."""

    variant_id: int
    wanted: int
    available: int


@dataclass(frozen=True, slots=True)
class Goods:
    """A pack size as it can be bought at this moment: amounts in fen, weights in grams.

    `available` leaves out what is held for others; `certificate_id` is None when the product is not certified now. The
    price and its parts are those of a single pack; what so many cost says `rules.charged`. `return_terms` is one of
    `catalogue.values.ReturnTerms`. `in_session`: a live session sells these, out of a stock of its own;
    of some of them a buyer gets `most_per_buyer` packs, in all orders together.
    """

    variant_id: int
    public_id: str
    product_id: int
    slug: str
    category: str
    picture: str | None
    name_zh: str
    name_en: str
    label_zh: str
    label_en: str
    supplier_id: int
    supplier_zh: str
    supplier_en: str
    village_id: int
    village_zh: str
    village_en: str
    households_count: int
    return_terms: str
    return_note_zh: str
    return_note_en: str
    net_grams: int | None
    pieces: int | None
    price_fen: int
    producer_fen: int
    logistics_fen: int
    other_fen: int
    pack_multiple: int
    on_sale: bool
    certificate_id: int | None
    available: int
    ladder: tuple[PriceStep, ...] = ()
    in_session: bool = False
    most_per_buyer: int | None = None


@dataclass(frozen=True, slots=True)
class LineProblem:
    """A line that cannot be bought, and why."""

    goods: Goods
    quantity: int
    problem: Problem
