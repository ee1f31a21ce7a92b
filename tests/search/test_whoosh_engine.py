from __future__ import annotations

import threading
from pathlib import Path

import pytest
from whoosh import index as whoosh_index

from search import Document, IndexLocked, SearchUnavailable, WhooshEngine
from tests.search.things import NAMES, documents


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    built = WhooshEngine(tmp_path / "index")
    assert built.rebuild(documents()) == len(NAMES)
    return built


def test_a_damaged_index_says_so(engine: WhooshEngine, tmp_path: Path) -> None:
    home = tmp_path / "index" / (tmp_path / "index" / "CURRENT").read_text().strip()
    for file in home.iterdir():
        file.write_bytes(b"nothing of use")
    other = WhooshEngine(tmp_path / "index")
    assert other.problem()
    with pytest.raises(SearchUnavailable):
        other.search("小米", 10)


def test_a_second_writer_is_refused_and_readers_go_on(engine: WhooshEngine, tmp_path: Path) -> None:
    home = tmp_path / "index" / (tmp_path / "index" / "CURRENT").read_text().strip()
    writer = whoosh_index.open_dir(str(home)).writer()
    try:
        with pytest.raises(IndexLocked):
            engine.update([Document(9, ("板栗",))])
        assert engine.search("小米", 10) == [1]
    finally:
        writer.cancel()


def test_many_threads_read_while_the_index_changes(engine: WhooshEngine) -> None:
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


def test_a_rebuild_leaves_one_folder_whether_it_ends_or_fails(engine: WhooshEngine, tmp_path: Path) -> None:
    def broken() -> object:
        yield Document(21, ("新小米",))
        raise RuntimeError("the database went away")

    def folders() -> int:
        return len([path for path in (tmp_path / "index").iterdir() if path.is_dir()])

    with pytest.raises(RuntimeError):
        engine.rebuild(broken())  # type: ignore[arg-type]
    assert folders() == 1
    engine.rebuild(documents())
    assert folders() == 1
