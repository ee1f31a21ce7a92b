from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from whoosh import index as whoosh_index

from search import Document, IndexLocked, SearchUnavailable, WhooshEngine, words

NAMES = {
    1: ("店子镇石磨小米", "Dianzi stone-milled millet"),
    2: ("云峪红富士苹果", "Yunyu Red Fuji apples"),
    3: ("石榴坡软籽石榴", "Shiliupo soft-seed pomegranates"),
    4: ("冷榨油茶籽油", "Cold-pressed camellia oil"),
    5: ("西湖龙井", "West Lake Longjing tea"),
    6: ("冯卯长红枣", "Fengmao long red dates"),
    7: ("苹果醋", "Apple vinegar"),
}


def documents() -> Iterator[Document]:
    for key, (zh, en) in NAMES.items():
        yield Document(
            key, (zh, en), ("青莲村", "Qinglian Village"), ("村里的农户种的。", "Grown by families.")
        )


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    built = WhooshEngine(tmp_path / "index")
    assert built.rebuild(documents()) == len(NAMES)
    return built


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("小米", 1),
        ("石磨 小米", 1),
        ("小米石磨", 1),
        ("xiaomi", 1),
        ("xm", 1),
        ("shimoxiaomi", 1),
        ("shi mo xiao mi", 1),
        ("millet", 1),
        ("红富士", 2),
        ("red fuji", 2),
        ("石榴", 3),
        ("茶籽油", 4),
        ("xihulongjing", 5),
        ("xhlj", 5),
        ("longj", 5),
        ("红枣", 6),
        ("枣", 6),
        ("有机小米", 1),
        ("苹果醋", 7),
    ],
)
def test_what_people_type_finds_it(engine: WhooshEngine, typed: str, first: int) -> None:
    assert engine.search(typed, 10)[:1] == [first]


def test_words_side_by_side_come_before_words_apart(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "phrases")
    engine.rebuild(
        [Document(1, ("苹果村老人酿的山楂醋",)), Document(2, ("山楂苹果醋",)), Document(3, ("苹果山楂条",))]
    )
    assert engine.search("苹果 山楂", 10)[0] == 3


def test_places_are_found_after_names(engine: WhooshEngine) -> None:
    assert set(engine.search("青莲村", 10)) == set(NAMES)


def test_any_word_is_enough_when_nothing_has_them_all(engine: WhooshEngine) -> None:
    assert engine.search("小米 手机壳", 10) == [1]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "*",
        "大*",
        "?",
        "x:y",
        "title:小米 OR",
        "的",
        "的 the of",
        "[",
        '"',
        "\x00",
        "~",
        "🍎",
        "-小米 NOT",
    ],
)
def test_signs_and_stop_words_are_harmless(engine: WhooshEngine, typed: str) -> None:
    assert isinstance(engine.search(typed, 10), list)


def test_ten_thousand_characters_are_harmless(engine: WhooshEngine) -> None:
    assert engine.search("小米" * 5000, 10) == [1]
    assert isinstance(engine.search("x" * 10_000, 10), list)
    assert isinstance(engine.search("苹" * 10_000, 10), list)


def test_a_limit_holds(engine: WhooshEngine) -> None:
    assert len(engine.search("青莲村", 3)) == 3


def test_changes_show_at_once(engine: WhooshEngine) -> None:
    assert engine.search("板栗", 10) == []
    engine.update([Document(8, ("核桃峪板栗",)), Document(1, ("黄小米",))])
    assert engine.search("板栗", 10) == [8]
    assert engine.search("石磨", 10) == []
    assert engine.search("黄小米", 10) == [1]
    engine.remove([8])
    assert engine.search("板栗", 10) == []


def test_updating_twice_keeps_one(engine: WhooshEngine) -> None:
    for _ in range(3):
        engine.update([Document(1, NAMES[1])])
    assert engine.search("小米", 10) == [1]


def test_a_missing_index_says_so(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "none")
    assert engine.problem()
    with pytest.raises(SearchUnavailable):
        engine.search("小米", 10)
    with pytest.raises(SearchUnavailable):
        engine.update([Document(1, ("小米",))])


def test_a_damaged_index_says_so(engine: WhooshEngine, tmp_path: Path) -> None:
    home = tmp_path / "index" / (tmp_path / "index" / "CURRENT").read_text().strip()
    for file in home.iterdir():
        file.write_bytes(b"nothing of use")
    other = WhooshEngine(tmp_path / "index")
    assert other.problem()
    with pytest.raises(SearchUnavailable):
        other.search("小米", 10)


def test_an_index_of_another_make_counts_as_missing(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "make", lambda: "other")
    assert engine.problem()


def test_a_rebuild_swaps_at_the_end_and_leaves_one_folder(engine: WhooshEngine, tmp_path: Path) -> None:
    seen: list[list[int]] = []

    def slowly() -> Iterator[Document]:
        yield Document(21, ("新小米",))
        seen.append(engine.search("小米", 10))

    assert engine.rebuild(slowly()) == 1
    assert seen == [[1]]
    assert engine.search("小米", 10) == [21]
    assert len([path for path in (tmp_path / "index").iterdir() if path.is_dir()]) == 1


def test_a_rebuild_that_fails_leaves_the_old_index(engine: WhooshEngine, tmp_path: Path) -> None:
    def broken() -> Iterator[Document]:
        yield Document(21, ("新小米",))
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(broken())
    assert engine.search("小米", 10) == [1]
    assert len([path for path in (tmp_path / "index").iterdir() if path.is_dir()]) == 1


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
