"""Words of the catalogue: categories, orders of a list, and what a new product is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
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
    SALES = "sales"
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


@dataclass(frozen=True, slots=True)
class CardWords:
    """The words of product cards in the reader's language, looked up once a page.

    `impact` takes `pack`, `amount` and `households`; `impact_village` takes `pack`, `amount` and `village`;
    `per_kilogram` and `per_piece` take `price`; `and_up` takes `unit`.
    """

    english: bool
    impact: str
    impact_village: str
    per_kilogram: str
    per_piece: str
    and_up: str

    def choose(self, zh: str, en: str) -> str:
        """Choose between the two texts that content carries; the Chinese one stands in for a missing English one."""
        return en if self.english and en else zh


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product in a list, ready to be shown in one language; amounts are written out.

    `summary` is read for searches only, which show what of it was looked for.
    """

    id: int
    slug: str
    url: str
    image_url: str
    image_srcset: str
    title: str
    origin: str
    impact_text: str
    price_text: str
    unit_price_text: str
    certified: bool
    sold_out: bool
    tint: str
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A product that may be meant while somebody types."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category as the home page shows it."""

    category: str
    count: int
    image_url: str


@dataclass(frozen=True, slots=True)
class CountyFacet:
    """A county to filter by."""

    county_id: int
    code: str
    name_zh: str
    name_en: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How many products stand in each category of each county, in the order of the counties' codes."""

    cells: tuple[tuple[str, CountyFacet], ...]

    def total(self, category: str | None = None, county: str | None = None) -> int:
        """Return how many products there are with these filters."""
        return (
            sum(self.categories(county).values())
            if category is None
            else self.categories(county).get(category, 0)
        )

    def categories(self, county: str | None = None) -> dict[str, int]:
        """Return how many products each category has, empty ones left out; `county` is a region code."""
        found: dict[str, int] = {}
        for category, cell in self.cells:
            if county is None or cell.code == county:
                found[category] = found.get(category, 0) + cell.count
        return found

    def counties(self, category: str | None = None) -> tuple[CountyFacet, ...]:
        """Return the counties that have products, each with how many."""
        found: dict[str, CountyFacet] = {}
        for other, cell in self.cells:
            if category is None or other == category:
                known = found.get(cell.code)
                found[cell.code] = replace(cell, count=cell.count + known.count) if known else cell
        return tuple(found.values())

    def county(self, code: str) -> CountyFacet | None:
        """Return a county by its code, if it has products at all."""
        return next((cell for _category, cell in self.cells if cell.code == code), None)


@dataclass(frozen=True, slots=True)
class Share:
    """Where a part of a price goes: `kind` is producer, logistics or other; the percents of a price sum to 100."""

    kind: str
    amount_text: str
    percent: int


@dataclass(frozen=True, slots=True)
class PackChoice:
    """A pack size on the product page; `available` leaves out what is held for others, in packs."""

    public_id: str
    label: str
    price_text: str
    unit_price_text: str
    impact_text: str
    shares: tuple[Share, ...]
    pack_multiple: int
    available: int

    @property
    def buyable(self) -> bool:
        """Say whether at least the smallest quantity is there."""
        return self.available >= self.pack_multiple


@dataclass(frozen=True, slots=True)
class ProductCertificate:
    """The certificate a product page shows: the one in force, else the last one there was."""

    number: str
    issuer: str
    valid_from: date
    last_day: date
    state: str


@dataclass(frozen=True, slots=True)
class ProductPage:
    """A product as its page shows it, in one language; `origin` runs from the province down to the village."""

    id: int
    slug: str
    title: str
    summary: str
    story: tuple[str, ...]
    storage: str
    shelf_life_days: int | None
    perishable: bool
    category: str
    image_url: str
    image_srcset: str
    supplier: str
    supplier_about: str
    village_id: int
    village: str
    county: str
    county_code: str
    origin: tuple[tuple[str, str], ...]
    households_count: int
    certificate: ProductCertificate | None
    certified: bool
    packs: tuple[PackChoice, ...]

    @property
    def chosen(self) -> PackChoice | None:
        """Return the pack that is chosen at first: the cheapest that can be bought, else the cheapest."""
        return next((pack for pack in self.packs if pack.buyable), self.packs[0] if self.packs else None)


@dataclass(frozen=True, slots=True)
class SupplierProduct:
    """A product in its supplier's own list; `certificate_state` is None when there never was one."""

    slug: str
    title: str
    category: str
    image_url: str
    price_text: str
    packs: int
    available: int
    held: int
    listed: bool
    certificate_number: str | None
    certificate_state: str | None
    last_day: date | None
