"""Forms of the finance officer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from payments.values import BankStatementLine, ResolutionKind, StatementPayout
from web.forms import (
    DayField,
    Form,
    OnceForm,
    YuanField,
    at_most,
    no_control_characters,
    required,
)

Choices = Sequence[tuple[str, str]]


class BankTransferForm(Form):
    """What stands on the bank statement."""

    code = StringField(_l("Payment code"), [required(), at_most(40), no_control_characters])
    amount = YuanField(_l("Amount received"), [required()])
    received_on = DayField(_l("Day of receipt"), [required()])
    bank_reference = StringField(_l("Bank reference"), [required(), at_most(80), no_control_characters])

    def to_request(self) -> BankStatementLine:
        """Return the line as read; called once the form is valid."""
        assert self.code.data
        assert self.amount.fen
        assert self.received_on.day
        assert self.bank_reference.data
        return BankStatementLine(
            self.code.data, self.amount.fen, self.received_on.day, self.bank_reference.data
        )


class ReasonForm(Form):
    """Why somebody says no."""

    reason = TextAreaField(_l("Reason"), [required(), at_most(500), no_control_characters])


class PaidByHandForm(Form):
    """A refund that was paid by bank transfer."""

    bank_reference = StringField(_l("Bank reference"), [required(), at_most(80), no_control_characters])
    paid_on = DayField(_l("Day of payment"), [required()])


class StatementPayoutForm(OnceForm):
    """A payout that somebody made at the payment service, as it stands on the bank's statement."""

    provider = SelectField(_l("Payment service"), [required()])
    number = StringField(
        _l("Number of the payout"),
        [
            required(),
            at_most(80),
            Regexp(r"^[A-Za-z0-9_-]+$", message=_l("Letters, digits, - and _ only.")),
        ],
        description=_l("As the payment service shows it, for example po_1N2abc."),
    )
    arrived_on = DayField(_l("Day on the statement"), [required()])
    amount = YuanField(_l("Amount on the statement"), [required()])
    fee = YuanField(
        _l("Fee that the payment service kept"),
        [required()],
        least=0,
        description=_l("Of the payments that this payout is made of. 0 if it kept none."),
    )
    payee = SelectField(_l("Bank account that it reached"), [required()])

    def __init__(self, providers: Choices, accounts: Choices, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.provider.choices = list(providers)
        self.payee.choices = list(accounts)

    def to_line(self) -> StatementPayout:
        """Return the line as read; called once the form is valid."""
        assert self.amount.fen
        assert self.fee.fen is not None
        assert self.arrived_on.day
        return StatementPayout(
            self.provider.data,
            self.number.data or "",
            self.amount.fen,
            self.fee.fen,
            self.arrived_on.day,
            self.payee.data,
        )


class RefundLimitForm(Form):
    """Above which amount a second person approves."""

    limit = YuanField(_l("A second person approves above"), [required()])
    valid_from = DayField(_l("In force from"), [required()])


class ResolutionForm(Form):
    """What becomes of money that fits nothing."""

    kind = RadioField(
        _l("What becomes of it"),
        [required()],
        choices=[
            (ResolutionKind.MATCH.value, _l("It pays an order")),
            (ResolutionKind.RETURN.value, _l("It goes back to the payer")),
            (ResolutionKind.OWN.value, _l("It is the operator's own money, paid in to its own account")),
            (ResolutionKind.CLOSE.value, _l("It stays held; note why and close")),
        ],
    )
    number = StringField(
        _l("Number of the order or payment code"),
        [Optional(), at_most(40), no_control_characters],
        description=_l("Only for paying an order. What is left over stays held."),
    )
    joined = SelectMultipleField(
        _l("Further transfers of this code that pay together with it"),
        [Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("Only for paying an order: the sums are added up."),
    )
    reason = TextAreaField(_l("Reason"), [required(), at_most(500), no_control_characters])
    once = HiddenField(validators=[Length(min=1, max=40), Regexp(r"^[0-9A-Z]+$")])
