"""The outbox of the search index: what changed and waits for the one indexer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Identity, func
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class SearchOutbox(Base):
    """A document that changed; written in the step that changed it, removed once the index has it."""

    __tablename__ = "search_outbox"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    document_id: Mapped[int]
    noted_at: Mapped[datetime] = mapped_column(server_default=func.now())
