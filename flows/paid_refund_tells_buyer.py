"""A refund that was paid is told to the buyer of its order."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core import events
from payments.events import RefundDeclined, RefundSucceeded, RefundToBeDeclined
from payments.values import Purpose
from shop.orders import services as order_services


@events.on(RefundSucceeded)
def paid_refund_tells_buyer(session: Session, event: RefundSucceeded) -> None:
    """Write to the buyer, once for each refund."""
    if event.purpose == Purpose.ORDER and event.subject_id is not None:
        order_services.note_refund_paid(
            session, event.subject_id, event.refund_public_id, event.amount_fen, event.currency
        )


@events.on(RefundToBeDeclined)
def refund_to_be_declined_locks_its_order(session: Session, event: RefundToBeDeclined) -> None:
    """Lock the order before the payment, as whoever asks for a refund does: the two never wait for each other."""
    if event.purpose == Purpose.ORDER and event.subject_id is not None:
        order_services.lock_for_refund(session, event.subject_id)


@events.on(RefundDeclined)
def declined_refund_frees_its_lines(session: Session, event: RefundDeclined) -> None:
    """Let the lines of an order be refunded again when a second person said no."""
    if event.purpose == Purpose.ORDER:
        order_services.note_refund_declined(session, event.refund_public_id)
