from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from search import Document, IndexLocked, PostgresEngine, SearchUnavailable
from search.models import SearchBuild, SearchDocument, SearchWord
from tests.conftest import StatementCounter
from tests.search.things import NAMES, documents


@pytest.fixture
def engine(session: Session) -> PostgresEngine:
    built = PostgresEngine("things")
    assert built.rebuild(documents()) == len(NAMES)
    return built


def count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize(
    ("typed", "most"),
    [("小米", 1), ("xiaomi", 1), ("小米 手机壳", 2), ("xiomi", 3), ("xiomi qqqqq 手机壳", 3)],
)
def test_few_statements_whatever_is_typed(
    engine: PostgresEngine, statements: StatementCounter, typed: str, most: int
) -> None:
    with statements:
        engine.search(typed, 10)
    assert len(statements) <= most


def test_a_rebuild_leaves_one_build_whether_it_ends_or_fails(
    engine: PostgresEngine, session: Session
) -> None:
    def broken() -> Iterator[Document]:
        yield from documents()
        raise RuntimeError("the database went away")

    words_before = count(session, SearchWord)
    with pytest.raises(RuntimeError):
        engine.rebuild(broken())
    engine.rebuild(documents())
    assert count(session, SearchBuild) == 1
    assert count(session, SearchDocument) == len(NAMES)
    assert count(session, SearchWord) == words_before


def test_what_a_killed_build_left_behind_is_not_asked_and_goes_with_the_next(
    engine: PostgresEngine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = SearchBuild(collection="things", make="half", began_at=func.now())
    session.add(left)
    session.flush()
    session.add(SearchDocument(build_id=left.id, document_id=99, title_words=1, words="'小米':1A"))
    session.commit()
    assert engine.search("小米", 10) == [1]
    engine.rebuild(documents())
    assert count(session, SearchBuild) == 1
    assert count(session, SearchDocument) == len(NAMES)


def test_a_table_that_is_gone_makes_search_unavailable(live_database: Any) -> None:
    engine = PostgresEngine("things")
    engine.rebuild(documents())
    with live_database.begin() as connection:
        connection.execute(text("ALTER TABLE search_documents RENAME TO gone"))
    with pytest.raises(SearchUnavailable):
        engine.search("小米", 10)
    with pytest.raises(SearchUnavailable):
        engine.update([Document(1, ("小米",))])
    with live_database.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO search_documents"))
    assert engine.search("小米", 10) == [1]


def test_a_writer_that_must_wait_too_long_says_locked_and_readers_go_on(live_database: Any) -> None:
    engine = PostgresEngine("things")
    engine.rebuild(documents())
    with live_database.begin() as other:
        other.execute(text("LOCK TABLE search_documents IN SHARE MODE"))
        assert engine.search("小米", 10) == [1]
        with pytest.raises(IndexLocked):
            engine.update([Document(9, ("板栗",))])
    engine.update([Document(9, ("板栗",))])
    assert engine.search("板栗", 10) == [9]


def test_many_threads_read_while_the_index_changes(live_database: Any) -> None:
    engine = PostgresEngine("things")
    engine.rebuild(documents())
    problems: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                assert 1 in engine.search("小米", 10)
        except BaseException as problem:
            problems.append(problem)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for turn in range(5):
        engine.update([Document(100 + turn, ("板栗",))])
        engine.rebuild(documents())
    done.set()
    for reader in readers:
        reader.join()
    assert problems == []
