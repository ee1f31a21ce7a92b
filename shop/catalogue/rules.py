"""Decisions about products: what can be one, what a kilogram or a piece costs, what a pack is called."""

from __future__ import annotations

import re

from shop.catalogue.values import Category, NewProduct, NewVariant

LONGEST_SLUG = 80

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
    if len(product.slug) > LONGEST_SLUG or not _SLUG.fullmatch(product.slug):
        return "slug"
    if product.category not in set(Category):
        return "category"
    if not product.name_zh.strip():
        return "name"
    if not product.variants:
        return "no pack sizes"
    if product.households_count < 0:
        return "households"
    return next((found for found in map(_problem_of_variant, product.variants) if found), None)


def _problem_of_variant(variant: NewVariant) -> str | None:
    if not variant.label_zh.strip():
        return "label"
    if variant.price_fen <= 0:
        return "price"
    shares = (variant.producer_fen, variant.logistics_fen, variant.other_fen)
    if min(shares) < 0 or sum(shares) != variant.price_fen:
        return "split"
    if (variant.net_grams is None) == (variant.pieces is None):
        return "grams or pieces"
    if (variant.net_grams or variant.pieces or 0) <= 0:
        return "size"
    if variant.pack_multiple <= 0 or variant.stock < 0:
        return "quantity"
    return None


def unit_price_fen(price_fen: int, net_grams: int | None, pieces: int | None) -> int:
    """Return the price in fen of a kilogram, or of a piece when it is sold by the piece; half a fen rounds up."""
    amount, size = (price_fen * 1000, net_grams) if net_grams else (price_fen, pieces or 1)
    return (2 * amount + size) // (2 * size)


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
