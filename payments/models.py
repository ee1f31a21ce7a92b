"""Tables of payments: intents, the inbox of signed events, payment codes and bank transfers."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class PaymentIntent(Base):
    """The intention to take one amount for one thing, written down before the provider is asked."""

    __tablename__ = "payments_intents"
    __table_args__ = (
        UniqueConstraint("provider", "provider_session_id"),
        UniqueConstraint("provider", "provider_payment_id"),
        CheckConstraint("purpose IN ('order', 'donation')", name="purpose"),
        CheckConstraint(
            "state IN ('created', 'pending', 'succeeded', 'cancelled', 'needs_review')", name="state"
        ),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("currency = 'CNY'", name="currency"),
        CheckConstraint("(state = 'succeeded') = (confirmed_at IS NOT NULL)", name="confirmed"),
        CheckConstraint("state <> 'succeeded' OR provider_payment_id IS NOT NULL", name="payment_known"),
        CheckConstraint("(state = 'needs_review') = (review_reason IS NOT NULL)", name="reviewed"),
        Index(
            "uq_payments_intents_open",
            "purpose",
            "subject_id",
            unique=True,
            postgresql_where=text("state IN ('created', 'pending')"),
        ),
        Index("ix_payments_intents_subject", "purpose", "subject_id"),
        Index(
            "ix_payments_intents_watched",
            "checked_at",
            postgresql_where=text("state IN ('created', 'pending')"),
        ),
        Index("ix_payments_intents_begun_from", "begun_from", "begun_at"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    subject_id: Mapped[int]
    amount_fen: Mapped[int]
    currency: Mapped[str]
    payee: Mapped[str]
    provider: Mapped[str]
    state: Mapped[str]
    provider_session_id: Mapped[str | None]
    provider_payment_id: Mapped[str | None]
    checkout_url: Mapped[str | None]
    description: Mapped[str]
    locale: Mapped[str]
    return_url: Mapped[str]
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    begun_from: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    review_reason: Mapped[str | None]


class PaymentEvent(Base):
    """One verified event of a provider, kept as its raw bytes before anything is done about it."""

    __tablename__ = "payments_events"
    __table_args__ = (
        UniqueConstraint("gateway", "event_id"),
        Index("ix_payments_events_waiting", "next_try_at", postgresql_where=text("handled_at IS NULL")),
        Index("ix_payments_events_intent", "intent_public_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    gateway: Mapped[str]
    event_id: Mapped[str]
    type: Mapped[str]
    session_id: Mapped[str | None]
    intent_public_id: Mapped[str | None]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    failed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime | None]
    error: Mapped[str | None]


class PaymentCode(Base):
    """A code that somebody writes on a bank transfer, with what is expected under it."""

    __tablename__ = "payments_codes"
    __table_args__ = (
        CheckConstraint("purpose IN ('order', 'donation')", name="purpose"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("paid_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
        Index("ix_payments_codes_subject", "purpose", "subject_id"),
        Index(
            "ix_payments_codes_open",
            "created_at",
            postgresql_where=text("paid_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str]
    code_key: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    subject_id: Mapped[int]
    payee: Mapped[str]
    amount_fen: Mapped[int]
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class BankTransfer(Base):
    """Money that a finance officer saw on the bank statement."""

    __tablename__ = "payments_bank_transfers"
    __table_args__ = (
        CheckConstraint("state IN ('matched', 'review')", name="state"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("(state = 'review') = (review_reason IS NOT NULL)", name="reviewed"),
        CheckConstraint("state <> 'matched' OR code_id IS NOT NULL", name="matched"),
        Index(
            "uq_payments_bank_transfers_code",
            "code_id",
            unique=True,
            postgresql_where=text("state = 'matched'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    typed_code: Mapped[str]
    code_id: Mapped[int | None] = mapped_column(ForeignKey("payments_codes.id"))
    amount_fen: Mapped[int]
    received_on: Mapped[date]
    bank_reference: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    review_reason: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by_user_id: Mapped[int | None]
