"""Where the demo world lies: a real prefecture and its counties, with invented towns and villages below.

Town codes use the numbers 181 and up (281 for townships), which no town of these counties carries, so that an
invented place never takes a real one's code.
"""

from demo.content.values import Town, Village

PROVINCE_CODE = "37"
PROVINCE_NAME_EN = "Shandong Province"
PREFECTURE_CODE = "3704"
PREFECTURE_NAME_EN = "Zaozhuang City"

COUNTY_NAMES_EN = {
    "370402": "Shizhong District",
    "370403": "Xuecheng District",
    "370404": "Yicheng District",
    "370405": "Tai'erzhuang District",
    "370406": "Shanting District",
    "370481": "Tengzhou City",
}

# town code, town, villages in order; a village's code is the town's and 201, 202, ...
_TOWNS: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "370402181",
        "云溪镇",
        "Yunxi Town",
        (("柳湾村", "Liuwan Village"), ("上溪村", "Shangxi Village"), ("石桥头村", "Shiqiaotou Village")),
    ),
    ("370402182", "柏桥镇", "Baiqiao Town", (("柏桥村", "Baiqiao Village"), ("前杏村", "Qianxing Village"))),
    (
        "370402183",
        "东窑镇",
        "Dongyao Town",
        (("东窑村", "Dongyao Village"), ("瓦匠营村", "Wajiangying Village")),
    ),
    (
        "370402281",
        "槐岭乡",
        "Huailing Township",
        (("槐花村", "Huaihua Village"), ("岭后村", "Linghou Village")),
    ),
    (
        "370403181",
        "荷塘镇",
        "Hetang Town",
        (("荷塘村", "Hetang Village"), ("藕香村", "Ouxiang Village"), ("新堤村", "Xindi Village")),
    ),
    ("370403182", "望湖镇", "Wanghu Town", (("望湖村", "Wanghu Village"), ("渔歌村", "Yuge Village"))),
    ("370403183", "西渡镇", "Xidu Town", (("西渡村", "Xidu Village"), ("麦场村", "Maichang Village"))),
    (
        "370404181",
        "榴溪镇",
        "Liuxi Town",
        (("榴花村", "Liuhua Village"), ("石榴坡村", "Shiliupo Village"), ("小溪村", "Xiaoxi Village")),
    ),
    (
        "370404182",
        "承水镇",
        "Chengshui Town",
        (("承水村", "Chengshui Village"), ("豆香村", "Douxiang Village")),
    ),
    ("370404183", "麦港镇", "Maigang Town", (("麦港村", "Maigang Village"), ("长埝村", "Changnian Village"))),
    (
        "370404281",
        "青檀岭乡",
        "Qingtanling Township",
        (("青檀村", "Qingtan Village"), ("岭上村", "Lingshang Village")),
    ),
    (
        "370405181",
        "河湾镇",
        "Hewan Town",
        (("河湾村", "Hewan Village"), ("船闸村", "Chuanzha Village"), ("织柳村", "Zhiliu Village")),
    ),
    (
        "370405182",
        "芦汀镇",
        "Luting Town",
        (("芦汀村", "Luting Village"), ("鹭鸣村", "Luming Village"), ("苇荡村", "Weidang Village")),
    ),
    (
        "370405183",
        "稻川镇",
        "Daochuan Town",
        (("稻川村", "Daochuan Village"), ("新秧村", "Xinyang Village"), ("北圩村", "Beiwei Village")),
    ),
    (
        "370406181",
        "翠微镇",
        "Cuiwei Town",
        (("青莲村", "Qinglian Village"), ("翠微村", "Cuiwei Village"), ("石磨村", "Shimo Village")),
    ),
    (
        "370406182",
        "枣坡镇",
        "Zaopo Town",
        (("枣坡村", "Zaopo Village"), ("长红村", "Changhong Village"), ("蜂谷村", "Fenggu Village")),
    ),
    (
        "370406183",
        "岩泉镇",
        "Yanquan Town",
        (("岩泉村", "Yanquan Village"), ("泉头村", "Quantou Village"), ("核桃峪村", "Hetaoyu Village")),
    ),
    (
        "370406184",
        "云峪镇",
        "Yunyu Town",
        (("云峪村", "Yunyu Village"), ("板栗沟村", "Banligou Village"), ("樱桃坪村", "Yingtaoping Village")),
    ),
    (
        "370406281",
        "松涧乡",
        "Songjian Township",
        (("松涧村", "Songjian Village"), ("松菇村", "Songgu Village")),
    ),
    ("370481181", "荆湾镇", "Jingwan Town", (("荆湾村", "Jingwan Village"), ("沙薯村", "Shashu Village"))),
    ("370481182", "墨桥镇", "Moqiao Town", (("墨桥村", "Moqiao Village"), ("木坊村", "Mufang Village"))),
    (
        "370481183",
        "莲堰镇",
        "Lianyan Town",
        (("莲堰村", "Lianyan Village"), ("鸭桥村", "Yaqiao Village"), ("水芹村", "Shuiqin Village")),
    ),
    ("370481184", "桑陌镇", "Sangmo Town", (("桑陌村", "Sangmo Village"), ("蚕姑村", "Cangu Village"))),
    (
        "370481185",
        "苇川镇",
        "Weichuan Town",
        (("苇川村", "Weichuan Village"), ("白鹭洲村", "Bailuzhou Village"), ("菱塘村", "Lingtang Village")),
    ),
)

TOWNS: tuple[Town, ...] = tuple(
    Town(code=code, name_zh=zh, name_en=en, county_code=code[:6]) for code, zh, en, _villages in _TOWNS
)

VILLAGES: tuple[Village, ...] = tuple(
    Village(code=f"{code}{201 + place}", name_zh=zh, name_en=en, town_code=code)
    for code, _zh, _en, villages in _TOWNS
    for place, (zh, en) in enumerate(villages)
)

VILLAGES_BY_NAME: dict[str, Village] = {village.name_zh: village for village in VILLAGES}


def village_code(name_zh: str) -> str:
    """Give the 12-digit code of the village of that Chinese name."""
    return VILLAGES_BY_NAME[name_zh].code
