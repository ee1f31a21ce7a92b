"""The one indexer: under an advisory lock it carries the outbox into the index, or builds the index anew."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import delete, func, select

import search
from core import db
from core.db import reading, run_alone
from search import sources
from search.errors import IndexLocked, SearchUnavailable
from search.models import SearchOutbox
from search.values import Document

log = logging.getLogger(__name__)

LOCK = 7_342_001
BATCH = 500


@contextmanager
def _alone() -> Iterator[bool]:
    """Hold the indexer's lock for the block; False when another process has it. The lock dies with its connection."""
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        got = bool(connection.scalar(select(func.pg_try_advisory_lock(LOCK))))
        try:
            yield got
        finally:
            if got:
                connection.execute(select(func.pg_advisory_unlock(LOCK)))


def drain(limit: int = 20) -> int:
    """Carry what waits in the outbox into the index, in `limit` batches at most; returns how many changes it took.

    An index that is missing or of another make is built anew. Killed anywhere, the next run does the same work again.
    """
    done = 0
    with _alone() as alone:
        if not alone:
            return 0
        if search.engine().problem() is not None:
            _rebuild(lambda _done, _total: None)
        for _ in range(limit):
            with reading() as session:
                rows = session.execute(
                    select(SearchOutbox.id, SearchOutbox.document_id).order_by(SearchOutbox.id).limit(BATCH)
                ).all()
                wanted = sorted({row.document_id for row in rows})
                documents = sources.source().documents(session, wanted) if wanted else ()
            if not rows:
                break
            try:
                _carry(documents, wanted)
            except IndexLocked:
                log.warning("the search index is being written by another process; trying again")
                break
            except SearchUnavailable:
                log.exception("the search index cannot be written; building it anew")
                _rebuild(lambda _done, _total: None)
            _forget([row.id for row in rows])
            done += len(rows)
    return done


def _carry(documents: Sequence[Document], wanted: Sequence[int]) -> None:
    """Put into the index what there is of the wanted documents, and take out what is gone."""
    known = {document.id for document in documents}
    gone = [document_id for document_id in wanted if document_id not in known]
    if documents:
        search.engine().update(documents)
    if gone:
        search.engine().remove(gone)


def rebuild(progress: Callable[[int, int], object] = lambda _done, _total: None) -> int | None:
    """Build the index anew and swap it in; None when another process is at it. `progress` gets (done, of how many)."""
    with _alone() as alone:
        return _rebuild(progress) if alone else None


def _rebuild(progress: Callable[[int, int], object]) -> int:
    with reading() as session:
        # What was noted before the ids are read is covered by them; what is noted later stays for the next drain.
        covered = list(session.scalars(select(SearchOutbox.id)))
        ids = sources.source().ids(session)
    # Each batch is read by itself: a rebuild of PostgreSQL's engine has steps of its own between them.
    built = search.engine().rebuild(
        sources.every_document(ids), progress=lambda done: progress(done, len(ids))
    )
    _forget(covered)
    return built


def _forget(outbox_ids: list[int]) -> None:
    if outbox_ids:
        run_alone(delete(SearchOutbox).where(SearchOutbox.id.in_(outbox_ids)))


def waiting() -> int:
    """Return how many changes wait for the indexer."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(SearchOutbox)) or 0
