"""Words of the registry."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RegionLevel(StrEnum):
    """How deep a region lies in the tree."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"


class HouseholdStatus(StrEnum):
    """How a household stands; dated, never erased."""

    REGISTERED = "registered"
    GRADUATED = "graduated"
    MONITORED = "monitored"
    EDGE = "edge"
    INSTANT_HELP = "instant_help"
    ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True)
class NewRegion:
    """A region to be added below another: codes have the shape of GB/T 2260 (2, 4, 6, 9 and 12 digits)."""

    code: str
    level: RegionLevel
    name_zh: str
    name_en: str
    parent_code: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A region to be picked: its code and its names (Chinese, English)."""

    code: str
    name: tuple[str, str]


@dataclass(frozen=True, slots=True)
class PickedRegion:
    """A region that was picked, or one above it; `path` holds the ids from the root down to it."""

    id: int
    code: str
    level: str
    name_zh: str
    name_en: str
    path: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class PickerLevel:
    """What can be picked at one level, in groups (counties stand under their prefectures), and what is picked."""

    level: RegionLevel
    groups: tuple[tuple[tuple[str, str], tuple[Choice, ...]], ...]
    picked: str

    @property
    def empty(self) -> bool:
        """Say whether there is nothing to pick until the level above is."""
        return not any(choices for _name, choices in self.groups)
