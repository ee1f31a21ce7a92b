"""A refund that a second person declined hands its claim back to the operator."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core import events
from payments.events import RefundDeclined
from payments.values import Purpose
from shop.after_sales import services as after_sales


@events.on(RefundDeclined)
def declined_refund_reopens_claim(session: Session, event: RefundDeclined) -> None:
    """Let the operator decide anew what a second person did not approve."""
    if event.purpose == Purpose.ORDER:
        after_sales.reopen_after_declined_refund(session, event.refund_public_id)
