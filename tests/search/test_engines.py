from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from search import Document, Engine, PostgresEngine, SearchUnavailable, WhooshEngine, words
from tests.search.things import NAMES, documents


@pytest.fixture(params=["whoosh", "postgres"])
def empty_engine(request: pytest.FixtureRequest, session: Session, tmp_path: Path) -> Engine:
    """Give an engine without an index; every test of this file is for both."""
    return PostgresEngine("things") if request.param == "postgres" else WhooshEngine(tmp_path / "index")


@pytest.fixture
def engine(empty_engine: Engine) -> Engine:
    """Give an engine that knows `NAMES`."""
    assert empty_engine.rebuild(documents()) == len(NAMES)
    return empty_engine


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
        ("番茄", 8),
        ("洋柿子", 8),
        ("fanqie", 8),
        ("tomato", 8),
        ("xiomi", 1),
        ("xaiomi", 1),
        ("xiaomii", 1),
        ("xisomi", 1),
        ("millte", 1),
        ("shiliuu", 3),
        ("longjingg tea", 5),
        ("pomegranites", 3),
        ("糖炒石榴", 3),
        ("食堂 小米 10公斤", 1),
    ],
)
def test_what_people_type_finds_it(engine: Engine, typed: str, first: int) -> None:
    assert engine.search(typed, 10)[:1] == [first]


def test_words_side_by_side_come_before_words_apart(empty_engine: Engine) -> None:
    engine = empty_engine
    engine.rebuild(
        [Document(1, ("苹果村老人酿的山楂醋",)), Document(2, ("山楂苹果醋",)), Document(3, ("苹果山楂条",))]
    )
    assert engine.search("苹果 山楂", 10)[0] == 3


def test_places_are_found_after_names(engine: Engine) -> None:
    assert set(engine.search("青莲村", 10)) == set(NAMES)


def test_any_word_is_enough_when_nothing_has_them_all(engine: Engine) -> None:
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
        '"小米',
        "a*",
        "* " * 5_000,
        "小* xia* *mi ?",
        "\x01\x1b小米\x7f\u202e",
        "\ud800小米\udfff",
        "xia zho she qin lia gon hua nia shu che tia pin",
        "村 米 县 镇 手 工 石 山 油 果 大 小 家",
        "1 2 3 4 5 6 7 8 9 10 11 12 13",
    ],
)
def test_signs_and_stop_words_are_harmless(engine: Engine, typed: str) -> None:
    assert isinstance(engine.search(typed, 10), list)


def test_ten_thousand_characters_are_harmless(engine: Engine) -> None:
    assert engine.search("小米" * 5000, 10) == [1]
    assert isinstance(engine.search("x" * 10_000, 10), list)
    assert isinstance(engine.search("苹" * 10_000, 10), list)


def test_a_limit_holds(engine: Engine) -> None:
    assert len(engine.search("青莲村", 3)) == 3


def test_changes_show_at_once(engine: Engine) -> None:
    assert engine.search("板栗", 10) == []
    engine.update([Document(9, ("核桃峪板栗",)), Document(1, ("黄小米",))])
    assert engine.search("板栗", 10) == [9]
    assert engine.search("石磨", 10) == []
    assert engine.search("黄小米", 10) == [1]
    engine.remove([9])
    assert engine.search("板栗", 10) == []


def test_updating_twice_keeps_one(engine: Engine) -> None:
    for _ in range(3):
        engine.update([Document(1, NAMES[1])])
    assert engine.search("小米", 10) == [1]


def test_a_missing_index_says_so(empty_engine: Engine) -> None:
    engine = empty_engine
    assert engine.problem()
    with pytest.raises(SearchUnavailable):
        engine.search("小米", 10)
    with pytest.raises(SearchUnavailable):
        engine.update([Document(1, ("小米",))])


def test_the_index_of_a_new_shop_is_empty_and_fit(empty_engine: Engine) -> None:
    engine = empty_engine
    assert engine.rebuild([]) == 0
    assert engine.problem() is None
    for typed in ("小米", "xiomi", "红枣 苹果", "zzz"):
        assert engine.search(typed, 10) == []
    engine.update([Document(1, NAMES[1])])
    assert engine.search("小米", 10) == [1]
    engine.remove([1])
    assert engine.problem() is None
    assert engine.search("小米", 10) == []
    assert engine.search("xiomi", 10) == []


def test_an_index_of_another_make_counts_as_missing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "make", lambda: "other")
    assert engine.problem()


def test_a_rebuild_swaps_at_the_end_and_leaves_one_folder(engine: Engine) -> None:
    seen: list[list[int]] = []

    def slowly() -> Iterator[Document]:
        yield Document(21, ("新小米",))
        seen.append(engine.search("小米", 10))

    assert engine.rebuild(slowly()) == 1
    assert seen == [[1]]
    assert engine.search("小米", 10) == [21]


def test_a_rebuild_that_fails_leaves_the_old_index(engine: Engine) -> None:
    def broken() -> Iterator[Document]:
        yield Document(21, ("新小米",))
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(broken())
    assert engine.search("小米", 10) == [1]


@pytest.mark.parametrize("typed", ["xmi", "xhlq", "qqqqqq", "zzzz", "abcdefgh", "x" * 60])
def test_a_slip_is_guessed_at_only_where_it_is_plain(engine: Engine, typed: str) -> None:
    assert engine.search(typed, 10) == []


def test_what_is_spelled_right_is_not_corrected(engine: Engine) -> None:
    assert set(engine.search("apples", 10)) == {2, 7}
    assert set(engine.search("pingguo", 10)) == {2, 7}


def test_soft_words_shut_nothing_out_and_alone_are_words_like_others(engine: Engine) -> None:
    assert engine.search("送老人的小米", 10) == engine.search("小米", 10)
    engine.update([Document(30, ("食堂装粉条",))])
    assert engine.search("食堂装", 10) == [30]


def test_what_a_thing_is_comes_before_what_is_made_of_it(empty_engine: Engine) -> None:
    empty_engine.rebuild(
        [Document(1, ("葵花籽油",)), Document(2, ("原味葵花籽",)), Document(3, ("葵花籽酥糖",))]
    )
    assert empty_engine.search("葵花籽", 10)[0] == 2
    assert empty_engine.search("kuihuazi", 10)[0] == 2
    assert empty_engine.search("葵花籽油", 10)[0] == 1


def test_indexes_are_apart_from_each_other(engine: Engine, session: Session, tmp_path: Path) -> None:
    other = (
        PostgresEngine("others") if isinstance(engine, PostgresEngine) else WhooshEngine(tmp_path / "others")
    )
    other.rebuild([Document(77, ("小米",))])
    assert engine.search("小米", 10) == [1]
    assert other.search("小米", 10) == [77]


def test_long_words_and_long_texts_are_harmless(engine: Engine) -> None:
    engine.update([Document(40, ("a" * 5_000 + " 板栗",), (), ("板栗好吃。" * 20_000,))])
    assert engine.search("板栗", 10) == [40]


def test_quotes_and_backslashes_in_a_document_are_harmless(engine: Engine) -> None:
    engine.update([Document(41, ("板栗'); DROP TABLE search_documents; --", "a\\'b:*A"), ("\\",), ("'",))])
    assert engine.search("板栗", 10) == [41]
