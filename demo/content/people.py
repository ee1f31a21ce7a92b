"""Invented people: households with their heads, donors, buyers, and what households did to earn points.

Each household is drawn from its own number, so that the first 300 are the same people whether 300 or 6,637 are asked for.
"""

from collections.abc import Iterator
from functools import lru_cache
from random import Random

from pypinyin import lazy_pinyin

from demo.content.places import VILLAGES, village_code
from demo.content.values import Deed, Household, Member, Person

POVERTY_CAUSES = (
    "illness",
    "disability",
    "schooling",
    "disaster",
    "no_skill",
    "no_funds",
    "no_labour",
    "low_drive",
)
_CAUSE_WEIGHTS = (30, 16, 14, 4, 13, 12, 15, 2)

# The year ages are counted from; a fixed one keeps the people the same on every day.
BIRTH_REFERENCE_YEAR = 2026

_SURNAMES = "王李张刘陈杨赵孙周徐马朱胡郭高林何罗郑梁宋谢唐韩冯于董程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文褚殷耿"
_SURNAME_PINYIN = {
    "曾": "Zeng",
    "任": "Ren",
    "贾": "Jia",
    "尹": "Yin",
    "石": "Shi",
    "万": "Wan",
    "褚": "Chu",
    "侯": "Hou",
    "吕": "Lü",
}
_MALE = ("建国", "德山", "广田", "守义", "长顺", "学军", "庆林", "文斌", "春生", "志强", "立新", "有福", "成才", "玉柱", "明亮", "宝林", "大河", "士杰", "传喜", "兆海", "纪元", "安平", "根旺", "茂林", "振东", "家和", "永年", "福来", "树青", "得水", "海峰", "凯", "浩", "磊", "鹏飞", "子轩", "晓东", "新民")  # fmt: skip
_FEMALE = ("秀英", "桂兰", "玉梅", "春花", "凤霞", "爱莲", "素芳", "月娥", "秋菊", "红霞", "翠萍", "金枝", "桂香", "美玲", "彩云", "淑贞", "改华", "香芹", "银环", "冬梅", "小翠", "巧珍", "雪莲", "慧", "丽", "婷婷", "晓燕", "梦瑶", "雨欣", "兰芝", "文静", "玉凤", "桂荣", "荷花", "景芳", "来凤", "福珍", "喜凤")  # fmt: skip

_QINGLIAN = village_code("青莲村")
_VILLAGE_CODES = tuple(
    sorted((village.code for village in VILLAGES), key=lambda code: (code != _QINGLIAN, code))
)


@lru_cache(maxsize=8192)
def _latin(surname: str, given: str) -> str:
    first = _SURNAME_PINYIN.get(surname) or lazy_pinyin(surname)[0].capitalize()
    return f"{first} {''.join(lazy_pinyin(given)).capitalize()}"


def _name(chance: Random, gender: str, surname: str = "") -> tuple[str, str]:
    family = surname or chance.choice(_SURNAMES)
    given = chance.choice(_MALE if gender == "male" else _FEMALE)
    return family + given, _latin(family, given)


def _member(chance: Random, relation: str, gender: str, birth_year: int, surname: str = "") -> Member:
    name, name_en = _name(chance, gender, surname)
    return Member(name=name, name_en=name_en, gender=gender, birth_year=birth_year, relation=relation)


def _family(chance: Random, size: int, age: int) -> tuple[Member, ...]:
    """Draw a family of `size`, head first, whose ages fit together."""
    year = BIRTH_REFERENCE_YEAR
    gender = chance.choices(("male", "female"), (72, 28))[0]
    head = _member(chance, "head", gender, year - age)
    members = [head]
    if size >= 2 and chance.random() < 0.8:
        other = "female" if gender == "male" else "male"
        members.append(_member(chance, "spouse", other, year - max(22, age + chance.randint(-5, 4))))
    while len(members) < size:
        has_parent = any(member.relation == "parent" for member in members)
        children = sum(member.relation == "child" for member in members)
        pick = chance.random()
        if age <= 62 and not has_parent and pick < 0.3:
            members.append(
                _member(
                    chance,
                    "parent",
                    chance.choice(("male", "female")),
                    year - min(94, age + chance.randint(21, 30)),
                    head.name[0],
                )
            )
        elif age >= 55 and pick < 0.55:
            members.append(
                _member(
                    chance,
                    "grandchild",
                    chance.choice(("male", "female")),
                    year - chance.randint(3, 17),
                    head.name[0],
                )
            )
        elif children < 3:
            members.append(
                _member(
                    chance,
                    "child",
                    chance.choice(("male", "female")),
                    year - max(1, min(age - 22, chance.randint(4, 38))),
                    head.name[0],
                )
            )
        else:
            members.append(
                _member(
                    chance,
                    "grandchild",
                    chance.choice(("male", "female")),
                    year - chance.randint(1, 12),
                    head.name[0],
                )
            )
    return tuple(members)


def household(number: int) -> Household:
    """Draw the household of that number (1 and up), always the same."""
    chance = Random(f"yigou-household-{number}")
    size = chance.choices((1, 2, 3, 4, 5, 6), (24, 40, 17, 11, 6, 2))[0]
    age = chance.choices(
        (chance.randint(30, 49), chance.randint(50, 64), chance.randint(65, 86)), (24, 38, 38)
    )[0]
    members = _family(chance, size, age)
    causes = tuple(
        dict.fromkeys(chance.choices(POVERTY_CAUSES, _CAUSE_WEIGHTS, k=chance.choice((1, 1, 1, 2))))
    )
    workers = sum(18 <= BIRTH_REFERENCE_YEAR - member.birth_year <= 60 for member in members)
    if "no_labour" in causes or workers == 0:
        labour = "weak"
    elif "disability" in causes or "illness" in causes:
        labour = "half"
    else:
        labour = "full"
    return Household(
        number=number,
        head=members[0].name,
        head_en=members[0].name_en,
        gender=members[0].gender,
        birth_year=members[0].birth_year,
        village=_VILLAGE_CODES[(number - 1) % len(_VILLAGE_CODES)],
        phone=f"145000{number:05d}",
        members=members,
        causes=causes,
        labour_class=labour,
    )


def households(total: int) -> Iterator[Household]:
    """List the first `total` households; the villages take turns, Qinglian first. Numbers go to 89,999."""
    if not 0 <= total < 90_000:
        raise ValueError(f"households must be between 0 and 89,999, not {total}")
    return (household(number) for number in range(1, total + 1))


def _people(kind: str, total: int, phone_from: int) -> tuple[Person, ...]:
    """Draw people of different names, always the same."""
    chance = Random(f"yigou-{kind}")
    people: list[Person] = []
    names: set[str] = set()
    while len(people) < total:
        name, name_en = _name(chance, chance.choice(("male", "female")))
        if name in names:
            continue
        names.add(name)
        place = len(people) + 1
        people.append(
            Person(
                name=name,
                name_en=name_en,
                email=f"{kind}{place:03d}@people.yigou.example",
                phone=f"145000{phone_from + place:05d}",
            )
        )
    return tuple(people)


DONORS: tuple[Person, ...] = _people("donor", 80, 91_000)
BUYERS: tuple[Person, ...] = _people("buyer", 80, 92_000)
CADRES: tuple[Person, ...] = _people("cadre", 60, 93_000)

DEEDS: tuple[Deed, ...] = (
    Deed(
        "courtyard",
        "院子扫得干净，柴堆码齐，厕所没有异味。",
        "Yard swept, firewood stacked, the privy clean.",
    ),
    Deed(
        "courtyard",
        "把墙根的旧瓦和塑料布清走了，还种了两畦菜。",
        "Cleared old tiles and plastic from the wall and planted two beds of greens.",
    ),
    Deed(
        "courtyard",
        "灶台、碗柜擦得亮，农具都挂在棚里。",
        "Stove and cupboard wiped bright, the tools hung in the shed.",
    ),
    Deed(
        "waste_sorting",
        "本月两次抽查，厨余和可回收物都分开了。",
        "Both checks this month found kitchen waste and recyclables apart.",
    ),
    Deed(
        "waste_sorting",
        "教邻居认分类桶，自家投放也合格。",
        "Showed the neighbours which bin is which, and got it right at home.",
    ),
    Deed(
        "street_cleaning",
        "雨后跟着大伙清了村东的排水沟，干了一上午。",
        "Cleared the east ditch with the others after the rain, all morning.",
    ),
    Deed(
        "street_cleaning",
        "植树那天栽了二十棵青檀，浇水到天黑。",
        "Planted twenty wingceltis on tree day and watered till dark.",
    ),
    Deed(
        "street_cleaning",
        "扫雪，从村口一直扫到学校门口。",
        "Swept snow from the village gate to the school door.",
    ),
    Deed(
        "neighbour_help",
        "帮隔壁腿摔伤的老人收了两亩玉米。",
        "Brought in a third of an acre of corn for the old neighbour with a broken leg.",
    ),
    Deed(
        "neighbour_help",
        "骑三轮送前院的大娘去镇卫生院换药，来回三趟。",
        "Took the aunt from the front yard to the clinic three times by tricycle.",
    ),
    Deed(
        "neighbour_help",
        "邻居家屋顶漏雨，带着工具去修了大半天。",
        "Spent most of a day mending the neighbour's leaking roof.",
    ),
    Deed(
        "elder_care",
        "和九十岁的母亲同住，衣被洗换及时，评议组入户看过。",
        "Lives with a mother of ninety, clean clothes and bedding; the committee has seen it.",
    ),
    Deed(
        "elder_care",
        "每个周末回来给父亲做饭、洗澡、理发。",
        "Comes home every weekend to cook for, bathe and barber the father.",
    ),
    Deed(
        "schooling",
        "两个孩子整学期没有缺课，老师来家里说过。",
        "Two children missed no lesson all term, as the teacher came to say.",
    ),
    Deed(
        "schooling",
        "孩子住校读初中，路费再紧也没耽误一次返校。",
        "The child boards at middle school and went back on time every week, however tight the fare.",
    ),
    Deed("training", "参加镇里五天的果树修剪班，考核合格。", "Passed the town's five-day course in pruning."),
    Deed("training", "学完家政护理课程，拿到了结业证。", "Finished the home-care course with a certificate."),
    Deed(
        "training",
        "跟着学了三回手机卖货，自己开了店铺。",
        "Learnt in three evenings to sell by phone and opened a shop.",
    ),
    Deed(
        "employment",
        "在织柳车间连续上工三个月，有工资表。",
        "Three months running at the Zhiliu workshop, with pay slips.",
    ),
    Deed(
        "employment",
        "担任护林员满一季度，巡山记录齐全。",
        "A full quarter as forest warden with a complete log.",
    ),
    Deed(
        "employment",
        "儿子到食品车间上班三个月，没有旷工。",
        "The son has worked three months at the food workshop without a day missed.",
    ),
    Deed(
        "new_planting",
        "新栽一亩半长红枣，工作队到地里看过。",
        "Planted a quarter of an acre of long dates; the team has been to look.",
    ),
    Deed(
        "new_planting",
        "从蜂谷借养六箱蜂，已经取了头茬蜜。",
        "Keeps six hives on loan from Fenggu and has taken the first honey.",
    ),
    Deed(
        "volunteer",
        "春季防火值守一天，带着红袖章劝人不烧荒。",
        "A day's fire watch in spring, turning people from burning stubble.",
    ),
    Deed(
        "volunteer", "给村里七位老人理发，连着两个下午。", "Cut the hair of seven elders over two afternoons."
    ),
    Deed("volunteer", "给独居老人送了一周的午饭。", "Carried lunch to the elders living alone for a week."),
    Deed(
        "simple_wedding",
        "儿子结婚只摆了六桌，没收超标的礼金。",
        "Six tables at the son's wedding and no gifts over the limit.",
    ),
    Deed("simple_wedding", "老人过世简办，响器、酒席都免了。", "A plain funeral without band or banquet."),
    Deed(
        "care_grant",
        "年过八十、独居，经评议小组评定发放关爱积分，送货到家。",
        "Over eighty and living alone; care points granted by the committee, goods delivered.",
    ),
    Deed(
        "care_grant",
        "重度残疾，家中无劳动力，本季度评定关爱积分。",
        "Severely disabled with nobody to work; care points granted this quarter.",
    ),
)
