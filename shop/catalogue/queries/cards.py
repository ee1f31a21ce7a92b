"""Product cards: one statement for a page of them, whatever the filters, and one for their number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    case,
    cast,
    exists,
    func,
    lateral,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from core import clock, money, storage
from registry.models import Region
from shop.catalogue import rules
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import CardWords, CountyFacet, ProductCard, Shelf, Sort
from shop.certification.queries import is_certified
from shop.stock.models import Stock
from shop.stock.queries import held_quantity

PREFIX = "/shop/products/"

_county, _village = aliased(Region), aliased(Region)


def on_sale(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a product stands in lists: listed, and certified at this moment (A4)."""
    return and_(Product.listed_at.is_not(None), is_certified(now))


def _wanted(
    now: datetime,
    category: str | None,
    county_id: int | None,
    ids: Sequence[int] | None,
    in_stock: bool,
    village_id: int | None,
    without_id: int | None,
) -> list[ColumnElement[bool]]:
    conditions = [on_sale(now)]
    if category is not None:
        conditions.append(Product.category == category)
    if county_id is not None:
        conditions.append(Product.county_id == county_id)
    if village_id is not None:
        conditions.append(Product.village_id == village_id)
    if without_id is not None:
        conditions.append(Product.id != without_id)
    if ids is not None:
        conditions.append(Product.id == func.any(_array(ids)))
    if in_stock:
        conditions.append(_has_stock(Product.id, now))
    return conditions


def _array(ids: Sequence[int]) -> ColumnElement[Any]:
    return cast(list(ids), ARRAY(BigInteger))


def _has_stock(product_id: Any, now: datetime) -> ColumnElement[bool]:
    return exists(
        select(Variant.id)
        .join(Stock, Stock.variant_id == Variant.id)
        .where(
            Variant.product_id == product_id,
            Variant.closed_at.is_(None),
            Stock.on_hand - held_quantity(Variant.id, now) >= Variant.pack_multiple,
        )
        .correlate_except(Variant, Stock)
    )


def _order(source: Any, sort: Sort, ids: Sequence[int] | None) -> list[Any]:
    if sort is Sort.RELEVANCE and ids is not None:
        return [func.array_position(_array(ids), source.id)]
    if sort is Sort.PRICE_UP:
        return [source.from_price_fen, source.id]
    if sort is Sort.PRICE_DOWN:
        return [source.from_price_fen.desc(), source.id.desc()]
    return [source.listed_at.desc(), source.id.desc()]


def product_cards(
    session: Session,
    words: CardWords,
    *,
    category: str | None = None,
    county_id: int | None = None,
    village_id: int | None = None,
    ids: Sequence[int] | None = None,
    without_id: int | None = None,
    in_stock: bool = False,
    sort: Sort = Sort.NEWEST,
    limit: int = 24,
    offset: int = 0,
) -> list[ProductCard]:
    """Return one page of certified products on sale, in one statement; price, stock and certificate are of this moment.

    `ids` narrows the list to what a search found, in the order of `ids` when sorted by relevance.
    """
    now = clock.now()
    page = (
        select(
            Product.id,
            Product.slug,
            Product.category,
            Product.name_zh,
            Product.name_en,
            Product.picture,
            Product.households_count,
            Product.county_id,
            Product.village_id,
            Product.from_price_fen,
            Product.listed_at,
        )
        .where(*_wanted(now, category, county_id, ids, in_stock, village_id, without_id))
        .order_by(*_order(Product, sort, ids))
        .limit(limit)
        .offset(offset)
        .subquery("page")
    )
    cheapest = lateral(
        select(
            Variant.label_zh,
            Variant.label_en,
            Variant.net_grams,
            Variant.pieces,
            Variant.price_fen,
            Variant.producer_fen,
        )
        .where(Variant.product_id == page.c.id, Variant.closed_at.is_(None))
        .order_by(Variant.price_fen, Variant.id)
        .limit(1)
    ).alias("cheapest")
    packs = (
        select(func.count())
        .where(Variant.product_id == page.c.id, Variant.closed_at.is_(None))
        .correlate(page)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            page.c.id,
            page.c.slug,
            page.c.category,
            page.c.name_zh,
            page.c.name_en,
            page.c.picture,
            page.c.households_count,
            _county.name_zh.label("county_zh"),
            _county.name_en.label("county_en"),
            _village.name_zh.label("village_zh"),
            _village.name_en.label("village_en"),
            cheapest.c.label_zh,
            cheapest.c.label_en,
            cheapest.c.net_grams,
            cheapest.c.pieces,
            cheapest.c.price_fen,
            cheapest.c.producer_fen,
            packs.label("packs"),
            _has_stock(page.c.id, now).label("in_stock"),
        )
        .select_from(page)
        .join(_county, _county.id == page.c.county_id)
        .join(_village, _village.id == page.c.village_id)
        .join(cheapest, true())
        .order_by(*_order(page.c, sort, ids))
    )
    return [_card(row, words) for row in rows]


def _card(row: Any, words: CardWords) -> ProductCard:
    unit_price = money.format_fen(rules.unit_price_fen(row.price_fen, row.net_grams, row.pieces))
    unit_text = (words.per_kilogram if row.net_grams else words.per_piece) % {"price": unit_price}
    return ProductCard(
        id=row.id,
        slug=row.slug,
        url=PREFIX + row.slug,
        image_url=storage.picture_url(row.picture),
        image_srcset=storage.picture_srcset(row.picture),
        title=words.choose(row.name_zh, row.name_en),
        origin=f"{words.choose(row.county_zh, row.county_en)} · {words.choose(row.village_zh, row.village_en)}",
        impact_text=impact_text(
            words,
            rules.container(row.label_zh, row.label_en),
            row.producer_fen,
            row.households_count,
            words.choose(row.village_zh, row.village_en),
        ),
        price_text=money.format_fen(row.price_fen),
        unit_price_text=words.and_up % {"unit": unit_text} if row.packs > 1 else unit_text,
        certified=True,
        sold_out=not row.in_stock,
        tint=row.category,
    )


def impact_text(
    words: CardWords, pack: tuple[str, str], producer_fen: int, households: int, village: str
) -> str:
    """Say what a pack does: 每袋 ¥12.40 到 21 户; without households it names the village."""
    template = words.impact if households else words.impact_village
    return template % {
        "pack": words.choose(*pack),
        "amount": money.format_fen(producer_fen),
        "households": households,
        "village": village,
    }


def count_products(
    session: Session,
    *,
    category: str | None = None,
    county_id: int | None = None,
    ids: Sequence[int] | None = None,
    in_stock: bool = False,
) -> int:
    """Return how many certified products on sale there are with these filters."""
    conditions = _wanted(clock.now(), category, county_id, ids, in_stock, None, None)
    return session.scalar(select(func.count()).select_from(Product).where(*conditions)) or 0


def category_facets(
    session: Session,
    *,
    county_id: int | None = None,
    ids: Sequence[int] | None = None,
    in_stock: bool = False,
) -> dict[str, int]:
    """Return how many products each category has, with the other filters; empty categories are left out."""
    rows = session.execute(
        select(Product.category, func.count())
        .where(*_wanted(clock.now(), None, county_id, ids, in_stock, None, None))
        .group_by(Product.category)
    )
    return {row[0]: row[1] for row in rows}


def county_facets(
    session: Session, *, category: str | None = None, ids: Sequence[int] | None = None, in_stock: bool = False
) -> list[CountyFacet]:
    """Return the counties that have products with the other filters, in the order of their codes."""
    rows = session.execute(
        select(_county.id, _county.code, _county.name_zh, _county.name_en, func.count())
        .join(Product, Product.county_id == _county.id)
        .where(*_wanted(clock.now(), category, None, ids, in_stock, None, None))
        .group_by(_county.id)
        .order_by(_county.code)
    )
    return [CountyFacet(*row) for row in rows]


def weekly_ids(session: Session, week: str, limit: int) -> list[int]:
    """Return products for the front of the shop: in stock, from all shelves by turns, others each `week`."""
    now = clock.now()
    lot = func.md5(func.concat(week, ":", Product.id))
    turn = func.row_number().over(partition_by=Product.category, order_by=lot)
    drawn = (
        select(Product.id, turn.label("turn"), lot.label("lot"))
        .where(on_sale(now), _has_stock(Product.id, now))
        .subquery()
    )
    return list(session.scalars(select(drawn.c.id).order_by(drawn.c.turn, drawn.c.lot).limit(limit)))


def shelves(session: Session) -> dict[str, Shelf]:
    """Return the categories that have products, each with how many and with a picture of its newest."""
    rows = session.execute(
        select(Product.category, func.count().over(partition_by=Product.category), Product.picture)
        .distinct(Product.category)
        .where(on_sale(clock.now()))
        .order_by(Product.category, Product.picture.is_(None), Product.listed_at.desc(), Product.id.desc())
    )
    return {row[0]: Shelf(row[0], row[1], storage.picture_url(row[2], 320)) for row in rows}


def title_matches(session: Session, text: str, limit: int) -> list[int]:
    """Return products whose name contains the text, else its characters in this order (茶油 in 油茶籽油).

    This answers when the index finds nothing or cannot be asked; signs in the text mean themselves.
    """
    plain = " ".join(text.replace("\x00", " ").split())[:50]
    if not plain:
        return []
    contains = or_(
        Product.name_zh.icontains(plain, autoescape=True), Product.name_en.icontains(plain, autoescape=True)
    )
    found = contains
    if 2 <= len(plain) <= 10 and not plain.isascii():
        spread = "%" + "%".join(_escaped(character) for character in plain if character != " ") + "%"
        found = or_(contains, Product.name_zh.ilike(spread, escape="/"))
    return list(
        session.scalars(
            select(Product.id)
            .where(on_sale(clock.now()), found)
            .order_by(case((contains, 0), else_=1), func.length(Product.name_zh), Product.id)
            .limit(limit)
        )
    )


def _escaped(character: str) -> str:
    return "/" + character if character in "%_/" else character
