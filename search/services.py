"""Noting what changed, in the step that changes it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert
from sqlalchemy.orm import Session

from search.models import SearchOutbox


def note_change(session: Session, document_ids: Iterable[int]) -> None:
    """Tell the indexer, in this step, that these documents are new, changed or gone."""
    rows = [{"document_id": document_id} for document_id in document_ids]
    if rows:
        session.execute(insert(SearchOutbox), rows)
