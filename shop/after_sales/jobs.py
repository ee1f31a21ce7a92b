"""What happens to claims by the clock."""

from __future__ import annotations

import logging

from core import jobs
from core.db import reading, transaction
from shop.after_sales import queries, services

log = logging.getLogger(__name__)


@jobs.every(seconds=60)
def run_out_clocks() -> int:
    """Do what is due for every claim whose clock has run out; returns how many moved or were tried again.

    Looks at all that are due, however long it was away; may run twice in parallel or be killed anywhere. A claim that
    fails holds no other up.
    """
    done = last_id = 0
    while True:
        with reading() as session:
            due = queries.due_claims(session, last_id)
        if not due:
            return done
        for claim_id in due:
            try:
                with transaction() as session:
                    done += services.run_out(session, claim_id)
            except Exception:
                log.exception("claim %s could not go on; it will be looked at again", claim_id)
        last_id = due[-1]
