"""Facts about products; the search index hears of them through its outbox, in the same step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProductListed:
    """A product went on sale; `shop.tracing` gives it its code."""

    product_id: int


@dataclass(frozen=True, slots=True)
class ProductsListed:
    """Many products went on sale together; `shop.tracing` gives each its code."""

    product_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProductUnlisted:
    """A product was taken off sale; no flow reacts yet."""

    product_id: int


@dataclass(frozen=True, slots=True)
class TermsCorrected:
    """The operator put the terms of return of a product right; its supplier gets a mail (`shop.return_terms.emails`)."""

    product_id: int
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class PriceChanged:
    """A pack size costs something else from now on (fen), or its parts or ladder changed; `shop.live` follows."""

    product_id: int
    variant_id: int
    before_fen: int
    after_fen: int


@dataclass(frozen=True, slots=True)
class PricesChanged:
    """The same of many pack sizes at once; `shop.live` follows."""

    variant_ids: tuple[int, ...]
