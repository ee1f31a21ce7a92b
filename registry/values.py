"""Words of the registry."""

from __future__ import annotations

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
