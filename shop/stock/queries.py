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
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation
from core import clock
from registry.models import Region
from shop.catalogue.models import Product, Variant
from shop.catalogue.rules import as_ladder
from shop.catalogue.values import FEW_PACKS
from shop.certification.models import Certificate
from shop.certification.queries import certified_condition
from shop.stock.models import Stock, StockHold
from shop.stock.values import Goods

_village = aliased(Region)


def active_hold(now: Any) -> ColumnElement[bool]:
    """Return the condition that a hold still keeps its packs from others."""
    # Written out, so that a plan made for any parameters knows the index of what is held.
    return (StockHold.status == literal_column("'held'")) & or_(StockHold.payable, StockHold.expires_at > now)


def held_quantity(variant_id: Any, now: Any) -> ColumnElement[int]:
    """Return how many packs of a variant are held, as a scalar for another select."""
    return (
        select(func.coalesce(func.sum(StockHold.quantity), 0))
        .where(StockHold.variant_id == variant_id, active_hold(now))
        .correlate_except(StockHold)
        .scalar_subquery()
    )


def valid_certificate(product_id: Any, now: Any) -> ColumnElement[int]:
    """Return the certificate that makes a product certified now, as a scalar for another select; NULL for none."""
    return (
        select(Certificate.id)
        .where(Certificate.product_id == product_id, certified_condition(now))
        .order_by(Certificate.valid_until.desc(), Certificate.id)
        .limit(1)
        .correlate_except(Certificate)
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
            Variant.id,
            Variant.public_id,
            Product.id,
            Product.slug,
            Product.category,
            Product.picture,
            Product.name_zh,
            Product.name_en,
            Variant.label_zh,
            Variant.label_en,
            Product.supplier_id,
            Organisation.name_zh,
            Organisation.name_en,
            Product.village_id,
            _village.name_zh,
            _village.name_en,
            Product.households_count,
            Product.perishable,
            Variant.net_grams,
            Variant.pieces,
            Variant.price_fen,
            Variant.producer_fen,
            Variant.logistics_fen,
            Variant.other_fen,
            Variant.pack_multiple,
            (Product.listed_at.is_not(None) & Variant.closed_at.is_(None)),
            valid_certificate(Product.id, now),
            func.coalesce(Stock.on_hand, 0) - held_quantity(Variant.id, now),
            Variant.ladder,
        )
        .select_from(Variant)
        .join(Product, Product.id == Variant.product_id)
        .join(Organisation, Organisation.id == Product.supplier_id)
        .join(_village, _village.id == Product.village_id)
        .outerjoin(Stock, Stock.variant_id == Variant.id)
    )


FIELDS = 29


def as_goods(row: Sequence[Any]) -> Goods:
    """Read the first `FIELDS` columns of a row of `goods_statement` as goods."""
    fields: list[Any] = list(row[:FIELDS])
    fields[-2] = int(fields[-2])
    fields[-1] = as_ladder(fields[-1])
    return Goods(*fields)


def goods_by_id(session: Session, variant_ids: Iterable[int]) -> dict[int, Goods]:
    """Return the goods of these variants as they stand now; nothing is locked."""
    rows = session.execute(_goods_by_id(), {"now": clock.now(), "ids": list(variant_ids)})
    return {row[0]: as_goods(row) for row in rows}


@cache
def _goods_by_id() -> Select[*tuple[Any, ...]]:
    return goods_statement().where(Variant.id == func.any(bindparam("ids", type_=ARRAY(BigInteger))))


def find_goods(session: Session, public_id: str) -> Goods | None:
    """Return the goods behind a variant's public identifier, or None."""
    row = session.execute(_goods_by_public_id(), {"now": clock.now(), "public_id": public_id}).first()
    return as_goods(row) if row is not None else None


@cache
def _goods_by_public_id() -> Select[*tuple[Any, ...]]:
    return goods_statement().where(Variant.public_id == bindparam("public_id"))


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
        .where(Variant.product_id == func.any(product_ids), Variant.closed_at.is_(None))
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
            Variant.closed_at.is_(None),
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
            Variant.closed_at.is_(None),
            Stock.on_hand - held_quantity(Variant.id, now) >= Variant.pack_multiple,
        )
        .limit(1)
        .correlate_except(Variant, Stock)
    )
    return func.coalesce(asked.scalar_subquery(), false())
