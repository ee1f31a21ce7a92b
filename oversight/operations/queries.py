"""Reading what runs behind the pages."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.jobs import Job, PeriodicJob
from core.mail import Mail


def mails(session: Session, limit: int, offset: int) -> tuple[Sequence[Mail], int]:
    """Return a page of the outbox, newest first, and how many messages there are."""
    total = session.scalar(select(func.count()).select_from(Mail)) or 0
    return session.scalars(select(Mail).order_by(Mail.id.desc()).limit(limit).offset(offset)).all(), total


def failed_jobs(session: Session) -> Sequence[Job]:
    """Return the jobs that were given up or failed at least once and wait, newest first, at most 100."""
    return session.scalars(
        select(Job).where(Job.done_at.is_(None), Job.error.is_not(None)).order_by(Job.id.desc()).limit(100)
    ).all()


def periodic_jobs(session: Session) -> Sequence[PeriodicJob]:
    """Return what runs by the clock."""
    return session.scalars(select(PeriodicJob).order_by(PeriodicJob.name)).all()


def audit_entries(session: Session, before: int | None, limit: int) -> Sequence[AuditEntry]:
    """Return the newest entries of the audit trail below `before` (keyset)."""
    statement = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    return session.scalars(statement).all()
