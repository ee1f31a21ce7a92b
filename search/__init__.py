"""Finding things by words: one interface, two engines (the only importer of whoosh), chosen in the composition root."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from search.errors import IndexLocked, SearchUnavailable
from search.highlighting import Marker
from search.postgres_engine import PostgresEngine
from search.sources import Source, provide
from search.values import Document
from search.whoosh_engine import WhooshEngine
from search.words import says_nothing


class Engine(Protocol):
    """What every search engine does; ids and words only, never prices or stock."""

    def search(self, text: str, limit: int) -> list[int]:
        """Return ids, best first; raises `SearchUnavailable`."""

    def problem(self) -> str | None:
        """Return why the index cannot be asked, or None."""

    def update(self, documents: Sequence[Document]) -> None:
        """Put documents in, in place of what was there of them; raises `IndexLocked`."""

    def remove(self, ids: Sequence[int]) -> None:
        """Take documents out; raises `IndexLocked`."""

    def rebuild(self, documents: Iterable[Document], progress: Callable[[int], object] = ...) -> int:
        """Build the index anew and swap it in at once; returns how many documents it has."""


_engine: Engine | None = None


def use(chosen: Engine) -> None:
    """Choose the engine of this process."""
    global _engine
    _engine = chosen


def engine() -> Engine:
    """Return the engine of this process."""
    if _engine is None:
        raise RuntimeError("search.use() was not called")
    return _engine


def probe() -> str | None:
    """Return what is wrong with the index, or None."""
    return engine().problem()


__all__ = [
    "Document",
    "Engine",
    "IndexLocked",
    "Marker",
    "PostgresEngine",
    "SearchUnavailable",
    "Source",
    "WhooshEngine",
    "engine",
    "probe",
    "provide",
    "says_nothing",
    "use",
]
