"""Forms of benefit links."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    FileField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from shop.benefit_links.rules import LONGEST_REASON
from shop.benefit_links.values import LinkKind, ShareTerms
from web.forms import DateField, Form, YuanField, at_most, no_control_characters, required, single_use_token

_PERCENT = re.compile(r"^([0-9]{1,3})(?:\.([0-9]{1,2}))?%?$")


class ShareField(StringField):
    """A percentage with at most two decimals that becomes `bps`, hundredths of a percent; empty is none."""

    bps: int | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the percentage."""
        text = (self.data or "").strip().replace("％", "%").replace(" ", "")
        if not text:
            return
        found = _PERCENT.match(text)
        bps = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else 0
        if not 1 <= bps <= 10_000:
            raise StopValidation(_("Enter a percentage from 0.01 to 100, for example 2 or 1.5."))
        self.bps = bps


class ShareForm(Form):
    """Which share of which sales a household has."""

    share = ShareField(
        _l("Share of sales in percent"),
        [at_most(8)],
        description=_l(
            "Of the goods' value of everything that buyers accept. It is kept back from your payouts until you have paid the household. For dividends, shares, land trust and purchases by order."
        ),
    )
    share_of = SelectField(
        _l("Of which sales"),
        choices=[
            ("one", _l("Of the product of this link")),
            ("some", _l("Of the products chosen below")),
            ("all", _l("Of all our products")),
        ],
        default="one",
    )
    share_products = SelectMultipleField(
        _l("Products with a share"), option_widget=CheckboxInput(), widget=ListWidget(), choices=[]
    )

    def share_terms(self, product_slug: str) -> ShareTerms | None:
        """Return the share as it was typed; `product_slug` is the link's own product."""
        if self.share.bps is None:
            return None
        if self.share_of.data == "all":
            return ShareTerms(self.share.bps, everything=True)
        chosen = self.share_products.data or () if self.share_of.data == "some" else (product_slug,)
        return ShareTerms(self.share.bps, product_slugs=frozenset(chosen))


class LinkForm(ShareForm):
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
        description=_l(
            "JPEG, PNG or WebP, at most 10 MB. Cover ID and account numbers first. Needed where the household has a share of sales."
        ),
    )


class WithdrawForm(Form):
    """Why a link is taken back."""

    reason = TextAreaField(_l("Reason"), [required(), at_most(LONGEST_REASON), no_control_characters])


class AnswerForm(Form):
    """What a household says of a link, or who answers for it how it was asked."""

    reason = TextAreaField(_l("Reason"), [at_most(LONGEST_REASON), no_control_characters])
