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
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index
from whoosh.analysis import Token, Tokenizer
from whoosh.fields import ID, TEXT, Schema
from whoosh.query import And, AndMaybe, ConstantScoreQuery, DisjunctionMax, Or, Phrase, Prefix, Query, Term
from whoosh.scoring import BM25F
from whoosh.searching import Searcher
from whoosh.writing import LockError

from core import ids as core_ids
from search import typos, words
from search.asking import Question, Wanted, understand
from search.errors import IndexLocked, SearchUnavailable
from search.values import Document

log = logging.getLogger(__name__)

POINTER = "CURRENT"
WEIGHTS = {"title": 4.0, "head": 2.0, "keywords": 2.0, "text": 0.7}
SOUND_WEIGHT, PLACE_SOUND_WEIGHT = 3.0, 1.2
#: How much another name of a word, what a wide word takes in, a part and a guess at a slip count.
SAME, NARROWER, PART, MEANT = 0.85, 0.4, 0.6, 0.7
#: What a further word is worth by itself when nothing has them all.
ONE_MORE = 8.0


#: How many answers are remembered; one has at most some ten kilobytes.
MOST_ANSWERS = 500

#: What was typed means the same all day: cutting it into words is a third of a search.
_understood = lru_cache(2000)(understand)

#: A name that can be typed in many ways is not a worse match for it: pinyin is not weighed by length.
_WEIGHING = BM25F(title_B=0.4, head_B=0.0, sound_B=0.0, place_sound_B=0.0)


class _Words(Tokenizer):
    """Hands our own cut to Whoosh: several words may share a position, and positions count words."""

    def __init__(self, *, characters: bool) -> None:
        self.characters = characters

    def __call__(
        self,
        value: str,
        positions: bool = False,
        chars: bool = False,
        keeporiginal: bool = False,
        removestops: bool = True,
        start_pos: int = 0,
        start_char: int = 0,
        mode: str = "",
        **kwargs: Any,
    ) -> Iterator[Token]:
        """Yield the words of a text."""
        token = Token(positions, chars, removestops=removestops, mode=mode, **kwargs)
        lines = (words.positions(line, characters=self.characters) for line in value.split("\n"))
        for place, here in enumerate(chain.from_iterable(lines), start_pos):
            for word in here:
                token.text = word
                token.boost = 1.0
                token.stopped = False
                if positions:
                    token.pos = place
                yield token


class _Terms(Tokenizer):
    """Hands single words that we chose to Whoosh, one a line."""

    def __call__(self, value: str, positions: bool = False, mode: str = "", **kwargs: Any) -> Iterator[Token]:
        """Yield each line as a word."""
        kwargs.pop("chars", None)
        token = Token(positions, False, mode=mode, **kwargs)
        for place, term in enumerate(value.split("\n") if value else ()):
            token.text = term
            token.boost = 1.0
            token.stopped = False
            if positions:
                token.pos = place
            yield token


def _schema() -> Schema:
    fine, coarse = _Words(characters=True), _Words(characters=False)
    return Schema(
        id=ID(unique=True, stored=True),
        title=TEXT(analyzer=fine, phrase=True),
        keywords=TEXT(analyzer=fine, phrase=False),
        text=TEXT(analyzer=coarse, phrase=False),
        head=TEXT(analyzer=_Terms(), phrase=False),
        sound=TEXT(analyzer=_Terms(), phrase=False),
        place_sound=TEXT(analyzer=_Terms(), phrase=False),
    )


class WhooshEngine:
    """An index below `folder`; readers share one searcher a process, only the indexer and `rebuild` write.

    `folder/CURRENT` names the index in use. Its name carries the make of the words, so that a new dictionary makes the
    old index count as missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._searcher: Searcher | None = None
        self._opened: tuple[int, str] | None = None
        #: What the searcher `_answered` found, the least recently asked first.
        self._answers: OrderedDict[tuple[str, int], array[int]] = OrderedDict()
        self._answered: Searcher | None = None

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
                self._reader()
        except SearchUnavailable as problem:
            return (
                str(problem) or "the search index is missing; the worker builds it, or `flask search rebuild`"
            )
        return None

    def forget_answers(self) -> None:
        """Ask the index anew for what was asked before; nobody needs this but who measures it."""
        with self._lock:
            self._answers.clear()

    def _find_once(self, text: str, question: Question, limit: int) -> list[int]:
        """Find, or repeat what the same searcher found: the pages of a search, and what many ask for, cost once."""
        searcher = self._reader()
        if self._answered is not searcher:
            self._answers.clear()
            self._answered = searcher
        key = (text, limit)
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = array("q", self._find(text, question, limit))
            while len(self._answers) > MOST_ANSWERS:
                self._answers.popitem(last=False)
        else:
            self._answers.move_to_end(key)
        return list(known)

    def _find(self, text: str, question: Question, limit: int) -> list[int]:
        searcher = self._reader()
        found = searcher.search(_every_word(question), limit=limit)
        if found.is_empty():
            reader = searcher.reader()
            slips = typos.meant(
                (one.typed for one in question.wanted),
                lambda candidates: {
                    word
                    for word in candidates
                    if ("sound", word) in reader or ("place_sound", word) in reader
                },
            )
            if slips:
                question = understand(text, slips)
                found = searcher.search(_every_word(question), limit=limit)
        if found.is_empty():
            ways = [_word_query(one) for one in question.wanted]
            ways += [_named(part) for one in question.wanted for part in one.inner]
            if len(ways) > 1:
                ways += [
                    ConstantScoreQuery(_word_query(one), ONE_MORE * (0.5 if one.soft else 1.0))
                    for one in question.wanted
                ]
                found = searcher.search(Or(ways), limit=limit)
        stored = searcher.stored_fields
        return [int(stored(number)["id"]) for _score, number in found.top_n]

    def _reader(self) -> Searcher:
        """Return the searcher of this process, opened anew after a swap, a commit or a fork."""
        name = self._current()
        if name is None:
            raise SearchUnavailable
        if self._searcher is None or self._opened != (os.getpid(), name):
            self._close()
            try:
                self._searcher = whoosh_index.open_dir(str(self._folder / name)).searcher(weighting=_WEIGHING)
            except Exception as problem:
                raise SearchUnavailable(
                    f"the search index cannot be opened: {type(problem).__name__}"
                ) from problem
            self._opened = (os.getpid(), name)
        elif not self._searcher.up_to_date():
            self._searcher = self._searcher.refresh()
        return self._searcher

    def _current(self) -> str | None:
        try:
            name = (self._folder / POINTER).read_text(encoding="utf-8").strip()
        except OSError:
            return None
        made_by = name.rpartition("-")[0]
        return name if made_by == words.make() and (self._folder / name).is_dir() else None

    def _forget(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._searcher is not None and self._opened is not None and self._opened[0] == os.getpid():
            with contextlib.suppress(Exception):
                self._searcher.close()
        self._searcher = None
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
            writer = whoosh_index.open_dir(str(self._folder / name)).writer(limitmb=32)
        except LockError as problem:
            raise IndexLocked from problem
        except Exception as problem:
            raise SearchUnavailable(
                f"the search index cannot be opened: {type(problem).__name__}"
            ) from problem
        try:
            for document_id in ids:
                writer.delete_by_term("id", str(document_id))
            for document in documents:
                writer.update_document(**_fields(document))
        except BaseException:
            writer.cancel()
            raise
        writer.commit()

    def rebuild(
        self, documents: Iterable[Document], progress: Callable[[int], object] = lambda _done: None
    ) -> int:
        """Build a new index beside the one in use and swap it in at the end; returns how many documents it has."""
        name = f"{words.make()}-{core_ids.public_id(8).lower()}"
        home = self._folder / name
        home.mkdir(parents=True)
        try:
            writer = whoosh_index.create_in(str(home), _schema()).writer(limitmb=128)
            done = 0
            try:
                for document in documents:
                    writer.add_document(**_fields(document))
                    done += 1
                    progress(done)
            except BaseException:
                writer.cancel()
                raise
            writer.commit()
            part = self._folder / f"{POINTER}.{os.getpid()}.part"
            part.write_text(name + "\n", encoding="utf-8")
            os.replace(part, self._folder / POINTER)
        except BaseException:
            shutil.rmtree(home, ignore_errors=True)
            raise
        for other in self._folder.iterdir():
            if other.is_dir() and other.name != name:
                shutil.rmtree(other, ignore_errors=True)
        return done


def _fields(document: Document) -> dict[str, str]:
    return {
        "id": str(document.id),
        "title": "\n".join(document.title),
        "keywords": "\n".join(document.keywords),
        "text": "\n".join(document.text),
        "head": "\n".join(words.head_terms(document.title)),
        "sound": "\n".join(words.sound_terms(*document.title)),
        "place_sound": "\n".join(words.sound_terms(*document.keywords)),
    }


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
