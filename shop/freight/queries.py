"""Reading what freight costs."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.db import lock_keys
from shop.freight import rules
from shop.freight.models import FreightTable
from shop.freight.values import Tariff

#: Today's table, by the day.
_known: dict[date, Tariff] = {}


def tariff_of(session: Session, day: date) -> Tariff:
    """Return what freight costs on a day: the table written last for the newest day up to it."""
    return _tariff(
        session.execute(
            select(FreightTable.__table__)
            .where(FreightTable.valid_from <= day)
            .order_by(FreightTable.valid_from.desc(), FreightTable.id.desc())
            .limit(1)
        ).one()
    )


def tariff_today(session: Session) -> Tariff:
    """Return what freight costs today; each process asks the database once a day, for today's table never changes.

    A table may hold from the day after it is written at the earliest; in the first minutes of a day, when a step that was
    begun before midnight may still end, nothing is kept.
    """
    now = clock.now().astimezone(clock.CHINA)
    known = _known.get(now.date())
    if known is None:
        known = tariff_of(session, now.date())
        if (now.hour, now.minute) >= (0, 5):
            _known.clear()
            _known[now.date()] = known
    return known


def forget_known() -> None:
    """Forget what was read, when the database is another one."""
    _known.clear()


def tariffs(session: Session, limit: int = 40) -> list[Tariff]:
    """Return every table that was written, the one that holds last first."""
    rows = session.execute(
        select(FreightTable.__table__)
        .order_by(FreightTable.valid_from.desc(), FreightTable.id.desc())
        .limit(limit)
    )
    return [_tariff(row) for row in rows]


def find_tariff(session: Session, public_id: str) -> Tariff | None:
    """Return the table that has this id, or None."""
    row = session.execute(
        select(FreightTable.__table__).where(FreightTable.public_id == public_id)
    ).one_or_none()
    return _tariff(row) if row is not None else None


def newest_id(session: Session) -> str:
    """Return the id of the table that was written last, locking the writing of further ones for this step."""
    lock_keys(session, "freight tables")
    return session.scalars(select(FreightTable.public_id).order_by(FreightTable.id.desc()).limit(1)).one()


def _tariff(row: object) -> Tariff:
    found: FreightTable = row  # type: ignore[assignment]
    return Tariff(
        found.id,
        found.public_id,
        found.valid_from,
        tuple(rules.from_json(zone) for zone in found.zones),
        found.reason,
        found.user_name,
        found.made_at,
    )
