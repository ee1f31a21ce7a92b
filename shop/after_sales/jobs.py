"""What happens to claims by the clock."""

from __future__ import annotations

from core import jobs
from core.db import transaction
from shop.after_sales import queries, services


@jobs.every(seconds=60)
def run_out_clocks() -> int:
    """Do what is due for every claim whose clock has run out; returns how many moved or were tried again.

    May run twice in parallel or be killed anywhere.
    """
    return jobs.each_due(queries.due_claims, _run_out)


def _run_out(claim_id: int) -> int:
    with transaction() as session:
        return services.run_out(session, claim_id)
