"""Reading regions and households, always within the regions of the one who asks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Text,
    bindparam,
    cast,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session, aliased

from core.db import table_of
from core.errors import NotFound
from core.permissions import Actor
from core.stamps import remembered
from registry.models import Household, Region
from registry.values import Choice, PickedRegion, PickerLevel, RegionLevel

#: Levels at which people pick where something is; prefectures only group the counties.
PICKED_LEVELS = (RegionLevel.PROVINCE, RegionLevel.COUNTY, RegionLevel.TOWN, RegionLevel.VILLAGE)


_town = aliased(Region)


def within(paths: tuple[str, ...]) -> ColumnElement[bool]:
    """Return the condition that `Region.path` lies below one of `paths`; an empty path is everywhere."""
    if not paths:
        return false()
    if "" in paths:
        return true()
    return or_(*(Region.path.startswith(path, autoescape=True) for path in paths))


def on_the_way(path: Any) -> ColumnElement[Any]:
    """Return what the id of a region equals that lies on a `Region.path`, its own end included.

    So that each is looked up by its id: to find them by the beginning of their own paths reads all regions of a level.
    """
    return func.any(cast(func.string_to_array(func.btrim(path, "/"), "/"), ARRAY(BigInteger)))


def find_region(session: Session, code: str) -> Region | None:
    """Return the region that has this code today."""
    return session.scalar(select(Region).where(Region.code == code, Region.valid_until.is_(None)))


def get_region(session: Session, region_id: int) -> Region:
    """Return a region by id; raises when there is none."""
    return session.get_one(Region, region_id)


def served_county() -> ColumnElement[bool]:
    """Return the condition that `Region` is a county of today whose towns are known: where we work, not only deliver to."""
    return (
        (Region.level == "county")
        & Region.valid_until.is_(None)
        & Region.id.in_(select(_town.parent_id).where(_town.level == "town", _town.valid_until.is_(None)))
    )


def counties(session: Session) -> list[Region]:
    """Return the counties where we work in the order of their codes."""
    return list(session.scalars(select(Region).where(served_county()).order_by(Region.code)))


def children(session: Session, parent_id: int | None) -> list[Region]:
    """Return the regions right below one, in the order of their codes."""
    return list(
        session.scalars(
            select(Region)
            .where(Region.parent_id == parent_id, Region.valid_until.is_(None))
            .order_by(Region.code)
        )
    )


def get_household(session: Session, actor: Actor, public_id: str, *roles: str) -> Household:
    """Return a household within the regions in which the actor holds one of `roles`, else `NotFound`."""
    household = session.scalar(
        select(Household)
        .join(Region, Region.id == Household.village_id)
        .where(
            Household.public_id == public_id,
            Household.closed_on.is_(None),
            within(actor.region_paths(*roles)),
        )
    )
    if household is None:
        raise NotFound("household")
    return household


def get_own_household(session: Session, actor: Actor) -> Household:
    """Return the household that the actor belongs to, else `NotFound`."""
    household = session.get(Household, actor.household_id) if actor.household_id is not None else None
    if household is None or household.closed_on is not None:
        raise NotFound("household")
    return household


def mask(name: str) -> str:
    """Show only the family name, as public lists must: 王建国 -> 王**."""
    return name[:1] + "*" * max(1, min(2, len(name) - 1))


def place_names(session: Session, region_id: int) -> tuple[str, str]:
    """Return where a region lies, from its county down: (`山亭区青莲村`, `Qinglian Village, Shanting`)."""
    path = session.scalar(select(Region.path).where(Region.id == region_id)) or ""
    ids = [int(part) for part in path.split("/") if part]
    rows = session.execute(
        select(Region.id, Region.level, Region.name_zh, Region.name_en).where(Region.id.in_(ids))
    )
    by_id = {row.id: row for row in rows}
    parts = [by_id[i] for i in ids if i in by_id]
    near = [row for row in parts if row.level in ("county", "town", "village")] or parts[-1:]
    return "".join(row.name_zh for row in near), ", ".join(row.name_en for row in reversed(near))


def names_of_places(session: Session, region_ids: frozenset[int]) -> dict[int, tuple[str, str]]:
    """Return where regions lie as `place_names` says it, in two statements however many there are."""
    paths = {
        row.id: [int(part) for part in row.path.split("/") if part]
        for row in session.execute(select(Region.id, Region.path).where(Region.id.in_(region_ids)))
    }
    known = {
        region.id: region
        for region in session.scalars(
            select(Region).where(Region.id.in_({part for path in paths.values() for part in path}))
        )
    }
    found = {}
    for region_id, path in paths.items():
        parts = [known[part] for part in path if part in known]
        near = [part for part in parts if part.level in ("county", "town", "village")] or parts[-1:]
        found[region_id] = (
            "".join(part.name_zh for part in near),
            ", ".join(part.name_en for part in reversed(near)),
        )
    return found


def pick_region(session: Session, codes: tuple[str, ...]) -> tuple[tuple[PickerLevel, ...], Region | None]:
    """Return what can be picked at each of `PICKED_LEVELS` after `codes` were, and the deepest region picked.

    A code that does not lie below the one before it counts as not picked, with all that follow. Before anything is picked
    the levels are the same object as long as no region changes.
    """
    if not any(codes):
        return remembered(session, "regions to begin with", lambda: _pick(session, ()))
    return _pick(session, codes)


def _pick(session: Session, codes: tuple[str, ...]) -> tuple[tuple[PickerLevel, ...], Region | None]:
    levels: list[PickerLevel] = []
    deepest: Region | None = None
    open_ended = True
    for level, code in zip(PICKED_LEVELS, (*codes, "", "", "", ""), strict=False):
        regions = _below(session, deepest, level) if open_ended else []
        chosen = next((region for region in regions if region.code == code), None)
        levels.append(PickerLevel(level, _grouped(session, level, regions), chosen.code if chosen else ""))
        open_ended = chosen is not None
        deepest = chosen or deepest
    return tuple(levels), deepest


def picked_lineage(session: Session, codes: tuple[str, ...]) -> list[PickedRegion]:
    """Return the regions that `codes` pick, from the province down with the prefecture in its place, in one statement.

    Stops before the first code that does not lie below the one before it.
    """
    # A prefecture is never picked: it is the region above the county that is.
    rows = session.execute(_PICKED_AND_ABOVE, {"codes": [code for code in codes if code]})
    picked = [PickedRegion(*row) for row in rows]
    known = {region.code: region for region in picked if region.is_open}
    deepest: PickedRegion | None = None
    for level, code in zip(PICKED_LEVELS, codes, strict=False):
        region = known.get(code)
        if region is None or region.level != level.value:
            break
        if deepest is not None and not region.path.startswith(deepest.path):
            break
        deepest = region
    if deepest is None:
        return []
    by_id = {region.id: region for region in picked}
    return [by_id[int(part)] for part in deepest.path.split("/") if part]


_regions = table_of(Region)
_picked = _regions.alias("picked")
# One list of ids, not two joined by OR: for those the whole table would be read.
_PICKED_AND_ABOVE = select(
    _regions.c.id,
    _regions.c.code,
    _regions.c.level,
    _regions.c.name_zh,
    _regions.c.name_en,
    _regions.c.path,
    _regions.c.valid_until.is_(None),
).where(
    _regions.c.id.in_(
        select(func.unnest(array([_picked.c.id, _picked.c.parent_id]))).where(
            _picked.c.code == func.any(bindparam("codes", type_=ARRAY(Text))), _picked.c.valid_until.is_(None)
        )
    )
)


def codes_down_to(session: Session, region: Region) -> tuple[str, ...]:
    """Return the codes at `PICKED_LEVELS` on the way down to a region."""
    ids = [int(part) for part in region.path.split("/") if part]
    rows = session.execute(select(Region.level, Region.code).where(Region.id.in_(ids)))
    by_level = {row.level: row.code for row in rows}
    return tuple(by_level.get(level.value, "") for level in PICKED_LEVELS)


def _below(session: Session, above: Region | None, level: RegionLevel) -> list[Region]:
    conditions = [Region.level == level.value, Region.valid_until.is_(None)]
    if above is not None:
        conditions.append(Region.path.startswith(above.path, autoescape=True))
    return list(session.scalars(select(Region).where(*conditions).order_by(Region.code).limit(2000)))


def _grouped(
    session: Session, level: RegionLevel, regions: list[Region]
) -> tuple[tuple[tuple[str, str], tuple[Choice, ...]], ...]:
    parents: dict[int | None, tuple[str, str]] = {}
    if level is RegionLevel.COUNTY and regions:
        above = session.scalars(select(Region).where(Region.id.in_({region.parent_id for region in regions})))
        parents = {parent.id: (parent.name_zh, parent.name_en) for parent in above}
    groups: dict[tuple[str, str], list[Choice]] = {}
    for region in regions:
        group = parents.get(region.parent_id, ("", ""))
        groups.setdefault(group, []).append(Choice(region.code, (region.name_zh, region.name_en)))
    return tuple((name, tuple(choices)) for name, choices in groups.items())
