"""The search engine of one machine: Whoosh, with one index folder at a time and a pointer that is swapped."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index
from whoosh.index import FileIndex
from whoosh.query import And, AndMaybe, ConstantScoreQuery, DisjunctionMax, Or, Phrase, Prefix, Query, Term
from whoosh.reading import IndexReader, SegmentReader
from whoosh.writing import LockError, SegmentWriter

from core import ids as core_ids
from core.files import write_whole
from search import typos, words
from search.asking import Question, Wanted, understand
from search.errors import IndexLocked, SearchUnavailable
from search.values import Document
from search.whoosh_fields import LAYOUT, Codec, Pool, fields, schema
from search.whoosh_postings import Answers, KnownLists

log = logging.getLogger(__name__)

POINTER = "CURRENT"
WEIGHTS = {"title": 4.0, "head": 2.0, "keywords": 2.0, "text": 0.7}
SOUND_WEIGHT, PLACE_SOUND_WEIGHT = 3.0, 1.2
#: How much another name of a word, what a wide word takes in, a part and a guess at a slip count.
SAME, NARROWER, PART, MEANT = 0.85, 0.4, 0.6, 0.7
#: What a further word is worth by itself when nothing has them all.
ONE_MORE = 8.0


#: How many answers are remembered; one has at most some ten kilobytes.
MOST_ANSWERS = 1_000

#: What was typed means the same all day: cutting it into words is a third of a search.
_understood = lru_cache(2000)(understand)

#: So many documents are gathered in memory (three kilobytes each) before they become a segment of a new index.
SEGMENT = 20_000
#: When so many segments are smaller than that, a change makes one of them.
FEW, SMALL = 8, 1_000


class WhooshEngine:
    """An index below `folder`; readers share what they opened, only the indexer and `rebuild` write.

    `folder/CURRENT` names the index in use. Its name carries the make of the words, so that a new dictionary makes the
    old index count as missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        self._lists = KnownLists()
        #: What `_answered` found, the least recently asked first.
        self._found: OrderedDict[tuple[str, int], array[int]] = OrderedDict()
        self._answered: Answers | None = None

    # --- reading ------------------------------------------------------------------------------------

    def search(self, text: str, limit: int) -> list[int]:
        """Return the ids of what matches, best first; every word counts, or any word when none has them all.

        Raises `SearchUnavailable` when there is no index to ask.
        """
        question = _understood(text)
        if not question.wanted:
            return []
        for tries_left in (2, 1, 0):
            try:
                with self._lock:
                    return self._find_once(text, question, limit)
            except SearchUnavailable:
                # A rebuild may have swapped the folder away between two looks at it; a missing index stays missing.
                if not tries_left:
                    raise
            except Exception as problem:
                self._forget()
                if not tries_left:
                    log.exception("the search index could not be read")
                    raise SearchUnavailable from problem
        raise SearchUnavailable

    def problem(self) -> str | None:
        """Return why the index cannot be asked, or None."""
        try:
            with self._lock:
                self._current_answers()
        except SearchUnavailable as problem:
            return (
                str(problem) or "the search index is missing; the worker builds it, or `flask search rebuild`"
            )
        return None

    def forget_answers(self) -> None:
        """Ask the index anew for what was asked before; nobody needs this but who measures it."""
        with self._lock:
            self._found.clear()

    def _find_once(self, text: str, question: Question, limit: int) -> list[int]:
        """Find, or repeat what was found while nothing changed: the pages of a search, and what many ask for, cost once."""
        answers = self._current_answers()
        if self._answered is not answers:
            self._found.clear()
            self._answered = answers
        key = (text, limit)
        known = self._found.get(key)
        if known is None:
            known = self._found[key] = array("q", _find(answers, text, question, limit))
            while len(self._found) > MOST_ANSWERS:
                self._found.popitem(last=False)
        else:
            self._found.move_to_end(key)
        return list(known)

    def _current_answers(self) -> Answers:
        """Return who answers in this process, opened anew after a swap, a commit or a fork."""
        name = self._current()
        if name is None:
            raise SearchUnavailable
        opened = self._opened
        if (
            opened is not None
            and (opened.process, opened.name) == (os.getpid(), name)
            and opened.index.latest_generation() == opened.reader.generation()
        ):
            return opened.answers
        self._close()
        try:
            index = whoosh_index.open_dir(str(self._folder / name))
            reader = index.reader()
            self._opened = _Opened(os.getpid(), name, index, reader, Answers(reader, self._lists))
        except Exception as problem:
            raise SearchUnavailable(
                f"the search index cannot be opened: {type(problem).__name__}"
            ) from problem
        return self._opened.answers

    def _current(self) -> str | None:
        try:
            name = (self._folder / POINTER).read_text(encoding="utf-8").strip()
        except OSError:
            return None
        made_by = name.rpartition("-")[0]
        return name if made_by == _make() and (self._folder / name).is_dir() else None

    def _forget(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._opened is not None and self._opened.process == os.getpid():
            with contextlib.suppress(Exception):
                self._opened.reader.close()
        self._opened = None

    # --- writing: the indexer and the rebuild only ------------------------------------------------------

    def update(self, documents: Sequence[Document]) -> None:
        """Put documents into the index, in place of what it had of them."""
        self._write(documents, ())

    def remove(self, ids: Sequence[int]) -> None:
        """Take documents out of the index."""
        self._write((), ids)

    def _write(self, documents: Sequence[Document], ids: Sequence[int]) -> None:
        name = self._current()
        if name is None:
            raise SearchUnavailable
        try:
            writer = _writer(whoosh_index.open_dir(str(self._folder / name)))
        except LockError as problem:
            raise IndexLocked from problem
        except Exception as problem:
            raise SearchUnavailable(
                f"the search index cannot be opened: {type(problem).__name__}"
            ) from problem
        try:
            gone = [*ids, *(document.id for document in documents)]
            writer.delete_by_query(Or([Term("id", str(document_id)) for document_id in gone]))
            for document in documents:
                writer.add_document(**fields(document))
        except BaseException:
            writer.cancel()
            raise
        writer.commit(mergetype=_merge_small)

    def rebuild(
        self, documents: Iterable[Document], progress: Callable[[int], object] = lambda _done: None
    ) -> int:
        """Build a new index beside the one in use and swap it in at the end; returns how many documents it has."""
        name = f"{_make()}-{core_ids.public_id(8).lower()}"
        home = self._folder / name
        home.mkdir(parents=True)
        try:
            index = whoosh_index.create_in(str(home), schema())
            done = 0
            for segment in _in_parts(documents, SEGMENT):
                with _writer(index) as writer:
                    writer.merge = False
                    for document in segment:
                        writer.add_document(**fields(document))
                        done += 1
                        progress(done)
            write_whole(self._folder / POINTER, f"{name}\n".encode())
        except BaseException:
            shutil.rmtree(home, ignore_errors=True)
            raise
        for other in self._folder.iterdir():
            if other.is_dir() and other.name != name:
                shutil.rmtree(other, ignore_errors=True)
        return done


@dataclass(frozen=True, slots=True)
class _Opened:
    """A state of the index as one process has it open."""

    process: int
    name: str
    index: FileIndex
    reader: IndexReader
    answers: Answers


def _make() -> str:
    return f"{words.make()}.{LAYOUT}"


def _writer(index: FileIndex) -> SegmentWriter:
    writer = SegmentWriter(index, codec=Codec())
    # Whoosh has an argument for this, and does not look at it.
    writer.pool = Pool()
    return writer


def _in_parts(documents: Iterable[Document], size: int) -> Iterator[Iterator[Document]]:
    rest = iter(documents)
    for first in rest:
        yield chain([first], islice(rest, size - 1))


def _merge_small(writer: SegmentWriter, segments: list[Any]) -> list[Any]:
    """Make one segment of the small ones when there are many; a large one is never written again."""
    small = [segment for segment in segments if segment.doc_count_all() < SMALL]
    if len(small) < FEW:
        return segments
    for segment in small:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [segment for segment in segments if segment not in small]


def _find(answers: Answers, text: str, question: Question, limit: int) -> list[int]:
    """Return what has every word, else with slips of the finger mended, else what has most of the words."""
    found = answers.best(_every_word(question), limit)
    if found:
        return found
    slips = typos.meant((one.typed for one in question.wanted), partial(_spelled, answers))
    if slips:
        question = understand(text, slips)
        found = answers.best(_every_word(question), limit)
        if found:
            return found
    ways = [_word_query(one) for one in question.wanted]
    ways += [_named(part) for one in question.wanted for part in one.inner]
    if len(ways) == 1:
        return []
    ways += [
        ConstantScoreQuery(_word_query(one), ONE_MORE * (0.5 if one.soft else 1.0)) for one in question.wanted
    ]
    return answers.best(Or(ways), limit)


def _spelled(answers: Answers, candidates: Iterable[str]) -> set[str]:
    return {word for word in candidates if answers.has("sound", word) or answers.has("place_sound", word)}


def _every_word(question: Question) -> Query:
    every: Query = And([_word_query(one) for one in question.needed])
    soft = [_word_query(one) for one in question.wanted if one not in question.needed]
    if soft:
        every = AndMaybe(every, Or(soft))
    if len(question.wanted) > 1:
        every = AndMaybe(every, Phrase("title", [one.word for one in question.wanted], slop=2, boost=4.0))
        if question.joined:
            every = Or([every, Term("sound", question.joined, boost=SOUND_WEIGHT)])
    return every


def _word_query(wanted: Wanted) -> Query:
    """Return the query of one word: in any field, by other names, by its parts, as pinyin when it is typed in Latin."""
    ways: list[Query] = [_anywhere(wanted.word)]
    ways += [_anywhere(other, SAME) for other in wanted.same]
    ways += [_anywhere(other, NARROWER) for other in wanted.narrower]
    if wanted.parts:
        ways.append(And([_named(part, PART) for part in wanted.parts]))
    if wanted.latin:
        ways.append(_sounding(wanted.typed))
    if wanted.begins:
        ways.append(Prefix("title", wanted.begins, boost=WEIGHTS["title"] * 0.4))
        ways.append(Prefix("sound", wanted.begins, boost=SOUND_WEIGHT * 0.4))
        ways.append(Prefix("place_sound", wanted.begins, boost=PLACE_SOUND_WEIGHT * 0.4))
    ways += [_sounding(other, MEANT) for other in wanted.meant]
    ways += [_anywhere(other, MEANT) for other in wanted.meant_words]
    return DisjunctionMax(ways) if len(ways) > 1 else ways[0]


def _sounding(typed: str, factor: float = 1.0) -> Query:
    return Or(
        [
            Term("sound", typed, boost=SOUND_WEIGHT * factor),
            Term("head", typed, boost=WEIGHTS["head"] * factor),
            Term("place_sound", typed, boost=PLACE_SOUND_WEIGHT * factor),
        ]
    )


def _named(names: tuple[str, ...], factor: float = 1.0) -> Query:
    return DisjunctionMax(
        [_anywhere(name, factor if place == 0 else factor * SAME) for place, name in enumerate(names)]
    )


def _anywhere(word: str, factor: float = 1.0) -> Query:
    return Or([Term(field, word, boost=weight * factor) for field, weight in WEIGHTS.items()])
