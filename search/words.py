"""How text becomes words: cutting Chinese, sub-words at the same position, pinyin and its initials."""

from __future__ import annotations

import contextlib
import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path

import rjieba
from whoosh.lang.porter import stem

from search import synonyms

#: Raise this when the same text becomes other words than before: every index is then built anew by itself.
MAKE = 2

DICTIONARY = Path(__file__).resolve().parent / "dictionary.txt"
LONGEST_WORD = 6
LONGEST_QUERY = 100
MOST_TERMS = 8

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PIECES = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<number>\d+(?:\.\d+)?)|(?P<letters>[^\W\d_{_HAN}]+)")
_HAN_ONLY = re.compile(rf"[{_HAN}]+")
#: What comes after these says more about a thing, not what it is.
_ASIDE = re.compile(r"[(（,，;；·]|\b(?:with|in|for|of|from|to)\b")
_STOP_WORDS = """
的 了 和 与 及 或 是 在 我 你 您 要 想 买 有 这 那 个 们 也 都 就 请
a an the of for with and or in on to from by
"""
_STOP = frozenset(_STOP_WORDS.split())


@cache
def _cutter() -> rjieba.Jieba:
    cutter = rjieba.Jieba()
    for line in DICTIONARY.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            for word in line.split():
                cutter.add_word(word, None, None)
    for word in synonyms.chinese_words():
        cutter.add_word(word, None, None)
    return cutter


@cache
def _romaniser() -> Callable[[str], list[str]]:
    """Return the reader of Chinese words; only the indexer needs it, and loading it takes a second."""
    from pypinyin import Style, lazy_pinyin, load_single_dict

    load_single_dict({ord("长"): "cháng,zhǎng"})  # long beans and long dates; elders are not for sale
    return partial(lazy_pinyin, style=Style.NORMAL, errors="ignore")


@cache
def _loading() -> threading.Thread:
    return threading.Thread(target=_romaniser, name="pinyin", daemon=True)


def sounds_ready() -> bool:
    """Say whether pinyin can be read at once; if not, it is loaded meanwhile, and nobody waits for it."""
    if _romaniser.cache_info().currsize:
        return True
    thread = _loading()
    with contextlib.suppress(RuntimeError):  # started already
        thread.start()
    return False


@cache
def make() -> str:
    """Return the fingerprint of everything that decides how text becomes words."""
    parts_of_it = f"{MAKE}:".encode() + DICTIONARY.read_bytes() + synonyms.FILE.read_bytes()
    return sha256(parts_of_it).hexdigest()[:12]


def normalise(text: str) -> str:
    """Fold width and case: full-width Latin becomes half-width, `Ü` becomes the `v` of keyboards."""
    return unicodedata.normalize("NFKC", text).casefold().replace("ü", "v")


@lru_cache(maxsize=20_000)
def stemmed(word: str) -> str:
    """Return an English word without its ending, as it is indexed."""
    return stem(word) if word.isascii() else word


def parts(word: str) -> list[str]:
    """Return the shorter words that a long Chinese word is made of, empty when it is of one piece."""
    if len(word) < 3 or not _HAN_ONLY.fullmatch(word):
        return []
    found = inner_words(word)
    return found if set("".join(found)) >= set(word) else []


def inner_words(word: str) -> list[str]:
    """Return the shorter words inside a long Chinese word, though they may leave some of it out: 糖炒栗子 -> 栗子."""
    if len(word) < 3 or not _HAN_ONLY.fullmatch(word):
        return []
    return [part for part in _cutter().cut_for_search(word, True) if part != word]


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield (word, as it was typed) from the left; English words are stemmed."""
    for piece in _PIECES.finditer(normalise(text)):
        typed = piece.group()
        if piece.lastgroup == "han":
            for word in _cutter().cut(typed, True):
                yield word, word
        elif piece.lastgroup == "letters" and typed.isascii():
            yield stem(typed), typed
        else:
            yield typed, typed


#: The names of places, makers and shelves stand in thousands of documents: each is taken apart once. Long texts are not kept.
MOST_KNOWN_TEXTS, LONGEST_KNOWN_TEXT = 5_000, 60


def positions(text: str, *, characters: bool = True) -> Sequence[Sequence[str]]:
    """Return the words of a text with, at the position of each, the shorter words that begin inside it.

    `characters` adds single characters too, so that 枣 finds 长红枣. Positions count words, so that phrases match.
    """
    return (_known_positions if len(text) <= LONGEST_KNOWN_TEXT else _positions)(text, characters)


def _positions(text: str, characters: bool) -> list[list[str]]:
    found: list[list[str]] = []
    for piece in _PIECES.finditer(normalise(text)):
        run = piece.group()
        if piece.lastgroup != "han":
            if run not in _STOP:
                found.append([stem(run) if piece.lastgroup == "letters" and run.isascii() else run])
            continue
        start = 0
        for word in _cutter().cut(run, True):
            if word not in _STOP:
                found.append(
                    [word, *(other for other in _words_from(run, start, start + len(word)) if other != word)]
                )
                if characters and len(word) > 1:
                    found[-1] += [character for character in word if character not in found[-1]]
            start += len(word)
    return found


_known_positions = lru_cache(MOST_KNOWN_TEXTS)(_positions)


def _words_from(run: str, start: int, end: int) -> list[str]:
    """Return the words of the dictionary, two characters and more, that begin between two places of a run."""
    known = _cutter().has_word
    words: dict[str, None] = {}
    for begin in range(start, end):
        for stop in range(begin + 2, min(begin + LONGEST_WORD, len(run)) + 1):
            if known(run[begin:stop]):
                words[run[begin:stop]] = None
    return list(words)


def head(name: str) -> list[str]:
    """Return what a thing is, by its name: the words that a Chinese name ends with, the last word of an English one.

    沙地葵花籽油 is an 油 and a 葵花籽油, not a 葵花籽; "apple crisps in a bag" are crisps.
    """
    plain = _ASIDE.split(normalise(name), maxsplit=1)[0]
    runs = _HAN_ONLY.findall(plain)
    if runs:
        run = runs[-1]
        known = _cutter().has_word
        ends = [run[-length:] for length in range(1, min(LONGEST_WORD, len(run)) + 1)]
        return [end for end in ends if len(end) == 1 or known(end)]
    latin = [piece.group() for piece in _PIECES.finditer(plain) if piece.lastgroup == "letters"]
    return [stem(latin[-1])] if latin and latin[-1].isascii() else latin[-1:]


def head_terms(names: Iterable[str]) -> list[str]:
    """Return what a thing is, by all its names, with the pinyin of each."""
    terms: dict[str, None] = {}
    for word in (word for name in names for word in head(name)):
        terms[word] = None
        if len(word) > 1 and _HAN_ONLY.fullmatch(word):
            terms[sounds(word)[0]] = None
    return list(terms)


@lru_cache(maxsize=20_000)
def sounds(word: str) -> tuple[str, str]:
    """Return the pinyin of a Chinese word without tones, and its initials: 小米 -> (xiaomi, xm)."""
    syllables = _romaniser()(word)
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)


def sound_terms(*names: str) -> list[str]:
    """Return what names can be typed as on a Latin keyboard: each word, neighbours together, and the whole name.

    Other names of a word sound too (fanqie finds 西红柿); Latin words are there as they are spelled.
    """
    return list(dict.fromkeys(term for name in names for term in _sound_terms(name)))


@lru_cache(MOST_KNOWN_TEXTS)
def _sound_terms(text: str) -> tuple[str, ...]:
    terms: dict[str, None] = {}

    def add(syllables: str, initials: str) -> None:
        for term in (syllables, initials):
            if 2 <= len(term) <= LONGEST_QUERY:
                terms[term] = None

    for piece in _PIECES.finditer(normalise(text)):
        run = piece.group()
        if piece.lastgroup != "han":
            if run.isascii() and run.isalpha() and run not in _STOP and 2 <= len(run) <= LONGEST_QUERY:
                terms[run] = None
            continue
        words = _cutter().cut(run, True)
        heard = [sounds(word) for word in words]
        for word in _words_from(run, 0, len(run)):
            add(*sounds(word))
            for other in synonyms.of(word):
                add(*sounds(other))
        for first in range(len(heard)):
            for last in range(first + 1, len(heard) + 1):
                if last - first <= 4 or (first == 0 and last == len(heard)):
                    together = heard[first:last]
                    add("".join(s for s, _ in together), "".join(i for _, i in together))
        for character in run:
            terms[sounds(character)[0]] = None
    terms.pop("", None)
    return tuple(terms)


def asked(text: str) -> dict[str, str]:
    """Return the words that a query asks for, each with what was typed for it (English words are stemmed).

    At most `MOST_TERMS` words of the first `LONGEST_QUERY` characters; signs and stop words mean nothing.
    """
    found: dict[str, str] = {}
    for word, typed in _pieces(text[:LONGEST_QUERY]):
        if typed not in _STOP and len(found) < MOST_TERMS:
            found.setdefault(word, typed)
    return found


def says_nothing(text: str) -> bool:
    """Say whether a query has nothing to look for: signs and words that stand in every text (的, the, of)."""
    return not asked(text)
