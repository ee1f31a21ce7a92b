"""What accounts do by the clock."""

from __future__ import annotations

from accounts import services
from core import jobs
from core.db import transaction


@jobs.every(hours=6)
def forget_old_traces() -> int:
    """Forget who tried what and from where once nothing asks for it any more; returns how many rows."""
    with transaction() as session:
        return services.forget_old_traces(session)
