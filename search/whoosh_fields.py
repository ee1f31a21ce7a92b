"""What Whoosh is given of a document: our own words, each weighed when it is written and not each time it is looked for."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3LeafMatcher
from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, ID, FieldType, Schema
from whoosh.formats import Existence, Positions

from search import words
from search.values import Document

#: Raise this when fields or weights change: every index is then built anew by itself.
LAYOUT = 2

#: BM25: how soon more of the same word stops counting.
K1 = 1.2


class _Text(FieldType):
    """Lines of text, cut by us: several words may share a position, and positions count words."""

    def __init__(self, *, characters: bool, positions: bool, usual: int, by_length: float) -> None:
        """Weigh words by BM25, `by_length` being its B, against texts of `usual` many words."""
        super().__init__(Positions() if positions else Existence(), None)
        self.characters = characters
        self.positions = positions
        self.usual = usual
        self.by_length = by_length

    def index(self, value: Sequence[str], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Yield each word with how often it stands there, its weight, and where."""
        found: dict[str, list[int]] = {}
        cut = chain.from_iterable(words.positions(line, characters=self.characters) for line in value)
        for place, here in enumerate(cut):
            for word in here:
                found.setdefault(word, []).append(place)
        length = sum(map(len, found.values()))
        stretch = K1 * (1 - self.by_length + self.by_length * length / self.usual)
        for word, places in found.items():
            times = len(places)
            where = self.format.encode(places) if self.positions else b""
            yield word.encode(), times, times * (K1 + 1) / (times + stretch), where


class _Terms(FieldType):
    """Single words that we chose; more of them do not make a document worse."""

    def __init__(self) -> None:
        super().__init__(Existence(), None)

    def index(self, value: Sequence[str], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Yield each word once."""
        for word in dict.fromkeys(value):
            yield word.encode(), 1, 1.0, b""


@lru_cache(maxsize=10_000)
def places_of(encoded: bytes) -> tuple[int, ...]:
    """Return where a word stands in a name."""
    return tuple(Positions().decode_positions(encoded))


class Block(W3LeafMatcher):
    """Reads a list of documents block by block, as it is written, and not document by document."""

    def rest(self) -> Iterator[tuple[Sequence[int], Sequence[float], Sequence[bytes]]]:
        """Yield numbers, weights and encoded places of each block from here on."""
        while self.is_active():
            self._read_ids()
            self._read_weights()
            self._read_values()
            yield self._ids, self._weights, self._values if self._fixedsize != 0 else ()
            self._next_block()


class Codec(W3Codec):
    """Whoosh's own files; lengths of texts are part of the weights already."""

    length_stats = False

    def postings_reader(
        self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None
    ) -> Block:
        """Return a matcher that can be read in blocks."""
        return Block(dbfile, *terminfo.extent(), format_, term=term, scorer=scorer)


def schema() -> Schema:
    """Return the fields of a document; `usual` lengths are those of the demo's products."""
    return Schema(
        id=ID(unique=True),
        number=COLUMN(NumericColumn("q")),
        title=_Text(characters=True, positions=True, usual=11, by_length=0.4),
        keywords=_Text(characters=True, positions=False, usual=50, by_length=0.75),
        text=_Text(characters=False, positions=False, usual=80, by_length=0.75),
        head=_Terms(),
        sound=_Terms(),
        place_sound=_Terms(),
    )


def fields(document: Document) -> dict[str, Any]:
    """Return a document as its fields."""
    return {
        "id": str(document.id),
        "number": document.id,
        "title": document.title,
        "keywords": document.keywords,
        "text": document.text,
        "head": words.head_terms(document.title),
        "sound": words.sound_terms(*document.title),
        "place_sound": words.sound_terms(*document.keywords),
    }


class Pool:
    """Postings on their way into a segment, gathered by word.

    Whoosh's own pool sorts one tuple a posting and spills them to disk; this one keeps twenty bytes of each and sorts words.
    """

    def __init__(self) -> None:
        self._lists: dict[tuple[str, bytes], tuple[array[int], array[float], list[bytes]]] = {}

    def add(self, posting: tuple[str, bytes, int, float, bytes]) -> None:
        """Take a posting; documents come in their order."""
        field, word, number, weight, where = posting
        known = self._lists.get((field, word))
        if known is None:
            known = self._lists[field, word] = (array("I"), array("f"), [])
        numbers, weights, places = known
        numbers.append(number)
        weights.append(weight)
        if where:
            places.append(where)

    def iter_postings(self) -> Iterator[tuple[str, bytes, int, float, bytes]]:
        """Yield all postings by field, word and document."""
        for field, word in sorted(self._lists):
            numbers, weights, places = self._lists.pop((field, word))
            for at, number in enumerate(numbers):
                yield field, word, number, weights[at], places[at] if places else b""

    def cleanup(self) -> None:
        """Forget everything."""
        self._lists.clear()
