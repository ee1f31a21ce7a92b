"""Tables of regions and households."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Region(Base):
    """A province, prefecture, county, town or village while it had this code and name (GB/T 2260 and below).

    `path` holds the ids from the root, `/1/4/17/`, so that everything below a region is one prefix.
    """

    __tablename__ = "registry_regions"
    __table_args__ = (
        CheckConstraint("level IN ('province', 'prefecture', 'county', 'town', 'village')", name="level"),
        Index(
            "uq_registry_regions_code_open", "code", unique=True, postgresql_where=text("valid_until IS NULL")
        ),
        Index("ix_registry_regions_path", "path", postgresql_ops={"path": "text_pattern_ops"}),
        Index("ix_registry_regions_parent", "parent_id", "code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str]
    level: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("registry_regions.id"))
    path: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class Household(Base):
    """A household of a village; nothing in this table may reach a public page, log or export.

    `ledger_ref` is the only name of it that the ledger knows: random, and erasable with the row.
    """

    __tablename__ = "registry_households"
    __table_args__ = (Index("ix_registry_households_village", "village_id", "id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    ledger_ref: Mapped[str] = mapped_column(unique=True)
    village_id: Mapped[int] = mapped_column(ForeignKey("registry_regions.id"))
    householder: Mapped[str]
    phone: Mapped[str | None]
    members_count: Mapped[int] = mapped_column(SmallInteger, default=1)
    labour_exempt: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    closed_on: Mapped[date | None]


class HouseholdStatusPeriod(Base):
    """How a household stood from one day to another."""

    __tablename__ = "registry_household_statuses"
    __table_args__ = (Index("ix_registry_household_statuses_household", "household_id", "valid_from"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("registry_households.id"))
    status: Mapped[str]
    cause: Mapped[str | None]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
