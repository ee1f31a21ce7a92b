"""Tables of complaints and of how soon they are answered."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Complaint(Base):
    """That something is wrong with a thing that a package shows; its words and picture are for those who answer.

    Titles and path of the subject are as they stood when it was reported. `contact_email` is erased once the answer was
    sent there.
    """

    __tablename__ = "publicity_complaints"
    __table_args__ = (
        CheckConstraint(
            "reason IN ('false_label', 'expired_goods', 'origin', 'quality', 'dates', 'other')", name="reason"
        ),
        CheckConstraint("outcome IN ('confirmed', 'unfounded', 'passed_on')", name="outcome"),
        CheckConstraint(
            "(answered_at IS NULL) = (outcome IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name="answered_whole",
        ),
        CheckConstraint("answered_at IS NOT NULL OR NOT published", name="published"),
        Index("ix_publicity_complaints_open", "due_on", "id", postgresql_where=text("answered_at IS NULL")),
        Index("ix_publicity_complaints_subject", "subject_type", "subject_id", "id"),
        Index("ix_publicity_complaints_region", "region_id", "id"),
        Index("ix_publicity_complaints_reporter", "reporter_user_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    tracking_digest: Mapped[str] = mapped_column(unique=True)
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    path: Mapped[str] = mapped_column(default="")
    region_id: Mapped[int | None] = mapped_column(ForeignKey("registry_regions.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_organisations.id"))
    reporter_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    contact_email: Mapped[str | None]
    locale: Mapped[str] = mapped_column(default="zh_Hans_CN")
    reason: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime]
    due_on: Mapped[date]
    answered_at: Mapped[datetime | None]
    answered_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    outcome: Mapped[str | None]
    answer: Mapped[str | None]
    published: Mapped[bool] = mapped_column(default=False)


class ComplaintPicture(Base):
    """The picture that came with a complaint, re-encoded; kept out of the public media folder on purpose."""

    __tablename__ = "publicity_complaint_pictures"

    complaint_id: Mapped[int] = mapped_column(
        ForeignKey("publicity_complaints.id"), primary_key=True, autoincrement=False
    )
    webp: Mapped[bytes] = mapped_column(LargeBinary)


class ComplaintPeriod(Base):
    """From which day on complaints are answered within how many days; the latest that has begun holds."""

    __tablename__ = "publicity_complaint_periods"
    __table_args__ = (
        CheckConstraint("answer_days BETWEEN 1 AND 60", name="answer_days"),
        UniqueConstraint("valid_from"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    answer_days: Mapped[int] = mapped_column(SmallInteger)
    valid_from: Mapped[date]
    set_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    set_at: Mapped[datetime]
