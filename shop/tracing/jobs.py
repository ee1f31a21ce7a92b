"""What tracing does by the clock."""

from __future__ import annotations

from core import jobs
from core.db import transaction
from shop.tracing import services


@jobs.every(minutes=10)
def give_missing_codes() -> int:
    """Give codes to products that came on sale without one, a thousand in a step; returns how many."""
    given = 0
    while True:
        with transaction() as session:
            found = services.give_missing_codes(session)
        given += found
        if not found:
            return given
