"""Regions, organisations and people for tests, made through the services."""

from __future__ import annotations

import itertools
from datetime import date
from functools import cache

from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Organisation, User
from accounts.values import OrganisationKind, Role
from core.permissions import SYSTEM, Actor, Grant
from registry import queries as registry_queries
from registry import services as registry
from registry.models import Household, Region
from registry.values import RegionLevel

PASSWORD = "correct horse battery"
_count = itertools.count(1)


@cache
def _password_hash() -> str:
    return accounts.hash_password(PASSWORD)


def make_village(
    session: Session, name: str = "青莲村", county: str = "370406", suffix: str = "101201"
) -> Region:
    """Return a village of a county (山东省 / 枣庄市 / the county / 店子镇), making what is missing."""
    chain = [
        ("37", RegionLevel.PROVINCE, "山东省", "Shandong"),
        ("3704", RegionLevel.PREFECTURE, "枣庄市", "Zaozhuang"),
        (
            county,
            RegionLevel.COUNTY,
            {"370406": "山亭区", "370404": "峄城区"}.get(county, "滕州市"),
            f"County {county}",
        ),
        (county + suffix[:3], RegionLevel.TOWN, "店子镇", "Dianzi Town"),
        (county + suffix, RegionLevel.VILLAGE, name, "Qinglian Village"),
    ]
    parent: Region | None = None
    for code, level, zh, en in chain:
        found = registry_queries.find_region(session, code)
        parent = found or registry.add_region(session, code, level, zh, en, parent, date(2020, 1, 1))
    assert parent is not None
    return parent


def make_organisation(
    session: Session,
    kind: OrganisationKind = OrganisationKind.SUPPLIER,
    name: str | None = None,
    region: Region | None = None,
) -> Organisation:
    """Return a new organisation."""
    number = next(_count)
    return accounts.add_organisation(
        session,
        SYSTEM,
        kind,
        name or f"青莲合作社{number}",
        f"Organisation {number}",
        region_id=region.id if region else None,
    )


def make_user(
    session: Session,
    *roles: Role,
    organisation: Organisation | None = None,
    region: Region | None = None,
    household: Household | None = None,
    name: str = "王小麦",
) -> User:
    """Return a new person with roles, who signs in with PASSWORD."""
    number = next(_count)
    user = accounts.add_user(
        session,
        SYSTEM,
        name,
        email=f"person{number}@example.org",
        password_hash=_password_hash(),
        household_id=household.id if household else None,
    )
    for role in roles:
        accounts.grant_role(
            session,
            SYSTEM,
            user.id,
            role,
            organisation_id=organisation.id if organisation else None,
            region_id=region.id if region else None,
            region_path=region.path if region else None,
        )
    return user


def actor_of(
    user: User, *roles: Role, organisation: Organisation | None = None, region: Region | None = None
) -> Actor:
    """Return the person as somebody who acts, for service tests."""
    return Actor(
        user.id,
        user.name,
        tuple(
            Grant(
                role,
                organisation.id if organisation else None,
                region.id if region else None,
                region.path if region else None,
            )
            for role in roles
        ),
        user.household_id,
    )


def make_household(session: Session, village: Region, householder: str = "李春耕") -> Household:
    """Return a new household of a village."""
    return registry.add_household(session, SYSTEM, village.id, householder, members_count=3)
