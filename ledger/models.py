"""Tables of the ledger: rows of entries and transfers are only ever added; the database refuses the rest."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class LedgerAccount(Base):
    """A place where value rests."""

    __tablename__ = "ledger_accounts"
    __table_args__ = (
        UniqueConstraint("id", "unit"),
        CheckConstraint("unit IN ('CNY', 'PTS')", name="unit"),
        CheckConstraint("kind IN ('asset', 'expense', 'liability', 'fund', 'income')", name="kind"),
        CheckConstraint("policy IN ('open', 'deferred', 'strict')", name="policy"),
        Index("ix_ledger_accounts_book", "book"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[str]
    kind: Mapped[str]
    policy: Mapped[str]
    book: Mapped[str]
    opened_at: Mapped[datetime]


class LedgerEntry(Base):
    """One business fact, with the bytes that the public log will seal."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        UniqueConstraint("source", "source_id", "kind"),
        Index("ix_ledger_entries_effective_at", "effective_at", "kind"),
        Index(
            "ix_ledger_entries_reverses",
            "reverses_entry_id",
            postgresql_where=text("reverses_entry_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    idem_key: Mapped[str] = mapped_column(unique=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str]
    source: Mapped[str]
    source_id: Mapped[str]
    effective_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    actor_user_id: Mapped[int | None]
    reverses_entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"))
    memo: Mapped[str]
    canonical: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerTransfer(Base):
    """One pair: the same amount leaves one account and reaches another of the same unit."""

    __tablename__ = "ledger_transfers"
    __table_args__ = (
        UniqueConstraint("entry_id", "position"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
        ForeignKeyConstraint(["debit_account_id", "unit"], ["ledger_accounts.id", "ledger_accounts.unit"]),
        ForeignKeyConstraint(["credit_account_id", "unit"], ["ledger_accounts.id", "ledger_accounts.unit"]),
        Index("ix_ledger_transfers_debit", "debit_account_id", "id"),
        Index("ix_ledger_transfers_credit", "credit_account_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entries.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    debit_account_id: Mapped[int]
    credit_account_id: Mapped[int]
    unit: Mapped[str]
    amount: Mapped[int]


class LedgerBalance(Base):
    """What is settled and what is on hold in one account; the check is the last guard against overspending."""

    __tablename__ = "ledger_balances"
    __table_args__ = (
        CheckConstraint(
            "debits >= 0 AND credits >= 0 AND debits_pending >= 0 AND credits_pending >= 0", name="counters"
        ),
        CheckConstraint(
            "NOT floored OR CASE WHEN grows_by_debit THEN debits - credits - credits_pending"
            " ELSE credits - debits - debits_pending END >= 0",
            name="never_below_zero",
        ),
    )

    account_id: Mapped[int] = mapped_column(
        ForeignKey("ledger_accounts.id"), primary_key=True, autoincrement=False
    )
    grows_by_debit: Mapped[bool]
    floored: Mapped[bool]
    debits: Mapped[int] = mapped_column(default=0)
    credits: Mapped[int] = mapped_column(default=0)
    debits_pending: Mapped[int] = mapped_column(default=0)
    credits_pending: Mapped[int] = mapped_column(default=0)


class LedgerUnrolled(Base):
    """Movements that were recorded without touching their balance row; the roller adds them up in batches."""

    __tablename__ = "ledger_unrolled"
    __table_args__ = (Index("ix_ledger_unrolled_account", "account_id", "id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    account_id: Mapped[int]
    debit: Mapped[int]
    credit: Mapped[int]


class LedgerUnsealed(Base):
    """Entries that wait for their leaf in the public log."""

    __tablename__ = "ledger_unsealed"

    entry_id: Mapped[int] = mapped_column(
        ForeignKey("ledger_entries.id"), primary_key=True, autoincrement=False
    )


class LedgerHold(Base):
    """An amount set aside for a while: posted, voided or expired exactly once."""

    __tablename__ = "ledger_holds"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'posted', 'voided', 'expired')", name="status"),
        CheckConstraint("amount > 0 AND posted_amount BETWEEN 0 AND amount", name="amount"),
        CheckConstraint("(status = 'posted') = (entry_id IS NOT NULL)", name="entry"),
        Index("ix_ledger_holds_pending", "expires_at", postgresql_where=text("status = 'pending'")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    idem_key: Mapped[str] = mapped_column(unique=True)
    debit_account_id: Mapped[int] = mapped_column(ForeignKey("ledger_accounts.id"))
    credit_account_id: Mapped[int] = mapped_column(ForeignKey("ledger_accounts.id"))
    unit: Mapped[str]
    amount: Mapped[int]
    posted_amount: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default="pending")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"))


class LedgerLot(Base):
    """Points that came in together and run out together."""

    __tablename__ = "ledger_lots"
    __table_args__ = (
        UniqueConstraint("entry_id", "account_id"),
        CheckConstraint("origin IN ('earned', 'gifted')", name="origin"),
        CheckConstraint("amount > 0 AND remaining BETWEEN 0 AND amount", name="remaining"),
        Index(
            "ix_ledger_lots_open", "account_id", "expires_on", "id", postgresql_where=text("remaining > 0")
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ledger_accounts.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entries.id"))
    origin: Mapped[str]
    amount: Mapped[int]
    remaining: Mapped[int]
    expires_on: Mapped[date | None]
    created_at: Mapped[datetime]


class LedgerLotUse(Base):
    """What an entry took from a lot (above 0) or gave back to it (below 0)."""

    __tablename__ = "ledger_lot_uses"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        Index("ix_ledger_lot_uses_entry", "entry_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("ledger_lots.id"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entries.id"))
    amount: Mapped[int]


class LedgerSelfCheck(Base):
    """What the books found when they checked themselves; the newest row is shown to everybody."""

    __tablename__ = "ledger_self_checks"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    checked_at: Mapped[datetime]
    invariants: Mapped[int]
    looked_at: Mapped[int]
    wrong: Mapped[int]
    took_ms: Mapped[int] = mapped_column(server_default=text("0"))
    #: What each invariant found ([name, looked at, wrong]); of the newest row only.
    findings: Mapped[list[list[Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
