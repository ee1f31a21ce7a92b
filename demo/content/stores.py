"""The 24 love supermarkets, one in each town, and the kinds of goods on their shelves."""

import zlib
from random import Random

from demo.content.places import TOWNS, VILLAGES
from demo.content.values import Goods, Picture, Stocked, Store


def _goods(
    key: str,
    category: str,
    name: tuple[str, str],
    unit: tuple[str, str],
    points: int,
    expiry_days: int | None,
    picture: Picture,
    value_fen: int | None = None,
) -> Goods:
    return Goods(
        key=key,
        category=category,
        name_zh=name[0],
        name_en=name[1],
        unit_zh=unit[0],
        unit_en=unit[1],
        points=points,
        value_fen=points * 100 if value_fen is None else value_fen,
        expiry_days=expiry_days,
        picture=picture,
    )


_BAG, _BOTTLE, _BOX, _PIECE, _PACK = (
    ("袋", "bag"),
    ("瓶", "bottle"),
    ("盒", "box"),
    ("个", "piece"),
    ("包", "pack"),
)

GOODS: tuple[Goods, ...] = (
    _goods(
        "rice-5kg",
        "staples",
        ("大米 5kg", "Rice, 5 kg"),
        _BAG,
        30,
        240,
        Picture("1F35A", "bulk", tint="#2E6B4F"),
        2980,
    ),
    _goods(
        "flour-5kg",
        "staples",
        ("面粉 5kg", "Flour, 5 kg"),
        _BAG,
        25,
        180,
        Picture("1F33E", "bulk", tint="#C79A3E"),
        2480,
    ),
    _goods(
        "millet-1kg",
        "staples",
        ("小米 1kg", "Millet, 1 kg"),
        _BAG,
        16,
        270,
        Picture("1F33E", "bowl", tint="#EBC04E"),
        1580,
    ),
    _goods(
        "noodles-1kg",
        "staples",
        ("挂面 1kg", "Dried noodles, 1 kg"),
        ("把", "bundle"),
        8,
        240,
        Picture("1F35C", "pair", figure="noodle_bundle"),
    ),
    _goods(
        "soy-oil-1800ml",
        "staples",
        ("大豆油 1.8L", "Soybean oil, 1.8 l"),
        _BOTTLE,
        22,
        540,
        Picture("1FADB", "bottle", tint="#E9C35A"),
        2180,
    ),
    _goods(
        "peanut-oil-900ml",
        "staples",
        ("花生油 900ml", "Peanut oil, 900 ml"),
        _BOTTLE,
        26,
        540,
        Picture("1F95C", "bottle", tint="#E9A949"),
        2590,
    ),
    _goods("eggs-10", "staples", ("鸡蛋 10 枚", "Eggs, ten"), _BOX, 10, 30, Picture("1F95A", "crate"), 980),
    _goods("salt-400g", "seasoning", ("食盐 400g", "Salt, 400 g"), _BAG, 2, 1080, Picture("1F9C2", "one")),
    _goods(
        "sugar-500g",
        "seasoning",
        ("白糖 500g", "Sugar, 500 g"),
        _BAG,
        5,
        540,
        Picture("1F36C", "pouch", tint="#E8EEF1"),
    ),
    _goods(
        "soy-sauce-500ml",
        "seasoning",
        ("酱油 500ml", "Soy sauce, 500 ml"),
        _BOTTLE,
        6,
        540,
        Picture("1FAD8", "bottle", tint="#5A3423"),
    ),
    _goods(
        "vinegar-500ml",
        "seasoning",
        ("食醋 500ml", "Vinegar, 500 ml"),
        _BOTTLE,
        5,
        720,
        Picture("1F33E", "bottle", tint="#8A4A2B"),
    ),
    _goods(
        "milk-box",
        "staples",
        ("纯牛奶 12 盒", "Milk, 12 cartons"),
        ("箱", "case"),
        36,
        180,
        Picture("1F95B", "box", tint="#61B2E4"),
        3580,
    ),
    _goods(
        "washing-powder-1kg",
        "cleaning",
        ("洗衣粉 1kg", "Washing powder, 1 kg"),
        _BAG,
        10,
        1080,
        Picture("1FAE7", "pouch", tint="#61B2E4"),
        990,
    ),
    _goods(
        "washing-liquid-2kg",
        "cleaning",
        ("洗衣液 2kg", "Washing liquid, 2 kg"),
        _BOTTLE,
        18,
        1080,
        Picture("1FAE7", "drum", tint="#7FA7C4"),
        1790,
    ),
    _goods(
        "dish-soap-1kg",
        "cleaning",
        ("洗洁精 1kg", "Washing-up liquid, 1 kg"),
        _BOTTLE,
        8,
        1080,
        Picture("1F9F4", "one", recolour=(("#ea5a47", "#6FAE3C"),)),
    ),
    _goods(
        "soap-2", "cleaning", ("肥皂 2 块", "Laundry soap, two"), _PACK, 5, 1080, Picture("1F9FC", "board")
    ),
    _goods("broom", "cleaning", ("扫帚", "Broom"), ("把", "piece"), 12, None, Picture("1F9F9", "one"), 1180),
    _goods("bucket", "cleaning", ("水桶", "Bucket"), _PIECE, 12, None, Picture("1FAA3", "one"), 1200),
    _goods(
        "sponge-4", "cleaning", ("洗碗海绵 4 块", "Sponges, four"), _PACK, 4, None, Picture("1F9FD", "trio")
    ),
    _goods(
        "paper-towels",
        "hygiene",
        ("卷纸 10 卷", "Toilet paper, ten rolls"),
        ("提", "pack"),
        15,
        1080,
        Picture("1F9FB", "trio"),
        1490,
    ),
    _goods(
        "toothpaste",
        "hygiene",
        ("牙膏牙刷套装", "Toothbrush and paste"),
        ("套", "set"),
        8,
        720,
        Picture("1FAA5", "one"),
    ),
    _goods(
        "shampoo-400ml",
        "hygiene",
        ("洗发水 400ml", "Shampoo, 400 ml"),
        _BOTTLE,
        16,
        1080,
        Picture("1F9F4", "one", recolour=(("#ea5a47", "#B399C8"), ("#92d3f5", "#E7DDF0"))),
        1580,
    ),
    _goods(
        "towel",
        "hygiene",
        ("毛巾", "Towel"),
        ("条", "piece"),
        8,
        None,
        Picture("1F9F5", "one", figure="towel"),
    ),
    _goods(
        "sanitary-pads",
        "hygiene",
        ("卫生巾 20 片", "Sanitary pads, twenty"),
        _PACK,
        12,
        1080,
        Picture("1F338", "pouch", tint="#E7A3B5"),
        1190,
    ),
    _goods(
        "plasters", "hygiene", ("创可贴 50 片", "Plasters, fifty"), _BOX, 6, 1080, Picture("1FA79", "one")
    ),
    _goods(
        "quilt",
        "household",
        ("棉被 6 斤", "Quilt, 3 kg"),
        ("床", "piece"),
        90,
        None,
        Picture("1F6CF", "one", figure="silk_quilt"),
        8900,
    ),
    _goods(
        "thermos",
        "household",
        ("暖水瓶", "Vacuum flask"),
        _PIECE,
        28,
        None,
        Picture("1F375", "one", figure="thermos"),
        2780,
    ),
    _goods(
        "bowl-set",
        "household",
        ("饭碗 4 只", "Rice bowls, four"),
        ("套", "set"),
        16,
        None,
        Picture("1F963", "one"),
        1560,
    ),
    _goods(
        "umbrella", "household", ("雨伞", "Umbrella"), ("把", "piece"), 18, None, Picture("2602", "one"), 1800
    ),
    _goods("torch", "household", ("手电筒", "Torch"), _PIECE, 14, None, Picture("1F526", "one"), 1380),
    _goods("light-bulb", "household", ("LED 灯泡", "LED bulb"), _PIECE, 6, None, Picture("1F4A1", "one")),
    _goods(
        "cotton-socks",
        "household",
        ("棉袜 3 双", "Cotton socks, three pairs"),
        _PACK,
        10,
        None,
        Picture("1F9E6", "pair", recolour=(("#f4aa41", "#8FB0C4"), ("#e27022", "#5F86A0"))),
        990,
    ),
    _goods(
        "work-gloves",
        "farm_tools",
        ("劳保手套 6 双", "Work gloves, six pairs"),
        _PACK,
        8,
        None,
        Picture("1F9E4", "one"),
    ),
    _goods(
        "vegetable-seeds",
        "farm_tools",
        ("蔬菜种子 5 样", "Vegetable seeds, five kinds"),
        ("份", "set"),
        6,
        360,
        Picture("1F331", "pouch", tint="#7FA650"),
    ),
    _goods(
        "exercise-books",
        "stationery",
        ("作业本 10 本", "Exercise books, ten"),
        _PACK,
        8,
        None,
        Picture("1F4D2", "one"),
    ),
    _goods(
        "pencils-12", "stationery", ("铅笔 12 支", "Pencils, twelve"), _BOX, 5, None, Picture("270F", "one")
    ),
    _goods("schoolbag", "stationery", ("书包", "Schoolbag"), _PIECE, 45, None, Picture("1F392", "one"), 4500),
    _goods("football", "stationery", ("足球", "Football"), _PIECE, 38, None, Picture("26BD", "one"), 3790),
)

GOODS_BY_KEY: dict[str, Goods] = {goods.key: goods for goods in GOODS}

_KEEPERS: tuple[tuple[str, str], ...] = (
    ("王桂芬", "Wang Guifen"), ("刘长河", "Liu Changhe"), ("陈玉兰", "Chen Yulan"), ("张守田", "Zhang Shoutian"),
    ("李秀云", "Li Xiuyun"), ("杨德胜", "Yang Desheng"), ("赵春燕", "Zhao Chunyan"), ("周广明", "Zhou Guangming"),
    ("吴凤英", "Wu Fengying"), ("郑立国", "Zheng Liguo"), ("孙小荷", "Sun Xiaohe"), ("马建设", "Ma Jianshe"),
    ("朱爱莲", "Zhu Ailian"), ("胡庆东", "Hu Qingdong"), ("韩素梅", "Han Sumei"), ("曹振海", "Cao Zhenhai"),
    ("彭月琴", "Peng Yueqin"), ("董学文", "Dong Xuewen"), ("袁翠花", "Yuan Cuihua"), ("邓有才", "Deng Youcai"),
    ("许春生", "Xu Chunsheng"), ("傅雪梅", "Fu Xuemei"), ("吕宝山", "Lü Baoshan"), ("任秋菊", "Ren Qiuju"),
)  # fmt: skip

_OPEN_DAYS: tuple[tuple[int, ...], ...] = ((2, 5), (1, 4), (3, 6), (2, 4, 6), (1, 3, 5), (5, 6))

MIN_KINDS = 30


def _stock(name: str) -> tuple[Stocked, ...]:
    """Choose 31 to 36 kinds for a store, with quantities and expiry days, always the same for a name."""
    chance = Random(zlib.crc32(name.encode()))
    basics = [goods for goods in GOODS if goods.points <= 30]
    missing = {goods.key for goods in chance.sample(basics, chance.randint(2, 6))} - {
        "rice-5kg",
        "soy-oil-1800ml",
        "soap-2",
    }
    stocked = []
    for goods in GOODS:
        if goods.key in missing:
            continue
        quantity = chance.randint(4, 9) if goods.points > 30 else chance.randint(18, 60)
        left = (
            None if goods.expiry_days is None else max(5, int(goods.expiry_days * chance.uniform(0.25, 0.95)))
        )
        stocked.append(Stocked(goods=goods.key, quantity=quantity, expires_in_days=left))
    return tuple(stocked)


def _stores() -> tuple[Store, ...]:
    seats = {
        town.code: next(village for village in VILLAGES if village.town_code == town.code) for town in TOWNS
    }
    stores = []
    for place, (town, keeper) in enumerate(zip(TOWNS, _KEEPERS, strict=True)):
        village = seats[town.code]
        stores.append(
            Store(
                key=village.code,
                village=village.code,
                name_zh=f"{village.name_zh}爱心超市",
                name_en=f"{village.name_en.removesuffix(' Village')} Love Supermarket",
                open_days=_OPEN_DAYS[place % len(_OPEN_DAYS)],
                hours="08:30-11:30, 14:00-17:00",
                keeper_name=keeper[0],
                keeper_name_en=keeper[1],
                keeper_phone=f"145000902{place + 1:02d}",
                stock=_stock(village.name_zh),
            )
        )
    return tuple(stores)


STORES: tuple[Store, ...] = _stores()
