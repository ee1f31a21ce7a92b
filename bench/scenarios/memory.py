"""Memory of each process after the load."""

from __future__ import annotations

from bench.load import memory_mb
from bench.measuring import Bench, Stage, scenario


@scenario(Stage.SERVED_SMALL, Stage.SERVED_LARGE, order=90)
def memory(bench: Bench) -> None:
    """Write down the resident memory of the largest process of the web server and of the worker."""
    for name in ("web", "worker"):
        found = memory_mb(bench.place.pid(name))
        bench.record(f"memory_{bench.size}.{name}_process", found[0], "MB")
        bench.record(f"memory_{bench.size}.{name}_all", sum(found), "MB")
