"""What packs cost before, and what stood in the middle of it (rule B11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation
from core import clock
from registry.models import Region
from shop.catalogue.models import PriceChange, Product, Variant
from shop.catalogue.rules import MEDIAN_OVER, as_ladder
from shop.catalogue.values import DearPack, PastPrice


def price_history(session: Session, variant_id: int, *, limit: int = 50) -> list[PastPrice]:
    """Return what a pack size cost, the latest first."""
    rows = session.scalars(
        select(PriceChange)
        .where(PriceChange.variant_id == variant_id)
        .order_by(PriceChange.changed_at.desc(), PriceChange.id.desc())
        .limit(limit)
    )
    return [PastPrice(row.changed_at, row.price_fen, as_ladder(row.ladder)) for row in rows]


def median_prices(session: Session, variant_ids: Sequence[int]) -> dict[int, int]:
    """Return the price (fen) of each pack size that stood in the middle of the last 90 days, weighed by time.

    It is the lowest price at or below which the pack stood for at least half of the time since it is known. Those
    added just now are left out.
    """
    ids = PriceChange.variant_id.in_(list(variant_ids))
    medians = _medians(clock.now(), ids)
    return {row[0]: row[1] for row in session.execute(select(medians.c.variant_id, medians.c.median_fen))}


def dear_packs(
    session: Session, scope: ColumnElement[bool], percent: int, *, limit: int
) -> tuple[list[DearPack], int]:
    """Return packs on sale that cost more than so many percent above their 90-day median, the worst first, and how many.

    `scope` is a condition on `Product`. Only packs whose price changed within the 90 days are looked at.
    """
    now = clock.now()
    found = _dear_statement(now, scope, percent)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    if not total:
        return [], 0
    rows = session.execute(found.order_by(found.selected_columns.above.desc(), Variant.id).limit(limit))
    return [
        DearPack(
            row.slug,
            (row.name_zh, row.name_en),
            (row.label_zh, row.label_en),
            (row.supplier_zh, row.supplier_en),
            (row.village_zh, row.village_en),
            row.price_fen,
            row.median_fen,
            int(row.above),
        )
        for row in rows
    ], total


def _dear_statement(now: datetime, scope: ColumnElement[bool], percent: int) -> Select[*tuple[Any, ...]]:
    village, supplier = aliased(Region), aliased(Organisation)
    earlier, later = aliased(PriceChange), aliased(PriceChange)
    moved = (
        select(later.variant_id)
        .join(Variant, Variant.id == later.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .where(
            scope,
            Product.listed_at.is_not(None),
            Variant.on_shelf,
            later.changed_at > now - MEDIAN_OVER,
            exists().where(and_(earlier.variant_id == later.variant_id, earlier.id < later.id)),
        )
    )
    medians = _medians(now, PriceChange.variant_id.in_(moved))
    return (
        select(
            Product.slug,
            Product.name_zh,
            Product.name_en,
            Variant.label_zh,
            Variant.label_en,
            supplier.name_zh.label("supplier_zh"),
            supplier.name_en.label("supplier_en"),
            village.name_zh.label("village_zh"),
            village.name_en.label("village_en"),
            Variant.price_fen,
            medians.c.median_fen,
            (Variant.price_fen * 100 / medians.c.median_fen - 100).label("above"),
        )
        .select_from(Variant)
        .join(medians, medians.c.variant_id == Variant.id)
        .join(Product, Product.id == Variant.product_id)
        .join(supplier, supplier.id == Product.supplier_id)
        .join(village, village.id == Product.village_id)
        .where(Variant.price_fen * 100 > medians.c.median_fen * (100 + percent))
    )


def _medians(now: datetime, condition: ColumnElement[bool]) -> Subquery:
    """Return (variant_id, median_fen) of the pack sizes under a condition on `PriceChange`."""
    begin = func.greatest(PriceChange.changed_at, literal(now - MEDIAN_OVER))
    following = func.lead(PriceChange.changed_at).over(
        partition_by=PriceChange.variant_id, order_by=(PriceChange.changed_at, PriceChange.id)
    )
    spans = (
        select(
            PriceChange.variant_id,
            PriceChange.price_fen,
            begin.label("begin"),
            func.coalesce(following, literal(now)).label("until"),
        )
        .where(condition, PriceChange.changed_at <= now)
        .subquery()
    )
    lasting = func.sum(func.extract("epoch", spans.c.until - spans.c.begin))
    weighed = (
        select(spans.c.variant_id, spans.c.price_fen, lasting.label("seconds"))
        .where(spans.c.until > spans.c.begin)
        .group_by(spans.c.variant_id, spans.c.price_fen)
        .subquery()
    )
    passed = func.sum(weighed.c.seconds).over(partition_by=weighed.c.variant_id, order_by=weighed.c.price_fen)
    whole = func.sum(weighed.c.seconds).over(partition_by=weighed.c.variant_id)
    running = select(
        weighed.c.variant_id, weighed.c.price_fen, passed.label("passed"), whole.label("whole")
    ).subquery()
    return (
        select(running.c.variant_id, func.min(running.c.price_fen).label("median_fen"))
        .where(running.c.passed * 2 >= running.c.whole)
        .group_by(running.c.variant_id)
        .subquery()
    )
