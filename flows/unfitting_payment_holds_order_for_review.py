"""A payment that does not fit holds its order for a person."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core import events
from payments.events import PaymentNeedsReview
from payments.values import Purpose
from shop.orders import services as order_services


@events.on(PaymentNeedsReview)
def unfitting_payment_holds_order_for_review(session: Session, event: PaymentNeedsReview) -> None:
    """Stop the clock of the order until a person has looked at the money."""
    if event.purpose == Purpose.ORDER:
        order_services.note_payment_under_review(session, event.subject_id, event.reason)
