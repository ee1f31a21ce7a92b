"""Use cases of the registry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Text, bindparam, cast, insert, select, update
from sqlalchemy.orm import Session

from core import audit, clock, ids
from core.permissions import Actor
from registry.models import Household, HouseholdStatusPeriod, Region
from registry.values import HouseholdStatus, NewRegion, RegionLevel


def add_region(
    session: Session,
    code: str,
    level: RegionLevel,
    name_zh: str,
    name_en: str,
    parent: Region | None,
    valid_from: date,
) -> Region:
    """Add a region below its parent."""
    region = Region(
        code=code,
        level=level.value,
        name_zh=name_zh,
        name_en=name_en,
        parent_id=parent.id if parent else None,
        path="",
        valid_from=valid_from,
    )
    session.add(region)
    session.flush()
    region.path = f"{parent.path if parent else '/'}{region.id}/"
    return region


def add_regions(session: Session, rows: Sequence[NewRegion], valid_from: date) -> int:
    """Add many regions, each below one that is there already or stands before it, and return how many were new.

    A code that is there already is left as it is, so that the same list can be loaded again; one without an English name
    gets that of the list.
    """
    _name_in_english(session, rows)
    known: dict[str, tuple[int, str]] = {
        row.code: (row.id, row.path)
        for row in session.execute(
            select(Region.code, Region.id, Region.path).where(Region.valid_until.is_(None))
        )
    }
    waiting = [row for row in rows if row.code not in known]
    added = 0
    while waiting:
        ready = [row for row in waiting if row.parent_code is None or row.parent_code in known]
        if not ready:
            raise ValueError(f"{waiting[0].code} lies below {waiting[0].parent_code}, which is not there")
        made = session.execute(
            insert(Region).returning(Region.code, Region.id),
            [
                {
                    "code": row.code,
                    "level": row.level.value,
                    "name_zh": row.name_zh,
                    "name_en": row.name_en,
                    "parent_id": known[row.parent_code][0] if row.parent_code else None,
                    "path": known[row.parent_code][1] if row.parent_code else "/",
                    "valid_from": valid_from,
                }
                for row in ready
            ],
        ).all()
        new = [row.id for row in made]
        session.execute(
            update(Region)
            .where(Region.id.in_(new))
            .values(path=Region.path + cast(Region.id, Text) + "/")
            .execution_options(synchronize_session=False)
        )
        paths = {row.parent_code: known[row.parent_code][1] for row in ready if row.parent_code}
        parents = {row.code: row.parent_code for row in ready}
        for row in made:
            above = parents[row.code]
            known[row.code] = (row.id, f"{paths[above] if above else '/'}{row.id}/")
        added += len(made)
        waiting = [row for row in waiting if row.code not in known]
    return added


def _name_in_english(session: Session, rows: Sequence[NewRegion]) -> None:
    nameless = session.scalars(select(Region.code).where(Region.name_en == "", Region.valid_until.is_(None)))
    names = {row.code: row.name_en for row in rows if row.name_en}
    found = [{"known": code, "name": names[code]} for code in nameless if code in names]
    if found:
        session.connection().execute(
            update(Region)
            .where(Region.code == bindparam("known"), Region.name_en == "")
            .values(name_en=bindparam("name")),
            found,
        )


def add_household(
    session: Session,
    actor: Actor,
    village_id: int,
    householder: str,
    *,
    phone: str | None = None,
    members_count: int = 1,
    status: HouseholdStatus = HouseholdStatus.ORDINARY,
    cause: str | None = None,
    labour_exempt: bool = False,
) -> Household:
    """Enter a household into the registry with its first status."""
    household = Household(
        public_id=ids.public_id(),
        ledger_ref=ids.public_id(16),
        village_id=village_id,
        householder=householder,
        phone=phone,
        members_count=members_count,
        labour_exempt=labour_exempt,
        created_at=clock.now(),
    )
    session.add(household)
    session.flush()
    session.add(
        HouseholdStatusPeriod(
            household_id=household.id, status=status.value, cause=cause, valid_from=clock.today()
        )
    )
    audit.record(session, actor, "household entered", "household", household.public_id)
    return household
