"""Words of benefit links: kinds, answers, what is asked for and what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class LinkKind(StrEnum):
    """By what a household earns from a supplier (rule E1)."""

    WAGE = "wage"
    RENT = "rent"
    DIVIDEND = "dividend"
    ORDER_PURCHASE = "order_purchase"
    LAND_TRUST = "land_trust"
    SHARE = "share"


#: What the kinds are called, (Chinese, English); notices are frozen in both, so these are no msgids.
KIND_NAMES: dict[LinkKind, tuple[str, str]] = {
    LinkKind.WAGE: ("务工就业", "Wages"),
    LinkKind.RENT: ("土地或资产租金", "Rent"),
    LinkKind.DIVIDEND: ("资产收益分红", "Dividend"),
    LinkKind.ORDER_PURCHASE: ("订单收购", "Purchase by order"),
    LinkKind.LAND_TRUST: ("土地托管", "Land trust"),
    LinkKind.SHARE: ("入股合作", "Share"),
}


class Answer(StrEnum):
    """What the household says of a link; only an agreed one counts."""

    NONE = "none"
    AGREED = "agreed"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class NewLink:
    """What a supplier enters: from the first through the last day, `promised_fen` for the whole period.

    `once` is the form's single-use token; `evidence` the key of a kept picture.
    """

    product_slug: str
    household_id: int
    kind: LinkKind
    valid_from: date
    valid_until: date
    promised_fen: int
    once: str
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class NewPayment:
    """What a supplier paid to the household of a link; `once` is the form's single-use token."""

    amount_fen: int
    paid_on: date
    once: str
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as one of its readers sees it; `householder` is masked unless the reader keeps the village's registry."""

    public_id: str
    product_slug: str
    product: tuple[str, str]
    supplier: tuple[str, str]
    village: tuple[str, str]
    householder: str
    kind: tuple[str, str]
    valid_from: date
    valid_until: date
    promised_fen: int
    paid_fen: int
    last_paid_on: date | None
    evidence: str | None
    answer: Answer
    answered_at: datetime | None
    on_behalf: bool
    reason: str
    withdrawn: bool
    counts: bool
    unpaid: bool

    @property
    def percent(self) -> int:
        """Return how much of the promise is paid, at most 100."""
        return min(100, self.paid_fen * 100 // self.promised_fen)


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment of a link."""

    amount_fen: int
    paid_on: date
    recorded_at: datetime
    evidence: str | None


@dataclass(frozen=True, slots=True)
class LinkFile:
    """A link with its payments, the newest first."""

    row: LinkRow
    payments: tuple[PaymentRow, ...]


@dataclass(frozen=True, slots=True)
class LinkSummary:
    """How many households of a product count on a day, and what stands in the way of more."""

    households: int = 0
    unanswered: int = 0
    disputed: int = 0
    kinds: tuple[LinkKind, ...] = ()
