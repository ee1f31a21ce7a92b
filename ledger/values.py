"""Words of the ledger: units, kinds and policies of accounts, and what a posting is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Unit(StrEnum):
    """What an account counts."""

    CNY = "CNY"
    POINTS = "PTS"


class AccountKind(StrEnum):
    """What an account stands for; assets and expenses grow by debits, the others by credits."""

    ASSET = "asset"
    EXPENSE = "expense"
    LIABILITY = "liability"
    FUND = "fund"
    INCOME = "income"

    @property
    def grows_by_debit(self) -> bool:
        """Say whether a debit makes the balance larger."""
        return self in (AccountKind.ASSET, AccountKind.EXPENSE)


class Policy(StrEnum):
    """How a balance is kept: `open` has no floor, `deferred` lets inflows lag, `strict` is exact at once.

    Deferred and strict balances never go below zero, open holds included.
    """

    OPEN = "open"
    DEFERRED = "deferred"
    STRICT = "strict"


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """An account as the rules name it; opened the first time somebody posts to it.

    `code` is public: it must not contain anything personal. `book` is the part of the open books it belongs to.
    """

    code: str
    unit: Unit
    kind: AccountKind
    policy: Policy
    book: str


@dataclass(frozen=True, slots=True)
class Account:
    """An opened account."""

    id: int
    code: str
    unit: Unit
    kind: AccountKind
    policy: Policy


@dataclass(frozen=True, slots=True)
class Leg:
    """Move `amount` (fen or points, above 0) from the credited account to the debited one."""

    debit: AccountSpec
    credit: AccountSpec
    amount: int


@dataclass(frozen=True, slots=True)
class Fact:
    """The business fact that a posting writes down; at most one entry for each (source, source_id, kind)."""

    kind: str
    source: str
    source_id: str
    effective_at: datetime | None = None
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """What a posting became; `replayed` when the same fact had been posted before."""

    entry_id: int
    replayed: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance on the growing side of an account; `available` leaves out open holds."""

    settled: int
    available: int
