"""What search does by the clock."""

from __future__ import annotations

from core import jobs
from search import indexing


@jobs.every(seconds=2, aside=True)
def index_changes() -> None:
    """Carry what changed into the index."""
    indexing.drain()
