"""Forms of institution buying: ordering on account, and accepting what arrived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional, Regexp

from accounts.models import Organisation
from shop.cart.values import CartOwner
from shop.fulfilment import rules
from shop.fulfilment.errors import ShortageUnexplained, TwoInspectorsNeeded
from shop.fulfilment.values import Acceptance
from shop.orders.forms import DeliveryForm
from shop.orders.queries import LineView
from shop.orders.values import OrderRequest
from web.forms import Form, WholeNumberField, at_most, no_control_characters, required
from web.language import in_language
from web.wording import words_for


class AccountOrderForm(DeliveryForm):
    """What a requester fills in."""

    institution = SelectField(_l("Order for"), [required()], validate_choice=True)

    def offer_institutions(self, institutions: Sequence[Organisation]) -> None:
        """Offer the institutions for which this person may order."""
        self.institution.choices = [(o.public_id, in_language(o.name_zh, o.name_en)) for o in institutions]

    def to_request(self, *, idem_key: str, cart: CartOwner, locale: str, institution_id: int) -> OrderRequest:
        """Return the order that this form asks for."""
        return OrderRequest(
            idem_key=idem_key,
            email=(self.email.data or "").strip(),
            locale=locale,
            delivery=self.delivery(),
            note=(self.note.data or "").strip(),
            invoice=self.wanted_invoice(),
            cart=cart,
            institution_id=institution_id,
            seen_total_fen=self.seen_total_fen(),
        )


class AcceptanceForm(Form):
    """What two people found; the number fields are added line by line."""

    part = HiddenField(validators=[required(), Length(max=20), Regexp(r"^[0-9A-Z]+$")])
    second_inspector = StringField(
        _l("Second person who checked"), [required(), no_control_characters, at_most(40)]
    )
    note = TextAreaField(_l("What was missing or bad"), [Optional(), no_control_characters, at_most(300)])
    lines: Sequence[LineView] = ()
    first_inspector = ""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; everything that is missing or wrong is named at once."""
        fine = super().validate(extra_validators)
        found = to_acceptance(self)
        numbers = [self[f"accepted_{index}"].number for index in range(len(self.lines))]
        short = any(
            number is not None and number < line.quantity
            for number, line in zip(numbers, self.lines, strict=True)
        )
        if short and not found.note and not self.note.errors:
            self.add_error("note", words_for(ShortageUnexplained()))
            fine = False
        if not self.second_inspector.errors and rules.too_few_people(found):
            self.add_error("second_inspector", words_for(TwoInspectorsNeeded()))
            fine = False
        return fine


def acceptance_form(
    lines: Sequence[LineView], first_inspector: str, formdata: Any, **values: Any
) -> AcceptanceForm:
    """Return the form for a part with one number a line, filled with what was sent."""
    fields = {
        f"accepted_{index}": WholeNumberField(
            _("Accepted of %(name)s", name=in_language(line.name_zh, line.name_en)),
            [required()],
            least=0,
            most=line.quantity,
            default=str(line.quantity),
        )
        for index, line in enumerate(lines)
    }
    kind = type("AcceptanceFormOfPart", (AcceptanceForm,), fields)
    made: AcceptanceForm = kind(formdata, **values)
    made.lines, made.first_inspector = lines, first_inspector
    return made


def to_acceptance(form: AcceptanceForm) -> Acceptance:
    """Return what a valid form says."""
    return Acceptance(
        tuple((line.line_id, form[f"accepted_{index}"].number or 0) for index, line in enumerate(form.lines)),
        (form.first_inspector, " ".join((form.second_inspector.data or "").split())),
        (form.note.data or "").strip(),
    )
