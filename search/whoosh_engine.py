"""The search engine of one machine: Whoosh, with one index folder at a time and a pointer that is swapped."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index
from whoosh.analysis import Token, Tokenizer
from whoosh.fields import ID, TEXT, Schema
from whoosh.query import And, AndMaybe, DisjunctionMax, Or, Phrase, Prefix, Query, Term
from whoosh.scoring import BM25F
from whoosh.searching import Searcher
from whoosh.writing import LockError

from core import ids as core_ids
from search import words
from search.errors import IndexLocked, SearchUnavailable
from search.values import Document

log = logging.getLogger(__name__)

POINTER = "CURRENT"
WEIGHTS = {"title": 4.0, "keywords": 2.0, "text": 1.0}
SOUND_WEIGHT = 3.0
SHORTEST_PREFIX = 3


#: A name that can be typed in many ways is not a worse match for it: pinyin is not weighed by length.
_WEIGHING = BM25F(sound_B=0.0)


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
        for place, here in enumerate(words.positions(value, characters=self.characters), start_pos):
            for word in here:
                token.text = word
                token.boost = 1.0
                token.stopped = False
                if positions:
                    token.pos = place
                yield token


class _Sounds(Tokenizer):
    """Hands the pinyin of a text to Whoosh."""

    def __call__(self, value: str, positions: bool = False, mode: str = "", **kwargs: Any) -> Iterator[Token]:
        """Yield what the text can be typed as."""
        kwargs.pop("chars", None)
        token = Token(positions, False, mode=mode, **kwargs)
        for place, term in enumerate(words.sound_terms(value)):
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
        sound=TEXT(analyzer=_Sounds(), phrase=False),
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

    # --- reading ------------------------------------------------------------------------------------

    def search(self, text: str, limit: int) -> list[int]:
        """Return the ids of what matches, best first; every word counts, or any word when none has them all.

        Raises `SearchUnavailable` when there is no index to ask.
        """
        asked = words.asked(text)
        if not asked:
            return []
        for tries_left in (2, 1, 0):
            try:
                with self._lock:
                    return self._find(asked, limit)
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

    def _find(self, asked: dict[str, str], limit: int) -> list[int]:
        searcher = self._reader()
        groups = [_word_query(word, typed) for word, typed in asked.items()]
        every: Query = And(groups)
        if len(groups) > 1:
            every = AndMaybe(every, Phrase("title", list(asked), slop=2, boost=4.0))
            if all(_is_latin(typed) for typed in asked.values()):
                every = Or([every, Term("sound", "".join(asked.values()), boost=SOUND_WEIGHT)])
        found = searcher.search(every, limit=limit)
        if found.is_empty():
            parts = [_anywhere(part) for word in asked for part in words.parts(word)]
            if parts or len(groups) > 1:
                found = searcher.search(Or([*groups, *parts]), limit=limit)
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
    named = "\n".join((*document.title, *document.keywords))
    return {
        "id": str(document.id),
        "title": "\n".join(document.title),
        "keywords": "\n".join(document.keywords),
        "text": "\n".join(document.text),
        "sound": named,
    }


def _word_query(word: str, typed: str) -> Query:
    """Return the query of one word: in any field, by its parts when it is long, as pinyin when it is typed in Latin."""
    ways: list[Query] = [_anywhere(word)]
    parts = words.parts(word)
    if parts:
        ways.append(And([_anywhere(part, 0.6) for part in parts]))
    if _is_latin(typed):
        ways.append(Term("sound", typed, boost=SOUND_WEIGHT))
        if len(typed) >= SHORTEST_PREFIX:
            ways.append(Prefix("title", typed, boost=WEIGHTS["title"] * 0.4))
            ways.append(Prefix("sound", typed, boost=SOUND_WEIGHT * 0.4))
    return DisjunctionMax(ways) if len(ways) > 1 else ways[0]


def _anywhere(word: str, factor: float = 1.0) -> Query:
    return Or([Term(field, word, boost=weight * factor) for field, weight in WEIGHTS.items()])


def _is_latin(typed: str) -> bool:
    return typed.isascii() and typed.isalpha()
