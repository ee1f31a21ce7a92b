"""Tables of live sessions: what was planned and what became of it, and the packs that were set aside."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class LiveSession(Base):
    """Some hours in which somebody shows goods and sells packs set aside for it.

    The host is a supplier with goods of its own, or the operator or a county with those of many. `starts_at` and
    `ends_at` are planned; `opened_at` and `closed_at` (ended or called off, with a `reason` then) are what happened.
    `version` counts the changes of the plan.
    """

    __tablename__ = "shop_live_sessions"
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'open', 'ended', 'called_off')", name="state"),
        CheckConstraint("starts_at < ends_at", name="times"),
        CheckConstraint("state <> 'open' OR opened_at IS NOT NULL", name="opened"),
        CheckConstraint("state <> 'planned' OR opened_at IS NULL", name="planned"),
        CheckConstraint("(state IN ('ended', 'called_off')) = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("(state = 'called_off') = (reason <> '')", name="reason"),
        Index("ix_shop_live_sessions_state", "state", "starts_at"),
        Index("ix_shop_live_sessions_host", "host_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    once: Mapped[str] = mapped_column(unique=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("accounts_organisations.id"))
    title_zh: Mapped[str]
    title_en: Mapped[str]
    about_zh: Mapped[str]
    about_en: Mapped[str]
    watch_url: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str]
    made_at: Mapped[datetime]
    made_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    opened_at: Mapped[datetime | None]
    opened_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    closed_at: Mapped[datetime | None]
    closed_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    reason: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


class LiveItem(Base):
    """Packs of one size set aside for a session: `variant_id` is what the session sells, with a stock of its own.

    `set_aside` counts what was set aside less what was taken back before the end; what is left over is not taken off.
    """

    __tablename__ = "shop_live_items"
    __table_args__ = (
        UniqueConstraint("session_id", "ordinary_id"),
        CheckConstraint("set_aside >= 0", name="set_aside"),
        CheckConstraint("variant_id <> ordinary_id", name="two_variants"),
        Index("ix_shop_live_items_ordinary", "ordinary_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("shop_live_sessions.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("shop_variants.id"), unique=True)
    ordinary_id: Mapped[int] = mapped_column(ForeignKey("shop_variants.id"))
    set_aside: Mapped[int] = mapped_column(Integer)
    added_at: Mapped[datetime]
