"""Words of payments: what is paid for, how far a payment has come, and what a provider tells us about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

CURRENCY = "CNY"

#: The payee that runs this site.
OPERATOR = "operator"


class Purpose(StrEnum):
    """What the money is for; `subject_id` counts within a purpose."""

    ORDER = "order"
    DONATION = "donation"


class PaymentState(StrEnum):
    """How far an intent has come; the last three are final."""

    CREATED = "created"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"
    NEEDS_REVIEW = "needs_review"

    @property
    def is_open(self) -> bool:
        """Say whether money may still arrive for it."""
        return self in (PaymentState.CREATED, PaymentState.PENDING)


class SessionStatus(StrEnum):
    """How a provider's checkout session stands, in the provider's own three words."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


class RefundState(StrEnum):
    """How far money on its way back has come; `SUCCEEDED` and `DECLINED` are the ends.

    `REQUESTED` waits for a second person, `APPROVED` for the provider (or for whoever pays by hand), `SENT` for the
    provider's word. `FAILED` and `NEEDS_REVIEW` still owe the money: a person tries again or pays by hand.
    """

    REQUESTED = "requested"
    APPROVED = "approved"
    SENT = "sent"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NEEDS_REVIEW = "needs_review"
    DECLINED = "declined"


class RefundAction(StrEnum):
    """What can happen to a refund."""

    APPROVE = "approve"
    DECLINE = "decline"
    SEND = "send"
    SUCCEED = "succeed"
    FAIL = "fail"
    REVIEW = "review"
    TRY_AGAIN = "try_again"
    PAY_BY_HAND = "pay_by_hand"


class RefundStatus(StrEnum):
    """What a provider says about a refund, in Stripe's own words."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class PayoutStatus(StrEnum):
    """How far a provider's payout to the bank has come, in Stripe's own words."""

    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def came_back(self) -> bool:
        """Say whether the money lies at the provider again."""
        return self in (PayoutStatus.FAILED, PayoutStatus.CANCELED)

    @property
    def is_final(self) -> bool:
        """Say whether the provider has paid it, or never will."""
        return self is PayoutStatus.PAID or self.came_back


class ResolutionKind(StrEnum):
    """What can be done with money that did not fit."""

    MATCH = "match"
    RETURN = "return"
    CLOSE = "close"
    OWN = "own"


#: The word under which refunds by bank transfer stand where others name their provider.
BY_HAND = "bank"


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What a gateway needs to give money back; `reference` is our refund and its try."""

    reference: str
    intent_public_id: str
    payment_id: str
    amount_fen: int
    currency: str

    @property
    def idempotency_key(self) -> str:
        """Return the key under which the provider knows this request."""
        return f"yigou-refund-{self.reference}"


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """What the provider says now about a refund; amount in the smallest unit of `currency`."""

    refund_id: str
    payment_id: str
    reference: str | None
    amount_fen: int
    currency: str
    status: RefundStatus
    at: datetime
    failure: str = ""


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """A payment as it stands in the provider's list."""

    payment_id: str
    reference: str | None
    amount_fen: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProviderPayout:
    """What the provider says now about a payout to the bank; the amount is what the bank receives.

    One that is not `automatic` was made by a person at the provider, who lists no lines of it.
    """

    payout_id: str
    amount_fen: int
    currency: str
    status: PayoutStatus
    at: datetime
    arrives_on: date
    failure: str = ""
    automatic: bool = True


@dataclass(frozen=True, slots=True)
class StatementPayout:
    """A payout as it stands on the bank's statement, and what the provider kept of its payments (both in fen)."""

    provider: str
    provider_payout_id: str
    amount_fen: int
    fee_fen: int
    arrived_on: date
    payee: str


@dataclass(frozen=True, slots=True)
class ProviderMove:
    """A line of a payout: what one payment, refund or dispute brings to it (below zero: takes from it), and its fee.

    `payment_id` names the payment it is about, `payout_id` an earlier payout that came back; a fee by itself has neither.
    """

    amount_fen: int
    fee_fen: int
    payment_id: str | None = None
    payout_id: str | None = None


@dataclass(frozen=True, slots=True)
class PayoutPart:
    """What a payout brings one payee: `amount_fen` leaves what the provider held, `fee_fen` of it never arrives."""

    payee: str
    amount_fen: int
    fee_fen: int

    @property
    def net_fen(self) -> int:
        """Return what reaches the bank (fen)."""
        return self.amount_fen - self.fee_fen


@dataclass(frozen=True, slots=True)
class ProviderDispute:
    """What the provider says now about a dispute; `taken_fen` is what it holds back of our money at this moment."""

    dispute_id: str
    payment_id: str
    amount_fen: int
    currency: str
    reason: str
    status: str
    taken_fen: int
    at: datetime


class TransferState(StrEnum):
    """Whether a bank transfer met a code exactly, or waits for a person."""

    MATCHED = "matched"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """What a gateway needs to open a checkout; equal intents give equal requests, so that a repeat is the same one."""

    intent_public_id: str
    amount_fen: int
    currency: str
    payee: str
    description: str
    locale: str
    return_url: str
    leave_url: str
    expires_at: datetime

    @property
    def idempotency_key(self) -> str:
        """Return the key under which the provider knows this request."""
        return f"yigou-checkout-{self.intent_public_id}"


@dataclass(frozen=True, slots=True)
class FirstIntent:
    """The first intent of a thing; `request` is what to ask its provider for, None when nobody begins to pay yet."""

    public_id: str
    provider: str
    request: CheckoutRequest | None


@dataclass(frozen=True, slots=True)
class Checkout:
    """An open checkout at the provider: where the buyer goes to pay."""

    session_id: str
    url: str


@dataclass(frozen=True, slots=True)
class ProviderState:
    """What the provider says now about a checkout session; amounts in fen.

    `declined`: the session is complete, but the money will never come (a delayed method failed).
    """

    session_id: str
    status: SessionStatus
    paid: bool
    payment_id: str | None
    amount_fen: int
    currency: str
    reference: str | None
    declined: bool = False


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A verified event as the inbox keeps it."""

    event_id: str
    type: str
    session_id: str | None
    intent_public_id: str | None


@dataclass(frozen=True, slots=True)
class IntentFacts:
    """What the rules need to know about an intent."""

    state: PaymentState
    public_id: str
    amount_fen: int
    currency: str


@dataclass(frozen=True, slots=True)
class BankStatementLine:
    """A transfer as it stands on the bank statement; amount in fen."""

    code: str
    amount_fen: int
    received_on: date
    bank_reference: str
