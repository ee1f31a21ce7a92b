"""Words of the love supermarkets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Serves(StrEnum):
    """Whose households a store serves: those of its village, its town or its county."""

    VILLAGE = "village"
    TOWN = "town"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class NewStore:
    """A store to be opened; without `organisation_id` an organisation of its own is added.

    `open_days` are ISO weekdays, Monday is 1; `hours` is such as `8:30-11:30`.
    """

    village_id: int
    name_zh: str
    name_en: str
    open_days: tuple[int, ...]
    hours: str = ""
    address_zh: str = ""
    address_en: str = ""
    serves: Serves = Serves.TOWN
    organisation_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewGoods:
    """A kind of goods on the shelf of a store: its price in points, what one unit is worth in fen."""

    store_id: int
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    points: int
    value_fen: int
    category: str = "daily_goods"
    picture: str | None = None
    barcode: str | None = None
