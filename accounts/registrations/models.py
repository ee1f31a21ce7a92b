"""Tables of registrations and of what was decided on them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Registration(Base):
    """That a person asks for an organisation to be taken in; `round` grows each time it is handed in.

    A code can wait for a decision once only; a draft keeps it from nobody.
    """

    __tablename__ = "accounts_registrations"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'submitted', 'approved', 'refused')", name="state"),
        CheckConstraint(
            "legal_form IN ('company', 'cooperative', 'village_collective', 'family_farm', 'aid_workshop', 'school', "
            "'hospital', 'agency')",
            name="legal_form",
        ),
        CheckConstraint("(state = 'approved') = (organisation_id IS NOT NULL)", name="approved"),
        CheckConstraint("state = 'draft' OR region_id IS NOT NULL", name="place"),
        Index(
            "uq_accounts_registrations_waiting",
            "credit_code",
            unique=True,
            postgresql_where=text("state = 'submitted'"),
        ),
        Index("ix_accounts_registrations_state", "state", "state_since", "id"),
        Index("ix_accounts_registrations_user", "user_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    idem_key: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id"))
    state: Mapped[str] = mapped_column(default="draft")
    state_since: Mapped[datetime]
    round: Mapped[int] = mapped_column(SmallInteger, default=0)
    legal_form: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    credit_code: Mapped[str]
    region_id: Mapped[int | None] = mapped_column(ForeignKey("registry_regions.id"))
    contact_name: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str] = mapped_column(default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_organisations.id"))
    created_at: Mapped[datetime]


class RegistrationDecision(Base):
    """One turn of a registration: handed in, approved or refused, by whom and why; rows are only added."""

    __tablename__ = "accounts_registration_decisions"
    __table_args__ = (
        CheckConstraint("outcome IN ('submitted', 'approved', 'refused')", name="outcome"),
        CheckConstraint("outcome <> 'refused' OR reason <> ''", name="reason"),
        Index("ix_accounts_registration_decisions_registration", "registration_id", "id"),
        Index(
            "uq_accounts_registration_decisions_round",
            "registration_id",
            "round",
            unique=True,
            postgresql_where=text("outcome <> 'submitted'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("accounts_registrations.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    outcome: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    user_name: Mapped[str] = mapped_column(default="")
    happened_at: Mapped[datetime]
