"""Product cards: one statement for a page of them, whatever the filters, and one for the choices beside it.

Statements are built once for each shape of filters: building them costs more than sending them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    lateral,
    literal_column,
    or_,
    outerjoin,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from core import clock, money, storage
from registry.models import Region
from shop.catalogue import rules
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import CardWords, CountyFacet, Facets, ProductCard, Shelf, Sort, Suggestion
from shop.certification.queries import is_certified
from shop.orders.models import Order, OrderLine
from shop.stock.models import Stock
from shop.stock.queries import held_quantity

PREFIX = "/shop/products/"
SALES_DAYS = 90

_county, _village = aliased(Region), aliased(Region)

#: Values that every statement here is given when it is sent.
_now: Any = bindparam("now")
_ids: Any = bindparam("ids", type_=ARRAY(BigInteger))


def on_sale(now: Any) -> ColumnElement[bool]:
    """Return the condition that a product stands in lists: listed, and certified at this moment (A4)."""
    return and_(Product.listed_at.is_not(None), is_certified(now))


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which filters a statement has; their values are bound when it is sent."""

    category: bool = False
    county: bool = False
    village: bool = False
    without: bool = False
    ids: bool = False
    in_stock: bool = False
    summaries: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        found = [on_sale(_now)]
        if self.category:
            found.append(Product.category == bindparam("category"))
        if self.county:
            found.append(Product.county_id == bindparam("county_id"))
        if self.village:
            found.append(Product.village_id == bindparam("village_id"))
        if self.without:
            found.append(Product.id != bindparam("without_id"))
        if self.ids:
            found.append(Product.id == func.any(_ids))
        if self.in_stock:
            found.append(_has_stock(Product.id))
        return found


def _has_stock(product_id: Any) -> ColumnElement[bool]:
    return exists(
        select(Variant.id)
        .join(Stock, Stock.variant_id == Variant.id)
        .where(
            Variant.product_id == product_id,
            Variant.closed_at.is_(None),
            Stock.on_hand - held_quantity(Variant.id, _now) >= Variant.pack_multiple,
        )
        .correlate_except(Variant, Stock)
    )


def _order(source: Any, sort: Sort, *, by_ids: bool) -> list[Any]:
    if sort is Sort.RELEVANCE and by_ids:
        return [func.array_position(_ids, source.id)]
    if sort is Sort.SALES:
        return [literal_column("sold").desc(), source.id.desc()]
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
    summaries: bool = False,
    sort: Sort = Sort.NEWEST,
    limit: int = 24,
    offset: int = 0,
) -> list[ProductCard]:
    """Return one page of certified products on sale, in one statement; price, stock and certificate are of this moment.

    `ids` narrows the list to what a search found, in the order of `ids` when sorted by relevance. Sales are packs paid
    for within the last `SALES_DAYS` days.
    """
    shape = _Shape(
        category=category is not None,
        county=county_id is not None,
        village=village_id is not None,
        without=without_id is not None,
        ids=ids is not None,
        in_stock=in_stock,
        summaries=summaries,
    )
    values = {
        "now": clock.now(),
        "sold_since": clock.now() - timedelta(days=SALES_DAYS),
        "category": category,
        "county_id": county_id,
        "village_id": village_id,
        "without_id": without_id,
        "ids": list(ids) if ids is not None else None,
        "limit": limit,
        "offset": offset,
    }
    cards = []
    for row in session.execute(_cards_statement(shape, sort), values):
        summary = words.choose(row.summary_zh, row.summary_en) if summaries else ""
        cards.append(_card(row, words, summary))
    return cards


@cache
def _cards_statement(shape: _Shape, sort: Sort) -> Select[*tuple[Any, ...]]:
    listed: Any = Product
    columns: list[Any] = [Product.summary_zh, Product.summary_en] if shape.summaries else []
    if sort is Sort.SALES:
        sales = _sales()
        listed = outerjoin(Product, sales, sales.c.product_id == Product.id)
        columns.append(func.coalesce(sales.c.packs, 0).label("sold"))
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
            *columns,
        )
        .select_from(listed)
        .where(*shape.conditions())
        .order_by(*_order(Product, sort, by_ids=shape.ids))
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
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
    return (
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
            _has_stock(page.c.id).label("in_stock"),
            *((page.c.summary_zh, page.c.summary_en) if shape.summaries else ()),
            *((page.c.sold,) if sort is Sort.SALES else ()),
        )
        .select_from(page)
        .join(_county, _county.id == page.c.county_id)
        .join(_village, _village.id == page.c.village_id)
        .join(cheapest, true())
        .order_by(*_order(page.c, sort, by_ids=shape.ids))
    )


def _sales() -> Any:
    return (
        select(OrderLine.product_id, func.sum(OrderLine.quantity).label("packs"))
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.paid_at >= bindparam("sold_since"), Order.state.in_(("paid", "shipped", "received")))
        .group_by(OrderLine.product_id)
        .subquery("sales")
    )


def _card(row: Any, words: CardWords, summary: str = "") -> ProductCard:
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
        summary=summary,
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


def facets(session: Session, *, ids: Sequence[int] | None = None, in_stock: bool = False) -> Facets:
    """Return how many products there are by category and county, in one statement; every other count follows."""
    rows = session.execute(
        _facets_statement(_Shape(ids=ids is not None, in_stock=in_stock)),
        {"now": clock.now(), "ids": list(ids) if ids is not None else None},
    )
    return Facets(tuple((row[0], CountyFacet(*row[1:])) for row in rows))


@cache
def _facets_statement(shape: _Shape) -> Select[*tuple[Any, ...]]:
    counted = (
        select(Product.category, Product.county_id, func.count().label("products"))
        .where(*shape.conditions())
        .group_by(Product.category, Product.county_id)
        .subquery("counted")
    )
    return (
        select(
            counted.c.category, _county.id, _county.code, _county.name_zh, _county.name_en, counted.c.products
        )
        .join(_county, _county.id == counted.c.county_id)
        .order_by(_county.code, counted.c.category)
    )


def weekly_ids(session: Session, week: str, limit: int) -> list[int]:
    """Return products for the front of the shop: in stock, from all shelves by turns, others each `week`."""
    values = {"now": clock.now(), "week": week, "limit": limit}
    return list(session.scalars(_weekly_statement(), values))


@cache
def _weekly_statement() -> Select[int]:
    lot = func.md5(func.concat(bindparam("week", type_=Text), ":", Product.id))
    turn = func.row_number().over(partition_by=Product.category, order_by=lot)
    drawn = (
        select(Product.id, turn.label("turn"), lot.label("lot"))
        .where(*_Shape(in_stock=True).conditions())
        .subquery()
    )
    return select(drawn.c.id).order_by(drawn.c.turn, drawn.c.lot).limit(bindparam("limit", type_=Integer))


def shelves(session: Session) -> dict[str, Shelf]:
    """Return the categories that have products, each with how many and with a picture of its newest."""
    rows = session.execute(
        select(Product.category, func.count().over(partition_by=Product.category), Product.picture)
        .distinct(Product.category)
        .where(on_sale(_now))
        .order_by(Product.category, Product.picture.is_(None), Product.listed_at.desc(), Product.id.desc()),
        {"now": clock.now()},
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


def suggested(
    session: Session, text: str, ids: Sequence[int], *, english: bool, limit: int
) -> list[Suggestion]:
    """Return products whose names begin with or contain what was typed, then what the index found, in one statement."""
    plain = " ".join(text.replace("\x00", " ").split())[:50]
    name = (
        case((Product.name_en != "", Product.name_en), else_=Product.name_zh) if english else Product.name_zh
    )
    begins = or_(
        Product.name_zh.istartswith(plain, autoescape=True),
        Product.name_en.istartswith(plain, autoescape=True),
    )
    contains = or_(
        Product.name_zh.icontains(plain, autoescape=True), Product.name_en.icontains(plain, autoescape=True)
    )
    rows = session.execute(
        select(name.label("title"), Product.slug)
        .where(on_sale(clock.now()), or_(Product.id == func.any(_ids), contains))
        .order_by(
            case((begins, 0), (contains, 1), else_=2),
            func.array_position(_ids, Product.id).nulls_last(),
            func.length(name),
            Product.id,
        )
        .limit(limit),
        {"ids": list(ids)},
    )
    return [Suggestion(row.title, PREFIX + row.slug) for row in rows]
