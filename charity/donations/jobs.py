"""What donations do by the clock."""

from __future__ import annotations

import logging

from charity.donations import queries, rules, services
from core import jobs
from core.db import reading, transaction
from core.permissions import SYSTEM
from payments import services as payment_services
from payments.values import Purpose

log = logging.getLogger(__name__)

BATCH = 100


@jobs.every(minutes=10)
def give_up_abandoned_donations() -> None:
    """Give up gifts whose payment nobody finished; a payment that had gone through settles the gift instead."""
    with reading() as session:
        waiting = queries.abandoned(session, rules.GIVE_UP_AFTER, BATCH)
    for donation_id in waiting:
        try:
            outcome = payment_services.cancel_open_intents(Purpose.DONATION, donation_id)
        except Exception:
            log.exception("the payment of gift %s could not be closed; it will be tried again", donation_id)
            continue
        if outcome in ("none", "cancelled"):
            with transaction() as session:
                services.give_up_donation(session, SYSTEM, donation_id)
