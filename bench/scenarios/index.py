"""Building the search index anew."""

from __future__ import annotations

import time

from bench.measuring import Bench, Stage, scenario
from bench.place import folder_mb
from search import indexing


@scenario(Stage.STILL_SMALL, Stage.STILL_LARGE, order=0)
def index(bench: Bench) -> None:
    """Measure how long it takes and how large it gets."""
    start, before = time.perf_counter(), time.process_time()
    built = indexing.rebuild()
    elapsed, spent = time.perf_counter() - start, time.process_time() - before
    bench.must(built == bench.world.products, f"the index has {built} of {bench.world.products} products")
    bench.record(f"index_{bench.size}.build", elapsed, "s")
    bench.record(f"index_{bench.size}.cpu", spent, "CPU s")
    bench.record(f"index_{bench.size}.size", folder_mb(bench.place.var / "index"), "MB")
