"""Tables of licences and of the reminders about them; the documents lie in `core.documents`."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Licence(Base):
    """What proves that an organisation, or one that is being registered, may do business; both days included.

    A newer one supersedes it from `superseded_on` on; the row stays.
    """

    __tablename__ = "accounts_licences"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('business', 'food_production', 'food_trading', 'origin', 'quality', 'inspection')",
            name="kind",
        ),
        CheckConstraint("organisation_id IS NOT NULL OR registration_id IS NOT NULL", name="owner"),
        CheckConstraint("valid_until >= valid_from", name="period"),
        CheckConstraint("document_type IN ('application/pdf', 'image/webp')", name="document_type"),
        CheckConstraint("(superseded_by_id IS NULL) = (superseded_on IS NULL)", name="superseded"),
        Index("ix_accounts_licences_organisation", "organisation_id", "kind", "id"),
        Index("ix_accounts_licences_registration", "registration_id", "id"),
        Index(
            "ix_accounts_licences_ending",
            "valid_until",
            postgresql_where=text("superseded_by_id IS NULL AND organisation_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    idem_key: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_organisations.id"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_registrations.id"))
    kind: Mapped[str]
    number: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    document_key: Mapped[str]
    document_type: Mapped[str]
    document_bytes: Mapped[int]
    added_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    added_at: Mapped[datetime]
    superseded_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_licences.id"))
    superseded_on: Mapped[date | None]


class LicenceReminder(Base):
    """That an organisation was written to so many days before a licence ends (0: it has ended); rows are only added."""

    __tablename__ = "accounts_licence_reminders"

    licence_id: Mapped[int] = mapped_column(ForeignKey("accounts_licences.id"), primary_key=True)
    days_before: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    sent_at: Mapped[datetime]
