"""Money that did not fit and goes back ends the order that waited for it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core import events
from payments.events import HeldMoneyReturned
from payments.values import Purpose
from shop.orders import services as order_services


@events.on(HeldMoneyReturned)
def returned_money_ends_order(session: Session, event: HeldMoneyReturned) -> None:
    """End the order unless it was paid otherwise, and release its goods."""
    if event.purpose == Purpose.ORDER:
        order_services.end_unpaid_review(session, event.subject_id)
