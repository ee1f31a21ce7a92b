"""The sandbox's own memory: what a provider would know on its side."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Identity, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class SandboxSession(Base):
    """A rehearsed checkout, as the pretended provider keeps it."""

    __tablename__ = "payments_sandbox_sessions"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'complete', 'expired')", name="status"),
        CheckConstraint("(status = 'complete') = (payment_id IS NOT NULL)", name="paid"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    session_id: Mapped[str] = mapped_column(unique=True)
    idem_key: Mapped[str] = mapped_column(unique=True)
    reference: Mapped[str]
    amount_fen: Mapped[int]
    currency: Mapped[str]
    payee: Mapped[str]
    description: Mapped[str]
    locale: Mapped[str]
    return_url: Mapped[str]
    leave_url: Mapped[str]
    status: Mapped[str] = mapped_column(default="open")
    payment_id: Mapped[str | None] = mapped_column(unique=True)
    method: Mapped[str | None]
    declines: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    payout_id: Mapped[str | None]


class SandboxRefund(Base):
    """A rehearsed refund, as the pretended provider keeps it."""

    __tablename__ = "payments_sandbox_refunds"
    __table_args__ = (
        CheckConstraint("status IN ('succeeded', 'failed')", name="status"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        Index("ix_payments_sandbox_refunds_payment", "payment_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    refund_id: Mapped[str] = mapped_column(unique=True)
    idem_key: Mapped[str] = mapped_column(unique=True)
    payment_id: Mapped[str]
    reference: Mapped[str]
    amount_fen: Mapped[int]
    currency: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime]
    payout_id: Mapped[str | None]


class SandboxDispute(Base):
    """A rehearsed dispute: a buyer who went to their bank; the payouts that it was taken from and came back with."""

    __tablename__ = "payments_sandbox_disputes"
    __table_args__ = (CheckConstraint("status IN ('needs_response', 'won', 'lost')", name="status"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    dispute_id: Mapped[str] = mapped_column(unique=True)
    payment_id: Mapped[str] = mapped_column(unique=True)
    amount_fen: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime]
    payout_id: Mapped[str | None]
    won_payout_id: Mapped[str | None]


class SandboxPayout(Base):
    """A rehearsed payout to the bank; one that failed is paid again with `again_payout_id`."""

    __tablename__ = "payments_sandbox_payouts"
    __table_args__ = (CheckConstraint("status IN ('paid', 'failed')", name="status"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    payout_id: Mapped[str] = mapped_column(unique=True)
    amount_fen: Mapped[int]
    currency: Mapped[str]
    status: Mapped[str]
    failure: Mapped[str] = mapped_column(default="", server_default=text("''"))
    created_at: Mapped[datetime]
    arrives_on: Mapped[date]
    again_payout_id: Mapped[str | None]
