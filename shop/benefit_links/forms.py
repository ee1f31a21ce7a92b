"""Forms of benefit links."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, FileField, HiddenField, SelectField, StringField, TextAreaField

from shop.benefit_links.rules import LONGEST_REASON
from shop.benefit_links.values import LinkKind
from web.forms import Form, YuanField, at_most, no_control_characters, required, single_use_token


class LinkForm(Form):
    """What a supplier enters about a household."""

    once = HiddenField(validators=[single_use_token])
    product = SelectField(_l("Product"), [required()])
    village = SelectField(_l("Village of the household"), [required()])
    householder = StringField(_l("Name of the householder"), [required(), at_most(40), no_control_characters])
    proof = StringField(
        _l("Last four digits of its phone number"),
        [required(), at_most(20), no_control_characters],
        description=_l(
            "So that nobody enters a household by mistake. Without a phone: its household number."
        ),
    )
    kind = SelectField(_l("How the household earns"), [required()], choices=[])
    valid_from = DateField(_l("First day"), [required()])
    valid_until = DateField(_l("Last day"), [required()])
    promised = YuanField(_l("Promised for the whole period (yuan)"), [required()])
    evidence = FileField(
        _l("Picture of the contract"),
        description=_l("JPEG, PNG or WebP, at most 10 MB. Cover ID and account numbers first."),
    )

    @property
    def link_kind(self) -> LinkKind:
        """Return the kind that was chosen."""
        return LinkKind(self.kind.data)


class PaymentForm(Form):
    """What a supplier paid."""

    once = HiddenField(validators=[single_use_token])
    amount = YuanField(_l("Amount (yuan)"), [required()])
    paid_on = DateField(_l("Paid on"), [required()])
    evidence = FileField(
        _l("Picture of the receipt"),
        description=_l("JPEG, PNG or WebP, at most 10 MB. Cover ID and account numbers first."),
    )


class WithdrawForm(Form):
    """Why a link is taken back."""

    reason = TextAreaField(_l("Reason"), [required(), at_most(LONGEST_REASON), no_control_characters])


class AnswerForm(Form):
    """What a household says of a link, or who answers for it how it was asked."""

    reason = TextAreaField(_l("Reason"), [at_most(LONGEST_REASON), no_control_characters])
