"""Tables of payments: intents, the inbox of signed events, codes and bank transfers, refunds, disputes, reconciliation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class PaymentIntent(Base):
    """The intention to take one amount for one thing, written down before the provider is asked.

    `paid_fen` is what arrived, in the smallest unit of `paid_currency`. `refunding_fen` is what of it goes back or went
    back; `held_fen` is what waits for a person in the account of held money.
    """

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
        CheckConstraint("(paid_fen IS NULL) = (paid_currency IS NULL)", name="paid_currency"),
        CheckConstraint("refunding_fen BETWEEN 0 AND coalesce(paid_fen, 0)", name="refunds_within_paid"),
        CheckConstraint("held_fen BETWEEN 0 AND coalesce(paid_fen, 0) - refunding_fen", name="held"),
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
    review_closed_at: Mapped[datetime | None]
    paid_fen: Mapped[int | None]
    paid_currency: Mapped[str | None]
    refunding_fen: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    held_fen: Mapped[int] = mapped_column(default=0, server_default=text("0"))


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
    """Money that a finance officer saw on the bank statement.

    Held transfers that pay for one thing together are joined: `joined_fen` is what this one took over from the others, or
    below zero what it gave to the one that `joined_to_id` names.
    """

    __tablename__ = "payments_bank_transfers"
    __table_args__ = (
        CheckConstraint("state IN ('matched', 'review')", name="state"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("(state = 'review') = (review_reason IS NOT NULL)", name="reviewed"),
        CheckConstraint("state <> 'matched' OR code_id IS NOT NULL", name="matched"),
        CheckConstraint("refunding_fen BETWEEN 0 AND amount_fen + joined_fen", name="refunds_within_amount"),
        CheckConstraint("held_fen BETWEEN 0 AND amount_fen + joined_fen - refunding_fen", name="held"),
        CheckConstraint("(joined_fen < 0) = (joined_to_id IS NOT NULL)", name="joined"),
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
    review_closed_at: Mapped[datetime | None]
    refunding_fen: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    held_fen: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    joined_fen: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    joined_to_id: Mapped[int | None] = mapped_column(ForeignKey("payments_bank_transfers.id"))


class Refund(Base):
    """Money on its way back, written down before the provider is asked; `public_id` is its key at the provider.

    Exactly one of `intent_id` and `transfer_id` says what is given back. `sources` are the accounts from which it was
    promised. `round` counts the tries: a provider that failed a refund is asked anew under a new key.
    """

    __tablename__ = "payments_refunds"
    __table_args__ = (
        UniqueConstraint("provider", "provider_refund_id"),
        CheckConstraint("(intent_id IS NULL) <> (transfer_id IS NULL)", name="one_payment"),
        CheckConstraint(
            "state IN ('requested', 'approved', 'sent', 'succeeded', 'failed', 'needs_review', 'declined')",
            name="state",
        ),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint(
            "NOT needs_second OR state IN ('requested', 'declined') OR "
            "(approved_by_user_id IS NOT NULL AND approved_by_user_id IS DISTINCT FROM asked_by_user_id)",
            name="second_person",
        ),
        CheckConstraint("(state IN ('succeeded', 'declined')) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint(
            "provider <> 'bank' OR state <> 'succeeded' OR bank_reference IS NOT NULL", name="bank_reference"
        ),
        Index("ix_payments_refunds_intent", "intent_id"),
        Index("ix_payments_refunds_transfer", "transfer_id"),
        Index("ix_payments_refunds_subject", "purpose", "subject_id"),
        Index(
            "ix_payments_refunds_open",
            "checked_at",
            postgresql_where=text("state NOT IN ('succeeded', 'declined')"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    once: Mapped[str] = mapped_column(unique=True)
    intent_id: Mapped[int | None] = mapped_column(ForeignKey("payments_intents.id"))
    transfer_id: Mapped[int | None] = mapped_column(ForeignKey("payments_bank_transfers.id"))
    purpose: Mapped[str | None]
    subject_id: Mapped[int | None]
    payee: Mapped[str]
    provider: Mapped[str]
    amount_fen: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    promise_entry_id: Mapped[int | None]
    needs_second: Mapped[bool]
    asked_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    approved_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    round: Mapped[int] = mapped_column(Integer, default=1)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    provider_refund_id: Mapped[str | None]
    bank_reference: Mapped[str | None] = mapped_column(unique=True)
    error: Mapped[str | None]
    requested_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Resolution(Base):
    """What a finance officer decided about money that did not fit; above the limit a second person confirms it.

    `joined` are the public ids of further transfers that pay together with this one.
    """

    __tablename__ = "payments_resolutions"
    __table_args__ = (
        CheckConstraint("(intent_id IS NULL) <> (transfer_id IS NULL)", name="one_payment"),
        CheckConstraint("kind IN ('match', 'return', 'close', 'own')", name="kind"),
        CheckConstraint("state IN ('proposed', 'done', 'declined')", name="state"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),
        CheckConstraint(
            "NOT needs_second OR state <> 'done' OR "
            "(decided_by_user_id IS NOT NULL AND decided_by_user_id IS DISTINCT FROM proposed_by_user_id)",
            name="second_person",
        ),
        Index(
            "uq_payments_resolutions_intent",
            "intent_id",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
        Index(
            "uq_payments_resolutions_transfer",
            "transfer_id",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    once: Mapped[str] = mapped_column(unique=True)
    intent_id: Mapped[int | None] = mapped_column(ForeignKey("payments_intents.id"))
    transfer_id: Mapped[int | None] = mapped_column(ForeignKey("payments_bank_transfers.id"))
    kind: Mapped[str]
    reference: Mapped[str] = mapped_column(default="")
    joined: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    reason: Mapped[str]
    state: Mapped[str]
    needs_second: Mapped[bool]
    proposed_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    proposed_at: Mapped[datetime]
    decided_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    decided_at: Mapped[datetime | None]


class Dispute(Base):
    """A payer who took their money back through their bank, as the provider tells it; amounts in fen."""

    __tablename__ = "payments_disputes"
    __table_args__ = (
        UniqueConstraint("provider", "provider_dispute_id"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("taken_fen >= 0", name="taken"),
        Index("ix_payments_disputes_intent", "intent_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    provider: Mapped[str]
    provider_dispute_id: Mapped[str]
    intent_id: Mapped[int] = mapped_column(ForeignKey("payments_intents.id"))
    amount_fen: Mapped[int]
    reason: Mapped[str]
    status: Mapped[str]
    taken_fen: Mapped[int]
    moves: Mapped[int] = mapped_column(Integer, default=0)
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    lost_at: Mapped[datetime | None]


class IncomingPayout(Base):
    """Money that a provider sent to the bank, written down as it tells; `amount_fen` is what the bank receives.

    `parts` say whose money it is and what of it is the provider's fee. A payout that failed is booked as gone and come
    back, whichever the provider told first. `trouble` says why one cannot be booked.
    """

    __tablename__ = "payments_incoming_payouts"
    __table_args__ = (
        UniqueConstraint("provider", "provider_payout_id"),
        CheckConstraint("status IN ('pending', 'in_transit', 'paid', 'failed', 'canceled')", name="status"),
        CheckConstraint("amount_fen <> 0", name="amount"),
        CheckConstraint("returned_at IS NULL OR booked_at IS NOT NULL", name="returned"),
        CheckConstraint("booked_at IS NULL OR trouble IS NULL", name="trouble"),
        Index("ix_payments_incoming_payouts_made", "made_at"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    provider: Mapped[str]
    provider_payout_id: Mapped[str]
    amount_fen: Mapped[int]
    fee_fen: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    currency: Mapped[str]
    status: Mapped[str]
    failure: Mapped[str] = mapped_column(default="", server_default=text("''"))
    parts: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb")
    )
    made_at: Mapped[datetime]
    arrives_on: Mapped[date]
    recorded_at: Mapped[datetime]
    checked_at: Mapped[datetime]
    booked_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    trouble: Mapped[str | None]


class PayoutByHand(Base):
    """A payout that a person made at the provider, as somebody read it off the bank's statement; another one confirms it.

    `amount_fen` reached the bank account of `payee`, `fee_fen` is what the provider had kept of the payments before.
    """

    __tablename__ = "payments_payouts_by_hand"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'booked', 'declined')", name="state"),
        CheckConstraint("amount_fen > 0 AND fee_fen >= 0", name="amounts"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(state = 'declined') = (reason <> '')", name="reason"),
        CheckConstraint(
            "state <> 'booked' OR "
            "(decided_by_user_id IS NOT NULL AND decided_by_user_id IS DISTINCT FROM proposed_by_user_id)",
            name="second_person",
        ),
        Index(
            "uq_payments_payouts_by_hand_payout",
            "payout_id",
            unique=True,
            postgresql_where=text("state <> 'declined'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    once: Mapped[str] = mapped_column(unique=True)
    payout_id: Mapped[int] = mapped_column(ForeignKey("payments_incoming_payouts.id"))
    amount_fen: Mapped[int]
    fee_fen: Mapped[int]
    arrived_on: Mapped[date]
    payee: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="", server_default=text("''"))
    proposed_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    proposed_at: Mapped[datetime]
    decided_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    decided_at: Mapped[datetime | None]


class RefundLimit(Base):
    """From which day on a second person approves refunds above which amount (fen); the latest that has begun holds."""

    __tablename__ = "payments_refund_limits"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    limit_fen: Mapped[int]
    valid_from: Mapped[date] = mapped_column(unique=True)
    set_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    set_at: Mapped[datetime]


class Reconciliation(Base):
    """One day compared: what a provider says, what we recorded, what the ledger holds; amounts in fen."""

    __tablename__ = "payments_reconciliations"
    __table_args__ = (UniqueConstraint("provider", "day"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    provider: Mapped[str]
    day: Mapped[date]
    checked_at: Mapped[datetime]
    provider_count: Mapped[int]
    provider_in_fen: Mapped[int]
    provider_out_fen: Mapped[int]
    our_count: Mapped[int]
    our_in_fen: Mapped[int]
    our_out_fen: Mapped[int]
    ledger_in_fen: Mapped[int]
    ledger_out_fen: Mapped[int]
    provider_banked_fen: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    ledger_banked_fen: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    differences: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
