"""Words for what payments refuse."""

from __future__ import annotations

import re

from flask_babel import gettext as _

from core import money
from payments import errors
from payments.rules import MADE_BY_HAND
from payments.values import PaymentState, PayoutStatus, RefundState
from web.templating import day
from web.wording import explains

PAYOUT_TONES = {
    PayoutStatus.PENDING: "info",
    PayoutStatus.IN_TRANSIT: "info",
    PayoutStatus.PAID: "good",
    PayoutStatus.FAILED: "bad",
    PayoutStatus.CANCELED: "warn",
}

REFUND_TONES = {
    RefundState.REQUESTED: "warn",
    RefundState.APPROVED: "info",
    RefundState.SENT: "info",
    RefundState.SUCCEEDED: "good",
    RefundState.FAILED: "bad",
    RefundState.NEEDS_REVIEW: "warn",
    RefundState.DECLINED: "neutral",
}


def refund_label(state: str) -> str:
    """Return the name of a refund's state."""
    return {
        RefundState.REQUESTED: _("Waits for a second person"),
        RefundState.APPROVED: _("To be paid"),
        RefundState.SENT: _("Refund on its way"),
        RefundState.SUCCEEDED: _("Paid back"),
        RefundState.FAILED: _("Failed, still owed"),
        RefundState.NEEDS_REVIEW: _("To be looked at, still owed"),
        RefundState.DECLINED: _("Refund not approved"),
    }[RefundState(state)]


def refund_tone(state: str) -> str:
    """Return the tone in which a refund's state is shown."""
    return REFUND_TONES[RefundState(state)]


def payout_label(status: str) -> str:
    """Return how far a payout to the bank has come."""
    return {
        PayoutStatus.PENDING: _("Announced"),
        PayoutStatus.IN_TRANSIT: _("On its way to the bank"),
        PayoutStatus.PAID: _("Arrived in the bank"),
        PayoutStatus.FAILED: _("Failed, lies with the payment service again"),
        PayoutStatus.CANCELED: _("Cancelled, lies with the payment service again"),
    }[PayoutStatus(status)]


def payout_tone(status: str) -> str:
    """Return the tone in which a payout's status is shown."""
    return PAYOUT_TONES[PayoutStatus(status)]


def payout_trouble(trouble: str) -> str:
    """Return why a payout cannot be booked and what to do about it."""
    if trouble == MADE_BY_HAND:
        return _("Made by hand at the payment service. Book it from the bank statement.")
    if trouble.startswith("paid out in"):
        return _(
            "It was not paid out in yuan. Set the account at the payment service to pay out in CNY; this one is to be booked by those who run the programme."
        )
    return _(
        "The lines that the payment service lists do not add up to this payout. It lists them of automatic payouts only: turn these on at the service, then try again."
    )


def booking_label(state: str) -> str:
    """Return how far a booking from the statement has come."""
    return {
        "proposed": _("Waits for a second person"),
        "booked": _("Booked"),
        "declined": _("Not booked"),
    }[state]


def booking_tone(state: str) -> str:
    """Return the tone in which a booking from the statement is shown."""
    return {"proposed": "warn", "booked": "good", "declined": "neutral"}[state]


def payout_failure(failure: str) -> str:
    """Return why the bank did not take a payout, in the provider's few words, and what to do about it."""
    return {
        "account_closed": _(
            "The bank account is closed. Name another one at the payment service; it pays again by itself."
        ),
        "invalid_account_number": _(
            "The account number is wrong. Correct it at the payment service; it pays again by itself."
        ),
        "could_not_process": _("The bank could not process it. The payment service pays again by itself."),
    }.get(
        failure, _("Look up the reason at the payment service. What came back is paid with the next payout.")
    )


def dispute_label(status: str) -> str:
    """Return what a provider's word about a dispute means."""
    return {
        "needs_response": _("The provider waits for our answer"),
        "under_review": _("The bank is deciding"),
        "won": _("Decided for us"),
        "lost": _("Decided for the payer"),
        "warning_needs_response": _("Asked, not disputed yet"),
        "warning_under_review": _("Asked, not disputed yet"),
        "warning_closed": _("Asked, nothing came of it"),
    }.get(status, status)


def event_label(kind: str) -> str:
    """Return what a provider's message says, in place of its word for it."""
    return {
        "checkout.session.completed": _("A payment page was finished"),
        "checkout.session.expired": _("A payment page has run out"),
        "checkout.session.async_payment_succeeded": _("A payment came later"),
        "checkout.session.async_payment_failed": _("A payment did not go through"),
        "payment_intent.succeeded": _("A payment went through"),
        "payment_intent.payment_failed": _("A payment did not go through"),
        "charge.refunded": _("A refund changed"),
        "charge.refund.updated": _("A refund changed"),
        "refund.created": _("A refund changed"),
        "refund.updated": _("A refund changed"),
        "refund.failed": _("A refund changed"),
        "charge.dispute.created": _("A dispute was opened"),
        "charge.dispute.updated": _("A dispute changed"),
        "charge.dispute.closed": _("A dispute was decided"),
        "payout.paid": _("A payout arrived in the bank"),
        "payout.failed": _("A payout did not arrive"),
    }.get(kind, kind)


def dispute_reason(reason: str) -> str:
    """Return why somebody disputes a payment, in place of the provider's word."""
    return {
        "bank_cannot_process": _("The bank could not process the payment"),
        "credit_not_processed": _("A refund that was promised did not come"),
        "duplicate": _("Charged twice"),
        "fraudulent": _("The holder says it was not them"),
        "general": _("No reason given"),
        "product_not_received": _("The goods did not arrive"),
        "product_unacceptable": _("The goods were not as described"),
        "subscription_canceled": _("Charged after cancelling"),
        "unrecognized": _("The holder does not recognise the charge"),
    }.get(reason, reason)


def refund_reason(reason: str) -> str:
    """Return why money goes back; what people wrote stays as it is, what the programme wrote is put into words."""
    recalled = re.fullmatch(r"The supplier recalled batch (.+)\.", reason)
    if recalled is not None:
        return _("The supplier recalled batch %(batch)s.", batch=recalled[1])
    return {
        "The buyer called it off before it was sent.": _("Called off before it was sent."),
        "The order had been paid before.": _("The order had been paid before."),
        "A claim about received goods was settled.": _("A claim about received goods was settled."),
    }.get(reason, reason)


def provider_label(provider: str) -> str:
    """Return how money comes or goes."""
    return {"stripe": "Stripe", "sandbox": _("Rehearsal"), "bank": _("Bank transfer by hand")}.get(
        provider, provider
    )


def amount_text(amount: int, currency: str) -> str:
    """Return an amount of any currency as text."""
    return money.format_fen(amount) if currency == "CNY" else f"{currency} {amount / 100:.2f}"


def review_reason(reason: str) -> str:
    """Return why money did not fit."""
    amounts = re.fullmatch(r"(\d+) fen were paid instead of (\d+)", reason)
    if amounts:
        return _(
            "%(paid)s came instead of %(expected)s",
            paid=money.format_fen(int(amounts[1])),
            expected=money.format_fen(int(amounts[2])),
        )
    return {
        "unknown_code": _("unknown code"),
        "code_closed": _("code paid or withdrawn before"),
        "too_little": _("less than expected"),
        "too_much": _("more than expected"),
        "paid after it was cancelled": _("paid after it was cancelled"),
        "the same payment belongs to another intent": _("the same payment is known elsewhere"),
        "the provider names another payment": _("the provider names another payment"),
        "the provider names no payment": _("the provider names no payment"),
    }.get(reason, reason)


def outcome_text(outcome: str | None) -> str:
    """Return what a message of a provider did."""
    if outcome is not None and outcome.startswith("dispute"):
        return _("about a dispute")
    return {
        "ignored": _("changes nothing here"),
        "refund": _("about a refund"),
        "unknown refund": _("about a refund that we do not know"),
        "payout pending": _("about a payout to the bank"),
        "payout in_transit": _("about a payout to the bank"),
        "payout paid": _("a payout reached the bank"),
        "payout failed": _("a payout to the bank failed"),
        "payout canceled": _("a payout to the bank was cancelled"),
        PaymentState.SUCCEEDED: _("payment succeeded"),
        PaymentState.CANCELLED: _("payment cancelled"),
        PaymentState.PENDING: _("payment still open"),
        PaymentState.NEEDS_REVIEW: _("payment to be decided about"),
    }.get(outcome or "", outcome or "")


def error_text(error: str) -> str:
    """Say why a message could not be applied, by the name of the fault that stands before the colon."""
    return {
        "UnknownIntent": _("No payment of ours has this number."),
        "PayoutUnclear": _("A payout to the bank cannot be booked; the reason stands beside it."),
        "GatewayFailed": _("The payment service gave no answer."),
        "NotFound": _("What it is about does not exist here."),
        "OperationalError": _("The database did not answer in time."),
    }.get(error.partition(":")[0], _("A fault of the programme. Please tell those who run it."))


def difference_text(difference: dict[str, object]) -> str:
    """Return what a difference between the provider, our records and the ledger is."""
    return {
        "missing_here": _("Paid at the provider, not recorded here"),
        "other_amount": _("Another amount than ours"),
        "unknown_there": _("Recorded here, unknown to the provider"),
        "not_booked": _("Recorded here, not in the ledger with this amount"),
        "refund_missing_here": _("Given back at the provider, not recorded here"),
        "refund_other": _("A refund stands otherwise here"),
        "refund_unknown_there": _("Recorded here as given back, unknown to the provider"),
        "payout_missing_here": _("Paid to the bank, not recorded here"),
        "payout_not_booked": _("Paid to the bank, not in the ledger"),
        "payout_other": _("A payout to the bank stands otherwise here"),
        "payout_unknown_there": _("Recorded here as paid to the bank, unknown to the provider"),
    }.get(str(difference["kind"]), str(difference["kind"]))


def difference_advice(difference: dict[str, object]) -> str:
    """Return what to do about a difference, where it is more than to look."""
    return {
        "missing_here": _("Try its message again among the payment events."),
        "payout_missing_here": _("Fetch the payouts anew; what was missed is booked then."),
        "payout_not_booked": _("The reason stands beside the payout."),
        "payout_other": _("Fetch the payouts anew; what came back since is booked then."),
        "payout_unknown_there": _("Ask the payment service before anything is paid from this money."),
    }.get(str(difference["kind"]), "")


@explains(errors.BadSignature)
def _bad_signature(_refusal: errors.BadSignature) -> str:
    return _("This message does not carry a valid signature. Nothing of it was read.")


@explains(errors.PaymentsUnavailable)
def _unavailable(_refusal: errors.PaymentsUnavailable) -> str:
    return _("Paying online is not possible here. Please pay by bank transfer.")


@explains(errors.GatewayFailed)
def _gateway_failed(_refusal: errors.GatewayFailed) -> str:
    return _(
        "The payment service does not answer right now. Please try again in a minute; you will not pay twice."
    )


@explains(errors.IntentClosed)
def _intent_closed(_refusal: errors.IntentClosed) -> str:
    return _("This payment has been closed. Go back to your order or gift and start a new payment there.")


@explains(errors.AlreadyPaid)
def _already_paid(_refusal: errors.AlreadyPaid) -> str:
    return _("This has been paid already. You do not need to pay again.")


@explains(errors.EarlierPaymentOpen)
def _earlier_open(_refusal: errors.EarlierPaymentOpen) -> str:
    return _("An earlier payment for this is just being closed. Please try again in a minute.")


@explains(errors.PaymentUnderReview)
def _under_review(_refusal: errors.PaymentUnderReview) -> str:
    return _(
        "Money has arrived for this, and we are checking it by hand. Please do not pay again; we will write to you."
    )


@explains(errors.PaymentUndecided)
def _undecided(_refusal: errors.PaymentUndecided) -> str:
    return _("The payment is still being decided by the bank or wallet. Please try again in a few minutes.")


@explains(errors.UnknownIntent)
def _unknown_intent(_refusal: errors.UnknownIntent) -> str:
    return _("There is no payment that this belongs to.")


@explains(errors.CodeTaken)
def _code_taken(_refusal: errors.CodeTaken) -> str:
    return _("This payment code is in use already. Please take another one.")


@explains(errors.BankReferenceTaken)
def _reference_taken(_refusal: errors.BankReferenceTaken) -> str:
    return _(
        "This bank reference was recorded before with another code, amount or day. Compare it with the bank statement."
    )


@explains(errors.TransferFromTheFuture)
def _future(_refusal: errors.TransferFromTheFuture) -> str:
    return _("The day of receipt lies in the future.")


@explains(errors.WrongRefundState)
def _wrong_refund_state(refusal: errors.WrongRefundState) -> str:
    return _("This is not possible now: the refund stands at “%(state)s”.", state=refund_label(refusal.state))


@explains(errors.RefundTooLarge)
def _refund_too_large(refusal: errors.RefundTooLarge) -> str:
    return _("Of this payment only %(left)s can still go back.", left=money.format_fen(refusal.left_fen))


@explains(errors.RefundSentBefore)
def _refund_sent_before(_refusal: errors.RefundSentBefore) -> str:
    return _("This form was sent before with other contents. Open the page anew.")


@explains(errors.SecondPersonNeeded)
def _second_person(_refusal: errors.SecondPersonNeeded) -> str:
    return _("You asked for it yourself, so somebody else approves it.")


@explains(errors.ReviewClosed)
def _review_closed(_refusal: errors.ReviewClosed) -> str:
    return _("Somebody has decided about this money already, or waits for a second person.")


@explains(errors.NothingToMatch)
def _nothing_to_match(_refusal: errors.NothingToMatch) -> str:
    return _("No order of this number waits for money, or it costs more than this money.")


@explains(errors.CannotJoin)
def _cannot_join(_refusal: errors.CannotJoin) -> str:
    return _(
        "These transfers do not pay together any more: somebody has decided about one of them. Load the page again."
    )


@explains(errors.NothingHeld)
def _nothing_held(_refusal: errors.NothingHeld) -> str:
    return _("Nothing of this money is left with us.")


@explains(errors.LimitRaisedToday)
def _limit_raised_today(_refusal: errors.LimitRaisedToday) -> str:
    return _("A higher limit begins tomorrow at the earliest, so that the others see it before it holds.")


@explains(errors.LimitInThePast)
def _limit_in_the_past(_refusal: errors.LimitInThePast) -> str:
    return _("A limit begins today or later, and there is one a day.")


@explains(errors.PayoutUnclear)
def _payout_unclear(refusal: errors.PayoutUnclear) -> str:
    return payout_trouble(str(refusal))


@explains(errors.UnknownPayout)
def _unknown_payout(_refusal: errors.UnknownPayout) -> str:
    return _("The payment service knows no payout of this number. Please compare it letter by letter.")


@explains(errors.PayoutNotPaid)
def _payout_not_paid(refusal: errors.PayoutNotPaid) -> str:
    return _(
        "By the word of the payment service this payout is not in the bank: %(state)s.",
        state=payout_label(refusal.payout_status),
    )


@explains(errors.PayoutBookedBefore)
def _payout_booked_before(_refusal: errors.PayoutBookedBefore) -> str:
    return _("This payout is booked already, or waits for its second person. Please look at the list.")


@explains(errors.PayoutSaysOther)
def _payout_says_other(refusal: errors.PayoutSaysOther) -> str:
    return _(
        "The payment service says %(amount)s for this number. Please compare number and amount with the statement.",
        amount=money.format_fen(refusal.amount_fen),
    )


@explains(errors.ArrivedOnWrongDay)
def _arrived_on_wrong_day(refusal: errors.ArrivedOnWrongDay) -> str:
    return _(
        "This payout was sent on %(day)s. Enter that day or a later one, today at the latest.",
        day=day(refusal.sent_on),
    )


@explains(errors.ProviderTooLow)
def _provider_too_low(refusal: errors.ProviderTooLow) -> str:
    return _(
        "By the books only %(balance)s lie with the payment service for this bank account. Please compare the amount, the fee and the account.",
        balance=money.format_fen(refusal.balance_fen),
    )


@explains(errors.BookingDecided)
def _booking_decided(_refusal: errors.BookingDecided) -> str:
    return _("Somebody has decided about this booking already.")


@explains(errors.NotOurCurrency)
def not_our_currency(refusal: errors.NotOurCurrency) -> str:
    """Say why a refund in another currency is not paid out of our bank account."""
    return _(
        "It was paid in %(currency)s, and the books hold no such money: it can only go back through the payment service. Ask the service again.",
        currency=refusal.currency,
    )


@explains(errors.BankTooLow)
def _bank_too_low(refusal: errors.BankTooLow) -> str:
    return _(
        "By the books %(balance)s lie in the bank account, %(wanted)s are to be paid. First fetch the payment service's payout (Payouts to the bank), or record what you put into the account yourselves (Bank transfers).",
        balance=money.format_fen(refusal.balance_fen),
        wanted=money.format_fen(refusal.wanted_fen),
    )
