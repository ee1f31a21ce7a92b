"""Use cases of carts: putting in, changing, taking out, merging at sign-in. Nothing is held by a cart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock, ids
from core.db import one_or_many, table_of
from core.errors import NotFound
from shop.cart import queries
from shop.cart.errors import LineRefused, TooManyLines, TooManyPacks
from shop.cart.models import Cart, CartLine
from shop.cart.values import MOST_LINES, CartOwner, PutAgain
from shop.stock import queries as stock_queries
from shop.stock.rules import fitting, problem_of
from shop.stock.values import MOST_PACKS, Goods, LineProblem

KEEP_VISITORS = timedelta(days=60)

_MERGE = text(
    """
    INSERT INTO shop_cart_lines (cart_id, variant_id, quantity, added_at, saved_at)
    SELECT :into_id, variant_id, quantity, added_at, saved_at FROM shop_cart_lines WHERE cart_id = :from_id
    ORDER BY variant_id
    ON CONFLICT (cart_id, variant_id) DO UPDATE
    SET quantity = CASE
            WHEN (shop_cart_lines.saved_at IS NULL) = (excluded.saved_at IS NULL)
            THEN least(CAST(:most AS bigint), shop_cart_lines.quantity + excluded.quantity)
            WHEN shop_cart_lines.saved_at IS NULL THEN shop_cart_lines.quantity
            ELSE excluded.quantity END,
        saved_at = CASE WHEN excluded.saved_at IS NULL THEN NULL ELSE shop_cart_lines.saved_at END
    """
)


# Sent with every basket, so built once, over the plain tables.
_carts, _lines = table_of(Cart), table_of(CartLine)
_THERE = select(_lines.c.variant_id, _lines.c.quantity, _lines.c.saved_at).where(
    _lines.c.cart_id == bindparam("cart_id")
)
_added = insert(_lines)
_PUT = _added.on_conflict_do_update(
    index_elements=[_lines.c.cart_id, _lines.c.variant_id],
    set_={"quantity": _added.excluded.quantity, "saved_at": None},
)
_own = _lines.c.cart_id.in_(select(_carts.c.id).where(queries.OWN).scalar_subquery())
_of_variant = _lines.c.variant_id == bindparam("of_variant")
_SET_SAVED = (
    update(_lines)
    .where(_own, _of_variant)
    .values(saved_at=bindparam("now_saved_at", type_=DateTime(timezone=True)))
)
_REMOVE = delete(_lines).where(_own, _of_variant)
_mine = select(_carts.c.id).where(queries.OWN).order_by(_carts.c.id).with_for_update().cte("mine")
_taken = (
    delete(_lines)
    .where(_lines.c.cart_id == _mine.c.id, _lines.c.saved_at.is_(None))
    .returning(_lines.c.variant_id, _lines.c.quantity)
    .cte("taken")
)
_TAKE_ALL = select(_taken.c.variant_id, func.least(MOST_PACKS, func.sum(_taken.c.quantity))).group_by(
    _taken.c.variant_id
)
_open = insert(_carts)
_touched = {"changed_at": _open.excluded.changed_at}
_OPEN_OWN, _OPEN_VISITORS = (
    _open.on_conflict_do_update(index_elements=[column], set_=_touched).returning(_carts.c.id)
    for column in (_carts.c.user_id, _carts.c.token_hash)
)


def add_to_cart(session: Session, owner: CartOwner, variant_public_id: str, quantity: int) -> Goods:
    """Put packs into the cart, on top of those already there; refuses what could not be bought as it would stand."""
    return _put(session, owner, variant_public_id, quantity, on_top=True)


def set_quantity(session: Session, owner: CartOwner, variant_public_id: str, quantity: int) -> Goods:
    """Change how many packs of something are in the cart."""
    return _put(session, owner, variant_public_id, quantity, on_top=False)


def save_for_later(session: Session, owner: CartOwner, variant_public_id: str) -> None:
    """Put something aside: it stays on the cart's page and is not ordered; what is not in the cart is no fault."""
    _set_saved(session, owner, _find(session, variant_public_id), clock.now())


def take_from_saved(session: Session, owner: CartOwner, variant_public_id: str) -> Goods:
    """Put what was saved for later back into the cart; refuses what could not be bought as it would stand."""
    goods = _find(session, variant_public_id)
    cart_id = _open_cart(session, owner)
    quantity = session.scalar(
        select(CartLine.quantity).where(
            CartLine.cart_id == cart_id,
            CartLine.variant_id == goods.variant_id,
            CartLine.saved_at.is_not(None),
        )
    )
    if quantity is None:
        raise NotFound("saved line")
    problem = problem_of(goods, quantity)
    if problem is not None:
        raise LineRefused(LineProblem(goods, quantity, problem))
    _set_saved(session, owner, goods, None)
    return goods


def _set_saved(session: Session, owner: CartOwner, goods: Goods, saved_at: datetime | None) -> None:
    session.execute(
        _SET_SAVED, queries.asked(owner) | {"of_variant": goods.variant_id, "now_saved_at": saved_at}
    )


def _find(session: Session, variant_public_id: str) -> Goods:
    goods = stock_queries.find_goods(session, variant_public_id)
    if goods is None:
        raise NotFound("variant")
    return goods


def _put(session: Session, owner: CartOwner, variant_public_id: str, quantity: int, *, on_top: bool) -> Goods:
    goods = _find(session, variant_public_id)
    cart_id = _open_cart(session, owner)
    there = _packs_in(session, cart_id)
    wanted = quantity + there.get(goods.variant_id, 0) if on_top else quantity
    if not 1 <= wanted <= MOST_PACKS:
        raise TooManyPacks
    if goods.variant_id not in there and len(there) >= MOST_LINES:
        raise TooManyLines
    problem = problem_of(goods, wanted)
    if problem is not None:
        raise LineRefused(LineProblem(goods, wanted, problem))
    session.execute(_PUT, _line(cart_id, goods.variant_id, wanted))
    return goods


def put_again(session: Session, owner: CartOwner, packs: Mapping[int, int]) -> PutAgain:
    """Put packs of several things (by variant id) into the cart, as many of each as can be bought; more may lie there.

    Done twice it changes nothing. Refused where the cart would hold too many things (`TooManyLines`).
    """
    goods = stock_queries.goods_by_id(session, packs)
    cart_id = _open_cart(session, owner)
    there = _packs_in(session, cart_id)
    problems, rows = [], []
    for item in (goods[variant_id] for variant_id in sorted(packs)):
        wanted = max(packs[item.variant_id], there.get(item.variant_id, 0))
        problem = problem_of(item, wanted)
        if problem is not None:
            problems.append(LineProblem(item, wanted, problem))
            wanted = fitting(item, wanted)
        if wanted:
            rows.append(_line(cart_id, item.variant_id, wanted))
    if len(there.keys() | {row["variant_id"] for row in rows}) > MOST_LINES:
        raise TooManyLines
    if rows:
        session.execute(_PUT, one_or_many(rows))
    return PutAgain(len(rows), tuple(problems))


def _packs_in(session: Session, cart_id: int) -> dict[int, int]:
    """Return how many packs of what lie in a cart, by variant id; of what is saved for later none."""
    return {
        row.variant_id: 0 if row.saved_at is not None else row.quantity
        for row in session.execute(_THERE, {"cart_id": cart_id})
    }


def _line(cart_id: int, variant_id: int, quantity: int) -> dict[str, Any]:
    return {
        "cart_id": cart_id,
        "variant_id": variant_id,
        "quantity": quantity,
        "added_at": clock.now(),
        "saved_at": None,
    }


def remove_from_cart(session: Session, owner: CartOwner, variant_public_id: str) -> None:
    """Take something out of the cart; what is not in it is no fault."""
    goods = _find(session, variant_public_id)
    session.execute(_REMOVE, queries.asked(owner) | {"of_variant": goods.variant_id})


def fit_cart(session: Session, owner: CartOwner) -> None:
    """Lower every line to what can be bought now, and take out what cannot be bought at all."""
    cart_id = _open_cart(session, owner)
    for line in queries.basket(session, owner).problems:
        which = (CartLine.cart_id == cart_id) & (CartLine.variant_id == line.goods.variant_id)
        quantity = fitting(line.goods, line.quantity)
        if quantity:
            session.execute(update(CartLine).where(which).values(quantity=quantity))
        else:
            session.execute(delete(CartLine).where(which))


def take_all(session: Session, owner: CartOwner) -> dict[int, int]:
    """Take everything out of the owner's cart and return the packs by variant id; what is saved for later stays.

    One after the other: whoever comes second finds an empty cart, and what is put in meanwhile stays in it. A step that
    is rolled back has taken nothing.
    """
    return {row[0]: int(row[1]) for row in session.execute(_TAKE_ALL, queries.asked(owner))}


def merge_carts(session: Session, user_id: int, token: str) -> None:
    """Move what a visitor put into the cart into that of the person who signed in; quantities add up.

    The visitor's cart is gone afterwards, so merging twice merges once.
    """
    visitor_id = session.scalar(select(Cart.id).where(Cart.token_hash == ids.digest(token)).with_for_update())
    if visitor_id is None:
        return
    into_id = _open_cart(session, CartOwner(user_id=user_id))
    session.execute(_MERGE, {"into_id": into_id, "from_id": visitor_id, "most": MOST_PACKS})
    session.execute(delete(Cart).where(Cart.id == visitor_id))


def forget_old_carts(session: Session, limit: int = 1000) -> int:
    """Remove visitors' carts that nobody has touched for `KEEP_VISITORS`; returns how many."""
    old = (
        select(Cart.id)
        .where(Cart.token_hash.is_not(None), Cart.changed_at < clock.now() - KEEP_VISITORS)
        .limit(limit)
    )
    gone = session.execute(delete(Cart).where(Cart.id.in_(old.scalar_subquery())).returning(Cart.id))
    return len(gone.all())


def _open_cart(session: Session, owner: CartOwner) -> int:
    """Return the id of the owner's cart, opened if need be and locked for this step."""
    moment = clock.now()
    if owner.user_id is not None:
        found = session.execute(_OPEN_OWN, {"user_id": owner.user_id, "changed_at": moment})
    elif owner.token is not None:
        found = session.execute(_OPEN_VISITORS, {"token_hash": ids.digest(owner.token), "changed_at": moment})
    else:
        raise ValueError("a cart has an owner")
    cart_id: int = found.scalar_one()
    return cart_id
