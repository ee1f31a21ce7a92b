"""Reading carts: one statement for the whole basket, another for the number in the header."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, Text, bindparam, func, or_, select
from sqlalchemy.orm import Session

from core import clock, ids
from core.db import table_of
from shop.cart.models import Cart, CartLine
from shop.cart.values import Basket, BasketLine, CartOwner
from shop.stock import queries as stock_queries
from shop.stock.rules import charged, problem_of
from shop.stock.values import MOST_PACKS

# Sent with every page of people with a cart, so built once, over the plain tables.
_carts, _lines = table_of(Cart), table_of(CartLine)

#: What is in the cart, not saved for later.
_HERE = _lines.c.saved_at.is_(None)


#: The condition that a cart is an owner's; `asked` has its values. What a visitor has not is NULL and matches nothing.
OWN = or_(
    _carts.c.user_id == bindparam("user_id", type_=BigInteger),
    _carts.c.token_hash == bindparam("token_hash", type_=Text),
)


def asked(owner: CartOwner) -> dict[str, Any]:
    """Return the values for `OWN`."""
    return {
        "user_id": owner.user_id,
        "token_hash": ids.digest(owner.token) if owner.token is not None else None,
    }


def basket(session: Session, owner: CartOwner) -> Basket:
    """Return what the owner means to buy and has saved for later, with prices, stock and certificates of this moment."""
    rows = session.execute(_basket_statement(), asked(owner) | {"now": clock.now()})
    found: list[BasketLine] = []
    saved: list[BasketLine] = []
    for row in rows:
        goods = stock_queries.as_goods(row)
        quantity = min(MOST_PACKS, int(row[stock_queries.FIELDS]))
        unit_fen = charged(goods, quantity).price_fen
        line = BasketLine(goods, quantity, unit_fen, unit_fen * quantity, problem_of(goods, quantity))
        (saved if row[stock_queries.FIELDS + 1] else found).append(line)
    return Basket(tuple(found), tuple(saved))


@cache
def _basket_statement() -> Select[*tuple[Any, ...]]:
    lines = (
        select(
            _lines.c.variant_id,
            func.coalesce(func.sum(_lines.c.quantity).filter(_HERE), func.max(_lines.c.quantity)).label(
                "quantity"
            ),
            func.bool_and(~_HERE).label("is_saved"),
            func.min(_lines.c.id).label("place"),
        )
        .join(_carts, _carts.c.id == _lines.c.cart_id)
        .where(OWN)
        .group_by(_lines.c.variant_id)
        .subquery()
    )
    return (
        stock_queries.goods_statement()
        .add_columns(lines.c.quantity, lines.c.is_saved)
        .join(lines, lines.c.variant_id == stock_queries.VARIANT_ID)
        .order_by(lines.c.place)
    )


def count(session: Session, owner: CartOwner) -> tuple[int, int]:
    """Return how many different things are in the owner's cart, and how many lines are saved for later."""
    row = session.execute(_count_statement(), asked(owner)).one()
    return row[0], row[1]


@cache
def _count_statement() -> Select[int, int]:
    return (
        select(func.count(_lines.c.variant_id.distinct()).filter(_HERE), func.count().filter(~_HERE))
        .join(_carts, _carts.c.id == _lines.c.cart_id)
        .where(OWN)
    )
