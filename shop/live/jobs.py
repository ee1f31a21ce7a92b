"""What happens to live sessions by the clock."""

from __future__ import annotations

from core import jobs
from core.db import transaction
from shop.live import queries, services


@jobs.every(seconds=20)
def run_live_sessions() -> int:
    """Open and end sessions at their time, and bring back to the shop what came back to ended ones; returns how many.

    May run twice in parallel or be killed anywhere.
    """
    return jobs.each_due(queries.due_sessions, _follow)


def _follow(session_id: int) -> int:
    with transaction() as session:
        return services.follow_clock(session, session_id)
