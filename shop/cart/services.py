"""Use cases of carts: putting in, changing, taking out, merging at sign-in. Nothing is held by a cart."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from core import clock, ids
from core.errors import NotFound
from shop.cart import queries
from shop.cart.errors import LineRefused, TooManyLines, TooManyPacks
from shop.cart.models import Cart, CartLine
from shop.cart.values import MOST_LINES, CartOwner
from shop.stock import queries as stock_queries
from shop.stock.rules import most_sellable, problem_of
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
        update(CartLine)
        .where(
            CartLine.variant_id == goods.variant_id,
            CartLine.cart_id.in_(select(Cart.id).where(queries.owned(owner)).scalar_subquery()),
        )
        .values(saved_at=saved_at)
        .execution_options(synchronize_session=False)
    )


def _find(session: Session, variant_public_id: str) -> Goods:
    goods = stock_queries.find_goods(session, variant_public_id)
    if goods is None:
        raise NotFound("variant")
    return goods


def _put(session: Session, owner: CartOwner, variant_public_id: str, quantity: int, *, on_top: bool) -> Goods:
    goods = _find(session, variant_public_id)
    cart_id = _open_cart(session, owner)
    there = {
        row.variant_id: 0 if row.saved_at is not None else row.quantity
        for row in session.execute(
            select(CartLine.variant_id, CartLine.quantity, CartLine.saved_at).where(
                CartLine.cart_id == cart_id
            )
        )
    }
    wanted = quantity + there.get(goods.variant_id, 0) if on_top else quantity
    if not 1 <= wanted <= MOST_PACKS:
        raise TooManyPacks
    if goods.variant_id not in there and len(there) >= MOST_LINES:
        raise TooManyLines
    problem = problem_of(goods, wanted)
    if problem is not None:
        raise LineRefused(LineProblem(goods, wanted, problem))
    session.execute(
        insert(CartLine)
        .values(cart_id=cart_id, variant_id=goods.variant_id, quantity=wanted, added_at=clock.now())
        .on_conflict_do_update(
            index_elements=[CartLine.cart_id, CartLine.variant_id],
            set_={"quantity": wanted, "saved_at": None},
        )
    )
    return goods


def remove_from_cart(session: Session, owner: CartOwner, variant_public_id: str) -> None:
    """Take something out of the cart; what is not in it is no fault."""
    goods = _find(session, variant_public_id)
    session.execute(
        delete(CartLine).where(
            CartLine.variant_id == goods.variant_id,
            CartLine.cart_id.in_(select(Cart.id).where(queries.owned(owner)).scalar_subquery()),
        )
    )


def fit_cart(session: Session, owner: CartOwner) -> None:
    """Lower every line to what can be bought now, and take out what cannot be bought at all."""
    cart_id = _open_cart(session, owner)
    for line in queries.basket(session, owner).problems:
        which = (CartLine.cart_id == cart_id) & (CartLine.variant_id == line.goods.variant_id)
        most = most_sellable(line.goods)
        multiple = line.goods.pack_multiple
        fitting = min(most, max(multiple, line.quantity // multiple * multiple))
        if fitting:
            session.execute(update(CartLine).where(which).values(quantity=fitting))
        else:
            session.execute(delete(CartLine).where(which))


def empty_cart(session: Session, owner: CartOwner) -> None:
    """Forget what was in the owner's cart; what is saved for later stays."""
    session.execute(
        delete(CartLine).where(
            CartLine.saved_at.is_(None),
            CartLine.cart_id.in_(select(Cart.id).where(queries.owned(owner)).scalar_subquery()),
        )
    )
    left = select(CartLine.id).where(CartLine.cart_id == Cart.id).exists()
    session.execute(
        delete(Cart).where(queries.owned(owner), ~left).execution_options(synchronize_session=False)
    )


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
    column: InstrumentedAttribute[Any]
    if owner.user_id is not None:
        statement, column = insert(Cart).values(user_id=owner.user_id, changed_at=moment), Cart.user_id
    elif owner.token is not None:
        token_hash = ids.digest(owner.token)
        statement, column = insert(Cart).values(token_hash=token_hash, changed_at=moment), Cart.token_hash
    else:
        raise ValueError("a cart has an owner")
    return session.scalars(
        statement.on_conflict_do_update(index_elements=[column], set_={"changed_at": moment}).returning(
            Cart.id
        )
    ).one()
