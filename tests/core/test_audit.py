"""What the trail keeps, and in how many statements."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.audit import AuditEntry
from core.permissions import GUEST
from tests.conftest import StatementCounter


def cows(session: Session) -> list[str]:
    kept = select(AuditEntry.subject_id).where(AuditEntry.subject_type == "cow").order_by(AuditEntry.id)
    return list(session.scalars(kept))


def test_what_is_recorded_is_there_at_once(session: Session) -> None:
    audit.record(session, GUEST, "cow milked", "cow", 1)
    assert cows(session) == ["1"]


def test_what_is_recorded_together_is_written_with_one_statement(
    session: Session, statements: StatementCounter
) -> None:
    with statements, audit.together(session):
        for number in (1, 2, 3):
            audit.record(session, GUEST, "cow milked", "cow", number)
    assert len(statements) == 1
    audit.record(session, GUEST, "cow milked", "cow", 4)
    assert cows(session) == ["1", "2", "3", "4"]
