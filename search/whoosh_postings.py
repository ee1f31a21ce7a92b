"""Answers Whoosh's queries a word at a time: each list of documents is read once, kept as arrays, and joined as dicts."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import islice

from whoosh.matching import FilterMatcher
from whoosh.query import And, AndMaybe, ConstantScoreQuery, DisjunctionMax, Or, Phrase, Prefix, Query, Term
from whoosh.reading import IndexReader, SegmentReader, TermNotFound

from search.whoosh_fields import Block, places_of

#: How many postings are kept in a process (eight bytes each, more for names), and for how many a list itself counts.
MOST_POSTINGS, LIST_ITSELF = 2_000_000, 50
#: Of how many segments the ids are kept; more than an index has.
MOST_SEGMENTS = 200
#: A beginning that more words of a segment have stands for the first of them.
MOST_ENDINGS = 500

#: Documents, by their numbers in the whole index, with what they score.
Scores = dict[int, float]


@dataclass(slots=True)
class WordList:
    """The documents of one word in one segment, in their order; `places` are encoded, and there for names only."""

    numbers: array[int] = field(default_factory=lambda: array("I"))
    weights: array[float] = field(default_factory=lambda: array("f"))
    places: list[bytes] = field(default_factory=list)


class KnownLists:
    """The lists read so far, the least recently used forgotten first. A segment never changes, so neither do its lists."""

    def __init__(self) -> None:
        self._lists: OrderedDict[tuple[str, str, str, bool], WordList] = OrderedDict()
        self._size = 0
        self._ids: OrderedDict[str, array[int]] = OrderedDict()

    def ids(self, leaf: SegmentReader) -> array[int]:
        """Return the ids of the documents of a segment, by their numbers in it."""
        key = leaf.segment().segment_id()
        if key not in self._ids:
            self._ids[key] = array("q", leaf.column_reader("number", translate=False).load())
        self._ids.move_to_end(key)
        while len(self._ids) > MOST_SEGMENTS:
            self._ids.popitem(last=False)
        return self._ids[key]

    def get(self, leaf: SegmentReader, name: str, text: str, *, begins: bool = False) -> WordList:
        """Return the list of a word in a field, or of all words that begin so; an empty one when there is none."""
        key = (leaf.segment().segment_id(), name, text, begins)
        known = self._lists.get(key)
        if known is not None:
            self._lists.move_to_end(key)
            return known
        known = self._lists[key] = _read_beginning(leaf, name, text) if begins else _read(leaf, name, text)
        self._size += len(known.numbers) + LIST_ITSELF
        while self._size > MOST_POSTINGS and len(self._lists) > 1:
            self._size -= len(self._lists.popitem(last=False)[1].numbers) + LIST_ITSELF
        return known


def _read(leaf: SegmentReader, name: str, word: str | bytes) -> WordList:
    found = WordList()
    try:
        matcher = leaf.postings(name, word)
    except TermNotFound:
        return found
    # Lists outlive deletions: what is gone is taken out of the answer.
    blocks: Block = matcher.child if isinstance(matcher, FilterMatcher) else matcher
    for numbers, weights, places in blocks.rest():
        found.numbers.extend(numbers)
        found.weights.extend(weights)
        found.places += places
    return found


def _read_beginning(leaf: SegmentReader, name: str, beginning: str) -> WordList:
    numbers: set[int] = set()
    for word in islice(leaf.expand_prefix(name, beginning), MOST_ENDINGS):
        numbers.update(_read(leaf, name, word).numbers)
    return WordList(array("I", sorted(numbers)))


class Answers:
    """Answers about one state of an index."""

    def __init__(self, reader: IndexReader, known: KnownLists) -> None:
        """Read lists that are not `known` when they are needed."""
        self._reader = reader
        self._all = reader.doc_count_all()
        #: None in an index without documents, as a new shop has one: its one reader reads no segment.
        self._leaves: list[tuple[SegmentReader, int]] = list(reader.leaf_readers()) if self._all else []
        self._known = known
        #: Documents that lists still name.
        self.gone = frozenset(
            base + number for leaf, base in self._leaves for number in leaf.segment().deleted_docs()
        )

    def best(self, query: Query, limit: int) -> list[int]:
        """Return the ids of what fits, best first; of equals the one that was written first."""
        scores = self.scores(query)
        there = scores.keys() - self.gone if self.gone else scores
        if len(there) > 4 * limit:
            numbers = nlargest(limit, there, key=lambda number: (scores[number], -number))
        else:
            numbers = sorted(sorted(there), key=scores.__getitem__, reverse=True)[:limit]
        return self._ids_of(numbers)

    def has(self, name: str, word: str) -> bool:
        """Say whether any document has a word in a field."""
        return any((name, word) in leaf for leaf, _base in self._leaves)

    def _ids_of(self, numbers: Sequence[int]) -> list[int]:
        parts = [(base, self._known.ids(leaf)) for leaf, base in self._leaves]
        if len(parts) == 1:
            return [parts[0][1][number] for number in numbers]
        bases = [base for base, _ids in parts]
        found = []
        for number in numbers:
            base, ids = parts[bisect_right(bases, number) - 1]
            found.append(ids[number - base])
        return found

    def scores(self, query: Query) -> Scores:
        """Return every document that fits, and how well; Whoosh's own matchers walk from document to document instead."""
        match query:
            case Term():
                return self._of_word(query.fieldname, query.text, query.boost)
            case Prefix():
                return self._of_beginning(query.fieldname, query.text, query.boost)
            case Phrase():
                return self._of_phrase(query.fieldname, query.words, query.slop, query.boost)
            case ConstantScoreQuery():
                return dict.fromkeys(self.scores(query.child), query.score)
            case Or():
                return _added(self.scores(part) for part in query.subqueries)
            case DisjunctionMax():
                return _highest(self.scores(part) for part in query.subqueries)
            case And():
                return _common(self.scores(part) for part in query.subqueries)
            case AndMaybe():
                return _raised(self.scores(query.a), self.scores(query.b))
        raise TypeError(f"no answer for {type(query).__name__}")

    def _lists(self, name: str, text: str, *, begins: bool = False) -> list[tuple[int, WordList]]:
        lists = [(base, self._known.get(leaf, name, text, begins=begins)) for leaf, base in self._leaves]
        return [(base, found) for base, found in lists if found.numbers]

    def _of_word(self, name: str, word: str, boost: float) -> Scores:
        lists = self._lists(name, word)
        factor = boost * self._rarity(lists)
        scores: Scores = {}
        for base, found in lists:
            numbers = [base + number for number in found.numbers] if base else found.numbers
            scores.update(zip(numbers, [factor * weight for weight in found.weights], strict=True))
        return scores

    def _rarity(self, lists: Sequence[tuple[int, WordList]]) -> float:
        often = sum(len(found.numbers) for _base, found in lists)
        return math.log(self._all / (often + 1)) + 1 if often else 0.0

    def _of_beginning(self, name: str, beginning: str, boost: float) -> Scores:
        return {
            base + number: boost
            for base, found in self._lists(name, beginning, begins=True)
            for number in found.numbers
        }

    def _of_phrase(self, name: str, words: Sequence[str], slop: int, boost: float) -> Scores:
        """Score documents that have the words in this order, at most `slop` places from one to the next."""
        scores: Scores = {}
        of_words = [dict(self._lists(name, word)) for word in words]
        for base in set.intersection(*(set(lists) for lists in of_words)):
            lists = [by_base[base] for by_base in of_words]
            places = [dict(zip(found.numbers, found.places, strict=True)) for found in lists]
            for number in set.intersection(*(set(found.numbers) for found in lists)):
                if _stand_in_order([places_of(where[number]) for where in places], slop):
                    scores[base + number] = 0.0
        for word in words if scores else ():
            of_word = self._of_word(name, word, boost)
            for number in scores:
                scores[number] += of_word[number]
        return scores


def _stand_in_order(places: Sequence[Sequence[int]], slop: int) -> bool:
    reached = set(places[0])
    for following in places[1:]:
        reached = {place for place in following if any(0 < place - before <= slop for before in reached)}
    return bool(reached)


def _added(parts: Iterable[Scores]) -> Scores:
    total: Scores = {}
    for part in parts:
        if not total:
            total = part
            continue
        for number, score in part.items():
            total[number] = total.get(number, 0.0) + score
    return total


def _highest(parts: Iterable[Scores]) -> Scores:
    highest: Scores = {}
    for part in parts:
        if not highest:
            highest = part
            continue
        for number, score in part.items():
            if score > highest.get(number, 0.0):
                highest[number] = score
    return highest


def _common(parts: Iterable[Scores]) -> Scores:
    there: list[Scores] = []
    for part in parts:
        if not part:
            return part
        there.append(part)
    first, *others = sorted(there, key=len)
    for other in others:
        first = {number: first[number] + other[number] for number in first.keys() & other.keys()}
    return first


def _raised(scores: Scores, more: Scores) -> Scores:
    for number in scores.keys() & more.keys():
        scores[number] += more[number]
    return scores
