"""What happens to parcels by the clock."""

from __future__ import annotations

import logging

from core import jobs
from core.db import reading, transaction
from shop.fulfilment import queries, services

log = logging.getLogger(__name__)


@jobs.every(minutes=10)
def confirm_receipts() -> int:
    """Take as received what the buyer said nothing about until its day; what a claim is open about waits.

    Looks at everything that is due, however long it was away; may run twice in parallel or be killed anywhere. Returns
    how many parts were received.
    """
    received = last_id = 0
    while True:
        with reading() as session:
            due = queries.due_for_confirmation(session, last_id)
        if not due:
            return received
        for part_id, order_id in due:
            received += _confirm(order_id, part_id)
        last_id = due[-1][0]


def _confirm(order_id: int, part_id: int) -> bool:
    """Confirm one part; what fails is left for the next time and holds nobody else up."""
    try:
        with transaction() as session:
            return services.confirm_by_itself(session, order_id, part_id)
    except Exception:
        log.exception("receipt of part %s could not be confirmed; it will be looked at again", part_id)
        return False


@jobs.every(hours=1)
def remind_of_parcels() -> int:
    """Remind buyers of parcels that wait at a pick-up point, at most twice each; returns how many mails that makes.

    Looks at everything that is due, however long it was away; may run twice in parallel or be killed anywhere.
    """
    reminded = last_id = 0
    while True:
        with reading() as session:
            due = queries.due_for_reminder(session, last_id)
        if not due:
            return reminded
        for parcel_id in due:
            with transaction() as session:
                reminded += services.remind_of_parcel(session, parcel_id)
        last_id = due[-1]
