"""Reading county zones: a constant number of statements, whatever a county has."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from core import clock
from core.errors import NotFound
from registry.models import Region
from registry.queries import served_county
from shop.catalogue import queries as catalogue_queries
from shop.catalogue.models import Product
from shop.catalogue.values import CardWords, Sort
from shop.certification.models import Certificate
from shop.certification.queries import certified_condition
from shop.counties.values import CountyRow, CountyZone, Town, VillageTile
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.reached import coming_fen, given_back, reached_fen

BEST = 8

_now: Any = bindparam("now")
_above, _town, _village = aliased(Region), aliased(Region), aliased(Region)

#: Money that producers were paid or will be: of orders that are paid for and not given back.
_PAID = ("paid", "shipped", "received")


def list_counties(session: Session, words: CardWords) -> list[CountyRow]:
    """Return the counties of today, those with certified products first, each with its totals, in one statement."""
    return [
        CountyRow(
            code=row.code,
            name=words.choose(row.name_zh, row.name_en),
            above=words.choose(row.above_zh or "", row.above_en or ""),
            products=row.products or 0,
            villages=row.villages or 0,
            suppliers=row.suppliers or 0,
            reached_fen=int(row.reached or 0),
        )
        for row in session.execute(_counties_statement(), {"now": clock.now()})
    ]


@cache
def _counties_statement() -> Select[*tuple[Any, ...]]:
    sold = (
        select(
            Product.county_id,
            func.count().label("products"),
            func.count(Product.village_id.distinct()).label("villages"),
            func.count(Product.supplier_id.distinct()).label("suppliers"),
        )
        .where(catalogue_queries.on_sale(_now))
        .group_by(Product.county_id)
        .subquery("sold")
    )
    back = given_back()
    reached = (
        select(Product.county_id, func.sum(reached_fen(back)).label("reached"))
        .select_from(OrderLine)
        .outerjoin(back, back.c.line_id == OrderLine.id)
        .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
        .join(Product, Product.id == OrderLine.product_id)
        .where(SupplierOrder.state == "received")
        .group_by(Product.county_id)
        .subquery("reached")
    )
    return (
        select(
            Region.code,
            Region.name_zh,
            Region.name_en,
            _above.name_zh.label("above_zh"),
            _above.name_en.label("above_en"),
            sold.c.products,
            sold.c.villages,
            sold.c.suppliers,
            reached.c.reached,
        )
        .outerjoin(_above, _above.id == Region.parent_id)
        .outerjoin(sold, sold.c.county_id == Region.id)
        .outerjoin(reached, reached.c.county_id == Region.id)
        .where(served_county())
        .order_by(sold.c.products.is_(None), Region.code)
    )


def get_zone(session: Session, words: CardWords, code: str) -> CountyZone:
    """Return a county's zone by its region code, in four statements; `NotFound` for what is no county of today."""
    county = session.execute(
        select(
            Region.id,
            Region.code,
            Region.name_zh,
            Region.name_en,
            _above.name_zh.label("above_zh"),
            _above.name_en.label("above_en"),
        )
        .outerjoin(_above, _above.id == Region.parent_id)
        .where(Region.code == code, Region.level == "county", Region.valid_until.is_(None))
    ).one_or_none()
    if county is None:
        raise NotFound("county")
    values = {"now": clock.now(), "county_id": county.id}
    products = local = suppliers = 0
    on_sale: dict[int, int] = {}
    for row in session.execute(_products_statement(), values):
        if row.village_id is None:
            products, local, suppliers = row.products, row.local, row.suppliers
        else:
            on_sale[row.village_id] = row.products
    money = session.execute(_money_statement(), values).all()
    return CountyZone(
        code=county.code,
        name=words.choose(county.name_zh, county.name_en),
        above=words.choose(county.above_zh or "", county.above_en or ""),
        products=products,
        local_products=local,
        suppliers=suppliers,
        reached_fen=sum(int(row.reached) for row in money),
        coming_fen=sum(int(row.coming) for row in money),
        towns=_towns(words, money, on_sale),
        cards=tuple(
            catalogue_queries.product_cards(session, words, county_id=county.id, sort=Sort.SALES, limit=BEST)
            if products
            else ()
        ),
    )


@cache
def _products_statement() -> Select[*tuple[Any, ...]]:
    """Count products on sale by village, and in a row without a village the county's totals."""
    return (
        select(
            Product.village_id,
            func.count().label("products"),
            func.count().filter(Certificate.kind == "local_product").label("local"),
            func.count(Product.supplier_id.distinct()).label("suppliers"),
        )
        .join(Certificate, and_(Certificate.product_id == Product.id, certified_condition(_now)))
        .where(Product.listed_at.is_not(None), Product.county_id == bindparam("county_id"))
        .group_by(func.rollup(Product.village_id))
    )


@cache
def _money_statement() -> Select[*tuple[Any, ...]]:
    """Add up producers' shares by village, for every village that has a product (on sale or not)."""
    received = SupplierOrder.state == "received"
    under_way = and_(SupplierOrder.state.in_(("to_ship", "shipped")), Order.state.in_(_PAID))
    back = given_back()
    share = func.coalesce(func.sum(reached_fen(back)).filter(received), 0)
    coming = func.coalesce(func.sum(coming_fen(back)).filter(under_way), 0)
    known = select(Product.village_id).where(Product.county_id == bindparam("county_id")).distinct()
    return (
        select(
            _village.id,
            _village.name_zh,
            _village.name_en,
            _town.name_zh.label("town_zh"),
            _town.name_en.label("town_en"),
            share.label("reached"),
            coming.label("coming"),
        )
        .select_from(_village)
        .outerjoin(_town, _town.id == _village.parent_id)
        .outerjoin(OrderLine, OrderLine.village_id == _village.id)
        .outerjoin(back, back.c.line_id == OrderLine.id)
        .outerjoin(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
        .outerjoin(Order, Order.id == OrderLine.order_id)
        .where(_village.id.in_(known))
        .group_by(_village.id, _town.id)
        .order_by(_village.code)
    )


def _towns(words: CardWords, money: Any, on_sale: dict[int, int]) -> tuple[Town, ...]:
    towns: dict[str, list[VillageTile]] = {}
    for row in money:
        products, reached = on_sale.get(row.id, 0), int(row.reached)
        if products or reached:
            town = words.choose(row.town_zh or "", row.town_en or "")
            tile = VillageTile(words.choose(row.name_zh, row.name_en), products, reached)
            towns.setdefault(town, []).append(tile)
    return tuple(Town(name, tuple(villages)) for name, villages in towns.items())
