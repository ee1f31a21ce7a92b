"""Decisions about products: what can be one, what so many packs cost, what a kilogram costs, what a pack is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from core import money
from shop.catalogue.values import (
    EXEMPT_BY_LAW,
    EXEMPT_IF_CONFIRMED,
    FEW_PACKS,
    STATED,
    Category,
    Charge,
    Fault,
    NewProduct,
    NewVariant,
    PriceStep,
    ProductEdit,
    ReturnTerms,
    Terms,
    VariantEdit,
)

LONGEST_SLUG = 80

#: Shelves of what is eaten: how it is kept and how long matters there.
EDIBLE = frozenset({Category.FRUIT_VEGETABLES, Category.GRAIN_OIL, Category.SNACKS, Category.COOKED_FOOD})

#: Words of our own addresses that no product may take.
RESERVED_SLUGS = frozenset({"new", "export", "import", "files"})

#: How long texts may be, in characters.
LONGEST = {
    "name_zh": 60,
    "name_en": 120,
    "summary_zh": 300,
    "summary_en": 600,
    "story_zh": 6_000,
    "story_en": 12_000,
    "storage_zh": 300,
    "storage_en": 600,
    "return_note_zh": 200,
    "return_note_en": 400,
}
LONGEST_OF_PACKS = {"label_zh": 60, "label_en": 120, "sku": 40}

MOST_PICTURES = 8
LONGEST_ALT = 200
MOST_STEPS = 6
MOST_PACKS = 9_999
MOST_PRICE_FEN = 999_999_99
MOST_GRAMS = 10_000_000
MOST_STOCK = 10_000_000
MOST_SHELF_LIFE_DAYS = 36_500

#: Days after the day of receipt within which goods may go back without a reason (rule B10).
RETURN_DAYS = 7

#: Over how long a price is held against its own past (rule B11).
MEDIAN_OVER = timedelta(days=90)

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

#: Chinese words for containers, and English ones to go with them when the English label names none.
_CONTAINERS = {
    "袋": "bag",
    "箱": "box",
    "盒": "box",
    "瓶": "bottle",
    "罐": "jar",
    "坛": "jar",
    "桶": "tub",
    "筐": "crate",
    "篮": "basket",
    "包": "pack",
    "盆": "pot",
    "双": "pair",
    "套": "set",
}
_ENGLISH_CONTAINER = re.compile(
    r"\b(bag|basket|bottle|box|bundle|can|crate|drum|jar|pack|pair|pot|pouch|punnet|sack|set|tin|tray|tub)(?:e?s)?\b"
)


def problem_of(product: NewProduct) -> str | None:
    """Return the first thing that is wrong with a new product, or None."""
    return next((fault.problem for fault in faults_of_new(product)), None)


def faults_of_new(product: NewProduct) -> list[Fault]:
    """Return everything that is wrong with a new product and its pack sizes; a draft may have none yet."""
    found = []
    if product.slug and (len(product.slug) > LONGEST_SLUG or not _SLUG.fullmatch(product.slug)):
        found.append(Fault("slug", "slug"))
    if product.slug in RESERVED_SLUGS:
        found.append(Fault("slug", "slug taken"))
    found.extend(faults_of_product(product))
    if product.households_count < 0:
        found.append(Fault("households_count", "households"))
    for variant in product.variants:
        found.extend(faults_of_variant(variant))
        if not 0 <= variant.stock <= MOST_STOCK:
            found.append(Fault("stock", "quantity"))
    return found


def faults_of_product(product: NewProduct | ProductEdit) -> list[Fault]:
    """Return everything that is wrong with the texts and facts of a product, in the order of the form."""
    found = []
    if product.category not in set(Category):
        found.append(Fault("category", "category"))
    if not product.name_zh.strip():
        found.append(Fault("name_zh", "name"))
    for field, most in LONGEST.items():
        text = getattr(product, field)
        if len(text) > most:
            found.append(Fault(field, "too long"))
        if _unstorable(text):
            found.append(Fault(field, "characters"))
    if product.shelf_life_days is not None and not 1 <= product.shelf_life_days <= MOST_SHELF_LIFE_DAYS:
        found.append(Fault("shelf_life_days", "shelf life"))
    return found + faults_of_terms(product)


def faults_of_terms(terms: NewProduct | ProductEdit | Terms) -> list[Fault]:
    """Return what is wrong with terms of return: a flaw or a near end is said in both languages."""
    if terms.return_terms not in set(ReturnTerms):
        return [Fault("return_terms", "return terms")]
    notes = ("return_note_zh", "return_note_en") if terms.return_terms in STATED else ()
    return [Fault(field, "return note") for field in notes if not getattr(terms, field).strip()]


def may_go_back(terms: ReturnTerms, *, confirmed: bool, unopened: bool, days: int) -> bool:
    """Say whether a person may send goods back without a reason so many days after the day of receipt (rule B10).

    What the law excepts never goes back. What the buyer was asked to confirm at this purchase and did not confirm goes
    back as everything else does; opening a pack to look at the goods takes nothing away. This says nothing of goods that
    are not right.
    """
    if days > RETURN_DAYS or terms in EXEMPT_BY_LAW:
        return False
    if terms in EXEMPT_IF_CONFIRMED and confirmed:
        return terms is ReturnTerms.ONLY_UNOPENED and unopened
    return True


def faults_of_variant(variant: NewVariant | VariantEdit) -> list[Fault]:
    """Return everything that is wrong with a pack size, in the order of the form."""
    found = []
    if not variant.label_zh.strip():
        found.append(Fault("label_zh", "label"))
    for field, most in LONGEST_OF_PACKS.items():
        text = getattr(variant, field)
        if len(text) > most:
            found.append(Fault(field, "too long"))
        if _unstorable(text):
            found.append(Fault(field, "characters"))
    if (variant.net_grams is None) == (variant.pieces is None):
        found.append(Fault("size", "grams or pieces"))
    elif not 0 < (variant.net_grams or variant.pieces or 0) <= MOST_GRAMS:
        found.append(Fault("size", "size"))
    if not 0 < variant.price_fen <= MOST_PRICE_FEN:
        found.append(Fault("price", "price"))
    shares = (variant.producer_fen, variant.logistics_fen, variant.other_fen)
    if min(shares) < 0:
        found.append(Fault("producer", "split"))
    elif sum(shares) != variant.price_fen:
        found.append(Fault("producer", "split", variant.price_fen - sum(shares)))
    if not 0 < variant.pack_multiple <= MOST_PACKS:
        found.append(Fault("pack_multiple", "quantity"))
    ladder = ladder_problem(variant.price_fen, variant.pack_multiple, variant.ladder)
    if ladder is not None:
        found.append(Fault("ladder", ladder))
    return found


def ladder_problem(price_fen: int, pack_multiple: int, ladder: Sequence[PriceStep]) -> str | None:
    """Return what is wrong with a price ladder, or None: more packs and a lower price at every step."""
    if len(ladder) > MOST_STEPS:
        return "ladder length"
    packs, price = pack_multiple, price_fen
    for step in ladder:
        if not packs < step.from_packs <= MOST_PACKS:
            return "ladder packs"
        if not 0 < step.price_fen < price:
            return "ladder price"
        packs, price = step.from_packs, step.price_fen
    return None


def charge(base: Charge, ladder: Sequence[PriceStep], packs: int) -> Charge:
    """Return what each of so many packs costs, with its parts.

    The parts of a lower step keep the proportions of the pack's own (largest remainder, the growers first), so that
    they sum to the price at every step and nobody's share is cut to pay for the others' discount.
    """
    price = base.price_fen
    for step in ladder:
        if packs >= step.from_packs:
            price = step.price_fen
    if price == base.price_fen:
        return base
    return Charge(price, *money.split_fen(price, (base.producer_fen, base.logistics_fen, base.other_fen)))


def next_step(ladder: Sequence[PriceStep], packs: int, pack_multiple: int = 1) -> tuple[int, int] | None:
    """Return how many more packs (in whole multiples) reach the next step of a ladder, and its price in fen."""
    for step in ladder:
        if packs < step.from_packs:
            wanted = -(-step.from_packs // pack_multiple) * pack_multiple
            return (wanted - packs, step.price_fen) if wanted > packs else None
    return None


def as_ladder(stored: Sequence[Sequence[int]]) -> tuple[PriceStep, ...]:
    """Read a ladder as it is stored."""
    return tuple(PriceStep(from_packs, price_fen) for from_packs, price_fen in stored)


def stored_ladder(ladder: Sequence[PriceStep]) -> list[list[int]]:
    """Return a ladder as it is stored."""
    return [[step.from_packs, step.price_fen] for step in ladder]


def is_dear(price_fen: int, median_fen: int | None, percent: int) -> bool:
    """Say whether a price is more than so many percent above its median (rule B11)."""
    return median_fen is not None and price_fen * 100 > median_fen * (100 + percent)


def _unstorable(text: str) -> bool:
    return any(ord(c) < 32 and c not in "\n\r\t" for c in text)


def unit_price_fen(price_fen: int, net_grams: int | None, pieces: int | None) -> int:
    """Return the price in fen of a kilogram, or of a piece when it is sold by the piece; half a fen rounds up."""
    amount, size = (price_fen * 1000, net_grams) if net_grams else (price_fen, pieces or 1)
    return (2 * amount + size) // (2 * size)


def counted_packs(available: int, pack_multiple: int) -> int:
    """Return how many packs a page counts: what is more than `FEW_PACKS`, and enough to buy, is all the same to it."""
    return min(max(0, available), max(FEW_PACKS + 1, pack_multiple))


def container(label_zh: str, label_en: str = "") -> tuple[str, str]:
    """Return what one pack is called, (Chinese, English), by its labels: 2.5kg 尝鲜箱 -> (箱, box)."""
    last = max(_CONTAINERS, key=label_zh.rfind)
    zh, en = (last, _CONTAINERS[last]) if last in label_zh else ("份", "pack")
    named = _ENGLISH_CONTAINER.findall(label_en.lower())
    return zh, named[-1] if named else en


def shares_percent(
    price_fen: int, producer_fen: int, logistics_fen: int, other_fen: int
) -> tuple[int, int, int]:
    """Return the shares of a price as whole percents that sum to 100 (largest remainder, producer first)."""
    parts = (producer_fen, logistics_fen, other_fen)
    floors = [part * 100 // price_fen for part in parts]
    by_remainder = sorted(range(3), key=lambda i: (-(parts[i] * 100 % price_fen), i))
    for index in by_remainder[: 100 - sum(floors)]:
        floors[index] += 1
    return floors[0], floors[1], floors[2]
