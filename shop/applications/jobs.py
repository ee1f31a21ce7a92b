"""What applications do by the calendar."""

from __future__ import annotations

from core import clock, jobs
from core.db import reading, transaction
from shop.applications import queries, services


@jobs.every(minutes=10)
def open_renewals() -> int:
    """Remind the suppliers of certificates that end before long, once each, however late; returns how many."""
    with reading() as session:
        days = queries.settings_on(session, clock.today()).renewal_days
        due = queries.ending_certificate_ids(session, days)
    reminded = 0
    for certificate_id in due:
        with transaction() as session:
            reminded += services.remind_of_renewal(session, certificate_id)
    return reminded
