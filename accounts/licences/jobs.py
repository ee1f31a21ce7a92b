"""What licences do by the calendar."""

from __future__ import annotations

from accounts.licences import queries, services
from core import clock, jobs
from core.db import reading, transaction


@jobs.every(minutes=30)
def remind_of_ends() -> int:
    """Remind suppliers of licences that end before long or have ended, once for each mark; returns how many."""
    today = clock.today()
    with reading() as session:
        due = queries.ending(session, today)
    reminded = 0
    for licence_id, _last_day in due:
        with transaction() as session:
            reminded += services.remind_of_end(session, licence_id, today)
    return reminded
