"""A bank transfer that meets its code marks the order paid."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core import clock, events
from payments import books as payment_books
from payments.events import BankTransferReceived
from payments.values import Purpose
from shop.orders import services as order_services
from shop.orders.values import Received


@events.on(BankTransferReceived)
def received_bank_transfer_marks_order_paid(session: Session, event: BankTransferReceived) -> None:
    """Post the money that is in the bank, take the goods and let the suppliers ship."""
    if event.purpose != Purpose.ORDER:
        return
    order_services.mark_order_paid(
        session,
        event.subject_id,
        Received(event.amount_fen, "bank_transfer", event.transfer_public_id, clock.now()),
        payment_books.bank(event.payee),
    )
