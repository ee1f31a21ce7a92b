"""Other names of the same thing, from `synonyms.txt`: applied to what is asked, never to what is shown."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from whoosh.lang.porter import stem

FILE = Path(__file__).resolve().parent / "synonyms.txt"
ONE_WAY = ">"


def _lines() -> list[list[str]]:
    return [
        line.split()
        for line in FILE.read_text(encoding="utf-8").casefold().splitlines()
        if line.strip() and not line.startswith("#")
    ]


def chinese_words() -> list[str]:
    """Return the Chinese words of the file, so that the cutter keeps each whole."""
    return sorted({word for line in _lines() for word in line if not word.isascii()})


def _indexed(word: str) -> str:
    return stem(word) if word.isascii() else word


@cache
def _names() -> tuple[dict[str, dict[str, None]], dict[str, dict[str, None]]]:
    """Return what each word is also called, and what it takes in, by the words as they are indexed."""
    same: dict[str, dict[str, None]] = {}
    narrower: dict[str, dict[str, None]] = {}
    for line in _lines():
        words = [_indexed(word) for word in line if word != ONE_WAY]
        if ONE_WAY in line:
            narrower.setdefault(words[0], {}).update(dict.fromkeys(words[1:]))
            continue
        for word in words:
            same.setdefault(word, {}).update(dict.fromkeys(other for other in words if other != word))
    return same, narrower


def of(word: str) -> tuple[str, ...]:
    """Return the other names of an indexed word, as they are indexed."""
    return tuple(_names()[0].get(word, ()))


def narrower(word: str) -> tuple[str, ...]:
    """Return what a wide word takes in, with its other names: 食用油 -> 花生油, 大豆油, ..."""
    found: dict[str, None] = {}
    for part in _names()[1].get(word, ()):
        found[part] = None
        found.update(dict.fromkeys(of(part)))
    return tuple(found)
