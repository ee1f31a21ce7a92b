"""A confirmed payment settles its donation: the money enters the campaign's restricted fund, once."""

from __future__ import annotations

from sqlalchemy.orm import Session

from charity.donations import services as donation_services
from charity.donations.values import ConfirmedPayment
from core import events
from core.permissions import SYSTEM
from payments.events import PaymentConfirmed, PaymentNeedsReview
from payments.values import Purpose


@events.on(PaymentConfirmed)
def settle(session: Session, event: PaymentConfirmed) -> None:
    """Settle the donation that the payment was for."""
    if event.purpose != Purpose.DONATION:
        return
    payment = ConfirmedPayment(
        event.intent_public_id, event.provider, event.payee, event.amount_fen, event.confirmed_at
    )
    donation_services.settle_donation(session, SYSTEM, event.subject_id, payment)


@events.on(PaymentNeedsReview)
def flag(session: Session, event: PaymentNeedsReview) -> None:
    """Hold the donation back when its money does not fit."""
    if event.purpose == Purpose.DONATION:
        donation_services.flag_donation(session, SYSTEM, event.subject_id, event.reason)
