"""What benefit links do by the calendar."""

from __future__ import annotations

from core import jobs
from core.db import transaction
from shop.benefit_links import services


@jobs.every(minutes=10)
def keep_counts() -> int:
    """Let links that began or ended change the households of their products; returns how many products changed."""
    with transaction() as session:
        return services.keep_counts(session)
