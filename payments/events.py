"""Facts about payments, published inside the step that made them true; amounts in fen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PaymentConfirmed:
    """The provider holds the money of an intent; published exactly once for each.

    `flows.confirmed_payment_marks_order_paid` and `flows.confirmed_payment_settles_donation` post it.
    """

    intent_id: int
    intent_public_id: str
    purpose: str
    subject_id: int
    amount_fen: int
    provider: str
    payee: str
    provider_payment_id: str
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentDeclined:
    """One try to pay was turned down; the intent may still be payable."""

    intent_id: int
    intent_public_id: str
    purpose: str
    subject_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentNeedsReview:
    """Money arrived that does not fit its intent; nothing counts as paid until a person has looked."""

    intent_id: int
    intent_public_id: str
    purpose: str
    subject_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class BankTransferReceived:
    """A bank transfer met its payment code to the fen; published exactly once for each code."""

    transfer_id: int
    transfer_public_id: str
    code: str
    purpose: str
    subject_id: int
    payee: str
    amount_fen: int
    bank_reference: str


@dataclass(frozen=True, slots=True)
class RefundSucceeded:
    """Money has gone back to who paid it; published once for each refund (again only after a failure was made good)."""

    refund_public_id: str
    purpose: str | None
    subject_id: int | None
    amount_fen: int
    currency: str
    provider: str


@dataclass(frozen=True, slots=True)
class RefundToBeDeclined:
    """A refund is about to be declined and nothing is locked yet; `flows.paid_refund_tells_buyer` locks its order first."""

    purpose: str | None
    subject_id: int | None


@dataclass(frozen=True, slots=True)
class RefundDeclined:
    """The second person said no: the money lies again where it lay."""

    refund_public_id: str
    purpose: str | None
    subject_id: int | None


@dataclass(frozen=True, slots=True)
class HeldMoneyMatched:
    """A finance officer says which order held money is for; `flows.matched_money_marks_order_paid` finds and pays it.

    `source` and `reference` name the payment or bank transfer, `held_fen` is what is there. The flow says through
    `taken` how much it took, or would take when it was asked to `only_look`.
    """

    source: str
    reference: str
    number: str
    held_fen: int
    payee: str
    only_look: bool
    taken: list[int]


@dataclass(frozen=True, slots=True)
class HeldMoneyReturned:
    """Money that did not fit goes back whole: its order can end (`flows.returned_money_ends_order`)."""

    purpose: str
    subject_id: int


@dataclass(frozen=True, slots=True)
class HeldMoneyDecided:
    """Nobody has to decide any more about a payment that did not fit: its gift can end (`flows.decided_money_ends_gift`)."""

    purpose: str
    subject_id: int
