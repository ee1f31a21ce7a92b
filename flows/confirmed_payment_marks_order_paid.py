"""A confirmed payment marks its order paid."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core import events
from payments import books as payment_books
from payments.events import PaymentConfirmed
from payments.values import Purpose
from shop.orders import services as order_services
from shop.orders.values import Received


@events.on(PaymentConfirmed)
def confirmed_payment_marks_order_paid(session: Session, event: PaymentConfirmed) -> None:
    """Post the money that the provider holds, take the goods and let the suppliers ship."""
    if event.purpose != Purpose.ORDER:
        return
    order_services.mark_order_paid(
        session,
        event.subject_id,
        Received(event.amount_fen, "payment", event.intent_public_id, event.confirmed_at),
        payment_books.clearing(event.provider, event.payee),
    )
