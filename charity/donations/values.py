"""Words of donations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DonationState(StrEnum):
    """How far a gift has come."""

    PENDING = "pending"
    SETTLED = "settled"
    CANCELLED = "cancelled"
    NEEDS_REVIEW = "needs_review"


class Remark(StrEnum):
    """Why a settled gift needs a look by the charity."""

    AFTER_END = "after_end"
    UNQUALIFIED = "unqualified"


@dataclass(frozen=True, slots=True)
class GiftRequest:
    """What a donor sends; `once` is the form's single-use token.

    `address` is the donor's network address, against which gifts are counted; empty where there is none (the demo).
    """

    slug: str
    amount_fen: int
    donor_name: str
    anonymous: bool
    email: str
    message: str
    locale: str
    once: str
    address: str


@dataclass(frozen=True, slots=True)
class StartedGift:
    """A gift that waits for its payment; `created` is False when the same form came before."""

    public_id: str
    intent_public_id: str
    created: bool


@dataclass(frozen=True, slots=True)
class ConfirmedPayment:
    """A payment that went through, as the ledger needs it; amount in fen."""

    intent_public_id: str
    provider: str
    payee: str
    amount_fen: int
    confirmed_at: datetime
