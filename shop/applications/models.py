"""Tables of applications, what was decided on them, and the programme's settings."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Application(Base):
    """That a supplier asks for a certificate for a product, or for its renewal; at most one is open a product.

    `round` grows each time an upheld objection sends it back. `issuer_id` is the office in whose name the county
    approved.
    """

    __tablename__ = "shop_certification_applications"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'submitted', 'township_passed', 'sector_passed', 'county_approved', 'in_publicity', "
            "'certified', 'rejected')",
            name="state",
        ),
        CheckConstraint("(state = 'certified') = (certificate_id IS NOT NULL)", name="certified"),
        CheckConstraint("kind IN ('aid_product', 'local_product')", name="kind"),
        CheckConstraint(
            "state <> 'in_publicity' OR (notice_id IS NOT NULL AND issuer_id IS NOT NULL)", name="public"
        ),
        Index(
            "uq_shop_certification_applications_open",
            "product_id",
            unique=True,
            postgresql_where=text("state NOT IN ('certified', 'rejected')"),
        ),
        Index("ix_shop_certification_applications_state", "state", "state_since", "id"),
        Index("ix_shop_certification_applications_product", "product_id", "id"),
        Index("ix_shop_certification_applications_certificate", "certificate_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("shop_products.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("accounts_organisations.id"))
    state: Mapped[str] = mapped_column(default="draft")
    state_since: Mapped[datetime]
    round: Mapped[int] = mapped_column(SmallInteger, default=1)
    statement: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="aid_product", server_default="aid_product")
    renews_certificate_id: Mapped[int | None] = mapped_column(ForeignKey("shop_certificates.id"))
    issuer_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_organisations.id"))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("publicity_notices.id"))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("shop_certificates.id"))
    created_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    created_at: Mapped[datetime]


class StageRecord(Base):
    """One step of an application: who, for which office, when, with which opinion (rule A1); rows are only added."""

    __tablename__ = "shop_certification_stages"
    __table_args__ = (
        CheckConstraint(
            "stage IN ('application', 'township', 'sector', 'county', 'publicity', 'certificate')",
            name="stage",
        ),
        CheckConstraint(
            "outcome IN ('submitted', 'passed', 'refused', 'opened', 'clear', 'upheld', 'withdrawn', 'issued')",
            name="outcome",
        ),
        Index("ix_shop_certification_stages_application", "application_id", "id"),
        Index(
            "uq_shop_certification_stages_decided",
            "application_id",
            "round",
            "stage",
            unique=True,
            postgresql_where=text("stage IN ('township', 'sector', 'county')"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("shop_certification_applications.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    stage: Mapped[str]
    outcome: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    user_name: Mapped[str] = mapped_column(default="")
    office_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_organisations.id"))
    happened_at: Mapped[datetime]


class CertificationSetting(Base):
    """From which day on a setting of the programme has which value; the latest that has begun holds."""

    __tablename__ = "shop_certification_settings"
    __table_args__ = (UniqueConstraint("name", "valid_from"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str]
    value: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[date]
    set_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    set_at: Mapped[datetime]
