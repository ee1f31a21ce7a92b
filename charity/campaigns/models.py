"""Tables of campaigns and of the members invited to a directed one."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Campaign(Base):
    """A campaign of one charity: its story, and the plan recorded with civil affairs (rule C2).

    `bank_account` is for the plan's paper only and reaches no public page. `ended_on` is the day on which it really
    ended, which counts for rule C4. Totals are not kept here: they come from the ledger.
    """

    __tablename__ = "charity_campaigns"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'published', 'ended', 'closed')", name="state"),
        CheckConstraint("target_fen > 0", name="target_positive"),
        CheckConstraint("starts_on <= ends_on", name="dates"),
        CheckConstraint(
            "state = 'draft' OR (record_no <> '' AND published_at IS NOT NULL)", name="published_recorded"
        ),
        CheckConstraint("(state IN ('ended', 'closed')) = (ended_on IS NOT NULL)", name="ended"),
        CheckConstraint("platform_url = '' OR left(platform_url, 8) = 'https://'", name="platform_https"),
        Index("ix_charity_campaigns_charity", "charity_id", "id"),
        Index("ix_charity_campaigns_state", "state", "ends_on"),
        Index(
            "uq_charity_campaigns_record_no",
            "record_no",
            unique=True,
            postgresql_where=text("record_no <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    charity_id: Mapped[int] = mapped_column(ForeignKey("charity_charities.id"))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("registry_regions.id"))
    state: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    summary_zh: Mapped[str]
    summary_en: Mapped[str]
    story_zh: Mapped[str]
    story_en: Mapped[str]
    purpose_zh: Mapped[str]
    purpose_en: Mapped[str]
    target_fen: Mapped[int]
    picture: Mapped[str | None]
    record_no: Mapped[str]
    recorded_on: Mapped[date | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    area_zh: Mapped[str]
    area_en: Mapped[str]
    person_in_charge_zh: Mapped[str]
    person_in_charge_en: Mapped[str]
    office_zh: Mapped[str]
    office_en: Mapped[str]
    ways_zh: Mapped[str]
    ways_en: Mapped[str]
    bank_account: Mapped[str]
    beneficiary_zh: Mapped[str]
    beneficiary_en: Mapped[str]
    use_zh: Mapped[str]
    use_en: Mapped[str]
    cost_zh: Mapped[str]
    cost_en: Mapped[str]
    leftover_zh: Mapped[str]
    leftover_en: Mapped[str]
    platform_url: Mapped[str]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    ended_on: Mapped[date | None]
    closed_on: Mapped[date | None]


class CampaignMember(Base):
    """A person invited to a directed campaign, the only ones who may see it and give to it (rule C7)."""

    __tablename__ = "charity_campaign_members"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("charity_campaigns.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id"), primary_key=True, index=True)
    invited_by_user_id: Mapped[int | None]
    invited_at: Mapped[datetime]
