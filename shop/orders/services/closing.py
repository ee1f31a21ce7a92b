"""Ending an order that was not paid: its buyer gives it up, or its time is over."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from core import audit, clock, events
from core.permissions import SYSTEM, Actor
from payments import queries as payment_queries
from payments import services as payment_services
from payments.values import Purpose
from shop.orders import queries, rules
from shop.orders.errors import WrongState
from shop.orders.events import OrderCancelled, OrderExpired
from shop.orders.models import Order, SupplierOrder
from shop.orders.values import Action, PartState, State
from shop.stock import services as stock_services
from shop.vouchers import services as voucher_services


def cancel_order(session: Session, actor: Actor, order_id: int, reason: str = "") -> None:
    """Give up an order before it is paid; its open payments were cancelled at the provider first.

    The caller has made sure that the order is the actor's.
    """
    _close_codes(session, order_id)
    order = queries.lock_order(session, order_id)
    target = rules.after(order.state, Action.CANCEL)
    if payment_queries.open_intents(session, Purpose.ORDER, order.id):
        raise WrongState(order.state, Action.CANCEL)
    _end(session, actor, order, target, "order cancelled", reason)
    events.publish(session, OrderCancelled(order.id, order.number))


def expire_order(session: Session, order_id: int) -> bool:
    """End an order that nobody paid in time and release its goods; False when it is not (or no longer) to be ended.

    An order whose payment can still succeed is left alone: its payments are cancelled at the provider first.
    """
    if not _is_over(session.get_one(Order, order_id)):
        return False
    _close_codes(session, order_id)
    order = queries.lock_order(session, order_id)
    if not _is_over(order) or payment_queries.open_intents(session, Purpose.ORDER, order.id):
        return False
    _end(session, SYSTEM, order, rules.after(order.state, Action.EXPIRE), "order expired")
    events.publish(session, OrderExpired(order.id, order.number))
    return True


def _is_over(order: Order) -> bool:
    return order.state == State.PLACED and order.hold_expires_at <= clock.now()


def _close_codes(session: Session, order_id: int) -> None:
    """Expect no bank transfer any more; before the order is locked, for a transfer locks its code and then the order."""
    payment_services.withdraw_payment_codes(session, Purpose.ORDER, order_id)


def _end(session: Session, actor: Actor, order: Order, target: State, told: str, reason: str = "") -> None:
    before = order.state
    order.state = target.value
    order.closed_at = clock.now()
    order.payment_intent = None
    session.flush()
    session.execute(
        update(SupplierOrder)
        .where(SupplierOrder.order_id == order.id)
        .values(state=PartState.CANCELLED.value)
        .execution_options(synchronize_session=False)
    )
    if order.discount_fen:
        voucher_services.release_voucher(session, order.id)
    stock_services.release_held_stock(session, order.id)
    audit.record(
        session,
        actor,
        told,
        "order",
        order.number,
        before={"state": before},
        after={"state": order.state},
        reason=reason,
    )
