"""Use cases of the registry."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from core import audit, clock, ids
from core.permissions import Actor
from registry.models import Household, HouseholdStatusPeriod, Region
from registry.values import HouseholdStatus, RegionLevel


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
