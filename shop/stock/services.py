"""Use cases of the stock: holding, taking, releasing and receiving packs; every change of what is on hand is a movement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, and_, bindparam, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from core import clock
from core.db import one_of, one_or_many, table_of
from core.permissions import Actor
from shop.stock import queries
from shop.stock.errors import OutOfStock, StockFormSentBefore
from shop.stock.models import Stock, StockHold, StockMovement
from shop.stock.values import Short

_TAKE = text(
    """
    WITH taken AS (
        UPDATE shop_stock_holds SET status = 'taken' WHERE order_id = :order_id AND status <> 'taken'
        RETURNING variant_id, quantity
    ), sums AS (
        SELECT variant_id, sum(quantity)::bigint AS quantity FROM taken GROUP BY variant_id
    ), moved AS (
        INSERT INTO shop_stock_movements (variant_id, change, reason, order_id, actor_user_id, moved_at)
        SELECT variant_id, -quantity, 'sold', :order_id, CAST(:actor_user_id AS bigint), :now FROM sums
    )
    UPDATE shop_stock SET on_hand = on_hand - sums.quantity FROM sums WHERE shop_stock.variant_id = sums.variant_id
    """
)


# Sent with every order, so built once, over the plain tables.
_stock, _holds = table_of(Stock), table_of(StockHold)
_now: Any = bindparam("now", type_=DateTime(timezone=True))
_LOCK = (
    select(_stock.c.variant_id, _stock.c.on_hand)
    .where(_stock.c.variant_id == one_of("ids"))
    .order_by(_stock.c.variant_id)
    .with_for_update()
)
_HELD = (
    select(_holds.c.variant_id, func.sum(_holds.c.quantity))
    .where(_holds.c.variant_id == one_of("ids"), queries.active_hold(_now))
    .group_by(_holds.c.variant_id)
)
_HOLD = insert(_holds)
_own = (_holds.c.order_id == bindparam("order_id", type_=BigInteger), _holds.c.status != "taken")
_LOCK_HELD_BY = (
    select(_stock.c.variant_id, _stock.c.on_hand)
    .where(_stock.c.variant_id.in_(select(_holds.c.variant_id).where(*_own)))
    .order_by(_stock.c.variant_id)
    .with_for_update()
)
_HELD_BY_AND_BESIDES = (
    select(
        _holds.c.variant_id,
        func.coalesce(func.sum(_holds.c.quantity).filter(*_own), 0).label("wanted"),
        func.coalesce(
            func.sum(_holds.c.quantity).filter(
                queries.active_hold(_now), _holds.c.order_id != bindparam("order_id", type_=BigInteger)
            ),
            0,
        ).label("besides"),
    )
    .where(or_(and_(*_own), and_(_holds.c.variant_id == one_of("ids"), queries.active_hold(_now))))
    .group_by(_holds.c.variant_id)
)


def lock_stock(session: Session, variant_ids: Iterable[int]) -> dict[int, int]:
    """Lock the stock of these variants in the order of their ids and return how many packs of each can be bought.

    Everybody who holds or takes locks first and looks afterwards, so nobody looks at what another is about to take.
    """
    ids = sorted(set(variant_ids))
    on_hand = {row.variant_id: row.on_hand for row in session.execute(_LOCK, {"ids": ids})}
    # A second statement: its snapshot is taken after the locks were granted.
    held = {row[0]: int(row[1]) for row in session.execute(_HELD, {"ids": ids, "now": clock.now()})}
    return {variant_id: on_hand.get(variant_id, 0) - held.get(variant_id, 0) for variant_id in ids}


def hold_stock(
    session: Session, order_id: int, wanted: Mapping[int, int], expires_at: datetime, *, payable: bool
) -> None:
    """Hold packs (by variant id) for an order: all of them or, naming every short variant, none (`OutOfStock`).

    A `payable` hold keeps its packs even past `expires_at`, until its payment was cancelled or succeeded.
    """
    available = lock_stock(session, wanted)
    short = [Short(v, wanted[v], max(0, available[v])) for v in sorted(wanted) if wanted[v] > available[v]]
    if short:
        raise OutOfStock(short)
    moment = clock.now()
    rows = [
        {
            "variant_id": variant_id,
            "order_id": order_id,
            "quantity": wanted[variant_id],
            "status": "held",
            "payable": payable,
            "created_at": moment,
            "expires_at": expires_at,
        }
        for variant_id in sorted(wanted)
    ]
    session.execute(_HOLD, one_or_many(rows))


def take_held_stock(session: Session, actor: Actor, order_id: int) -> list[Short]:
    """Take what an order holds out of the stock for good; returns what is short, and then nothing was taken.

    A hold that lapsed, or that a recall released, is taken too, as long as the packs are there. Taking twice takes once.
    """
    on_hand = {row.variant_id: row.on_hand for row in session.execute(_LOCK_HELD_BY, {"order_id": order_id})}
    if not on_hand:
        return []
    # A second statement, as in `lock_stock`.
    asked = {"order_id": order_id, "ids": list(on_hand), "now": clock.now()}
    short = [
        Short(row.variant_id, int(row.wanted), max(0, on_hand[row.variant_id] - int(row.besides)))
        for row in session.execute(_HELD_BY_AND_BESIDES, asked)
        if row.wanted > on_hand[row.variant_id] - row.besides
    ]
    if short:
        return sorted(short, key=lambda line: line.variant_id)
    session.execute(_TAKE, {"order_id": order_id, "actor_user_id": actor.user_id, "now": clock.now()})
    return []


def release_held_stock(session: Session, order_id: int) -> int:
    """Give back what an order holds; returns how many holds there were. Call only when its payment cannot succeed any more."""
    released = session.execute(
        update(StockHold)
        .where(StockHold.order_id == order_id, StockHold.status == "held")
        .values(status="released", payable=False)
        .returning(StockHold.id)
        .execution_options(synchronize_session=False)
    )
    return len(released.all())


def put_back(session: Session, actor: Actor, order_id: int, packs: Mapping[int, int]) -> None:
    """Put packs (by variant id) back into the stock that an order had taken and that were never sent."""
    moment = clock.now()
    for variant_id in sorted(packs):
        _add_on_hand(session, variant_id, packs[variant_id])
    session.execute(
        insert(StockMovement),
        [
            {
                "variant_id": variant_id,
                "change": packs[variant_id],
                "reason": "called off",
                "order_id": order_id,
                "actor_user_id": actor.user_id,
                "moved_at": moment,
            }
            for variant_id in sorted(packs)
        ],
    )


def receive_stock(
    session: Session, actor: Actor, variant_id: int, quantity: int, reason: str, *, once: str | None = None
) -> None:
    """Add packs to the stock of a variant, opening its stock when there is none.

    A form sent twice (`once`) counts once, with other packs it is refused (`StockFormSentBefore`).
    """
    if quantity <= 0:
        raise ValueError("what is received is more than nothing")
    moved = session.scalar(
        upsert(StockMovement)
        .values(
            variant_id=variant_id,
            change=quantity,
            reason=reason,
            actor_user_id=actor.user_id,
            once=once,
            moved_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[StockMovement.once])
        .returning(StockMovement.id)
    )
    if moved is None:
        _sent_before(session, once, variant_id, quantity)
        return
    session.execute(
        upsert(Stock)
        .values(variant_id=variant_id, on_hand=quantity)
        .on_conflict_do_update(index_elements=[Stock.variant_id], set_={"on_hand": Stock.on_hand + quantity})
    )


def move_stock(
    session: Session,
    actor: Actor,
    from_id: int,
    to_id: int,
    packs: int,
    reason: str,
    *,
    once: str,
) -> bool:
    """Move free packs from the stock of one variant to that of another; says whether that was done.

    Both are locked first. Refused where fewer are free (`OutOfStock`); a form sent twice (`once`) moves them once, with
    other packs it is refused (`StockFormSentBefore`).
    """
    free = lock_stock(session, [from_id, to_id])[from_id]
    if _sent_before(session, once, from_id, -packs):
        return False
    if packs > free:
        raise OutOfStock([Short(from_id, packs, max(0, free))])
    _move(session, actor, from_id, to_id, packs, reason, once)
    return True


def _sent_before(session: Session, once: str | None, variant_id: int, change: int) -> bool:
    """Say whether a form has changed this stock by as much before; refused when it changed another, or by more or less."""
    known = session.execute(
        select(StockMovement.variant_id, StockMovement.change).where(StockMovement.once == once)
    ).one_or_none()
    if known is None:
        return False
    if tuple(known) != (variant_id, change):
        raise StockFormSentBefore
    return True


def move_free_stock(session: Session, actor: Actor, ways: Mapping[int, int], reason: str) -> dict[int, int]:
    """Move all that is free of some variants to the stock of others (from id, to id); returns how many packs of each."""
    free = lock_stock(session, [*ways.keys(), *ways.values()])
    moved = {from_id: free[from_id] for from_id in sorted(ways) if free[from_id] > 0}
    for from_id, packs in moved.items():
        _move(session, actor, from_id, ways[from_id], packs, reason)
    return moved


def _move(
    session: Session, actor: Actor, from_id: int, to_id: int, packs: int, reason: str, once: str | None = None
) -> None:
    _add_on_hand(session, from_id, -packs)
    session.execute(
        insert(StockMovement).values(
            variant_id=from_id,
            change=-packs,
            reason=reason,
            actor_user_id=actor.user_id,
            once=once,
            moved_at=clock.now(),
        )
    )
    receive_stock(session, actor, to_id, packs, reason)


def _add_on_hand(session: Session, variant_id: int, change: int) -> None:
    session.execute(
        update(Stock)
        .where(Stock.variant_id == variant_id)
        .values(on_hand=Stock.on_hand + change)
        .execution_options(synchronize_session=False)
    )


def open_many(session: Session, actor: Actor, packs: Sequence[tuple[int, int, str, str]]) -> None:
    """Open the stock of new variants: (variant, packs that are there, why, the row that says so) each; two statements."""
    moment = clock.now()
    session.execute(insert(Stock), [{"variant_id": row[0], "on_hand": row[1]} for row in packs])
    moved = [
        {
            "variant_id": variant_id,
            "change": quantity,
            "reason": reason,
            "actor_user_id": actor.user_id,
            "once": once,
            "moved_at": moment,
        }
        for variant_id, quantity, reason, once in packs
        if quantity
    ]
    if moved:
        session.execute(insert(StockMovement), moved)


def count_stock(
    session: Session, actor: Actor, variant_id: int, counted: int, reason: str, *, once: str | None = None
) -> int:
    """Set what is on hand to what was counted and return the change; refused below what is held (`OutOfStock`).

    The same number in the same form (`once`) again is no second count: what was sold in between stays sold.
    """
    if counted < 0:
        raise ValueError("a count is at least nothing")
    free = lock_stock(session, [variant_id])[variant_id]
    key = f"{once}:{counted}" if once is not None else None
    known = select(StockMovement.id).where(StockMovement.once == key, StockMovement.variant_id == variant_id)
    if key is not None and session.scalar(known) is not None:
        return 0
    on_hand = session.scalar(select(Stock.on_hand).where(Stock.variant_id == variant_id)) or 0
    held = on_hand - free
    if counted < held:
        raise OutOfStock([Short(variant_id, held, counted)])
    change = counted - on_hand
    if change:
        session.execute(
            upsert(Stock)
            .values(variant_id=variant_id, on_hand=counted)
            .on_conflict_do_update(index_elements=[Stock.variant_id], set_={"on_hand": counted})
        )
        session.execute(
            insert(StockMovement).values(
                variant_id=variant_id,
                change=change,
                reason=reason,
                actor_user_id=actor.user_id,
                once=key,
                moved_at=clock.now(),
            )
        )
    return change


def withdraw_stock(
    session: Session, actor: Actor, variant_id: int, most: int, reason: str, *, once: str
) -> tuple[int, list[int]]:
    """Take up to so many packs out of what is on hand, held or not; return how many, and the orders that lost their hold.

    What is left stays with the oldest holds that it reaches; the others are released, payable ones too. The caller sees
    to it that nobody pays for those orders any more: a payment that comes all the same finds no goods and goes to a person.
    """
    on_hand = (
        session.scalar(select(Stock.on_hand).where(Stock.variant_id == variant_id).with_for_update()) or 0
    )
    packs = min(most, on_hand)
    if not packs:
        return 0, []
    left, lost = on_hand - packs, []
    for hold in session.execute(
        select(StockHold.id, StockHold.order_id, StockHold.quantity)
        .where(StockHold.variant_id == variant_id, queries.active_hold(clock.now()))
        .order_by(StockHold.id)
    ):
        if hold.quantity <= left:
            left -= hold.quantity
        else:
            lost.append(hold)
    if lost:
        session.execute(
            update(StockHold)
            .where(StockHold.id.in_([hold.id for hold in lost]), StockHold.status == "held")
            .values(status="released", payable=False)
            .execution_options(synchronize_session=False)
        )
    session.execute(
        update(Stock)
        .where(Stock.variant_id == variant_id)
        .values(on_hand=on_hand - packs)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        insert(StockMovement).values(
            variant_id=variant_id,
            change=-packs,
            reason=reason,
            actor_user_id=actor.user_id,
            once=once,
            moved_at=clock.now(),
        )
    )
    return packs, sorted({hold.order_id for hold in lost})
