"""What the ledger does by the clock."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from core import clock, jobs
from core.db import reading, transaction
from ledger import checks, services

log = logging.getLogger(__name__)

#: So that checking takes at most a twentieth of one processor's time, however long the books are.
REST = 20


@jobs.every(seconds=1)
def roll_balances() -> None:
    """Add recorded movements to their balances."""
    with transaction() as session:
        services.roll(session)


@jobs.every(seconds=15)
def expire_holds() -> None:
    """Release holds whose time is over."""
    with transaction() as session:
        services.expire_holds(session)


@jobs.every(minutes=5, aside=True)
def check_the_books() -> None:
    """Run every invariant and show the result to everybody; a fault is an error in the log too.

    The longer the books, the longer they take: after a check they rest `REST` times as long as it took.
    """
    with reading() as session:
        last = checks.latest(session)
    if last is not None and clock.now() - last.checked_at < REST * last.took:
        return
    began = time.monotonic()
    with transaction() as session:
        findings = checks.run(session)
        checks.keep(session, findings, timedelta(seconds=time.monotonic() - began))
    for finding in findings:
        if finding.wrong:
            log.error(
                "the books do not hold: %s: %s wrong (%s)", finding.name, finding.wrong, finding.sentence
            )
