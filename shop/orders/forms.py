"""Forms of orders: where it goes, to whom, and what the buyer confirms."""

from __future__ import annotations

from typing import Any

import phonenumbers
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import Email, Length, Optional, Regexp, StopValidation

from core import ids
from shop.cart.values import CartOwner
from shop.orders.values import PROVINCES, Delivery, OrderRequest
from web.forms import Form, YuanField, at_most, no_control_characters, required
from web.language import in_language

_WORDS = [required(), no_control_characters]


def mainland_phone(_form: Any, field: Any) -> None:
    """Refuse what is no phone number of the mainland."""
    try:
        number = phonenumbers.parse((field.data or "").strip(), "CN")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or number.country_code != 86 or not phonenumbers.is_valid_number(number):
        raise StopValidation(_("Enter a mainland phone number, for example 138 0013 8000."))


def some_words(_form: Any, field: Any) -> None:
    """Refuse a text of nothing but spaces."""
    if not (field.data or "").strip():
        raise StopValidation(_("Please fill this in."))


class DeliveryForm(Form):
    """Where goods go."""

    once = HiddenField(validators=[required(), Length(min=10, max=40), Regexp(r"^[0-9A-Z]+$")])
    seen_total = HiddenField(validators=[Optional(), Regexp(r"^[0-9]{1,12}$")])
    recipient = StringField(_l("Recipient"), [*_WORDS, some_words, at_most(40)])
    phone = TelField(_l("Phone"), [*_WORDS, at_most(30), mainland_phone])
    province = SelectField(_l("Province"), [required()], validate_choice=True)
    city = StringField(_l("City or prefecture"), [*_WORDS, some_words, at_most(40)])
    district = StringField(_l("County or district"), [*_WORDS, some_words, at_most(40)])
    address = StringField(_l("Street, house, door"), [*_WORDS, some_words, at_most(120)])
    email = EmailField(
        _l("E-mail"),
        [*_WORDS, at_most(200), Email(message=_l("Enter an e-mail address such as name@example.org."))],
    )
    note = TextAreaField(_l("Note"), [Optional(), no_control_characters, at_most(300)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.province.choices = [
            ("", _("Choose a province")),
            *((zh, in_language(zh, f"{en} {zh}")) for _code, zh, en in PROVINCES),
        ]
        if not self.once.data:
            self.once.data = ids.public_id(20)

    def delivery(self) -> Delivery:
        """Return where the goods go, tidied."""
        number = phonenumbers.parse((self.phone.data or "").strip(), "CN")
        return Delivery(
            _tidy(self.recipient.data),
            str(number.national_number),
            self.province.data,
            _tidy(self.city.data),
            _tidy(self.district.data),
            _tidy(self.address.data),
        )

    def seen_total_fen(self) -> int | None:
        """Return the total that stood on the page (fen)."""
        return int(self.seen_total.data) if self.seen_total.data else None

    def fill_from(self, delivery: dict[str, Any] | None, email: str | None) -> None:
        """Fill an empty form with where the last order went."""
        for name in ("recipient", "phone", "province", "city", "district", "address"):
            if delivery and delivery.get(name):
                self[name].data = delivery[name]
        if email:
            self.email.data = email


class CheckoutForm(DeliveryForm):
    """What a public buyer fills in."""

    no_return = BooleanField(
        _l(
            "I know that the fresh goods in this order cannot be sent back within seven days without a reason."
        )
    )

    def to_request(
        self, *, idem_key: str, cart: CartOwner, locale: str, guest_secret: str | None
    ) -> OrderRequest:
        """Return the order that this form asks for."""
        return OrderRequest(
            idem_key=idem_key,
            email=(self.email.data or "").strip(),
            locale=locale,
            delivery=self.delivery(),
            note=(self.note.data or "").strip(),
            no_return_confirmed=bool(self.no_return.data),
            cart=cart,
            guest_secret=guest_secret,
            seen_total_fen=self.seen_total_fen(),
        )


class ActionForm(Form):
    """A button; `part` names what one supplier sends."""

    part = HiddenField(validators=[Optional(), Length(max=20), Regexp(r"^[0-9A-Z]+$")])


def _tidy(text: str | None) -> str:
    return " ".join((text or "").split())


class CallOffForm(Form):
    """Why the operator cancels an order or a part of it."""

    part = HiddenField(validators=[Optional(), Regexp(r"^[0-9A-Z]+$")])
    reason = TextAreaField(_l("Reason"), [required(), at_most(500), no_control_characters])


class LineRefundForm(Form):
    """How much of which line goes back, and why."""

    line = SelectField(_l("Line"), [required(), Regexp(r"^[0-9]{1,18}$")], validate_choice=False)
    amount = YuanField(_l("Amount that goes back"), [required()])
    why = TextAreaField(
        _l("Reason"),
        [required(), at_most(500), no_control_characters],
        description=_l("The buyer reads it."),
    )
    once = HiddenField(validators=[Length(min=1, max=40), Regexp(r"^[0-9A-Z]+$")])
