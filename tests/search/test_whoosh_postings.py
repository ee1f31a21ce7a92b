from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from whoosh import index as whoosh_index
from whoosh.query import And, AndMaybe, ConstantScoreQuery, DisjunctionMax, Or, Phrase, Prefix, Query, Term
from whoosh.scoring import WeightingModel, WeightScorer

from search import Document, WhooshEngine, whoosh_engine, whoosh_postings
from search.whoosh_postings import Answers, KnownLists, WordList

THINGS = ("小米", "核桃", "苹果", "蜂蜜", "苹果醋", "山楂")
MANNERS = ("石磨", "手工", "高山", "有机")
PLACES = ("青莲村", "石门村", "柳泉村")


class Weighing(WeightingModel):
    """Lets Whoosh's own matchers score as we do: what is written for a word, times how rare it is."""

    def scorer(self, searcher: Any, fieldname: str, text: bytes, qf: int = 1) -> WeightScorer:
        scorer = WeightScorer.for_(searcher, fieldname, text)
        rare = searcher.get_parent().idf(fieldname, text)
        scorer.score = lambda matcher: matcher.weight() * rare
        scorer.supports_block_quality = lambda: False
        return scorer


def documents(count: int) -> Iterator[Document]:
    draw = random.Random(3)
    for number in range(1, count + 1):
        thing, manner, place = draw.choice(THINGS), draw.choice(MANNERS), draw.choice(PLACES)
        name = draw.choice((f"{place}{manner}{thing}", f"{manner}{place}{thing}", f"{thing} {manner}", thing))
        yield Document(number, (name,), (place, "粮油"), (f"{thing}好吃。" * draw.randint(0, 3), manner))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an index of several segments, some of whose documents are gone."""
    monkeypatch.setattr(whoosh_engine, "SEGMENT", 150)
    engine = WhooshEngine(tmp_path)
    engine.rebuild(documents(400))
    engine.remove(range(10, 60))
    engine.update([Document(200, ("石磨小米",)), Document(401, ("手工石磨小米",), ("青莲村",))])
    return tmp_path / (tmp_path / "CURRENT").read_text().strip()


def word(text: str, factor: float = 1.0) -> Query:
    return Or([Term("title", text, boost=4 * factor), Term("keywords", text, boost=2), Term("text", text)])


QUERIES = [
    Term("title", "小米"),
    Term("title", "没有"),
    word("苹果"),
    And([word("小米"), word("石磨")]),
    And([word("小米"), word("没有")]),
    AndMaybe(word("蜂蜜"), Or([word("手工"), word("高山")])),
    AndMaybe(And([word("石磨"), word("小米")]), Phrase("title", ["石磨", "小米"], slop=2, boost=4.0)),
    Phrase("title", ["小米", "石磨"], slop=1),
    Phrase("title", ["手工", "石磨", "小米"], slop=2),
    Or([word("粮油"), ConstantScoreQuery(word("有机"), 8.0)]),
]


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_answers_are_those_of_whooshs_own_matchers(folder: Path, query: Query) -> None:
    index = whoosh_index.open_dir(str(folder))
    answers = Answers(index.reader(), KnownLists())
    with index.searcher(weighting=Weighing()) as searcher:
        expected = {hit.docnum: hit.score for hit in searcher.search(query, limit=None)}
    scores = {number: score for number, score in answers.scores(query).items() if number not in answers.gone}
    assert scores == pytest.approx(expected, rel=1e-5)


def test_the_best_way_of_a_word_counts(folder: Path) -> None:
    # Not compared with Whoosh: its matcher takes the higher score of two documents when they are not the same.
    answers = Answers(whoosh_index.open_dir(str(folder)).reader(), KnownLists())
    ways = [word("苹果"), word("苹果醋", 0.85), word("山楂", 0.4)]
    of_ways = [answers.scores(way) for way in ways]
    highest = {n: max(way.get(n, 0.0) for way in of_ways) for n in {n for way in of_ways for n in way}}
    assert answers.scores(DisjunctionMax(ways)) == highest


def test_the_best_come_first_however_many_there_are(folder: Path) -> None:
    answers = Answers(whoosh_index.open_dir(str(folder)).reader(), KnownLists())
    everything = answers.best(word("粮油"), 1000)
    assert len(everything) == 350 - 1
    assert answers.best(word("粮油"), 5) == everything[:5]
    assert answers.best(word("粮油"), 200) == everything[:200]


def test_a_beginning_counts_once_whatever_follows(folder: Path) -> None:
    answers = Answers(whoosh_index.open_dir(str(folder)).reader(), KnownLists())
    scores = answers.scores(Prefix("sound", "pingg", boost=0.5))
    assert set(scores.values()) == {0.5}
    assert scores.keys() == answers.scores(Or([Term("title", "苹果"), Term("title", "苹果醋")])).keys()


def test_lists_that_are_not_asked_for_are_forgotten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    reading = whoosh_postings._read

    def counted(leaf: Any, name: str, text: str) -> WordList:
        read.append(text)
        return reading(leaf, name, text)

    monkeypatch.setattr(whoosh_postings, "_read", counted)
    monkeypatch.setattr(whoosh_postings, "MOST_POSTINGS", 900)
    index = whoosh_index.open_dir(str(folder))
    known = KnownLists()
    for _ in range(2):
        Answers(index.reader(), known).scores(Term("title", "小米"))
    once = len(read)
    assert set(read) == {"小米"}
    for text in THINGS:
        Answers(index.reader(), known).scores(Term("title", text))
    Answers(index.reader(), known).scores(Term("title", "小米"))
    assert read.count("小米") > once


def test_a_beginning_of_very_many_words_stands_for_some(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = whoosh_index.open_dir(str(folder)).reader()
    everything = Answers(reader, KnownLists()).scores(Prefix("sound", "s"))
    monkeypatch.setattr(whoosh_postings, "MOST_ENDINGS", 2)
    some = Answers(reader, KnownLists()).scores(Prefix("sound", "s"))
    assert some
    assert some.keys() < everything.keys()


def test_small_segments_become_one_and_large_ones_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whoosh_engine, "SMALL", 20)
    engine = WhooshEngine(tmp_path)
    engine.rebuild(documents(100))
    home = tmp_path / (tmp_path / "CURRENT").read_text().strip()
    sizes = []
    for number in range(101, 125):
        engine.update([Document(number, ("新核桃",))])
        engine.update([Document(number - 100, ("核桃仁",))])
        leaves = whoosh_index.open_dir(str(home)).reader().leaf_readers()
        sizes.append([leaf.doc_count_all() for leaf, _base in leaves])
    assert all(of_one[0] == 100 for of_one in sizes)
    assert max(map(len, sizes)) <= whoosh_engine.FEW + 4
    assert set(engine.search("新核桃", 100)) == set(range(101, 125))
    assert set(engine.search("核桃仁", 100)) >= set(range(1, 25))
