"""The decision about money that did not fit ends the gift that waited for it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from charity.donations import services as donation_services
from core import events
from core.permissions import SYSTEM
from payments.events import HeldMoneyDecided
from payments.values import Purpose


@events.on(HeldMoneyDecided)
def decided_money_ends_gift(session: Session, event: HeldMoneyDecided) -> None:
    """End the gift, so that nobody is told for ever that somebody looks at it."""
    if event.purpose == Purpose.DONATION:
        donation_services.end_reviewed_donation(session, SYSTEM, event.subject_id)
