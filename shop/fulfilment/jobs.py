"""What happens to parcels by the clock."""

from __future__ import annotations

from core import jobs
from core.db import transaction
from shop.fulfilment import queries, services


@jobs.every(minutes=10)
def confirm_receipts() -> int:
    """Take as received what the buyer said nothing about until its day; what a claim is open about waits.

    May run twice in parallel or be killed anywhere. Returns how many parts were received.
    """
    return jobs.each_due(queries.due_for_confirmation, _confirm)


def _confirm(part_id: int, order_id: int) -> int:
    with transaction() as session:
        return services.confirm_by_itself(session, order_id, part_id)


@jobs.every(hours=1)
def remind_of_parcels() -> int:
    """Remind buyers of parcels that wait at a pick-up point, at most twice each; returns how many mails that makes.

    May run twice in parallel or be killed anywhere.
    """
    return jobs.each_due(queries.due_for_reminder, _remind)


def _remind(parcel_id: int) -> int:
    with transaction() as session:
        return services.remind_of_parcel(session, parcel_id)
