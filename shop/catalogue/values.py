"""Words of the catalogue: categories, orders of a list, and what a new product is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """The seven shelves of the shop."""

    FRUIT_VEGETABLES = "fruit_vegetables"
    GRAIN_OIL = "grain_oil"
    SNACKS = "snacks"
    DAILY_GOODS = "daily_goods"
    COOKED_FOOD = "cooked_food"
    PLANTS = "plants"
    CRAFTS = "crafts"


class Sort(StrEnum):
    """How a list of products is ordered; `relevance` needs the ids of a search."""

    NEWEST = "newest"
    PRICE_UP = "price-up"
    PRICE_DOWN = "price-down"
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True)
class NewVariant:
    """A pack size to be: grams or pieces (one of the two), amounts in fen, `stock` and `pack_multiple` in packs.

    The three shares (producer, logistics, other) sum to the price.
    """

    sku: str
    label_zh: str
    label_en: str
    net_grams: int | None
    pieces: int | None
    price_fen: int
    producer_fen: int
    logistics_fen: int
    other_fen: int
    pack_multiple: int = 1
    stock: int = 0


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product to be; `picture` is a key of `core.storage`, the county follows from the village."""

    slug: str
    supplier_id: int
    village_id: int
    category: str
    name_zh: str
    name_en: str
    summary_zh: str
    summary_en: str
    story_zh: str
    story_en: str
    variants: tuple[NewVariant, ...]
    storage_zh: str = ""
    storage_en: str = ""
    shelf_life_days: int | None = None
    perishable: bool = False
    picture: str | None = None
    households_count: int = 0
