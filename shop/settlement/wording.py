"""Words of settlement: states, what keeps money back, and what is refused."""

from __future__ import annotations

from flask_babel import gettext as _

from shop.settlement import errors
from shop.settlement.values import (
    AccountState,
    BatchState,
    DisputeState,
    Obstacle,
    PayoutState,
    Standing,
)
from web.language import in_language
from web.wording import explains

_TONES: dict[str, str] = {
    BatchState.PROPOSED: "warn",
    BatchState.APPROVED: "info",
    BatchState.DECLINED: "neutral",
    BatchState.CLOSED: "good",
    PayoutState.TO_PAY: "info",
    PayoutState.PAID: "good",
    PayoutState.FAILED: "bad",
    AccountState.WAITING: "warn",
    AccountState.CONFIRMED: "good",
    AccountState.REFUSED: "bad",
    AccountState.REPLACED: "neutral",
    DisputeState.OPEN: "warn",
    DisputeState.ANSWERED: "good",
    DisputeState.WITHDRAWN: "neutral",
    Standing.READY: "good",
    Standing.NOTHING_DUE: "neutral",
    Standing.NO_ACCOUNT: "warn",
    Standing.ACCOUNT_WAITS: "warn",
}


def tone(state: str) -> str:
    """Return the tone in which a state is shown."""
    return _TONES[state]


def batch_label(state: str) -> str:
    """Return the name of a batch's state."""
    return {
        BatchState.PROPOSED: _("Waits for a second person"),
        BatchState.APPROVED: _("Approved, to be paid"),
        BatchState.DECLINED: _("Payout not approved"),
        BatchState.CLOSED: _("Paid out"),
    }[BatchState(state)]


def payout_label(state: str) -> str:
    """Return the name of a payout's state."""
    return {
        PayoutState.PROPOSED: _("Waits for a second person"),
        PayoutState.TO_PAY: _("Approved, to be paid"),
        PayoutState.PAID: _("Paid out"),
        PayoutState.FAILED: _("Not paid, owed again"),
        PayoutState.DECLINED: _("Payout not approved"),
    }[PayoutState(state)]


def account_label(state: str) -> str:
    """Return the name of an account's state."""
    return {
        AccountState.WAITING: _("Waits to be confirmed"),
        AccountState.CONFIRMED: _("Confirmed account"),
        AccountState.REFUSED: _("Refused account"),
        AccountState.REPLACED: _("Replaced account"),
    }[AccountState(state)]


def dispute_label(state: str) -> str:
    """Return the name of a dispute's state."""
    return {
        DisputeState.OPEN: _("Waits for an answer"),
        DisputeState.ANSWERED: _("Answered"),
        DisputeState.WITHDRAWN: _("Withdrawn"),
    }[DisputeState(state)]


def obstacle_label(obstacle: str) -> str:
    """Return why money is not paid out now."""
    return {
        Obstacle.NOT_DUE: _("Not due yet"),
        Obstacle.CLAIM: _("A buyer's claim is open"),
        Obstacle.DISPUTE: _("Disputed by the supplier"),
        Obstacle.REFUND: _("A refund waits for a second person"),
        Obstacle.IN_PAYOUT: _("The rest waits for the payout under way"),
    }[Obstacle(obstacle)]


def standing_label(standing: str) -> str:
    """Return whether a supplier can be paid."""
    return {
        Standing.READY: _("Can be paid"),
        Standing.NOTHING_DUE: _("Nothing due"),
        Standing.NO_ACCOUNT: _("No confirmed account"),
        Standing.ACCOUNT_WAITS: _("New account to be confirmed"),
    }[Standing(standing)]


@explains(errors.NothingDue)
def _nothing_due(_refusal: errors.NothingDue) -> str:
    return _("Of the chosen suppliers nothing can be paid out now. Somebody may have just proposed the same.")


@explains(errors.FormSentBefore)
def _form_sent_before(_refusal: errors.FormSentBefore) -> str:
    return _("This form was sent before with other contents. Open the page anew.")


@explains(errors.WrongBatchState)
def _wrong_batch_state(refusal: errors.WrongBatchState) -> str:
    return _("This is not possible now: the batch stands at “%(state)s”.", state=batch_label(refusal.state))


@explains(errors.WrongPayoutState)
def _wrong_payout_state(refusal: errors.WrongPayoutState) -> str:
    return _("This is not possible now: the payout stands at “%(state)s”.", state=payout_label(refusal.state))


@explains(errors.SecondPersonNeeded)
def _second_person(_refusal: errors.SecondPersonNeeded) -> str:
    return _("You proposed or entered it yourself, so somebody else approves it.")


@explains(errors.BatchOutdated)
def _outdated(refusal: errors.BatchOutdated) -> str:
    names = _(", ").join((*refusal.numbers[:10], *(in_language(zh, en) for zh, en in refusal.suppliers[:10])))
    return _(
        "Something has changed since this was proposed: %(names)s. Decline the batch and propose anew; what cannot be paid is left out then.",
        names=names,
    )


@explains(errors.AccountChanged)
def _account_changed(refusal: errors.AccountChanged) -> str:
    return _(
        "These suppliers have named another account since the approval: %(names)s. Note their payouts as not paid and propose them anew; the others can be paid then.",
        names=_(", ").join(in_language(zh, en) for zh, en in refusal.suppliers[:10]),
    )


@explains(errors.ReferenceTaken)
def _reference_taken(_refusal: errors.ReferenceTaken) -> str:
    return _("Another payout carries this bank reference. Compare it with the bank statement.")


@explains(errors.PaidOnWrongDay)
def _wrong_day(_refusal: errors.PaidOnWrongDay) -> str:
    return _("A payment is made on the day of the approval or later, not after today.")


@explains(errors.AccountDecided)
def _account_decided(_refusal: errors.AccountDecided) -> str:
    return _("Somebody has decided about this account before, or the supplier has named another one since.")


@explains(errors.AccountUnreadable)
def _account_unreadable(_refusal: errors.AccountUnreadable) -> str:
    return _(
        "The number of this account was sealed under another secret of this site. Ask the supplier to enter it again."
    )


@explains(errors.NotDisputable)
def _not_disputable(_refusal: errors.NotDisputable) -> str:
    return _("This line is disputed already, or its goods have not been accepted yet.")


@explains(errors.DisputeEnded)
def _dispute_ended(_refusal: errors.DisputeEnded) -> str:
    return _("This was answered or withdrawn before.")


@explains(errors.PeriodInThePast)
def _period_in_the_past(_refusal: errors.PeriodInThePast) -> str:
    return _("A claim period begins tomorrow at the earliest, and there is one a day.")
