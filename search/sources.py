"""Where documents come from: a package above registers how to read them, so that search knows nothing of shops."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.db import reading
from search.values import Document

BATCH = 500


@dataclass(frozen=True, slots=True)
class Source:
    """`ids` names everything that can be found, in order; `documents` reads some of it and leaves out what is gone."""

    ids: Callable[[Session], Sequence[int]]
    documents: Callable[[Session, Sequence[int]], Sequence[Document]]


_source: Source | None = None


def provide(source: Source) -> None:
    """Register where documents come from."""
    global _source
    _source = source


def source() -> Source:
    """Return where documents come from."""
    if _source is None:
        raise RuntimeError("nobody provides documents; call search.provide() in a blueprints.py")
    return _source


def every_document(ids: Sequence[int]) -> Iterator[Document]:
    """Read documents in batches, so that a large catalogue needs little memory; nothing stays open between them."""
    for start in range(0, len(ids), BATCH):
        with reading() as session:
            documents = source().documents(session, ids[start : start + BATCH])
        yield from documents
