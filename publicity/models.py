"""Tables of notices, objections and the minimum times."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Notice(Base):
    """Something that stands before the public for a while; titles, places and content never change once it is open.

    `ends_at` is the first moment at which it may end. `digest` is the SHA-256 of what was frozen; a check compares.
    """

    __tablename__ = "publicity_notices"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'ended_clear', 'ended_upheld', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'running') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("minimum_days BETWEEN 1 AND 60", name="minimum_days"),
        CheckConstraint("ends_at >= starts_at + make_interval(days => minimum_days)", name="ends_at"),
        CheckConstraint(
            "state NOT IN ('ended_clear', 'ended_upheld') OR ended_at >= ends_at", name="stood_its_time"
        ),
        Index(
            "uq_publicity_notices_running",
            "kind",
            "subject_type",
            "subject_id",
            unique=True,
            postgresql_where=text("state = 'running'"),
        ),
        Index("ix_publicity_notices_subject", "subject_type", "subject_id", "id"),
        Index("ix_publicity_notices_state", "state", "ends_at", "id"),
        Index("ix_publicity_notices_region", "region_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_organisations.id"))
    region_id: Mapped[int] = mapped_column(ForeignKey("registry_regions.id"))
    title_zh: Mapped[str]
    title_en: Mapped[str]
    place_zh: Mapped[str]
    place_en: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    digest: Mapped[str]
    starts_at: Mapped[datetime]
    minimum_days: Mapped[int] = mapped_column(SmallInteger)
    ends_at: Mapped[datetime]
    opened_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    state: Mapped[str] = mapped_column(default="running")
    ended_at: Mapped[datetime | None]
    ended_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    result_zh: Mapped[str] = mapped_column(default="")


class Objection(Base):
    """What somebody holds against a notice; its words are for those who answer, never for a public page.

    The tracking code, of which only the digest is here, leads to the answer. `contact_email` is there only if the
    person left it, and is erased once the answer was sent.
    """

    __tablename__ = "publicity_objections"
    __table_args__ = (
        CheckConstraint("decision IN ('dismissed', 'upheld')", name="decision"),
        CheckConstraint(
            "(answered_at IS NULL) = (decision IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name="answered_whole",
        ),
        Index("ix_publicity_objections_notice", "notice_id", "id"),
        Index(
            "ix_publicity_objections_open", "created_at", "id", postgresql_where=text("answered_at IS NULL")
        ),
        Index("ix_publicity_objections_objector", "objector_user_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("publicity_notices.id"))
    tracking_digest: Mapped[str] = mapped_column(unique=True)
    objector_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    contact_email: Mapped[str | None]
    locale: Mapped[str] = mapped_column(default="zh_Hans_CN", server_default="zh_Hans_CN")
    text: Mapped[str]
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    answer: Mapped[str | None]
    decision: Mapped[str | None]


class Period(Base):
    """From which day on notices of a kind stand at least how many days; the latest one that has begun holds."""

    __tablename__ = "publicity_periods"
    __table_args__ = (
        CheckConstraint("minimum_days BETWEEN 1 AND 60", name="minimum_days"),
        UniqueConstraint("kind", "valid_from"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    minimum_days: Mapped[int] = mapped_column(SmallInteger)
    valid_from: Mapped[date]
    set_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    set_at: Mapped[datetime]
