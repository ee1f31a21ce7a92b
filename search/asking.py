"""What was typed, as both engines ask for it: words with their other names, their parts and what they may have meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from whoosh.lang.porter import stem

from search import synonyms, words

SHORTEST_PREFIX = 3

#: Words that say for whom, how much or how nice: they put fitting things first and shut nothing else out.
_SOFT_WORDS = """
食堂 食堂装 食堂用 学校食堂 学校 医院 机关 单位 公司 工会 福利 团购 采购 批发 散装 家庭装 礼盒 礼盒装 礼品 送礼 送人 送 老人 孩子 小孩 宝宝
大袋 小袋 大桶 大包 大箱 袋装 桶装 瓶装 箱装 公斤 千克 斤 kg g 克 实惠 便宜 优质 新鲜 正宗 地道 好吃 农家 自家 特产 土特产 产品 帮扶 扶贫
canteen school hospital bulk pack bag gift fresh cheap good best buy local
"""
_SOFT = frozenset(_SOFT_WORDS.split())


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word: `word` as it is indexed, `typed` as it was typed; a document has it when any of the ways fits.

    `parts` are the shorter words it is made of, each with its other names: a document that has them all fits too.
    `inner` are shorter words inside it that leave some of it out: better than nothing, when nothing is found.
    `soft` words are no reason to leave something out. `meant` are Latin words one slip away, when nothing is spelled
    like the word.
    """

    word: str
    typed: str
    same: tuple[str, ...]
    narrower: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    inner: tuple[tuple[str, ...], ...] = ()
    soft: bool = False
    meant: tuple[str, ...] = ()

    @property
    def latin(self) -> bool:
        """Say whether it may be pinyin or the initials of it."""
        return self.typed.isascii() and self.typed.isalpha()

    @property
    def begins(self) -> str:
        """Return what longer Latin words may begin with, empty when it is too short for that."""
        return self.typed if self.latin and len(self.typed) >= SHORTEST_PREFIX else ""

    @property
    def meant_words(self) -> tuple[str, ...]:
        """Return the meant words as they are indexed."""
        return tuple(dict.fromkeys(stem(word) for word in self.meant))


@dataclass(frozen=True, slots=True)
class Question:
    """All the words; `joined` is them as one when all are Latin (shi mo xiao mi), else empty."""

    wanted: tuple[Wanted, ...]
    joined: str

    @property
    def needed(self) -> tuple[Wanted, ...]:
        """Return the words without which something is no answer: those that are not soft, or all when all are."""
        return tuple(one for one in self.wanted if not one.soft) or self.wanted


def understand(text: str, meant: Mapping[str, tuple[str, ...]] | None = None) -> Question:
    """Turn what was typed into words to ask for; empty when there is nothing but signs and stop words."""
    slips = meant or {}
    wanted = tuple(
        Wanted(
            word,
            typed,
            synonyms.of(word),
            synonyms.narrower(word),
            tuple((part, *synonyms.of(part)) for part in words.parts(word)),
            tuple((part, *synonyms.of(part)) for part in words.inner_words(word)),
            soft=typed in _SOFT or typed[0].isdigit(),
            meant=slips.get(typed, ()),
        )
        for word, typed in words.asked(text).items()
    )
    joined = "".join(one.typed for one in wanted) if len(wanted) > 1 else ""
    return Question(wanted, joined if all(one.latin for one in wanted) else "")
