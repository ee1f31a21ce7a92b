"""Whether anything that public pages show has changed: a number that every change moves, and until when it holds by the clock."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Engine, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock, db
from core.db import Base, table_of

T = TypeVar("T")

MOST_REMEMBERED = 600


class PageStamp(Base):
    """A part of the number: triggers (migration 0009) move one slot in each step that changes a watched table."""

    __tablename__ = "core_page_stamps"

    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]


@dataclass(frozen=True, slots=True)
class Stamp:
    """The state of everything watched: the same number means unchanged, from `since` until before `until`.

    `until` is the next moment at which something changes by the clock alone, such as a certificate that expires.
    """

    engine: Engine
    number: int
    since: datetime
    until: datetime

    def holds_at(self, moment: datetime) -> bool:
        """Say whether the clock alone has changed nothing at that moment."""
        return self.since <= moment < self.until


#: Returns the next moment after the given one at which public pages change by themselves, or None.
Horizon = Callable[[Session, datetime], datetime | None]

_horizons: list[Horizon] = []
_last: Stamp | None = None
_remembered: OrderedDict[Hashable, tuple[Stamp, Any]] = OrderedDict()
_lock = threading.Lock()
_being_found: dict[Hashable, threading.Lock] = {}
_standing: ContextVar[Stamp | None] = ContextVar("standing_at", default=None)


def horizon(find: Horizon) -> Horizon:
    """Ask `find` for the next moment at which public pages change by the clock."""
    if find not in _horizons:
        _horizons.append(find)
    return find


def number() -> ColumnElement[int]:
    """Return the number as a scalar for a select: it only grows, by what is committed."""
    return select(func.sum(PageStamp.version)).scalar_subquery()


_number_statement = select(func.sum(table_of(PageStamp).c.version))


def current(session: Session) -> Stamp | None:
    """Return the stamp of this moment, in one statement; None where steps are not committed one by one (most tests).

    Ask before reading what is to be remembered: what changes in between then counts as changed.
    """
    global _last
    engine = db.reading_engine(session)
    if engine is None:
        return None
    standing = _standing.get()
    if standing is not None and standing.engine is engine:
        return standing
    now = clock.now()
    found = int(session.scalar(_number_statement) or 0)
    last = _last
    if last is None or last.engine is not engine or last.number != found or not last.holds_at(now):
        last = _last = Stamp(engine, found, now, _next_change(session, now))
    return last


@contextmanager
def standing_at(stamp: Stamp | None) -> Iterator[None]:
    """Let everything inside the block that asks for the stamp get this one: a request asks once."""
    token = _standing.set(stamp)
    try:
        yield
    finally:
        _standing.reset(token)


def _next_change(session: Session, now: datetime) -> datetime:
    midnight = now.astimezone(clock.CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [find(session, now) for find in _horizons]
    return min([midnight + timedelta(days=1), *(moment for moment in moments if moment is not None)])


def remembered(session: Session, key: Hashable, find: Callable[[], T]) -> T:
    """Return what `find` found for this key while nothing watched has changed since; only for what depends on nothing else."""
    stamp = current(session)
    if stamp is None:
        return find()
    with _lock:
        known = _remembered.get(key)
        if known is not None and known[0] is stamp:
            _remembered.move_to_end(key)
            value: T = known[1]
            return value
        finding = _being_found.setdefault(key, threading.Lock())
    # After a change everybody asks for the same at once: one finds it, the others wait for that.
    with finding:
        known = _remembered.get(key)
        if known is not None and known[0] is stamp:
            found: T = known[1]
            return found
        try:
            value = find()
            with _lock:
                _remembered[key] = (stamp, value)
                while len(_remembered) > MOST_REMEMBERED:
                    _remembered.popitem(last=False)
        finally:
            with _lock:
                _being_found.pop(key, None)
    return value
