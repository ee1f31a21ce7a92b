"""Reading the inbox of signed events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session

from core import clock
from core.errors import NotFound
from payments import rules
from payments.models import PaymentEvent, PaymentIntent


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


def intent_with_waiting_events(session: Session, intent_public_id: str) -> tuple[PaymentIntent, list[int]]:
    """Return an intent and the stored events about it that nobody has handled yet; raises `NotFound`."""
    found = (
        session.execute(_WITH_WAITING, {"public_id": intent_public_id}).one_or_none()
        if "\x00" not in intent_public_id
        else None
    )
    if found is None:
        raise NotFound(f"no intent {intent_public_id}")
    return found[0], found[1]


_WITH_WAITING = select(
    PaymentIntent,
    func.array(
        select(PaymentEvent.id)
        .where(
            PaymentEvent.intent_public_id == PaymentIntent.public_id,
            PaymentEvent.handled_at.is_(None),
            PaymentEvent.attempts < rules.LAST_TRY,
        )
        .order_by(PaymentEvent.id)
        .limit(3)
        .scalar_subquery()
    ),
).where(PaymentIntent.public_id == bindparam("public_id"))


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


def list_events(
    session: Session, show: str = "", words: str = "", *, limit: int, offset: int
) -> list[EventRow]:
    """Return the inbox, newest first; `show` and `words` narrow it as `count_events` says."""
    columns = [getattr(PaymentEvent, name) for name in EventRow.__dataclass_fields__]
    rows = session.execute(
        select(*columns)
        .where(*_narrowed(show, words))
        .order_by(PaymentEvent.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [EventRow(*row) for row in rows]


def count_events(session: Session, show: str = "", words: str = "") -> int:
    """Count the inbox: all of it, what `failed`, or what is `waiting`; `words` is the number of a message or payment."""
    return session.scalar(select(func.count()).select_from(PaymentEvent).where(*_narrowed(show, words))) or 0


def _narrowed(show: str, words: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if show:
        failed = PaymentEvent.failed_at.is_not(None)
        found += [PaymentEvent.handled_at.is_(None), failed if show == "failed" else ~failed]
    if words:
        found.append(or_(PaymentEvent.event_id == words, PaymentEvent.intent_public_id == words))
    return found
