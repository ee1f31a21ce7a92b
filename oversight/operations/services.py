"""What the operator does behind the pages."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core import audit, jobs
from core.permissions import Actor


def try_jobs_again(session: Session, actor: Actor) -> int:
    """Let every job that failed run now, in the caller's step; return how many there are."""
    count = jobs.try_again(session)
    if count:
        audit.record(session, actor, "failed jobs tried again", "jobs", "failed", after={"jobs": count})
    return count
