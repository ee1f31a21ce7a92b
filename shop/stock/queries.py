"""Reading the stock: availability, and goods as they can be bought now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import clock
from core.db import one_of, table_of
from registry.models import Region
from shop.catalogue.models import Product, Variant
from shop.catalogue.rules import as_ladder
from shop.catalogue.values import FEW_PACKS
from shop.certification.models import Certificate
from shop.certification.queries import certified_condition
from shop.stock.models import Stock, StockHold
from shop.stock.values import Goods

# Every basket is read with these, over the plain tables: that costs a sixth less.
_variants, _products, _stock, _holds = (table_of(model) for model in (Variant, Product, Stock, StockHold))
_certificates, _organisations = table_of(Certificate), table_of(Organisation)
_villages = table_of(Region).alias("villages")


def active_hold(now: Any) -> ColumnElement[bool]:
    """Return the condition that a hold still keeps its packs from others."""
    # Written out, so that a plan made for any parameters knows the index of what is held.
    return (_holds.c.status == literal_column("'held'")) & or_(_holds.c.payable, _holds.c.expires_at > now)


def held_quantity(variant_id: Any, now: Any) -> ColumnElement[int]:
    """Return how many packs of a variant are held, as a scalar for another select."""
    return (
        select(func.coalesce(func.sum(_holds.c.quantity), 0))
        .where(_holds.c.variant_id == variant_id, active_hold(now))
        .correlate_except(_holds)
        .scalar_subquery()
    )


def valid_certificate(product_id: Any, now: Any) -> ColumnElement[int]:
    """Return the certificate that makes a product certified now, as a scalar for another select; NULL for none."""
    return (
        select(_certificates.c.id)
        .where(_certificates.c.product_id == product_id, certified_condition(now))
        .order_by(_certificates.c.valid_until.desc(), _certificates.c.id)
        .limit(1)
        .correlate_except(_certificates)
        .scalar_subquery()
    )


@cache
def goods_statement() -> Select[*tuple[Any, ...]]:
    """Return the select whose rows are `Goods`, in their order of fields; callers add conditions and columns.

    It is sent with the moment as `now`. It is built once: building it costs as much as sending it.
    """
    now: Any = bindparam("now")
    return (
        select(
            _variants.c.id,
            _variants.c.public_id,
            _products.c.id,
            _products.c.slug,
            _products.c.category,
            _products.c.picture,
            _products.c.name_zh,
            _products.c.name_en,
            _variants.c.label_zh,
            _variants.c.label_en,
            _products.c.supplier_id,
            _organisations.c.name_zh,
            _organisations.c.name_en,
            _products.c.village_id,
            _villages.c.name_zh,
            _villages.c.name_en,
            _products.c.households_count,
            _products.c.return_terms,
            _products.c.return_note_zh,
            _products.c.return_note_en,
            _variants.c.net_grams,
            _variants.c.pieces,
            _variants.c.price_fen,
            _variants.c.producer_fen,
            _variants.c.logistics_fen,
            _variants.c.other_fen,
            _variants.c.pack_multiple,
            (_products.c.listed_at.is_not(None) & _variants.c.closed_at.is_(None)),
            valid_certificate(_products.c.id, now),
            func.coalesce(_stock.c.on_hand, 0) - held_quantity(_variants.c.id, now),
            _variants.c.ladder,
            _variants.c.edition_of.is_not(None),
            _variants.c.most_per_buyer,
        )
        .select_from(_variants)
        .join(_products, _products.c.id == _variants.c.product_id)
        .join(_organisations, _organisations.c.id == _products.c.supplier_id)
        .join(_villages, _villages.c.id == _products.c.village_id)
        .outerjoin(_stock, _stock.c.variant_id == _variants.c.id)
    )


FIELDS = 33

#: Which variant a row of `goods_statement` is about, for those who join something to it.
VARIANT_ID = _variants.c.id


def as_goods(row: Sequence[Any]) -> Goods:
    """Read the first `FIELDS` columns of a row of `goods_statement` as goods."""
    fields: list[Any] = list(row[:FIELDS])
    fields[-4] = int(fields[-4])
    fields[-3] = as_ladder(fields[-3])
    return Goods(*fields)


def goods_by_id(session: Session, variant_ids: Iterable[int]) -> dict[int, Goods]:
    """Return the goods of these variants as they stand now; nothing is locked."""
    rows = session.execute(_goods_by_id(), {"now": clock.now(), "ids": list(variant_ids)})
    return {row[0]: as_goods(row) for row in rows}


@cache
def _goods_by_id() -> Select[*tuple[Any, ...]]:
    return goods_statement().where(_variants.c.id == one_of("ids"))


def find_goods(session: Session, public_id: str) -> Goods | None:
    """Return the goods behind a variant's public identifier, or None."""
    row = session.execute(_goods_by_public_id(), {"now": clock.now(), "public_id": public_id}).first()
    return as_goods(row) if row is not None else None


@cache
def _goods_by_public_id() -> Select[*tuple[Any, ...]]:
    return goods_statement().where(_variants.c.public_id == bindparam("public_id"))


def available(session: Session, variant_ids: Iterable[int]) -> dict[int, int]:
    """Return how many packs of each variant can be bought now; nothing is locked."""
    rows = session.execute(
        select(Stock.variant_id, Stock.on_hand - held_quantity(Stock.variant_id, clock.now())).where(
            Stock.variant_id.in_(list(variant_ids))
        )
    )
    return {row[0]: int(row[1]) for row in rows}


def packs_watch(product_ids: Any, now: Any) -> ColumnElement[Any]:
    """Return how many packs of each open variant of a product can be bought, by price, for pages that are kept.

    Counted as far as a page counts them (`shop.catalogue.rules.counted_packs`).
    """
    free = func.greatest(0, func.coalesce(Stock.on_hand, 0) - held_quantity(Variant.id, now))
    free = func.least(free, func.greatest(FEW_PACKS + 1, Variant.pack_multiple))
    return (
        select(func.array_agg(aggregate_order_by(cast(free, BigInteger), Variant.price_fen, Variant.id)))
        .select_from(Variant)
        .outerjoin(Stock, Stock.variant_id == Variant.id)
        .where(Variant.product_id == func.any(product_ids), Variant.on_shelf)
        .scalar_subquery()
    )


def free_watch(variant_ids: Any, now: Any) -> ColumnElement[Any]:
    """Return how many packs of each of these variants can be bought, in their order, for pages that are kept."""
    wanted = func.unnest(variant_ids).table_valued("id", with_ordinality="place").render_derived()
    free = func.greatest(0, func.coalesce(Stock.on_hand, 0) - held_quantity(wanted.c.id, now))
    return (
        select(func.array_agg(aggregate_order_by(cast(free, BigInteger), wanted.c.place)))
        .select_from(wanted)
        .outerjoin(Stock, Stock.variant_id == wanted.c.id)
        .scalar_subquery()
    )


def sold_out_watch(product_ids: Any, now: Any) -> ColumnElement[Any]:
    """Return which of these products are sold out, in their order, for pages that are kept."""
    wanted = func.unnest(product_ids).table_valued("id", with_ordinality="place").render_derived()
    return select(
        func.array_agg(aggregate_order_by(~has_stock(wanted.c.id, now), wanted.c.place))
    ).scalar_subquery()


def has_stock(product_id: Any, now: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that some open variant (that meets the conditions) of a product can be bought."""
    return exists(
        select(Variant.id)
        .join(Stock, Stock.variant_id == Variant.id)
        .where(
            Variant.product_id == product_id,
            Variant.on_shelf,
            Stock.on_hand - held_quantity(Variant.id, now) >= Variant.pack_multiple,
            *conditions,
        )
        .correlate_except(Variant, Stock)
    )


def is_in_stock(product_id: Any, now: Any) -> ColumnElement[bool]:
    """Return whether a product can be bought, as a scalar for each row of a page.

    As `EXISTS` in the columns of a select, PostgreSQL would hash the whole stock for a page of twenty-four products.
    """
    asked = (
        select(true())
        .select_from(Variant)
        .join(Stock, Stock.variant_id == Variant.id)
        .where(
            Variant.product_id == product_id,
            Variant.on_shelf,
            Stock.on_hand - held_quantity(Variant.id, now) >= Variant.pack_multiple,
        )
        .limit(1)
        .correlate_except(Variant, Stock)
    )
    return func.coalesce(asked.scalar_subquery(), false())
