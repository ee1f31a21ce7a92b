"""Words for what payments refuse."""

from __future__ import annotations

from flask_babel import gettext as _

from payments import errors
from web.wording import explains


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
