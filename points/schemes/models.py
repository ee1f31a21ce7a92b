"""Tables of points rules and of what covers the points."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class PointsRule(Base):
    """A deed that earns points in a region and everything below it; closed, never rewritten."""

    __tablename__ = "points_rules"
    __table_args__ = (
        CheckConstraint(
            "category IN ('hygiene', 'public_work', 'neighbourliness', 'family_virtue', 'education',"
            " 'self_reliance', 'customs', 'care')",
            name="category",
        ),
        CheckConstraint("points > 0 AND yearly_cap >= points", name="points"),
        CheckConstraint("lasting_months > 0", name="lasting"),
        Index("ix_points_rules_region", "region_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("registry_regions.id"))
    category: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    description_zh: Mapped[str] = mapped_column(default="")
    description_en: Mapped[str] = mapped_column(default="")
    points: Mapped[int]
    yearly_cap: Mapped[int]
    lasting_months: Mapped[int | None] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    closed_on: Mapped[date | None]


class PointsCover(Base):
    """What must stand behind the points of a region: goods in its stores and a fund (fen), at a rate (fen a point).

    Without such a row nothing is compared; with `enforced` no points are issued beyond the cover.
    """

    __tablename__ = "points_covers"
    __table_args__ = (CheckConstraint("rate_fen > 0 AND fund_fen >= 0", name="amounts"),)

    region_id: Mapped[int] = mapped_column(
        ForeignKey("registry_regions.id"), primary_key=True, autoincrement=False
    )
    rate_fen: Mapped[int] = mapped_column(default=100)
    fund_fen: Mapped[int] = mapped_column(default=0)
    enforced: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
