"""Tables of settlement: claim periods, bank accounts of suppliers, payout batches, disputed lines."""

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


class ClaimPeriod(Base):
    """From which day of receipt on buyers may claim for how many days; the latest that has begun holds."""

    __tablename__ = "shop_claim_periods"
    __table_args__ = (CheckConstraint("claim_days BETWEEN 1 AND 90", name="claim_days"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    claim_days: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[date] = mapped_column(unique=True)
    set_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    set_at: Mapped[datetime]


class SupplierAccount(Base):
    """A bank account that a supplier named; money goes there once somebody of the operator has confirmed it.

    The number is sealed (`core.sealing`, bound to `public_id`); only its last four digits can be read here.
    """

    __tablename__ = "shop_supplier_accounts"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'confirmed', 'refused', 'replaced')", name="state"),
        CheckConstraint("last4 ~ '^[0-9]{4}$'", name="last4"),
        CheckConstraint("bank_code ~ '^([0-9]{12})?$'", name="bank_code"),
        CheckConstraint("state = 'replaced' OR (state = 'waiting') = (decided_at IS NULL)", name="decided"),
        CheckConstraint(
            "state <> 'confirmed' OR "
            "(decided_by_user_id IS NOT NULL AND decided_by_user_id IS DISTINCT FROM entered_by_user_id)",
            name="second_person",
        ),
        Index(
            "uq_shop_supplier_accounts_waiting",
            "supplier_id",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "uq_shop_supplier_accounts_confirmed",
            "supplier_id",
            unique=True,
            postgresql_where=text("state = 'confirmed'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    once: Mapped[str] = mapped_column(unique=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("accounts_organisations.id"))
    holder: Mapped[str]
    bank: Mapped[str]
    bank_code: Mapped[str]
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    last4: Mapped[str]
    state: Mapped[str]
    entered_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    entered_at: Mapped[datetime]
    decided_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")


class PayoutBatch(Base):
    """What somebody proposed to pay out at one time, frozen; another person approves it or says no (fen).

    `once` says which form was sent, `chosen_hash` which suppliers were chosen in it.
    """

    __tablename__ = "shop_payout_batches"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'approved', 'declined', 'closed')", name="state"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint(
            "state IN ('proposed', 'declined') OR "
            "(decided_by_user_id IS NOT NULL AND decided_by_user_id IS DISTINCT FROM proposed_by_user_id)",
            name="second_person",
        ),
        Index("ix_shop_payout_batches_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    once: Mapped[str] = mapped_column(unique=True)
    chosen_hash: Mapped[str] = mapped_column(default="", server_default=text("''"))
    state: Mapped[str]
    amount_fen: Mapped[int]
    proposed_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    proposed_at: Mapped[datetime]
    decided_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    exported_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Payout(Base):
    """One transfer of a batch: to one supplier, into the account that was confirmed when it was proposed (fen)."""

    __tablename__ = "shop_payouts"
    __table_args__ = (
        UniqueConstraint("batch_id", "supplier_id"),
        CheckConstraint("state IN ('proposed', 'to_pay', 'paid', 'failed', 'declined')", name="state"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint(
            "state <> 'paid' OR (bank_reference IS NOT NULL AND paid_on IS NOT NULL)", name="bank_reference"
        ),
        CheckConstraint("state <> 'failed' OR reason <> ''", name="reason"),
        CheckConstraint("(state IN ('proposed', 'to_pay')) = (ended_at IS NULL)", name="ended"),
        Index("ix_shop_payouts_supplier", "supplier_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("shop_payout_batches.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("accounts_organisations.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("shop_supplier_accounts.id"))
    amount_fen: Mapped[int]
    state: Mapped[str]
    approved_entry_id: Mapped[int | None]
    bank_reference: Mapped[str | None] = mapped_column(unique=True)
    paid_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]


class PayoutItem(Base):
    """What of a payout is for which part of an order (fen); below 0 where a refund came after the part was paid out.

    `open` from the proposal until it is paid or comes back; for what is above 0 a part lies in one open payout at most.
    """

    __tablename__ = "shop_payout_items"
    __table_args__ = (
        UniqueConstraint("payout_id", "supplier_order_id"),
        CheckConstraint("state IN ('open', 'paid', 'returned')", name="state"),
        CheckConstraint("amount_fen <> 0", name="amount"),
        Index(
            "uq_shop_payout_items_open",
            "supplier_order_id",
            unique=True,
            postgresql_where=text("state = 'open' AND amount_fen > 0"),
        ),
        Index("ix_shop_payout_items_part", "supplier_order_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    payout_id: Mapped[int] = mapped_column(ForeignKey("shop_payouts.id"))
    supplier_order_id: Mapped[int] = mapped_column(ForeignKey("shop_supplier_orders.id"))
    amount_fen: Mapped[int]
    state: Mapped[str] = mapped_column(default="open")


class SettlementDispute(Base):
    """That a supplier finds a line of its statement wrong, and what the operator answered.

    Without a line it is about the freight. `corrected_fen` is what is owed in addition; the operator bears it.
    """

    __tablename__ = "shop_settlement_disputes"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'answered', 'withdrawn')", name="state"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint(
            "(state = 'answered') = (answer <> '') AND (state = 'open') = (ended_at IS NULL)", name="ended"
        ),
        CheckConstraint("corrected_fen = 0 OR (corrected_fen > 0 AND state = 'answered')", name="corrected"),
        Index(
            "uq_shop_settlement_disputes_open",
            "supplier_order_id",
            text("coalesce(order_line_id, 0)"),
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_shop_settlement_disputes_part", "supplier_order_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    once: Mapped[str] = mapped_column(unique=True)
    supplier_order_id: Mapped[int] = mapped_column(ForeignKey("shop_supplier_orders.id"))
    order_line_id: Mapped[int | None] = mapped_column(ForeignKey("shop_order_lines.id"))
    reason: Mapped[str]
    state: Mapped[str]
    opened_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    opened_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(default="")
    corrected_fen: Mapped[int] = mapped_column(default=0)
    ended_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    ended_at: Mapped[datetime | None]
