"""What the ledger does by the clock."""

from __future__ import annotations

from core import jobs
from core.db import transaction
from ledger import services


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
