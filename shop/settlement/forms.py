"""Forms of settlement."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from accounts.asking_again import PasswordAgainForm
from shop.settlement import rules
from shop.settlement.values import NewAccount
from web.forms import (
    DayField,
    Form,
    OnceForm,
    WholeNumberField,
    YuanField,
    at_most,
    no_control_characters,
    required,
)

_WORDS = [required(), no_control_characters]


class AccountForm(OnceForm, PasswordAgainForm):
    """Into which account a supplier is paid."""

    holder = StringField(_l("Name of the account"), [*_WORDS, at_most(60)])
    bank = StringField(
        _l("Bank and branch"),
        [*_WORDS, at_most(60)],
        description=_l("As it stands on the bank's letter, for example 山亭农村商业银行店子支行."),
    )
    bank_code = StringField(
        _l("Code of the branch (CNAPS)"),
        [Optional(), no_control_characters, at_most(20)],
        description=_l("12 digits; transfers arrive faster with it."),
    )
    number = StringField(_l("Account number"), [*_WORDS, at_most(60)])
    number_again = StringField(_l("Account number, once more"), [*_WORDS, at_most(60)])

    def validate_bank_code(self, field: Any) -> None:
        """Refuse what is no code of a bank."""
        if (field.data or "").strip() and not rules.is_bank_code(rules.plain_number(field.data)):
            raise StopValidation(_("A code of a bank has 12 digits."))

    def validate_number(self, field: Any) -> None:
        """Refuse what is no account number."""
        if not rules.is_account_number(rules.plain_number(field.data or "")):
            raise StopValidation(_("An account number has 9 to 30 digits."))

    def validate_number_again(self, field: Any) -> None:
        """Refuse a second number that is not the first."""
        if rules.plain_number(field.data or "") != rules.plain_number(self.number.data or ""):
            raise StopValidation(_("The two numbers differ."))

    def to_request(self) -> NewAccount:
        """Return the account as read; called once the form is valid."""
        return NewAccount(
            " ".join((self.holder.data or "").split()),
            " ".join((self.bank.data or "").split()),
            rules.plain_number(self.bank_code.data or ""),
            rules.plain_number(self.number.data or ""),
            self.once.data or "",
        )


class DisputeForm(OnceForm):
    """Which line is settled wrongly, and why."""

    line = SelectField(_l("Line of the statement"), [required()])
    reason = TextAreaField(_l("What is wrong"), [*_WORDS, at_most(500)])

    @property
    def line_id(self) -> int | None:
        """Return the line, or None for the freight."""
        return None if self.line.data == "freight" else int(self.line.data)


class ProposeForm(OnceForm):
    """Which suppliers are paid."""

    suppliers = SelectMultipleField(
        _l("Suppliers"),
        option_widget=CheckboxInput(),
        widget=ListWidget(),
        validate_choice=False,
    )

    def validate_suppliers(self, field: Any) -> None:
        """Refuse an empty choice, and more than a page can offer."""
        if not field.data:
            raise StopValidation(_("Choose at least one supplier."))
        if len(field.data) > 500:
            raise StopValidation(_("Choose at most 500 suppliers."))
        field.data = [value for value in field.data if "\x00" not in value]


class ReasonForm(Form):
    """Why somebody says no."""

    reason = TextAreaField(_l("Reason"), [*_WORDS, at_most(500)])


class FailedForm(ReasonForm):
    """Why a payout did not reach its supplier; `came_back` when the page showed it as paid."""

    came_back = HiddenField()


class PaidForm(Form):
    """What the bank says of a transfer."""

    bank_reference = StringField(_l("Bank reference"), [*_WORDS, at_most(80)])
    paid_on = DayField(_l("Day of payment"), [required()])


class AnswerForm(Form):
    """What the operator says to a disputed line."""

    answer = TextAreaField(_l("Answer"), [*_WORDS, at_most(500)], description=_l("The supplier reads it."))
    corrected = YuanField(
        _l("Owed in addition"),
        [Optional()],
        most=1_000_000_00,
        description=_l(
            "Only where the statement was too low. It leaves with the next payout, which a second person approves."
        ),
    )


class ClaimPeriodForm(Form):
    """For how many days buyers may claim."""

    claim_days = WholeNumberField(
        _l("Days for claims"), [required()], least=rules.FEWEST_CLAIM_DAYS, most=rules.MOST_CLAIM_DAYS
    )
    valid_from = DayField(
        _l("For goods received from"), [required()], description=_l("From tomorrow on at the earliest.")
    )
