"""Reading the inbox of signed events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core import clock
from payments import rules
from payments.models import (
    PaymentEvent,
)


def waiting_events(session: Session, gateways: Sequence[str], limit: int) -> list[int]:
    """Return the stored events whose next try is due, oldest first."""
    return list(
        session.scalars(
            select(PaymentEvent.id)
            .where(
                PaymentEvent.handled_at.is_(None),
                PaymentEvent.next_try_at <= clock.now(),
                PaymentEvent.gateway.in_(gateways),
            )
            .order_by(PaymentEvent.next_try_at)
            .limit(limit)
        )
    )


def waiting_events_of(session: Session, intent_public_id: str) -> list[int]:
    """Return the stored events about an intent that nobody has handled yet."""
    return list(
        session.scalars(
            select(PaymentEvent.id)
            .where(
                PaymentEvent.intent_public_id == intent_public_id,
                PaymentEvent.handled_at.is_(None),
                PaymentEvent.attempts < rules.LAST_TRY,
            )
            .order_by(PaymentEvent.id)
            .limit(3)
        )
    )


@dataclass(frozen=True, slots=True)
class EventRow:
    """A line of the inbox as the operator reads it."""

    id: int
    gateway: str
    event_id: str
    type: str
    intent_public_id: str | None
    received_at: datetime
    handled_at: datetime | None
    outcome: str | None
    failed_at: datetime | None
    attempts: int
    next_try_at: datetime | None
    error: str | None

    @property
    def state(self) -> str:
        """Return `handled`, `failed` or `waiting`."""
        if self.handled_at is not None:
            return "handled"
        return "failed" if self.failed_at is not None else "waiting"


def list_events(session: Session, *, failed: bool, limit: int, offset: int) -> list[EventRow]:
    """Return the inbox, newest first; `failed` leaves only what could not be applied."""
    columns = [getattr(PaymentEvent, name) for name in EventRow.__dataclass_fields__]
    rows = session.execute(
        select(*columns)
        .where(*_failed_only(failed))
        .order_by(PaymentEvent.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [EventRow(*row) for row in rows]


def count_events(session: Session, *, failed: bool) -> int:
    """Count the inbox, or only what could not be applied."""
    return session.scalar(select(func.count()).select_from(PaymentEvent).where(*_failed_only(failed))) or 0


def _failed_only(failed: bool) -> list[ColumnElement[bool]]:
    return [PaymentEvent.handled_at.is_(None), PaymentEvent.failed_at.is_not(None)] if failed else []
