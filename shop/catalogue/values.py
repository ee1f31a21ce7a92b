"""Words of the catalogue: categories, orders of a list, and what a new product is made of."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from shop.reviews.values import Rating


class Category(StrEnum):
    """The seven shelves of the shop."""

    FRUIT_VEGETABLES = "fruit_vegetables"
    GRAIN_OIL = "grain_oil"
    SNACKS = "snacks"
    DAILY_GOODS = "daily_goods"
    COOKED_FOOD = "cooked_food"
    PLANTS = "plants"
    CRAFTS = "crafts"


class ReturnTerms(StrEnum):
    """Whether goods go back within seven days without a reason (rule B10); `SEVEN_DAYS` unless the law excepts them.

    Consumer law art. 25 excepts what is fresh or made to order. What spoils or may harm once opened, what is near the
    end of its shelf life and what has a flaw (rules on returns art. 7) are excepted by the buyer's word at that purchase.
    """

    SEVEN_DAYS = "seven_days"
    FRESH = "fresh"
    MADE_TO_ORDER = "made_to_order"
    ONLY_UNOPENED = "only_unopened"
    NEAR_END = "near_end"
    FLAWED = "flawed"


#: What the law excepts by itself, and what only the buyer's confirmation excepts (rules on returns art. 6, 7 and 20).
EXEMPT_BY_LAW = frozenset({ReturnTerms.FRESH, ReturnTerms.MADE_TO_ORDER})
EXEMPT_IF_CONFIRMED = frozenset({ReturnTerms.ONLY_UNOPENED, ReturnTerms.NEAR_END, ReturnTerms.FLAWED})
#: Terms that only hold when it was said before the purchase what exactly is so.
STATED = frozenset({ReturnTerms.NEAR_END, ReturnTerms.FLAWED})


class Sort(StrEnum):
    """How a list of products is ordered; `relevance` needs the ids of a search."""

    NEWEST = "newest"
    SALES = "sales"
    PRICE_UP = "price-up"
    PRICE_DOWN = "price-down"
    RELEVANCE = "relevance"


class PackSize(StrEnum):
    """What a pack holds, as lists can be narrowed by it: a range of grams, or pieces."""

    TO_500_G = "to-500g"
    TO_2_KG = "500g-2kg"
    TO_5_KG = "2kg-5kg"
    OVER_5_KG = "over-5kg"
    PIECES = "pieces"

    @property
    def grams(self) -> tuple[int, int] | None:
        """Return (more than, at most) so many grams; None for what is sold by the piece."""
        return _GRAMS.get(self)


_GRAMS = {
    PackSize.TO_500_G: (0, 500),
    PackSize.TO_2_KG: (500, 2_000),
    PackSize.TO_5_KG: (2_000, 5_000),
    PackSize.OVER_5_KG: (5_000, 1_000_000_000),
}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a list is narrowed by; `county` is a region code, `supplier` a public id, prices are in fen.

    Prices are those that cards show: of the cheapest pack. `in_stock` with a pack size asks for stock of that size.
    """

    category: str | None = None
    county: str | None = None
    supplier: str | None = None
    kind: str | None = None
    size: PackSize | None = None
    price_from: int | None = None
    price_to: int | None = None
    in_stock: bool = False

    def __bool__(self) -> bool:
        return self != Narrowing()


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A step of a price ladder: from so many packs on, each costs so much (fen)."""

    from_packs: int
    price_fen: int


@dataclass(frozen=True, slots=True)
class Charge:
    """What one pack costs at a quantity, and its three parts, in fen; the parts sum to the price."""

    price_fen: int
    producer_fen: int
    logistics_fen: int
    other_fen: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that cannot be: the field it belongs to, which problem it is, and for a split by how much (fen) it is off."""

    field: str
    problem: str
    off_fen: int = 0


@dataclass(frozen=True, slots=True)
class NewVariant:
    """A pack size to be: grams or pieces (one of the two), amounts in fen, `stock` and `pack_multiple` in packs.

    The three shares (producer, logistics, other) sum to the price; those of a step of the ladder follow from them. An
    empty `sku` gets a number of ours.
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
    ladder: tuple[PriceStep, ...] = ()


@dataclass(frozen=True, slots=True)
class VariantEdit:
    """What a pack size is to be from now on: every field that a supplier may change, as in `NewVariant`."""

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
    ladder: tuple[PriceStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a product goes back without a reason, and what is said of its flaw or near end."""

    return_terms: str
    return_note_zh: str
    return_note_en: str


@dataclass(frozen=True, slots=True)
class ProductEdit:
    """What a product is to be from now on: every field that a supplier may change; the county follows from the village."""

    category: str
    village_id: int
    name_zh: str
    name_en: str
    summary_zh: str
    summary_en: str
    story_zh: str
    story_en: str
    storage_zh: str = ""
    storage_en: str = ""
    shelf_life_days: int | None = None
    return_terms: str = ReturnTerms.SEVEN_DAYS
    return_note_zh: str = ""
    return_note_en: str = ""


@dataclass(frozen=True, slots=True)
class PackPatch:
    """Fields of `VariantEdit` that a pack size is to have, and the version that was seen."""

    variant_id: int
    version: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProductPatch:
    """Fields of `ProductEdit` that a product is to have (none: it stays), the version that was seen, and its pack sizes."""

    product_id: int
    version: int
    fields: Mapping[str, Any]
    packs: tuple[PackPatch, ...] = ()


@dataclass(frozen=True, slots=True)
class PackAddition:
    """A pack size to be with its first stock; `once` names the row that it stands in, `reason` is why there is stock."""

    new: NewVariant
    once: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProductAddition:
    """A product to be (`new` without pack sizes and address) with its pack sizes; `once` names where it stands."""

    new: NewProduct
    once: str
    packs: tuple[PackAddition, ...]
    on_sale: bool = False


#: Fields that were changed, each with what it was and what it is.
Changes = dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product to be; `picture` is a key of `core.storage`, the county follows from the village.

    An empty `slug` is made from its name; without variants it is a draft that cannot be put on sale yet.
    """

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
    return_terms: str = ReturnTerms.SEVEN_DAYS
    return_note_zh: str = ""
    return_note_en: str = ""
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
    kind: str = "aid_product"
    rating_text: str = ""
    reviews: int = 0


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
class NamedFacet:
    """A county (`key` is its region code) or a supplier (`key` is its public id) to narrow a list by."""

    id: int
    key: str
    name_zh: str
    name_en: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How many products a list has, and how many each other choice of a filter would leave (the other filters hold).

    Counties stand in the order of their codes, suppliers by the number of their products, the most first. Of what a
    search found, `fitting` are those that the list has.
    """

    total: int = 0
    categories: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    counties: tuple[NamedFacet, ...] = ()
    suppliers: tuple[NamedFacet, ...] = ()
    fitting: array[int] = field(default_factory=lambda: array("q"))


@dataclass(frozen=True, slots=True)
class Share:
    """Where a part of a price goes: `kind` is producer, logistics or other; the percents of a price sum to 100."""

    kind: str
    amount_text: str
    percent: int


@dataclass(frozen=True, slots=True)
class LadderRow:
    """A step of a ladder as the product page shows it."""

    from_packs: int
    price_text: str
    unit_price_text: str


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture of a product with what it shows in words."""

    url: str
    srcset: str
    thumb_url: str
    alt: str


#: So many packs or fewer are counted on a page; more are just in stock.
FEW_PACKS = 10


@dataclass(frozen=True, slots=True)
class PackChoice:
    """A pack size on the product page; `available` leaves out what is held for others, in packs, and counts no further than is told.

    So the page stays the same while there is plenty, however much is sold.
    """

    public_id: str
    label: str
    price_text: str
    unit_price_text: str
    impact_text: str
    shares: tuple[Share, ...]
    pack_multiple: int
    available: int
    ladder: tuple[LadderRow, ...] = ()

    @property
    def buyable(self) -> bool:
        """Say whether at least the smallest quantity is there."""
        return self.available >= self.pack_multiple

    @property
    def few_left(self) -> bool:
        """Say whether the page tells how many are left."""
        return self.available <= FEW_PACKS


@dataclass(frozen=True, slots=True)
class ProductCertificate:
    """The certificate a product page shows: the one in force, else the last one there was."""

    number: str
    issuer: str
    valid_from: date
    last_day: date
    state: str
    kind: str = "aid_product"


@dataclass(frozen=True, slots=True)
class LiveTeaser:
    """A live session that sells a product now (`is_open`) or soon."""

    public_id: str
    title: str
    is_open: bool
    starts_at: datetime


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
    return_terms: ReturnTerms
    return_note: str
    category: str
    image_url: str
    image_srcset: str
    supplier: str
    supplier_key: str
    supplier_about: str
    village_id: int
    village: str
    county: str
    county_code: str
    origin: tuple[tuple[str, str], ...]
    households_count: int
    certificate: ProductCertificate | None
    certified: bool
    trace_code: str | None
    packs: tuple[PackChoice, ...]
    rating: Rating
    pictures: tuple[ShownPicture, ...] = ()
    sessions: tuple[LiveTeaser, ...] = ()

    @property
    def chosen(self) -> PackChoice | None:
        """Return the pack that is chosen at first: the cheapest that can be bought, else the cheapest."""
        return next((pack for pack in self.packs if pack.buyable), self.packs[0] if self.packs else None)


@dataclass(frozen=True, slots=True)
class PastPrice:
    """What a pack size cost (fen) from a moment on."""

    since: datetime
    price_fen: int
    ladder: tuple[PriceStep, ...]


@dataclass(frozen=True, slots=True)
class DearPack:
    """A pack whose price stands above its own 90-day median: both in fen, and by how many percent; names as (zh, en)."""

    slug: str
    product: tuple[str, str]
    label: tuple[str, str]
    supplier: tuple[str, str]
    village: tuple[str, str]
    price_fen: int
    median_fen: int
    percent_above: int


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
    lacks: tuple[str, ...] = ()
