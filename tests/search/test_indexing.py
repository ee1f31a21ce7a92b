from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import search
from core import db
from search import Document, IndexLocked, PostgresEngine, WhooshEngine, indexing, sources
from search import services as search_services
from search.models import SearchOutbox

THINGS: dict[int, str] = {}


@pytest.fixture(autouse=True, params=["whoosh", "postgres"])
def _own_engine(app: Flask, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """Give each test an index and a provider of its own."""
    usual, usual_source = search.engine(), sources.source()
    THINGS.clear()
    THINGS.update({1: "石磨小米", 2: "红富士苹果"})
    search.use(PostgresEngine("tests") if request.param == "postgres" else WhooshEngine(tmp_path / "index"))
    search.provide(
        search.Source(
            lambda _session: sorted(THINGS),
            lambda _session, ids: [Document(i, (THINGS[i],)) for i in ids if i in THINGS],
        )
    )
    yield
    search.use(usual)
    search.provide(usual_source)


def found(text: str) -> list[int]:
    return search.engine().search(text, 10)


def test_a_missing_index_is_built_by_the_indexer(session: Session) -> None:
    indexing.drain()
    assert found("小米") == [1]
    assert search.probe() is None


def test_what_was_noted_reaches_the_index_and_leaves_the_outbox(session: Session) -> None:
    indexing.drain()
    THINGS[3] = "核桃仁"
    search_services.note_change(session, [3, 3])
    session.commit()
    assert found("核桃") == []
    assert indexing.waiting() == 2
    assert indexing.drain() == 2
    assert found("核桃") == [3]
    assert indexing.waiting() == 0


def test_what_is_gone_leaves_the_index(session: Session) -> None:
    indexing.drain()
    del THINGS[1]
    search_services.note_change(session, [1])
    session.commit()
    indexing.drain()
    assert found("小米") == []


def test_a_step_that_rolls_back_notes_nothing(session: Session) -> None:
    def fail() -> None:
        with db.transaction() as step:
            search_services.note_change(step, [1])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert indexing.waiting() == 0


def test_a_locked_index_keeps_the_outbox(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    indexing.drain()
    search_services.note_change(session, [1])
    session.commit()

    def locked(_documents: Sequence[Document]) -> None:
        raise IndexLocked

    monkeypatch.setattr(search.engine(), "update", locked)
    assert indexing.drain() == 0
    assert indexing.waiting() == 1
    monkeypatch.undo()
    assert indexing.drain() == 1


def test_an_index_damaged_under_the_indexer_is_built_anew(session: Session, tmp_path: Path) -> None:
    if isinstance(search.engine(), PostgresEngine):
        pytest.skip("PostgreSQL looks after its own files")
    indexing.drain()
    home = tmp_path / "index" / (tmp_path / "index" / "CURRENT").read_text().strip()
    for file in home.iterdir():
        file.write_bytes(b"nothing of use")
    THINGS[3] = "核桃仁"
    search_services.note_change(session, [3])
    session.commit()
    indexing.drain()
    assert found("核桃") == [3]


def test_killed_between_index_and_outbox_the_work_is_done_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexing.drain()
    THINGS[3] = "核桃仁"
    search_services.note_change(session, [3])
    session.commit()

    def killed(_ids: list[int]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(indexing, "_forget", killed)
    with pytest.raises(KeyboardInterrupt):
        indexing.drain()
    monkeypatch.undo()
    assert indexing.waiting() == 1
    indexing.drain()
    assert found("核桃") == [3]
    assert indexing.waiting() == 0


def test_a_rebuild_covers_what_waited_and_tells_how_far_it_is(session: Session) -> None:
    search_services.note_change(session, [1])
    session.commit()
    told: list[tuple[int, int]] = []
    assert indexing.rebuild(lambda done, total: told.append((done, total))) == 2
    assert told == [(1, 2), (2, 2)]
    assert indexing.waiting() == 0


def test_requests_never_open_a_writer() -> None:
    from pathlib import Path as P

    root = P(indexing.__file__).resolve().parent.parent
    writers = [
        str(path.relative_to(root))
        for path in root.glob("*/**/*.py")
        if path.parts[len(root.parts)]
        in ("web", "shop", "accounts", "charity", "points", "oversight", "flows")
        and (
            "indexing" in path.read_text()
            or "whoosh" in path.read_text().casefold().replace("whooshengine", "")
        )
    ]
    assert writers == []


def test_only_one_indexer_works_at_a_time(live_database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    indexing.drain()
    with db.transaction() as step:
        search_services.note_change(step, [1])
    with live_database.connect() as other:
        other.execute(select(func.pg_advisory_lock(indexing.LOCK)))
        assert indexing.drain() == 0
        assert indexing.rebuild() is None
        other.execute(select(func.pg_advisory_unlock(indexing.LOCK)))
    assert indexing.drain() == 1
    with db.reading() as step:
        assert step.scalar(select(func.count()).select_from(SearchOutbox)) == 0


def test_the_command_rebuilds(app: Flask, session: Session) -> None:
    told = app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert told.exit_code == 0, told.output
    assert "2 documents" in told.output
    status = app.test_cli_runner().invoke(args=["search", "status"])
    assert status.exit_code == 0
    assert "can be asked" in status.output
