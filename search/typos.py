"""One slip of the finger in a Latin word: which words could have been meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable

LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOWELS = frozenset("aeiouv")
SHORTEST, LONGEST = 4, 24
SHORTEST_MEANT = 3
#: How many words of a query are looked at, and how many meanings of one are followed.
MOST_WORDS, MOST_MEANINGS = 3, 4


def correctable(typed: str) -> bool:
    """Say whether a word is long enough to guess at, and short enough to do so cheaply."""
    return typed.isascii() and typed.isalpha() and SHORTEST <= len(typed) <= LONGEST


def candidates(typed: str) -> list[str]:
    """Return every word one slip away: letters swapped, doubled or left out first, then wrong, then missing ones."""
    halves = [(typed[:place], typed[place:]) for place in range(len(typed) + 1)]
    swapped = [a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1]
    shorter = [a + b[1:] for a, b in halves if b]
    longer = [a + letter + b for a, b in halves for letter in LETTERS]
    wrong = [a + letter + b[1:] for a, b in halves if b for letter in LETTERS]
    return [
        word
        for word in dict.fromkeys((*swapped, *longer, *shorter, *wrong))
        if word != typed and len(word) >= SHORTEST_MEANT and not VOWELS.isdisjoint(word)
    ]


def meant(typed_words: Iterable[str], known: Callable[[list[str]], set[str]]) -> dict[str, tuple[str, ...]]:
    """Return what unknown words may have meant; `known` tells in one go which of many words the index has.

    Initials of pinyin have no vowels, so that a gap of the hand never becomes somebody's initials.
    """
    slips = {
        typed: candidates(typed) for typed in [word for word in typed_words if correctable(word)][:MOST_WORDS]
    }
    if not slips:
        return {}
    there = known([*slips, *(word for words in slips.values() for word in words)])
    found = {
        typed: tuple(word for word in words if word in there)[:MOST_MEANINGS]
        for typed, words in slips.items()
        if typed not in there
    }
    return {typed: words for typed, words in found.items() if words}


def is_one_slip(typed: str, word: str) -> bool:
    """Say whether two Latin words are one slip apart, in time proportional to their length."""
    if not correctable(typed) or abs(len(typed) - len(word)) > 1 or typed == word:
        return False
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    left, right = typed[start:], word[start:]
    return (
        left[1:] == right[1:]
        or left[1:] == right
        or left == right[1:]
        or (left[:2] == right[:2][::-1] and left[2:] == right[2:])
    )
