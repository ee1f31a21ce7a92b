"""The outbox of the search index, and the index itself when PostgreSQL keeps it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, Integer, func, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class SearchOutbox(Base):
    """A document that changed; written in the step that changed it, removed once the index has it."""

    __tablename__ = "search_outbox"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    document_id: Mapped[int]
    noted_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SearchBuild(Base):
    """One building of the index inside PostgreSQL; the current one of its collection and make is asked."""

    __tablename__ = "search_builds"
    __table_args__ = (
        Index("uq_search_builds_current", "collection", unique=True, postgresql_where=text("is_current")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    collection: Mapped[str]
    make: Mapped[str]
    is_current: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[datetime]


class SearchDocument(Base):
    """The words of one document; `title_words` is how many its name has, as a short name is the better match."""

    __tablename__ = "search_documents"
    __table_args__ = (
        Index("ix_search_documents_words", "words", postgresql_using="gin"),
        Index("ix_search_documents_document", "document_id"),
    )

    build_id: Mapped[int] = mapped_column(
        ForeignKey("search_builds.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    document_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title_words: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(TSVECTOR)


class SearchWord(Base):
    """A Latin word or pinyin that names something; slips of the finger are corrected to these."""

    __tablename__ = "search_words"

    build_id: Mapped[int] = mapped_column(
        ForeignKey("search_builds.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    word: Mapped[str] = mapped_column(primary_key=True)
