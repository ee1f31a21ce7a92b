"""Tables of points claims."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class PointsClaim(Base):
    """A deed of a household under a rule: recorded by one person, decided on by another, exactly once.

    `village_id` and `points` are kept as they were when the deed was recorded; `evidence` is the key of a picture.
    """

    __tablename__ = "points_claims"
    __table_args__ = (
        CheckConstraint("state IN ('recorded', 'approved', 'refused')", name="state"),
        CheckConstraint("points > 0", name="points"),
        CheckConstraint(
            "(state = 'recorded') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_user_id IS NULL)",
            name="decided",
        ),
        CheckConstraint("decided_by_user_id <> recorder_user_id", name="two_people"),
        CheckConstraint("state <> 'refused' OR reason <> ''", name="refused_with_reason"),
        Index(
            "uq_points_claims_deed",
            "household_id",
            "rule_id",
            "happened_on",
            unique=True,
            postgresql_where=text("state <> 'refused'"),
        ),
        Index("ix_points_claims_waiting", "village_id", "id", postgresql_where=text("state = 'recorded'")),
        Index("ix_points_claims_village", "village_id", "id"),
        Index("ix_points_claims_household", "household_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    idem_key: Mapped[str] = mapped_column(unique=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("registry_households.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("registry_regions.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("points_rules.id"))
    points: Mapped[int]
    deed: Mapped[str]
    evidence: Mapped[str | None]
    happened_on: Mapped[date]
    recorder_user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id"))
    recorded_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="recorded")
    decided_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
