"""What notices do by the clock."""

from __future__ import annotations

import logging

from core import jobs
from core.db import reading, transaction
from publicity import queries, services

log = logging.getLogger(__name__)


@jobs.every(minutes=1)
def end_due_notices() -> int:
    """End the notices whose time is over and whose objections are answered, each in a step of its own; returns how many."""
    with reading() as session:
        due = queries.due_ids(session)
    ended, failed = 0, 0
    for notice_id in due:
        try:
            with transaction() as session:
                ended += services.end_due_notice(session, notice_id)
        except Exception:
            # One subject that cannot take its end must not keep the others waiting.
            log.exception("notice %s could not be ended", notice_id)
            failed += 1
    if failed:
        raise RuntimeError(f"{failed} of {len(due)} notices could not be ended")
    return ended
