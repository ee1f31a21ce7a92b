"""The one source of the present moment, so that tests and the demo can stand at another one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")

_fixed: ContextVar[datetime | None] = ContextVar("fixed_moment", default=None)


def now() -> datetime:
    """Return the present moment in UTC."""
    return _fixed.get() or datetime.now(UTC)


def today() -> date:
    """Return the calendar day in China, where deadlines and statements are counted."""
    return now().astimezone(CHINA).date()


@contextmanager
def at(moment: datetime) -> Iterator[datetime]:
    """Stand at `moment` (with a time zone) inside the block."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield moment
    finally:
        _fixed.reset(token)
