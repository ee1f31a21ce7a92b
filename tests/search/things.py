"""A handful of things to find, for every engine."""

from __future__ import annotations

from collections.abc import Iterator

from search import Document

NAMES = {
    1: ("店子镇石磨小米", "Dianzi stone-milled millet"),
    2: ("云峪红富士苹果", "Yunyu Red Fuji apples"),
    3: ("石榴坡软籽石榴", "Shiliupo soft-seed pomegranates"),
    4: ("冷榨油茶籽油", "Cold-pressed camellia oil"),
    5: ("西湖龙井", "West Lake Longjing tea"),
    6: ("冯卯长红枣", "Fengmao long red dates"),
    7: ("苹果醋", "Apple vinegar"),
    8: ("沙瓤西红柿", "Sandy-flesh tomatoes"),
}


def documents() -> Iterator[Document]:
    for key, (zh, en) in NAMES.items():
        yield Document(
            key, (zh, en), ("青莲村", "Qinglian Village"), ("村里的农户种的。", "Grown by families.")
        )
