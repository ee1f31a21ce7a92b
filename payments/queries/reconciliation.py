"""Reading the days that were compared with the providers."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.errors import NotFound
from payments.models import (
    PaymentIntent,
    Reconciliation,
)


def first_uncompared_day(session: Session, provider: str, earliest: date) -> date | None:
    """Return the first day (in China) that was not compared with a provider yet; None when nothing was ever paid there."""
    last = session.scalar(select(func.max(Reconciliation.day)).where(Reconciliation.provider == provider))
    if last is not None:
        return max(last + timedelta(days=1), earliest)
    first = session.scalar(
        select(func.min(PaymentIntent.confirmed_at)).where(PaymentIntent.provider == provider)
    )
    return max(first.astimezone(clock.CHINA).date(), earliest) if first is not None else None


def list_reconciliations(session: Session, *, limit: int, offset: int) -> list[Reconciliation]:
    """Return the days that were compared, newest first."""
    return list(
        session.scalars(
            select(Reconciliation)
            .order_by(Reconciliation.day.desc(), Reconciliation.provider)
            .limit(limit)
            .offset(offset)
        )
    )


def count_reconciliations(session: Session) -> int:
    """Count the days that were compared."""
    return session.scalar(select(func.count()).select_from(Reconciliation)) or 0


def get_reconciliation(session: Session, provider: str, day: date) -> Reconciliation:
    """Return the comparison of one day; raises `NotFound`."""
    found = session.scalar(
        select(Reconciliation).where(Reconciliation.provider == provider, Reconciliation.day == day)
    )
    if found is None:
        raise NotFound("this day was not compared")
    return found
