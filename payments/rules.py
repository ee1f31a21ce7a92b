"""Pure decisions about payments: the whole state table, patience, limits, and whether a transfer fits its code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from payments.errors import PayoutUnclear, WrongRefundState
from payments.values import (
    CURRENCY,
    OPERATOR,
    IntentFacts,
    PaymentState,
    PayoutPart,
    ProviderMove,
    ProviderRefund,
    ProviderState,
    RefundAction,
    RefundState,
    RefundStatus,
    SessionStatus,
    TransferState,
)

#: How old a signature may be, and how far ahead its clock (Stripe's own default).
REPLAY_WINDOW = timedelta(minutes=5)

#: A checkout stays open at the provider at least this long: Stripe accepts nothing below 30 minutes.
SHORTEST_CHECKOUT = timedelta(minutes=31)
LONGEST_CHECKOUT = timedelta(hours=23)

#: New payments from one address: (within, at most). Card testers try hundreds; a village hall behind one line does not.
BEGUN_LIMITS = ((timedelta(minutes=1), 20), (timedelta(hours=1), 200))

#: Why a payout that somebody made at the provider is not booked: the provider lists no lines of it.
MADE_BY_HAND = "made by hand"

#: The sweeper leaves a payment alone this long after the last look.
LOOK_AGAIN = timedelta(seconds=60)

#: Events are tried again after 4, 8, 16 … seconds, at most an hour; after the last try a person decides.
LAST_TRY = 12

#: Seconds until the return page looks again, by how often it has looked.
PATIENCE = (1, 2, 2, 3, 4, 5, 8, 10, 15, 20, 30)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an intent becomes; `reason` says why it needs review, `declined` that a try was turned down."""

    state: PaymentState
    reason: str | None = None
    declined: bool = False


def decide(intent: IntentFacts, told: ProviderState, *, payment_known_elsewhere: bool = False) -> Decision:
    """Say what becomes of an intent, given what the provider says now.

    Money counts only when amount, currency and reference are those of the intent. A final state is never left, but
    for money that arrives for a cancelled intent: a person must see it.
    """
    state = intent.state
    if state in (PaymentState.SUCCEEDED, PaymentState.NEEDS_REVIEW):
        return Decision(state)
    if told.paid:
        reason = _misfit(intent, told, payment_known_elsewhere)
        if reason is None and state is PaymentState.CANCELLED:
            reason = "paid after it was cancelled"
        if reason is not None:
            return Decision(PaymentState.NEEDS_REVIEW, reason)
        return Decision(PaymentState.SUCCEEDED)
    if state is PaymentState.CANCELLED or told.status is SessionStatus.EXPIRED:
        return Decision(PaymentState.CANCELLED)
    if told.declined:
        return Decision(PaymentState.CANCELLED, declined=True)
    return Decision(PaymentState.PENDING)


def _misfit(intent: IntentFacts, told: ProviderState, payment_known_elsewhere: bool) -> str | None:
    if told.reference != intent.public_id:
        return "the provider names another payment"
    if told.currency.upper() != intent.currency:
        return f"paid in {told.currency.upper()} instead of {intent.currency}"
    if told.amount_fen != intent.amount_fen:
        return f"{told.amount_fen} fen were paid instead of {intent.amount_fen}"
    if not told.payment_id:
        return "the provider names no payment"
    if payment_known_elsewhere:
        return "the same payment belongs to another intent"
    return None


def is_decline(event_type: str) -> bool:
    """Say whether an event tells of a try that was turned down."""
    return event_type in ("payment_intent.payment_failed", "checkout.session.async_payment_failed")


def concerns_payments(event_type: str) -> bool:
    """Say whether an event could change one of our intents; the others are kept and left alone."""
    return event_type.startswith(("checkout.session.", "payment_intent."))


def concerns_refunds(event_type: str) -> bool:
    """Say whether an event tells of money that goes back."""
    return event_type.startswith(("refund.", "charge.refund"))


def concerns_disputes(event_type: str) -> bool:
    """Say whether an event tells of a payer who went to their bank."""
    return event_type.startswith("charge.dispute.")


def concerns_payouts(event_type: str) -> bool:
    """Say whether an event tells of money on its way from the provider to the bank."""
    return event_type.startswith("payout.")


def split_payout(
    amount_fen: int,
    moves: Iterable[ProviderMove],
    payees: Mapping[str, str],
    earlier: Mapping[str, Iterable[PayoutPart]],
) -> list[PayoutPart]:
    """Return what a payout brings each payee, sorted by payee; raises `PayoutUnclear` when its lines are not its amount.

    `payees` names the payee of each payment, `earlier` the parts of payouts that came back: they are paid anew, whole,
    for their fees were taken the first time. What belongs to nobody we know is the operator's.
    """
    sums: dict[str, list[int]] = {}
    for move in moves:
        parts = earlier.get(move.payout_id or "", ())
        if parts and sum(part.net_fen for part in parts) == move.amount_fen and not move.fee_fen:
            brought = [(part.payee, part.net_fen, 0) for part in parts]
        else:
            brought = [(payees.get(move.payment_id or "", OPERATOR), move.amount_fen, move.fee_fen)]
        for payee, amount, fee in brought:
            total = sums.setdefault(payee, [0, 0])
            total[0] += amount
            total[1] += fee
    found = [PayoutPart(payee, amount, fee) for payee, (amount, fee) in sorted(sums.items()) if amount or fee]
    if not found or sum(part.net_fen for part in found) != amount_fen:
        raise PayoutUnclear(f"the lines are {sum(part.net_fen for part in found)}, the payout {amount_fen}")
    return found


def wait_before_try(attempts: int) -> timedelta | None:
    """Return how long an event waits after that many failed tries; None when a person must decide."""
    if attempts >= LAST_TRY:
        return None
    return timedelta(seconds=min(3600, 2 ** (attempts + 1)))


def seconds_until_next_look(looks: int) -> int:
    """Return when the return page should look again."""
    return PATIENCE[min(max(looks, 0), len(PATIENCE) - 1)]


def match_transfer(
    expected_fen: int | None, is_open: bool, received_fen: int
) -> tuple[TransferState, str | None]:
    """Say whether a bank transfer fits its code to the fen; `expected_fen` is None when the code is unknown."""
    if expected_fen is None:
        return TransferState.REVIEW, "unknown_code"
    if not is_open:
        return TransferState.REVIEW, "code_closed"
    if received_fen < expected_fen:
        return TransferState.REVIEW, "too_little"
    if received_fen > expected_fen:
        return TransferState.REVIEW, "too_much"
    return TransferState.MATCHED, None


#: Above this amount (fen) a second person approves a refund, unless a dated limit says otherwise.
DEFAULT_REFUND_LIMIT_FEN = 500_00

#: What each state of a refund allows, and where it leads. What is not here is refused with 409. Stripe may still fail
#: a refund that had succeeded: the money is back with us then, and still owed.
REFUND_TABLE: Mapping[RefundState, Mapping[RefundAction, RefundState]] = {
    RefundState.REQUESTED: {
        RefundAction.APPROVE: RefundState.APPROVED,
        RefundAction.DECLINE: RefundState.DECLINED,
    },
    RefundState.APPROVED: {
        RefundAction.SEND: RefundState.SENT,
        RefundAction.PAY_BY_HAND: RefundState.SUCCEEDED,
    },
    RefundState.SENT: {
        RefundAction.SEND: RefundState.SENT,
        RefundAction.SUCCEED: RefundState.SUCCEEDED,
        RefundAction.FAIL: RefundState.FAILED,
        RefundAction.REVIEW: RefundState.NEEDS_REVIEW,
    },
    RefundState.SUCCEEDED: {RefundAction.FAIL: RefundState.FAILED},
    RefundState.FAILED: {
        RefundAction.TRY_AGAIN: RefundState.APPROVED,
        RefundAction.PAY_BY_HAND: RefundState.SUCCEEDED,
    },
    RefundState.NEEDS_REVIEW: {
        RefundAction.SUCCEED: RefundState.SUCCEEDED,
        RefundAction.TRY_AGAIN: RefundState.APPROVED,
        RefundAction.PAY_BY_HAND: RefundState.SUCCEEDED,
    },
    RefundState.DECLINED: {},
}


def refund_after(state: str, action: RefundAction) -> RefundState:
    """Return where an action leads a refund, or refuse it (`WrongRefundState`)."""
    target = REFUND_TABLE[RefundState(state)].get(action)
    if target is None:
        raise WrongRefundState(state, action)
    return target


def what_provider_says(told: ProviderRefund, amount_fen: int, currency: str) -> RefundAction | None:
    """Return what the provider's word does to a refund of that amount; None while it is still under way."""
    if (told.amount_fen, told.currency.upper()) != (amount_fen, currency):
        return RefundAction.REVIEW
    if told.status is RefundStatus.SUCCEEDED:
        return RefundAction.SUCCEED
    if told.status in (RefundStatus.FAILED, RefundStatus.CANCELED):
        return RefundAction.FAIL
    return None


def refund_limit(limits: Iterable[tuple[date, int]], day: date) -> int:
    """Return the amount (fen) above which a second person approves on a day; `limits` are (valid from, fen)."""
    begun = [limit for limit in limits if limit[0] <= day]
    return max(begun)[1] if begun else DEFAULT_REFUND_LIMIT_FEN


def is_bookable(currency: str | None) -> bool:
    """Say whether money of this currency has a place in our books."""
    return currency == CURRENCY


#: The provider's words for a dispute that has ended; of one that was won the money may still be on its way.
DISPUTE_ENDS = ("won", "lost", "warning_closed", "prevented")

#: How long nothing was heard of a dispute that has not ended before the provider is asked.
ASK_OF_DISPUTE = timedelta(hours=1)

#: How long before the last dispute that is known others may have begun of which no event came.
MAY_BE_UNHEARD = timedelta(days=30)


def dispute_moves(booked_fen: int, taken_fen: int) -> tuple[int, int]:
    """Return (withdrawn, reinstated) in fen that bring what the books say is taken to what the provider says."""
    return max(0, taken_fen - booked_fen), max(0, booked_fen - taken_fen)
