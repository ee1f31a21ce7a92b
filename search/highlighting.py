"""Marking what was looked for in what is shown: escaped text with `<mark>` around the words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from unicodedata import is_normalized

from markupsafe import Markup, escape

from search import typos, words
from search.asking import Wanted, understand

LONGEST_EXCERPT = 90
LONGEST_TEXT = 2_000
LONGEST_SOUND = 8
BEFORE = 12

_HAN_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_LATIN_WORD = re.compile(r"[^\W\d_\u3400-\u9fff\uf900-\ufaff]+")

Span = tuple[int, int]

#: Stand for the tags until the text is escaped; no text that people write has these characters.
BEGIN, END = "\ufdd0", "\ufdd1"


class Marker:
    """Marks the words of one query; made once a page."""

    def __init__(self, query: str) -> None:
        """Take the query as it was typed."""
        question = understand(query)
        self._wanted = question.wanted
        self._joined = question.joined

    def mark(self, text: str) -> Markup:
        """Return the whole text, escaped, with what was looked for marked."""
        return _marked(text, self._spans(text))

    def excerpt(self, text: str, longest: int = LONGEST_EXCERPT) -> Markup:
        """Return at most `longest` characters around the first marked word; empty when there is none."""
        spans = self._spans(text)
        if not spans:
            return Markup()
        start = max(0, min(spans[0][0] - BEFORE, len(text) - longest))
        while 0 < start < spans[0][0] and text[start - 1].isascii() and text[start - 1].isalnum():
            start += 1
        end = min(len(text), start + longest)
        inside = [(max(a, start) - start, min(b, end) - start) for a, b in spans if b > start and a < end]
        cut = _marked(text[start:end], inside)
        return Markup("…" if start else "") + cut + ("…" if end < len(text) else "")

    def _spans(self, text: str) -> list[Span]:
        """Return where the words stand, from the left, without overlaps."""
        if not self._wanted:
            return []
        plain = _folded(text[:LONGEST_TEXT])
        found = [span for one in self._wanted for span in _places(one, plain)]
        if self._joined:
            found += _sounding(self._joined, plain)
        return _together(found)


@lru_cache(maxsize=4_000)
def _folded(text: str) -> str:
    """Fold width and case of each character by itself, so that places stay what they are."""
    if is_normalized("NFKC", text) and len(folded := words.normalise(text)) == len(text):
        return folded
    return "".join(folded if len(folded := words.normalise(c)) == 1 else c for c in text)


def _places(wanted: Wanted, text: str) -> list[Span]:
    for ways in ((wanted.word,), wanted.same, wanted.narrower):
        found = [span for way in ways for span in _standing(way, text)]
        if found:
            return found
    if wanted.latin:
        return _sounding(wanted.typed, text) or _beginning(wanted, text)
    return [span for names in wanted.inner for name in names for span in _standing(name, text)]


def _standing(word: str, text: str) -> list[Span]:
    """Return where an indexed word stands: Chinese anywhere, Latin as a whole word, whatever its ending."""
    if not word.isascii():
        found: list[Span] = []
        start = text.find(word)
        while start >= 0:
            found.append((start, start + len(word)))
            start = text.find(word, start + len(word))
        return found
    if not word.isalpha():
        return [match.span() for match in re.finditer(rf"(?<!\d){re.escape(word)}(?!\d)", text)]
    return [match.span() for match in _LATIN_WORD.finditer(text) if words.stemmed(match.group()) == word]


def _beginning(wanted: Wanted, text: str) -> list[Span]:
    latin = [match for match in _LATIN_WORD.finditer(text) if match.group().isascii()]
    found = [match.span() for match in latin if wanted.begins and match.group().startswith(wanted.begins)]
    return found or [match.span() for match in latin if typos.is_one_slip(wanted.typed, match.group())]


def _sounding(typed: str, text: str) -> list[Span]:
    """Return where Chinese characters are read, or begin, as typed on a Latin keyboard; else one slip away."""
    if not typed.isascii() or not typed.isalpha() or len(typed) < 2 or not words.sounds_ready():
        return []
    slips: list[Span] = []
    found: list[Span] = []
    for start, end, sound, initials in _readings(text):
        if typed in (sound, initials):
            found.append((start, end))
        elif typos.is_one_slip(typed, sound):
            slips.append((start, end))
    return found or slips


def _readings(text: str) -> Iterator[tuple[int, int, str, str]]:
    for run in _HAN_RUN.finditer(text):
        read = [words.sounds(character) for character in run.group()]
        for start in range(len(read)):
            for end in range(start + 1, min(start + LONGEST_SOUND, len(read)) + 1):
                part = read[start:end]
                initials = "".join(initial for _sound, initial in part) if len(part) > 1 else ""
                yield run.start() + start, run.start() + end, "".join(sound for sound, _i in part), initials


def _together(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    return joined


def _marked(text: str, spans: Iterable[Span]) -> Markup:
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces += [text[done:start], BEGIN, text[start:end], END]
        done = end
    if BEGIN in text or END in text:
        return Markup(escape(text))
    # Escaped as a whole, and joined as plain text: a page has fifty of these.
    whole = str(escape("".join([*pieces, text[done:]])))
    return Markup(whole.replace(BEGIN, "<mark>").replace(END, "</mark>"))
