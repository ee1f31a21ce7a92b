"""Decisions about freight: which zone, what it costs, and what makes a table whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shop.freight.values import Tariff, Zone

#: The most zones and bands that the page offers.
MOST_ZONES, MOST_BANDS = 3, 8
#: No band and no kilogram costs more than this (fen), so that a slip of the comma is seen.
MOST_FEE_FEN = 1_000_00
#: The heaviest band ends here (grams); what is above is counted by the kilogram.
MOST_GRAMS = 1_000_000


def zone_of(tariff: Tariff, region_code: str) -> Zone:
    """Return the zone of a region by its code (its province are the first two digits); without one, the first."""
    province = region_code[:2]
    return next((zone for zone in tariff.zones if province in zone.provinces), tariff.zones[0])


def freight_fen(zone: Zone, grams: int, goods_fen: int) -> int:
    """Return the freight (fen) of goods of that weight and worth into a zone."""
    if grams <= 0 or (zone.free_from_fen is not None and goods_fen >= zone.free_from_fen):
        return 0
    for up_to, fee in zone.bands:
        if grams <= up_to:
            return fee
    heaviest, fee = zone.bands[-1]
    return fee + -(-(grams - heaviest) // 1_000) * zone.further_kg_fen


def until_free_fen(zone: Zone, goods_fen: int) -> int:
    """Return how much more (fen) makes the freight free; 0 when it is, or never will be."""
    return max(0, zone.free_from_fen - goods_fen) if zone.free_from_fen is not None else 0


def fault_of(zones: Sequence[Zone]) -> tuple[int, str] | None:
    """Return (which zone, what is wrong) of a table that cannot stand, or None: gaps, overlaps, falling fees, provinces twice."""
    seen: set[str] = set()
    if not zones or zones[0].provinces:
        return 0, "first"
    for number, zone in enumerate(zones):
        limits = [up_to for up_to, _fee in zone.bands]
        fees = [fee for _up_to, fee in zone.bands]
        if not zone.bands:
            return number, "bands"
        if limits[0] <= 0 or sorted(set(limits)) != limits or limits[-1] > MOST_GRAMS:
            return number, "limits"
        if sorted(fees) != fees or any(not 0 <= fee <= MOST_FEE_FEN for fee in (*fees, zone.further_kg_fen)):
            return number, "fees"
        if number and not zone.provinces:
            return number, "no_provinces"
        if seen & set(zone.provinces):
            return number, "twice"
        seen |= set(zone.provinces)
    return None


def to_json(zone: Zone) -> dict[str, Any]:
    """Return a zone as the table keeps it."""
    return {
        "name_zh": zone.name_zh,
        "name_en": zone.name_en,
        "provinces": list(zone.provinces),
        "free_from_fen": zone.free_from_fen,
        "bands": [list(band) for band in zone.bands],
        "further_kg_fen": zone.further_kg_fen,
    }


def from_json(kept: Mapping[str, Any]) -> Zone:
    """Return a zone from what the table keeps."""
    return Zone(
        kept["name_zh"],
        kept["name_en"],
        tuple(kept["provinces"]),
        tuple((up_to, fee) for up_to, fee in kept["bands"]),
        kept["further_kg_fen"],
        kept["free_from_fen"],
    )
