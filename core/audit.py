"""The audit trail: who did what to which thing, when, from where and why; rows are only added."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from sqlalchemy import Identity, Index, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock
from core.db import Base, table_of
from core.permissions import Actor


class AuditEntry(Base):
    """One thing that somebody did."""

    __tablename__ = "core_audit_entries"
    __table_args__ = (
        Index("ix_core_audit_entries_subject", "subject_type", "subject_id", "id"),
        Index("ix_core_audit_entries_actor", "actor_user_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    happened_at: Mapped[datetime]
    actor_user_id: Mapped[int | None]
    actor_name: Mapped[str]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    address: Mapped[str | None]


# Nearly every step adds one, so built once, over the plain table.
_ADD = insert(table_of(AuditEntry))

#: What lies under this name in `Session.info` waits for the end of its `together`.
_TOGETHER = "audit_entries_together"

_came_from: ContextVar[str | None] = ContextVar("came_from", default=None)


def come_from(address: str | None) -> None:
    """Note from which network address whoever acts in this context comes."""
    _came_from.set(address)


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: object,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Add one entry to the audit trail; put no secret and no personal data of a household into it.

    Where somebody acted from is kept of people with an office only: rows stay for good, and of buyers and households it
    would be more than anybody needs to know.
    """
    entry = {
        "happened_at": clock.now(),
        "actor_user_id": actor.user_id,
        "actor_name": actor.name,
        "action": action,
        "subject_type": subject_type,
        "subject_id": str(subject_id),
        "reason": reason,
        "before": before,
        "after": after,
        "address": _came_from.get() if actor.grants or actor.resting else None,
    }
    waiting = session.info.get(_TOGETHER)
    if waiting is None:
        session.execute(_ADD, entry)
    else:
        waiting.append(entry)


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Add the entries recorded inside the block at its end, in one statement however many there are."""
    waiting: list[dict[str, Any]] = []
    session.info[_TOGETHER] = waiting
    try:
        yield
    finally:
        del session.info[_TOGETHER]
    if waiting:
        session.execute(_ADD, waiting)
