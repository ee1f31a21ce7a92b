"""Building the index of both search engines anew."""

from __future__ import annotations

import time

from sqlalchemy import text

import search
from bench.load import cpu_seconds
from bench.measuring import Bench, Stage, scenario
from bench.place import folder_mb
from core.db import reading, transaction
from search import PostgresEngine, indexing, sources


@scenario(Stage.STILL_SMALL, Stage.STILL_LARGE, Stage.STILL_HUGE, order=0)
def index(bench: Bench) -> None:
    """Measure how long each takes, its processor time with that of PostgreSQL, and how large it gets."""
    with transaction() as session:
        # Rows of an earlier build that are gone but still take room would count.
        session.execute(text("TRUNCATE search_builds CASCADE"))
    for name in ("whoosh", "postgres"):
        if name == "whoosh" and not bench.world.indexed:
            bench.missing(f"everything of Whoosh at {bench.size}", "left out by --no-huge: it takes minutes")
            continue
        own, postgres = time.process_time(), cpu_seconds([bench.place.pid("postgres")])
        start = time.perf_counter()
        built = _build(name)
        metric = f"index_{name}_{bench.size}"
        bench.record(f"{metric}.build", time.perf_counter() - start, "s")
        spent = time.process_time() - own + cpu_seconds([bench.place.pid("postgres")]) - postgres
        bench.record(f"{metric}.cpu", spent, "CPU s")
        size = folder_mb(bench.place.var / "index") if name == "whoosh" else _tables_mb()
        bench.record(f"{metric}.size", size, "MB")
        bench.must(built == bench.world.products, f"{metric} has {built} of {bench.world.products} products")


def _build(name: str) -> int | None:
    if name == "whoosh":
        return indexing.rebuild()
    with reading() as session:
        ids = sources.source().ids(session)
    return PostgresEngine().rebuild(sources.every_document(ids))


def _tables_mb() -> float:
    with reading() as session:
        size = session.scalar(
            text("SELECT pg_total_relation_size('search_documents') + pg_total_relation_size('search_words')")
        )
    return (size or 0) / 1e6


def engines(bench: Bench) -> tuple[tuple[str, search.Engine], ...]:
    """Return the engines whose indexes were built."""
    built = {"whoosh": search.engine(), "postgres": PostgresEngine()}
    return tuple((name, engine) for name, engine in built.items() if bench.world.indexed or name != "whoosh")
