"""The hardware and programs that a measurement was taken on."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from pathlib import Path

import psutil


def describe(folder: Path, postgres: str) -> dict[str, str | int | float]:
    """Return what the numbers depend on; `folder` lies on the disk that the database uses."""
    return {
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 0),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": sys.version.split()[0],
        "postgresql": postgres,
        "fsync_ms": round(fsync_ms(folder), 3),
        "load_before": round(os.getloadavg()[0], 2),
    }


def cpu_model() -> str:
    """Return the name of the processor."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.lower().startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def fsync_ms(folder: Path, times: int = 40) -> float:
    """Return how long a write of 8 KB takes to reach the disk: the median, in ms."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "fsync-probe"
    taken = []
    with open(path, "wb") as file:
        for _ in range(times):
            start = time.perf_counter()
            file.write(b"x" * 8192)
            file.flush()
            os.fsync(file.fileno())
            taken.append((time.perf_counter() - start) * 1000)
    path.unlink()
    return statistics.median(taken)
