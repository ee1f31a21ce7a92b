"""Tables of cards and of what was redeemed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Card(Base):
    """A household's card; only a digest of its code is kept, so a reprint is a new card that ends the old one."""

    __tablename__ = "points_cards"
    __table_args__ = (
        Index(
            "uq_points_cards_open", "household_id", unique=True, postgresql_where=text("blocked_at IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("registry_households.id"))
    code_digest: Mapped[str] = mapped_column(unique=True)
    code_ending: Mapped[str]
    issued_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    issued_at: Mapped[datetime]
    blocked_at: Mapped[datetime | None]
    blocked_reason: Mapped[str] = mapped_column(default="")


class Redemption(Base):
    """One visit to the till: points against goods; the ledger's entry carries the same `public_id`.

    `village_id` is where the household lived then.
    """

    __tablename__ = "points_redemptions"
    __table_args__ = (
        CheckConstraint("points > 0", name="points"),
        Index("ix_points_redemptions_household", "household_id", "id"),
        Index("ix_points_redemptions_store", "store_id", "id"),
        Index("ix_points_redemptions_village", "village_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    idem_key: Mapped[str] = mapped_column(unique=True)
    request_hash: Mapped[str]
    store_id: Mapped[int] = mapped_column(ForeignKey("points_stores.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("registry_households.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("registry_regions.id"))
    card_id: Mapped[int] = mapped_column(ForeignKey("points_cards.id"))
    keeper_user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id"))
    points: Mapped[int]
    created_at: Mapped[datetime]


class RedemptionLine(Base):
    """Units of one batch given out, at the price in points and the worth in fen of that moment (line totals)."""

    __tablename__ = "points_redemption_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0 AND points > 0 AND value_fen > 0", name="positive"),
        Index("ix_points_redemption_lines_redemption", "redemption_id"),
        Index("ix_points_redemption_lines_batch", "batch_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    redemption_id: Mapped[int] = mapped_column(ForeignKey("points_redemptions.id"))
    goods_id: Mapped[int] = mapped_column(ForeignKey("points_goods.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("points_goods_batches.id"))
    quantity: Mapped[int]
    points: Mapped[int]
    value_fen: Mapped[int]
