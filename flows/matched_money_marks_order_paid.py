"""Held money that a finance officer matched marks its order paid."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core import clock, events
from payments import books as payment_books
from payments import services as payment_services
from payments.events import HeldMoneyMatched
from payments.values import Purpose
from shop.orders import queries as order_queries
from shop.orders import services as order_services
from shop.orders.values import Received


@events.on(HeldMoneyMatched)
def matched_money_marks_order_paid(session: Session, event: HeldMoneyMatched) -> None:
    """Find the order of that number that waits for money, and let the held money pay it whole."""
    order = order_queries.find_waiting_for_money(session, event.number)
    if order is None or order.total_fen > event.held_fen:
        return
    if order_queries.is_paid_by(session, f"{event.source}:{event.reference}"):
        return
    event.taken.append(order.total_fen)
    if event.only_look:
        return
    # Codes before the order, as everybody who records a transfer locks them.
    payment_services.withdraw_payment_codes(session, Purpose.ORDER, order.id)
    order_services.mark_order_paid(
        session,
        order.id,
        Received(order.total_fen, event.source, event.reference, clock.now()),
        payment_books.held(event.payee),
        by_hand=True,
    )
