"""Forms of vouchers: the terms of a batch, and why one is taken back."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, RadioField, StringField, TextAreaField
from wtforms.validators import Email, Optional

from shop.vouchers.rules import LEAST_PAID_FEN
from shop.vouchers.values import Terms
from web.forms import (
    DayField,
    Form,
    OnceForm,
    WholeNumberField,
    YuanField,
    at_most,
    no_control_characters,
    required,
    today_or_later,
)

_NAME = [required(), no_control_characters, at_most(40)]


class BatchForm(OnceForm):
    """The terms of new vouchers."""

    name_zh = StringField(_l("Name in Chinese"), _NAME, description=_l("The buyer reads it."))
    name_en = StringField(_l("Name in English"), _NAME)
    kind = RadioField(
        _l("What it takes off"),
        [required()],
        choices=[("fixed", _l("A fixed amount")), ("percent", _l("A share of the goods, up to the amount"))],
        default="fixed",
    )
    amount = YuanField(_l("Amount taken off"), [required()], most=10_000_00)
    percent = WholeNumberField(
        _l("Percent of the goods"),
        [Optional()],
        least=1,
        most=95,
        description=_l("Only for a share; the amount above is then the most it takes off."),
    )
    minimum = YuanField(
        _l("Goods worth at least"),
        [required()],
        least=LEAST_PAID_FEN,
        most=100_000_00,
        description=_l("The freight does not count."),
    )
    valid_from = DayField(_l("First day"), [required()])
    valid_until = DayField(_l("Last day"), [required(), today_or_later])
    codes = WholeNumberField(_l("Number of codes"), [required()], least=1, most=500)
    uses_each = WholeNumberField(
        _l("Uses of each code"),
        [required()],
        least=1,
        most=10_000,
        description=_l("1: the first order that uses it."),
    )
    per_person = BooleanField(_l("Once for each account; only people who are signed in use it."))
    for_email = EmailField(
        _l("Only for the account with this e-mail address"),
        [
            Optional(),
            no_control_characters,
            at_most(200),
            Email(message=_l("Enter an e-mail address such as name@example.org.")),
        ],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Check that the fields fit one another, too."""
        fine = super().validate(extra_validators)
        if not fine:
            return False
        share = self.kind.data == "percent"
        if share and self.percent.number is None:
            self.add_error("percent", _("Please fill this in."))
        if (
            not share
            and self.amount.fen
            and self.minimum.fen
            and self.minimum.fen < self.amount.fen + LEAST_PAID_FEN
        ):
            self.add_error("minimum", _("This must be at least ¥5.00 more than what is taken off."))
        if self.valid_from.day and self.valid_until.day and self.valid_until.day < self.valid_from.day:
            self.add_error("valid_until", _("The last day lies before the first."))
        return not any(field.errors for field in self)

    def to_terms(self) -> Terms:
        """Return the terms; called once the form is valid."""
        assert self.amount.fen
        assert self.minimum.fen
        assert self.valid_from.day
        assert self.valid_until.day
        assert self.codes.number
        assert self.uses_each.number
        return Terms(
            " ".join((self.name_zh.data or "").split()),
            " ".join((self.name_en.data or "").split()),
            self.amount.fen,
            self.percent.number if self.kind.data == "percent" else None,
            self.minimum.fen,
            self.valid_from.day,
            self.valid_until.day,
            self.codes.number,
            self.uses_each.number,
            bool(self.per_person.data),
            (self.for_email.data or "").strip().lower(),
        )


class WithdrawForm(Form):
    """Why vouchers are taken back."""

    reason = TextAreaField(_l("Reason"), [required(), at_most(500), no_control_characters])


class OpenForm(Form):
    """A button."""
