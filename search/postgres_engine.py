"""The search engine of many machines: PostgreSQL's full text over the same words, swapped build by build."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from sqlalchemy import TextClause, delete, insert, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from core import clock, db
from search import typos, words
from search.asking import Question, Wanted, understand
from search.errors import IndexLocked, SearchUnavailable
from search.models import SearchBuild, SearchDocument, SearchWord
from search.values import Document

log = logging.getLogger(__name__)

BATCH = 500
WAIT_FOR_LOCK = "2s"
LONGEST_WORD = 200
LAST_POSITION = 16_383
#: Documents of a very common word beyond this many are not weighed against each other: those that are named so come first.
MOST_WEIGHED = 1_500
#: Weights of text, keywords, pinyin and title: the labels D, C, B and A of a tsvector.
WEIGHTS = (0.1, 0.25, 0.7, 1.0)
SAME, NARROWER, PART, MEANT, BEGINS, PHRASE, JOINED, HEAD = 0.85, 0.4, 0.6, 0.7, 0.4, 0.5, 0.9, 0.6
#: Pinyin and spelled words stand beside the words under this sign, which no word has.
SOUND = "~"
NOTHING = "!"
#: What a thing is, by its name, stands under this sign.
KIND = "^"


class PostgresEngine:
    """An index in the database; readers ask the current build of `collection`, only the indexer and `rebuild` write.

    A build carries the make of its words, so that a new dictionary makes the old index count as missing.
    """

    def __init__(self, collection: str = "products") -> None:
        """Keep the documents of one collection apart from those of others."""
        self._collection = collection

    # --- reading ------------------------------------------------------------------------------------

    def search(self, text: str, limit: int) -> list[int]:
        """Return the ids of what matches, best first; every word counts, or any word when none has them all.

        One statement when the words are found, three at most. Raises `SearchUnavailable` when there is no index to ask.
        """
        question = understand(text)
        if not question.wanted:
            return []
        try:
            with db.reading() as session:
                return self._find(session, text, question, limit)
        except SQLAlchemyError as problem:
            log.exception("the search index could not be read")
            raise SearchUnavailable from problem

    def problem(self) -> str | None:
        """Return why the index cannot be asked, or None."""
        try:
            with db.reading() as session:
                there = self._current(session) is not None
        except SQLAlchemyError as problem:
            return f"the search index cannot be asked: {type(problem).__name__}"
        return (
            None if there else "the search index is missing; the worker builds it, or `flask search rebuild`"
        )

    def _find(self, session: Session, text: str, question: Question, limit: int) -> list[int]:
        found = self._ask(session, _every_word(question), question, limit)
        if found:
            return [document_id for document_id, _all in found]
        slips = typos.meant(
            (one.typed for one in question.wanted), lambda candidates: self._known(session, candidates)
        )
        question = understand(text, slips) if slips else question
        ways = [_word(one) for one in question.wanted]
        ways += [_either(part) for one in question.wanted for part in one.inner]
        if len(ways) == 1 and not slips:
            return []
        found = self._ask(session, _or(ways), question, limit)
        with_all = [document_id for document_id, every in found if every]
        return with_all or [document_id for document_id, _all in found]

    def _ask(
        self, session: Session, condition: str, question: Question, limit: int
    ) -> list[tuple[int, bool]]:
        scored = _scored(question)
        values: dict[str, Any] = {f"q{place}": query for place, (query, _factor) in enumerate(scored)}
        values |= {f"f{place}": factor for place, (_query, factor) in enumerate(scored)}
        values |= {f"g{place}": _word(one) for place, one in enumerate(question.wanted)}
        row = session.execute(
            _statement(len(scored), len(question.wanted)),
            {
                **values,
                "collection": self._collection,
                "make": words.make(),
                "condition": condition,
                "every": _every_word(question),
                "named": _or([_quoted(name) + ":AB" for one in question.wanted for name in _names(one)]),
                "side_by_side": _side_by_side(question),
                "most": MOST_WEIGHED,
                "limit": limit,
            },
        ).one_or_none()
        if row is None:
            raise SearchUnavailable
        return list(zip(row.ids or (), row.every_word or (), strict=True))

    def _known(self, session: Session, candidates: list[str]) -> set[str]:
        return set(
            session.scalars(
                sql(
                    "SELECT w.word FROM search_words w JOIN search_builds b ON b.id = w.build_id"
                    " WHERE b.collection = :collection AND b.is_current AND w.word = ANY(:candidates)"
                ),
                {"collection": self._collection, "candidates": candidates},
            )
        )

    def _current(self, session: Session) -> int | None:
        return session.scalar(
            select(SearchBuild.id).where(
                SearchBuild.collection == self._collection,
                SearchBuild.make == words.make(),
                SearchBuild.is_current,
            )
        )

    # --- writing: the indexer and the rebuild only ------------------------------------------------------

    def update(self, documents: Sequence[Document]) -> None:
        """Put documents into the index, in place of what it had of them."""
        self._write(documents, ())

    def remove(self, ids: Sequence[int]) -> None:
        """Take documents out of the index."""
        self._write((), ids)

    def _write(self, documents: Sequence[Document], ids: Sequence[int]) -> None:
        try:
            with db.transaction() as session:
                session.execute(sql(f"SET LOCAL lock_timeout = '{WAIT_FOR_LOCK}'"))
                build_id = self._current(session)
                if build_id is None:
                    raise SearchUnavailable
                if ids:
                    session.execute(
                        delete(SearchDocument).where(
                            SearchDocument.build_id == build_id, SearchDocument.document_id.in_(ids)
                        )
                    )
                _put(session, build_id, documents)
        except DBAPIError as problem:
            if getattr(problem.orig, "sqlstate", None) in ("55P03", "40P01", "57014"):
                raise IndexLocked from problem
            raise SearchUnavailable(
                f"the search index cannot be written: {type(problem).__name__}"
            ) from problem

    def rebuild(
        self, documents: Iterable[Document], progress: Callable[[int], object] = lambda _done: None
    ) -> int:
        """Build a new index beside the one in use and swap it in at the end; returns how many documents it has.

        Each batch is a step of its own; what a killed build left behind goes with the next swap.
        """
        with db.transaction() as session:
            build = SearchBuild(collection=self._collection, make=words.make(), began_at=clock.now())
            session.add(build)
            session.flush()
            build_id = build.id
        done = 0
        try:
            for batch in _batches(documents):
                with db.transaction() as session:
                    _put(session, build_id, batch)
                for _ in batch:
                    done += 1
                    progress(done)
        except BaseException:
            db.run_alone(delete(SearchBuild).where(SearchBuild.id == build_id))
            raise
        with db.transaction() as session:
            own = SearchBuild.collection == self._collection
            session.execute(delete(SearchBuild).where(own, SearchBuild.id != build_id))
            session.execute(update(SearchBuild).where(SearchBuild.id == build_id).values(is_current=True))
        return done


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    for document in documents:
        batch.append(document)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _put(session: Session, build_id: int, documents: Sequence[Document]) -> None:
    by_id = {document.id: document for document in documents}
    if not by_id:
        return
    session.execute(
        delete(SearchDocument).where(
            SearchDocument.build_id == build_id, SearchDocument.document_id.in_(list(by_id))
        )
    )
    spelled: dict[str, None] = {}
    rows: list[dict[str, Any]] = []
    for document in by_id.values():
        vector, title_words, sounds = _vector(document)
        spelled.update(
            dict.fromkeys(word for word in sounds if typos.SHORTEST_MEANT <= len(word) <= typos.LONGEST + 1)
        )
        rows.append(
            {"build_id": build_id, "document_id": document.id, "title_words": title_words, "words": vector}
        )
    session.execute(insert(SearchDocument), rows)
    known = [{"build_id": build_id, "word": word} for word in sorted(spelled)]
    for start in range(0, len(known), 5_000):
        session.execute(upsert(SearchWord).on_conflict_do_nothing(), known[start : start + 5_000])


def _vector(document: Document) -> tuple[str, int, list[str]]:
    """Return the words of a document as a tsvector, how many words its name has, and how it is spelled in Latin."""
    places: list[str] = []
    here = 0

    def add(text: str, label: str, *, characters: bool) -> None:
        nonlocal here
        for found in words.positions(text, characters=characters):
            here = min(here + 1, LAST_POSITION)
            places.extend(f"{_quoted(word)}:{here}{label}" for word in found)
        here = min(here + 2, LAST_POSITION)

    for title in document.title:
        add(title, "A", characters=True)
    title_words = max((len(words.positions(title, characters=False)) for title in document.title), default=0)
    for keyword in document.keywords:
        add(keyword, "C", characters=True)
    for story in document.text:
        add(story, "D", characters=False)
    places.extend(f"{_quoted(KIND + word)}:{LAST_POSITION}A" for word in words.head_terms(document.title))
    sounds = words.sound_terms(*document.title)
    far = words.sound_terms(*document.keywords)
    places.extend(f"{_quoted(SOUND + sound)}:{LAST_POSITION}B" for sound in sounds)
    places.extend(f"{_quoted(SOUND + sound)}:{LAST_POSITION}C" for sound in far)
    return " ".join(places), title_words, [*sounds, *far]


# --- queries: made of words only, never of what was typed ---------------------------------------------------


def _quoted(word: str) -> str:
    return "'" + word[:LONGEST_WORD].replace("\\", "\\\\").replace("'", "''") + "'"


def _or(ways: Sequence[str]) -> str:
    return " | ".join(f"({way})" for way in ways)


def _and(ways: Sequence[str]) -> str:
    return " & ".join(f"({way})" for way in ways)


def _either(names: Sequence[str]) -> str:
    return " | ".join(_quoted(name) for name in names)


def _word(wanted: Wanted) -> str:
    """Return the query of one word: as it is, by other names, by its parts, as pinyin when it is typed in Latin."""
    return _or([query for query, _factor in _ways(wanted)])


def _ways(wanted: Wanted) -> list[tuple[str, float]]:
    """Return each way of having a word, and how much it counts; `ts_rank` divides by the number of words in a query."""
    ways = [(_quoted(wanted.word), 1.0)]
    if wanted.same:
        ways.append((_either(wanted.same), SAME * len(wanted.same)))
    if wanted.narrower:
        ways.append((_either(wanted.narrower), NARROWER * len(wanted.narrower)))
    if wanted.parts:
        ways.append((_and([_either(part) for part in wanted.parts]), PART))
    if wanted.latin:
        ways.append((_quoted(SOUND + wanted.typed), 1.0))
    if wanted.begins:
        ways.append(
            (f"{_quoted(wanted.begins)}:*A | {_quoted(SOUND + wanted.begins)}:*", BEGINS),
        )
    if wanted.meant:
        guesses = [*wanted.meant_words, *(SOUND + word for word in wanted.meant)]
        ways.append((_either(guesses), MEANT * len(guesses)))
    return ways


def _names(wanted: Wanted) -> list[str]:
    return [wanted.word, *wanted.same, *([SOUND + wanted.typed] if wanted.latin else ())]


def _every_word(question: Question) -> str:
    every = _and([_word(one) for one in question.needed])
    return _or([every, _quoted(SOUND + question.joined)]) if question.joined else every


def _scored(question: Question) -> list[tuple[str, float]]:
    """Return what a match is weighed by: each way of each word, what the thing is, and the words as one."""
    scored = [way for one in question.wanted for way in _ways(one)]
    for one in question.needed:
        names = dict.fromkeys((one.word, one.typed, *one.same, *one.meant_words, *one.meant))
        scored.append((_either([KIND + name for name in names]), HEAD * len(names)))
    if question.joined:
        scored.append((_quoted(SOUND + question.joined), JOINED))
    return scored


def _side_by_side(question: Question) -> str:
    """Return the query of words that stand side by side in a name; one that nothing fits when there is one word."""
    names = [f"{_quoted(one.word)}:A" for one in question.wanted]
    pairs = [f"{left} <-> {right} | {left} <2> {right}" for left, right in pairwise(names)]
    return _or(pairs) if pairs else _quoted(NOTHING)


@cache
def _statement(scored: int, groups: int) -> TextClause:
    """Return the statement for so many weighed queries and words; a missing build gives no row at all."""
    weights = "ARRAY[" + ", ".join(map(str, WEIGHTS)) + "]::real[]"
    score = " + ".join(
        f"ts_rank({weights}, d.words, CAST(:q{place} AS tsquery)) * CAST(:f{place} AS double precision)"
        for place in range(scored)
    )
    matched = " + ".join(f"(d.words @@ CAST(:g{place} AS tsquery))::int" for place in range(groups))
    return sql(
        f"""
        SELECT b.id, found.ids, found.every_word
        FROM search_builds b
        LEFT JOIN LATERAL (
            SELECT array_agg(best.document_id ORDER BY best.matched DESC, best.score DESC, best.document_id) AS ids,
                   array_agg(best.every_word ORDER BY best.matched DESC, best.score DESC, best.document_id) AS every_word
            FROM (
                SELECT d.document_id, {matched} AS matched,
                       ({score}) / (2 + ln(1 + d.title_words))
                           + {PHRASE} * (d.words @@ CAST(:side_by_side AS tsquery))::int AS score,
                       d.words @@ CAST(:every AS tsquery) AS every_word
                FROM (
                    SELECT document_id, words, title_words FROM search_documents
                    WHERE build_id = b.id AND words @@ CAST(:condition AS tsquery)
                    ORDER BY words @@ CAST(:named AS tsquery) DESC
                    LIMIT :most
                ) d
                ORDER BY matched DESC, score DESC, d.document_id
                LIMIT :limit
            ) best
        ) found ON true
        WHERE b.collection = :collection AND b.make = :make AND b.is_current
        """
    )
