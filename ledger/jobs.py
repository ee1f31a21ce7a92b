"""What the ledger does by the clock."""

from __future__ import annotations

import logging

from core import jobs
from core.db import reading, transaction
from ledger import checks, services

log = logging.getLogger(__name__)


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


@jobs.every(minutes=5)
def check_the_books() -> None:
    """Run every invariant and show the result to everybody; a fault is an error in the log too."""
    with reading() as session:
        findings = checks.run(session)
    with transaction() as session:
        checks.keep(session, findings)
    for finding in findings:
        if finding.wrong:
            log.error(
                "the books do not hold: %s: %s wrong (%s)", finding.name, finding.wrong, finding.sentence
            )
