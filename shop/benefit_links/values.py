"""Words of benefit links: kinds, answers, what is asked for and what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from shop.benefit_shares.values import ShareEntry


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


#: The kinds by which a household may have a share of sales; wages and rent are sums of their own.
SHARING = frozenset({LinkKind.DIVIDEND, LinkKind.SHARE, LinkKind.LAND_TRUST, LinkKind.ORDER_PURCHASE})


class Answer(StrEnum):
    """What the household says of a link; only an agreed one counts."""

    NONE = "none"
    AGREED = "agreed"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class ShareTerms:
    """What a link has of sales: hundredths of a percent of the goods' value of named products, or of all of the supplier."""

    bps: int
    everything: bool = False
    product_slugs: frozenset[str] = frozenset()


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
    share: ShareTerms | None = None


@dataclass(frozen=True, slots=True)
class NewPayment:
    """What a supplier paid to the household of a link; `once` is the form's single-use token."""

    amount_fen: int
    paid_on: date
    once: str
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment of a link, and what the household says of it when it is `asked`; `released_fen` it let go."""

    id: int
    amount_fen: int
    paid_on: date
    recorded_at: datetime
    evidence: str | None
    asked: bool = False
    answer: Answer = Answer.NONE
    answered_at: datetime | None = None
    on_behalf: bool = False
    reason: str = ""
    released_fen: int = 0


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as one of its readers sees it; `householder` is masked unless the reader keeps the village's registry.

    `share_products` are slug and names of the products of whose sales it has a share; `kept_fen` of these sales was
    kept for the household in all, `released_fen` of it went to the supplier who had paid. `payments` are those about
    which the household is asked.
    """

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
    may_share: bool = False
    share_bps: int | None = None
    share_all: bool = False
    share_products: tuple[tuple[str, str, str], ...] = ()
    kept_fen: int = 0
    released_fen: int = 0
    payments: tuple[PaymentRow, ...] = ()

    @property
    def due_fen(self) -> int:
        """Return what is kept of sales for the household and not released (fen)."""
        return self.kept_fen - self.released_fen

    @property
    def percent(self) -> int:
        """Return how much of the promise is paid, at most 100."""
        return min(100, self.paid_fen * 100 // self.promised_fen)


class FoundLink(NamedTuple):
    """Whom a link concerns, before anything is locked."""

    id: int
    product_id: int
    household_id: int
    supplier_id: int
    village_path: str


@dataclass(frozen=True, slots=True)
class LinkFile:
    """A link with its payments and the entries of what is kept for its household, the newest first."""

    row: LinkRow
    payments: tuple[PaymentRow, ...]
    entries: tuple[ShareEntry, ...]


@dataclass(frozen=True, slots=True)
class LinkSummary:
    """How many households of a product count on a day, and what stands in the way of more."""

    households: int = 0
    unanswered: int = 0
    disputed: int = 0
    kinds: tuple[LinkKind, ...] = ()
