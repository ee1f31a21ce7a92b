from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from demo.content.products import PRODUCTS_BY_SLUG
from search import Engine, PostgresEngine, WhooshEngine
from tests.search import judging

#: Both engines reached 0.95 when this was written (November 2026).
FLOOR = 0.92
#: No kind of query may be left behind for the sake of the mean.
FLOOR_OF_A_KIND = 0.75


@pytest.mark.parametrize("name", ["whoosh", "postgres"])
def test_buyers_find_what_they_mean(name: str, session: Session, tmp_path: Path) -> None:
    engine: Engine = PostgresEngine("judged") if name == "postgres" else WhooshEngine(tmp_path / "judged")
    engine.rebuild(judging.documents())
    scores = judging.judge(engine)
    told = "\n".join(f"{score.ndcg:.2f} {score.query.text}: {', '.join(score.found)}" for score in scores)
    assert judging.mean(scores) >= FLOOR, told
    for kind in {score.query.kind for score in scores}:
        assert judging.mean([score for score in scores if score.query.kind == kind]) >= FLOOR_OF_A_KIND, told
    assert [score.query.text for score in scores if not score.found] == []


def test_the_judged_queries_are_sixty_of_all_kinds_over_real_products() -> None:
    queries = judging.read()
    assert len(queries) == 60
    assert len({query.text for query in queries}) == 60
    kinds = Counter(query.kind for query in queries)
    assert set(kinds) == {
        "word", "words", "pinyin", "initials", "synonym", "typo", "canteen", "english"
    }  # fmt: skip
    assert min(kinds.values()) >= 4
    for query in queries:
        assert set(query.grades) <= set(PRODUCTS_BY_SLUG), query.text
        assert set(query.grades.values()) <= {1, 2, 3}
        assert max(query.grades.values()) == 3


def test_the_best_order_scores_one_and_nothing_found_scores_zero() -> None:
    grades = {"a": 3, "b": 2, "c": 1}
    assert judging.ndcg(grades, ["a", "b", "c"]) == 1
    assert judging.ndcg(grades, []) == 0
    assert 0 < judging.ndcg(grades, ["c", "b", "a"]) < 1
    assert judging.ndcg(grades, ["x"] * 10 + ["a"]) == 0
