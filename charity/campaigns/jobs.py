"""What campaigns do by the clock."""

from __future__ import annotations

from charity.campaigns import services
from core import jobs
from core.db import transaction


@jobs.every(minutes=10)
def end_overdue_campaigns() -> None:
    """End the campaigns whose last day is over."""
    with transaction() as session:
        services.end_overdue_campaigns(session)
