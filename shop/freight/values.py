"""Words of freight: zones of provinces, bands of weight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Zone:
    """What freight costs in some provinces: (up to so many grams, fen), lightest first, and what each further kilogram adds.

    Upper limits alone make the bands: none can overlap or be missing. `free_from_fen` is what the goods must be worth to
    travel free; None where they never do. A zone without `provinces` is for all that no other zone names.
    """

    name_zh: str
    name_en: str
    provinces: tuple[str, ...]
    bands: tuple[tuple[int, int], ...]
    further_kg_fen: int
    free_from_fen: int | None


@dataclass(frozen=True, slots=True)
class Tariff:
    """A whole table as it holds from a day on; the first zone is for every province that no other names."""

    table_id: int
    public_id: str
    valid_from: date
    zones: tuple[Zone, ...]
    reason: str
    user_name: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class NewTariff:
    """A table that somebody wants to hold from a day on."""

    valid_from: date
    zones: tuple[Zone, ...]
    reason: str
