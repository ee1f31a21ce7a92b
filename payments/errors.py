"""What payments refuse."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus

from core.errors import Refusal


class BadSignature(Refusal):
    """An event that the provider did not sign, or not lately; nothing of it is read."""

    status = HTTPStatus.BAD_REQUEST


class PaymentsUnavailable(Refusal):
    """This site takes no payments online."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class GatewayFailed(Refusal):
    """The provider did not answer, or not in a way we understand; what became of the call is not known."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class GatewayRefused(GatewayFailed):
    """The provider understood the call and turned it down: nothing was opened or changed by it."""


class IntentClosed(Refusal):
    """The payment was cancelled or has run out."""

    status = HTTPStatus.GONE


class AlreadyPaid(Refusal):
    """The money for this has arrived before."""


class EarlierPaymentOpen(Refusal):
    """An earlier payment for the same thing is not closed yet."""


class PaymentUnderReview(Refusal):
    """Money has arrived for this that does not fit; a person looks at it."""


class PaymentUndecided(Refusal):
    """The provider has not decided yet whether the money comes, so nothing can be cancelled."""


class UnknownIntent(Refusal):
    """An event speaks of a payment that we do not know."""

    status = HTTPStatus.NOT_FOUND


class CodeTaken(Refusal):
    """A payment code that is in use already."""


class BankReferenceTaken(Refusal):
    """A bank reference that was recorded with another content."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"bank reference {reference} was recorded with another content")
        self.reference = reference


class TransferFromTheFuture(Refusal):
    """A bank transfer dated after today."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class WrongRefundState(Refusal):
    """The refund has not come as far, or has come too far, for this."""

    def __init__(self, state: str, action: str) -> None:
        super().__init__(f"cannot {action} a refund that is {state}")
        self.state = state
        self.action = action


class RefundTooLarge(Refusal):
    """More than is left of the payment would go back; amount left in fen."""

    def __init__(self, left_fen: int) -> None:
        super().__init__(f"{left_fen} fen are left to give back")
        self.left_fen = left_fen


class RefundSentBefore(Refusal):
    """The same form came with other contents."""


class SecondPersonNeeded(Refusal):
    """Who asked for a refund cannot approve it."""

    status = HTTPStatus.FORBIDDEN


class ReviewClosed(Refusal):
    """Somebody has decided about this money before, or is about to."""


class NothingToMatch(Refusal):
    """No order of this number waits for money, or this money does not cover it."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class CannotJoin(Refusal):
    """These transfers do not pay together: not of one code, decided about, or nothing of them is held."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NothingHeld(Refusal):
    """Nothing of this money is left with us to give back or to match."""


class LimitRaisedToday(Refusal):
    """A higher limit holds from tomorrow on, so that nobody raises it for a refund of their own unseen."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class LimitInThePast(Refusal):
    """A limit may begin today or later, and once a day."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class PayoutUnclear(Refusal):
    """A provider's payout cannot be booked: not in our currency, or its lines are not its amount."""


class UnknownPayout(Refusal):
    """The provider knows no payout of this number."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class PayoutNotPaid(Refusal):
    """By the provider's word the payout has not reached the bank, or has left it again."""

    def __init__(self, status: str) -> None:
        super().__init__(f"the payout is {status}")
        self.payout_status = status


class PayoutBookedBefore(Refusal):
    """The payout is booked, or somebody has proposed it."""


class PayoutSaysOther(Refusal):
    """The provider names another amount (fen) for this payout."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, amount_fen: int) -> None:
        super().__init__(f"the provider says {amount_fen} fen")
        self.amount_fen = amount_fen


class ArrivedOnWrongDay(Refusal):
    """A payout arrives between the day on which it was sent and today."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, sent_on: date) -> None:
        super().__init__(f"sent on {sent_on}")
        self.sent_on = sent_on


class ProviderTooLow(Refusal):
    """More would leave the provider than lies there for this account by the books; in fen."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, balance_fen: int) -> None:
        super().__init__(f"{balance_fen} fen lie at the provider")
        self.balance_fen = balance_fen


class BookingDecided(Refusal):
    """Somebody has decided about this booking before."""


class NotOurCurrency(Refusal):
    """Money of a currency that has no place in our books cannot leave our bank account."""

    def __init__(self, currency: str) -> None:
        super().__init__(f"nothing in {currency} lies in the bank by the books")
        self.currency = currency


class BankTooLow(Refusal):
    """More would leave the bank than lies there by the books; amounts in fen."""

    def __init__(self, balance_fen: int, wanted_fen: int) -> None:
        super().__init__(f"{balance_fen} fen lie in the bank, {wanted_fen} are wanted")
        self.balance_fen = balance_fen
        self.wanted_fen = wanted_fen
