"""Paying for an order: opening a payment again, and the one place where money that arrived marks it paid."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from core import audit, clock, events
from core.db import table_of
from core.permissions import SYSTEM, Actor
from ledger import services as ledger_services
from ledger.values import AccountSpec, Fact, Leg
from payments import services as payment_services
from payments.values import Purpose
from shop import books
from shop.orders import queries, rules
from shop.orders.errors import NotPayable, WrongState
from shop.orders.events import OrderNeedsReview, OrderPaid
from shop.orders.models import Order, SupplierOrder
from shop.orders.services.placing import PAYEE, description_of, return_path_of
from shop.orders.services.refunding import refund_unapplied
from shop.orders.values import Action, Outcome, PartState, PaymentMethod, Received, State
from shop.stock import services as stock_services
from shop.vouchers import services as voucher_services

# Sent with every payment: the order and what its suppliers may send now, in one statement.
_orders, _parts = table_of(Order), table_of(SupplierOrder)
_LET_SHIP = (
    update(_parts)
    .where(
        _parts.c.order_id == bindparam("paid_order_id"),
        _parts.c.state.in_([PartState.WAITING.value, PartState.CANCELLED.value]),
    )
    .values(state=PartState.TO_SHIP.value)
)
_MARK_PAID = (
    update(_orders)
    .where(_orders.c.id == bindparam("paid_order_id"))
    .values(
        state=bindparam("new_state"),
        paid_at=bindparam("money_at"),
        paid_by=bindparam("money_from"),
        payment_intent=None,
        closed_at=None,
        review_reason="",
    )
    .add_cte(_LET_SHIP.cte("let_ship"))
)


def open_payment(session: Session, actor: Actor, order: Order, *, guest_secret: str | None = None) -> str:
    """Return the payment intent (public id) with which a locked order can be paid now, opening one if need be.

    Refused once the goods are no longer surely held (`NotPayable`) and in states that take no money (`WrongState`).
    """
    rules.after(order.state, Action.PAY)
    if order.payment_method != PaymentMethod.ONLINE:
        raise WrongState(order.state, Action.PAY)
    if order.hold_expires_at <= clock.now():
        raise NotPayable
    intent = payment_services.open_intent(
        session,
        actor,
        Purpose.ORDER,
        order.id,
        order.total_fen,
        PAYEE,
        description_of(order.number, order.locale),
        order.locale,
        return_path_of(order.number, guest_secret),
        order.hold_expires_at,
    )
    order.payment_intent = intent.public_id
    session.flush()
    return intent.public_id


def mark_order_paid(
    session: Session, order_id: int, received: Received, account: AccountSpec, *, by_hand: bool = False
) -> Outcome:
    """Finish an order whose money has arrived (in `account`): post it, take the held goods, let suppliers ship.

    Called by whoever learns of the money, as often as they like. The money is written down in every case: when the
    goods were given to others in the meantime, or the buyer had given the order up, it goes to a person
    (`needs_review`); when the order was paid before, it goes back by itself. `by_hand`: a finance officer matched
    money that had not fitted.
    """
    order = queries.lock_order(session, order_id)
    if order.paid_at is not None:
        return _keep_apart(session, order, received, account)
    target = rules.after(order.state, Action.MATCH if by_hand else Action.CONFIRM_PAYMENT)
    if received.amount_fen != order.total_fen:
        _keep_apart(session, order, received, account)
        if order.state == State.NEEDS_REVIEW:
            return Outcome.NEEDS_REVIEW
        return _to_review(session, order, f"{received.amount_fen} fen arrived instead of {order.total_fen}")
    ledger_services.post(
        session,
        SYSTEM,
        Fact("order_paid", "order", order.number, effective_at=received.at, memo=_key(received)),
        _paid_legs(order, account),
    )
    before = order.state
    late = target is State.NEEDS_REVIEW
    # Vouchers are locked before stock, as where an order is placed.
    lost = not late and order.discount_fen > 0 and not voucher_services.retake_voucher(session, order.id)
    short = not late and not lost and stock_services.take_held_stock(session, SYSTEM, order.id)
    if late or lost or short:
        order.paid_at = received.at
        order.paid_by = _key(received)
        order.payment_intent = None
        if late:
            return _to_review(session, order, f"paid after it was {before}")
        if lost:
            return _to_review(session, order, "paid late: its voucher was used for another order")
        return _to_review(session, order, "paid late: the goods were sold to others")
    paid = OrderPaid(order.id, order.number, order.total_fen)
    session.execute(
        _MARK_PAID,
        {
            "paid_order_id": order.id,
            "new_state": target.value,
            "money_at": received.at,
            "money_from": _key(received),
        },
    )
    session.expire(order)
    audit.record(
        session,
        SYSTEM,
        "order paid",
        "order",
        paid.number,
        before={"state": before},
        after={"state": target.value, **_told(received)},
    )
    events.publish(session, paid)
    return Outcome.PAID


def _paid_legs(order: Order, account: AccountSpec) -> list[Leg]:
    """Return the movements of a paid order: what its buyer paid and what a voucher paid are both prepaid now."""
    legs = [Leg(account, books.prepaid(), order.total_fen)]
    if order.discount_fen:
        legs.append(Leg(books.vouchers_spent(), books.prepaid(), order.discount_fen))
    return legs


def note_payment_under_review(session: Session, order_id: int, reason: str) -> None:
    """Stop the clock of an order whose money came, but does not fit: a person decides, nothing is given to others."""
    order = queries.lock_order(session, order_id)
    if order.paid_at is None and Action.REVIEW in rules.TABLE[State(order.state)]:
        _to_review(session, order, reason)


def _keep_apart(session: Session, order: Order, received: Received, account: AccountSpec) -> Outcome:
    """Write down money that the order does not need, once for each arrival; the arrival that paid it is no second one."""
    if order.paid_by == _key(received):
        return Outcome.ALREADY
    posted = ledger_services.post(
        session,
        SYSTEM,
        Fact("payment_unapplied", received.source, received.reference, effective_at=received.at),
        [Leg(account, books.unapplied(), received.amount_fen)],
    )
    if not posted.replayed:
        audit.record(session, SYSTEM, "money kept apart", "order", order.number, after=_told(received))
        refund_unapplied(session, order, received)
    return Outcome.ALREADY


def _to_review(session: Session, order: Order, reason: str) -> Outcome:
    before = order.state
    order.state = rules.after(before, Action.REVIEW).value
    order.review_reason = reason
    session.flush()
    audit.record(
        session,
        SYSTEM,
        "order needs review",
        "order",
        order.number,
        before={"state": before},
        after={"state": order.state},
        reason=reason,
    )
    events.publish(session, OrderNeedsReview(order.id, order.number, reason))
    return Outcome.NEEDS_REVIEW


def _key(received: Received) -> str:
    return f"{received.source}:{received.reference}"


def _told(received: Received) -> dict[str, object]:
    return {key: value for key, value in asdict(received).items() if key != "at"}
