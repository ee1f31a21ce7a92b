"""Both search engines side by side: how well they answer sixty judged queries, how fast they are, how large they get."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from bench.measuring import Bench, Stage, scenario
from bench.scenarios.index import engines
from core.db import transaction
from search import Engine, PostgresEngine, WhooshEngine
from tests.search import judging

#: Below this an engine answers worse than when it was accepted.
FLOOR = 0.92
WORDS = ("小米", "核桃", "石磨 苹果", "蜂蜜", "青莲", "xiaomi", "xm", "手工 草编篮", "番茄", "xiomi")
ROUNDS = 5


@scenario(Stage.STILL_SMALL, order=20)
def search_quality(bench: Bench) -> None:
    """Measure nDCG@10 over the demo's products, for each kind of query too."""
    with TemporaryDirectory() as folder:
        for name, engine in _engines(folder, "judged"):
            engine.rebuild(judging.documents())
            scores = judging.judge(engine)
            bench.record(f"search_{name}.ndcg_at_10", 100 * judging.mean(scores), "of 100")
            for kind in dict.fromkeys(score.query.kind for score in scores):
                of_kind = [score for score in scores if score.query.kind == kind]
                bench.record(f"search_{name}.ndcg_{kind}", 100 * judging.mean(of_kind), "of 100")
            bench.must(judging.mean(scores) >= FLOOR, f"nDCG@10 of {name} is below {FLOOR}")
    _forget("judged")


@scenario(Stage.STILL_SMALL, Stage.STILL_LARGE, Stage.STILL_HUGE, order=21)
def search_engines(bench: Bench) -> None:
    """Measure how long each engine takes for an answer over the same products, without a page around it."""
    for name, engine in engines(bench):
        taken = _answer(engine)
        metric = f"engine_{name}_{bench.size}"
        bench.record(f"{metric}.p50", statistics.median(taken), "ms")
        bench.record(f"{metric}.worst", max(taken), "ms")


def _engines(folder: str, collection: str) -> tuple[tuple[str, Engine], ...]:
    return (("whoosh", WhooshEngine(Path(folder))), ("postgres", PostgresEngine(collection)))


def _answer(engine: Engine) -> list[float]:
    """Return how long (ms) each query takes, the best of some rounds."""
    best = dict.fromkeys(WORDS, float("inf"))
    for _ in range(ROUNDS):
        if isinstance(engine, WhooshEngine):
            engine.forget_answers()
        for words in WORDS:
            start = time.perf_counter()
            engine.search(words, 1200)
            best[words] = min(best[words], (time.perf_counter() - start) * 1000)
    return list(best.values())


def _forget(collection: str) -> None:
    with transaction() as session:
        session.execute(text("DELETE FROM search_builds WHERE collection = :name"), {"name": collection})
