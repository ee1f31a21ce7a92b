"""Forms of orders: where it goes, to whom, whom the invoice names, and what the buyer confirms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import phonenumbers
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import Email, Length, Optional, Regexp, StopValidation

from accounts.registrations import rules as registration_rules
from accounts.registrations.errors import BadCode
from accounts.registrations.forms import PlaceForm
from core import ids
from registry.values import PickedRegion, RegionLevel
from shop.cart.values import CartOwner
from shop.catalogue.values import EXEMPT_BY_LAW, EXEMPT_IF_CONFIRMED, ReturnTerms
from shop.fulfilment.values import PickupPoint
from shop.orders import rules
from shop.orders.queries import LastForm
from shop.orders.values import (
    Delivery,
    Invoice,
    InvoiceKind,
    OrderFilter,
    OrderRequest,
    Pickup,
    PricedOrder,
)
from shop.orders.wording import confirmation_text
from web.forms import DayField, Form, YuanField, at_most, no_card_number, no_control_characters, required
from web.language import in_language
from web.wording import words_for

_WORDS = [required(), no_control_characters]

#: How goods reach somebody: to the door, or to a point in a village.
TO_THE_DOOR, PICK_UP = "door", "pickup"

#: The fields that stand above all others on the page, in its order.
_FIRST_ON_PAGE = ("recipient", "phone", "way", "province", "county", "town", "village", "address", "pickup")


def mainland_phone(_form: Any, field: Any) -> None:
    """Refuse what is no phone number of the mainland."""
    try:
        number = phonenumbers.parse((field.data or "").strip(), "CN")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or number.country_code != 86 or not phonenumbers.is_valid_number(number):
        raise StopValidation(_("Enter a mainland phone number, for example 138 0013 8000."))


def door_needed(form: Any, field: Any) -> None:
    """Refuse an empty field where the goods go to the door."""
    if not form.picks_up and not (field.data or "").strip():
        raise StopValidation(_("Please fill this in."))


def invoice_title_needed(form: Any, field: Any) -> None:
    """Refuse an empty title of an invoice that is wanted."""
    if form.invoice.data and not (field.data or "").strip():
        raise StopValidation(_("Please fill this in."))


def invoice_code_checked(form: Any, field: Any) -> None:
    """Refuse a company's code that cannot be right (GB 32100); a person has none."""
    if form.invoice.data != InvoiceKind.COMPANY.value:
        return
    code = registration_rules.normalise_code(field.data or "")
    if not code:
        raise StopValidation(_("Please fill this in."))
    fault = registration_rules.code_fault(code)
    if fault is not None:
        raise StopValidation(words_for(BadCode(fault, len(code))))


def _place_on_page(name: str) -> int:
    return _FIRST_ON_PAGE.index(name) if name in _FIRST_ON_PAGE else len(_FIRST_ON_PAGE)


class DeliveryForm(PlaceForm):
    """Where goods go: the four lists of regions open one below the other, with scripts or by a button."""

    once = HiddenField(validators=[required(), Length(min=10, max=40), Regexp(r"^[0-9A-Z]+$")])
    seen_total = HiddenField(validators=[Optional(), Regexp(r"^[0-9]{1,12}$")])
    recipient = StringField(_l("Recipient"), [*_WORDS, at_most(40), no_card_number])
    phone = TelField(_l("Phone"), [*_WORDS, at_most(30), mainland_phone])
    address = StringField(
        _l("Street, house, door"), [no_control_characters, door_needed, at_most(120), no_card_number]
    )
    email = EmailField(
        _l("E-mail"),
        [*_WORDS, at_most(200), Email(message=_l("Enter an e-mail address such as name@example.org."))],
    )
    note = TextAreaField(_l("Note"), [Optional(), no_control_characters, at_most(300)])
    invoice = RadioField(
        _l("Invoice"),
        [Optional()],
        choices=[
            ("", _l("No invoice")),
            (InvoiceKind.PERSON.value, _l("To a person")),
            (InvoiceKind.COMPANY.value, _l("To a company or institution")),
        ],
        default="",
    )
    invoice_title = StringField(
        _l("Title of the invoice"),
        [no_control_characters, invoice_title_needed, at_most(80), no_card_number],
    )
    invoice_code = StringField(
        _l("Unified social credit code"),
        [no_control_characters, at_most(40), invoice_code_checked],
        description=_l("18 digits and capitals, on every business licence."),
    )

    picks_up = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.once.data:
            self.once.data = ids.public_id(20)
        for needed in (self.province, self.county, self.address, self.invoice_title, self.invoice_code):
            needed.flags.required = True
        self.lineage: list[PickedRegion] = []
        # the summary of what is wrong follows the page, not the order in which the classes were written
        for name in sorted(self._fields, key=_place_on_page):
            self._fields[name] = self._fields.pop(name)

    def place(self, lineage: Sequence[PickedRegion]) -> bool:
        """Take the regions that the picked codes lead to (`picked_lineage`); False with words beside the list that leads nowhere."""
        self.lineage = list(lineage)
        levels = {region.level: region.code for region in lineage}
        for field, level in zip(
            (self.province, self.county, self.town, self.village),
            (RegionLevel.PROVINCE, RegionLevel.COUNTY, RegionLevel.TOWN, RegionLevel.VILLAGE),
            strict=True,
        ):
            if level.value in levels:
                continue
            if field.data:
                self.add_error(
                    field.name, _("This does not lie in what you picked above. Please pick it again.")
                )
                return False
            if level in (RegionLevel.PROVINCE, RegionLevel.COUNTY):
                self.add_error(field.name, _("Please pick one."))
                return False
        return True

    def delivery(self, pickup: PickupPoint | None = None) -> Delivery:
        """Return where the goods go, tidied."""
        number = phonenumbers.parse((self.phone.data or "").strip(), "CN")
        names = {region.level: region.name_zh for region in self.lineage}
        return Delivery(
            recipient=_tidy(self.recipient.data),
            phone=str(number.national_number),
            province=names[RegionLevel.PROVINCE.value],
            city=names.get(RegionLevel.PREFECTURE.value, ""),
            district=names[RegionLevel.COUNTY.value],
            town=names.get(RegionLevel.TOWN.value, ""),
            village=names.get(RegionLevel.VILLAGE.value, ""),
            address="" if pickup is not None else _tidy(self.address.data),
            region_code=self.lineage[-1].code,
            region_en=", ".join(region.name_en or region.name_zh for region in reversed(self.lineage)),
            pickup=Pickup(pickup.public_id, pickup.name_zh, pickup.name_en, pickup.address, pickup.hours)
            if pickup is not None
            else None,
        )

    def wanted_invoice(self) -> Invoice | None:
        """Return whom the invoice names, or None."""
        if not self.invoice.data:
            return None
        kind = InvoiceKind(self.invoice.data)
        code = registration_rules.normalise_code(self.invoice_code.data or "")
        return Invoice(kind, _tidy(self.invoice_title.data), code if kind is InvoiceKind.COMPANY else "")

    def seen_total_fen(self) -> int | None:
        """Return the total that stood on the page (fen)."""
        seen = (self.seen_total.data or "").strip()
        return int(seen) if seen else None

    def fill_from(self, last: LastForm, codes: Sequence[str]) -> None:
        """Fill in where an earlier order went, and the codes of its regions."""
        self.recipient.data = last.delivery.recipient
        self.phone.data = last.delivery.phone
        self.address.data = last.delivery.address
        for field, code in zip((self.province, self.county, self.town, self.village), codes, strict=False):
            field.data = code
        self.email.data = last.email
        if last.invoice is not None:
            self.invoice.data = last.invoice.kind.value
            self.invoice_title.data = last.invoice.title
            self.invoice_code.data = last.invoice.code


class CheckoutForm(DeliveryForm):
    """What a public buyer fills in."""

    saved = SelectField(_l("Addresses of your earlier orders"), [Optional()], validate_choice=False)
    way = RadioField(
        _l("How it reaches you"),
        [required()],
        choices=[(TO_THE_DOOR, _l("To the door")), (PICK_UP, _l("I pick it up at a point in the village"))],
        default=TO_THE_DOOR,
    )
    pickup = SelectField(_l("Pick-up point"), [Optional()], validate_choice=False)
    voucher = StringField(
        _l("Voucher"),
        [Optional(), no_control_characters, at_most(40)],
        description=_l("Codes look like %(example)s.", example="YH-7K3M-92QF-ABCD"),
    )
    no_return_for = HiddenField(validators=[Optional(), Length(max=20000), Regexp(r"^[0-9A-Za-z._ ]*$")])
    no_return_fresh = BooleanField()
    no_return_made_to_order = BooleanField()
    no_return_only_unopened = BooleanField()
    no_return_near_end = BooleanField()
    no_return_flawed = BooleanField()

    @property
    def picks_up(self) -> bool:  # type: ignore[override]
        """Say whether the goods are fetched at a point."""
        return bool(self.way.data == PICK_UP)

    def offer_points(self, points: Sequence[PickupPoint]) -> None:
        """Offer the points of the county that was picked."""
        nothing = _("Please choose") if points else _("No point in this county")
        if not self.county.data:
            nothing = _("Pick the one above first")
        self.pickup.choices = [
            ("", nothing),
            *(
                (point.public_id, f"{in_language(point.name_zh, point.name_en)} · {point.address}")
                for point in points
            ),
        ]
        if self.pickup.data not in {point.public_id for point in points}:
            self.pickup.data = ""
        self.pickup.flags.required = True

    def offer_saved(self, forms: Sequence[LastForm]) -> None:
        """Offer where earlier orders went."""
        self.saved.choices = [
            (
                str(number),
                " · ".join(
                    part
                    for part in (
                        last.delivery.recipient,
                        in_language(last.delivery.region, last.delivery.region_en),
                        last.delivery.pickup.name_zh if last.delivery.pickup else last.delivery.address,
                    )
                    if part
                ),
            )
            for number, last in enumerate(forms)
        ]

    def fill_from(self, last: LastForm, codes: Sequence[str]) -> None:
        """Fill in where an earlier order went, and the codes of its regions."""
        super().fill_from(last, codes)
        pickup = last.delivery.pickup
        self.way.data = PICK_UP if pickup is not None else TO_THE_DOOR
        self.pickup.data = pickup.node if pickup is not None else ""

    def name_excepted(self, priced: PricedOrder, *, needed: bool) -> None:
        """Name what goes back on other terms than within seven days; what was confirmed of other goods counts no more.

        `needed`: it was to be ordered, so a box that is not ticked is named among what is missing.
        """
        seen = set((self.no_return_for.data or "").split())
        every: list[str] = []
        for terms, lines in priced.excepted.items():
            shown = sorted({rules.terms_shown(line.goods) for line in lines})
            box = self[no_return_field(terms)]
            if not seen.issuperset(shown):
                box.data = False
            box.label.text = confirmation_text(terms, [line.goods for line in lines])
            if needed and not box.data:
                self.add_error(box.name, _("Please confirm that you know this."))
            every += shown
        self.no_return_for.data = " ".join(every)

    def _confirmed(self) -> frozenset[str]:
        """Return the goods, with their terms, beside which the buyer ticked the box."""
        ticked = {
            terms.value for terms in EXEMPT_BY_LAW | EXEMPT_IF_CONFIRMED if self[no_return_field(terms)].data
        }
        shown = (self.no_return_for.data or "").split()
        return frozenset(name for name in shown if name.partition(".")[2].partition(".")[0] in ticked)

    def to_request(
        self,
        *,
        idem_key: str,
        cart: CartOwner,
        locale: str,
        guest_secret: str | None,
        pickup: PickupPoint | None,
        address: str | None,
    ) -> OrderRequest:
        """Return the order that this form asks for."""
        confirmed = self._confirmed()
        return OrderRequest(
            idem_key=idem_key,
            email=(self.email.data or "").strip(),
            locale=locale,
            delivery=self.delivery(pickup),
            note=(self.note.data or "").strip(),
            no_return_confirmed=bool(confirmed),
            no_return_for=confirmed,
            invoice=self.wanted_invoice(),
            cart=cart,
            guest_secret=guest_secret,
            seen_total_fen=self.seen_total_fen(),
            voucher=(self.voucher.data or "").strip(),
            address=address,
        )


def no_return_field(terms: ReturnTerms) -> str:
    """Return the box by which a buyer confirms on which terms goods go back."""
    return f"no_return_{terms.value}"


class ActionForm(Form):
    """A button; `part` names what one supplier sends."""

    part = HiddenField(validators=[Optional(), Length(max=20), Regexp(r"^[0-9A-Z]+$")])


def _tidy(text: str | None) -> str:
    return " ".join((text or "").split())


class CallOffForm(Form):
    """Why the operator cancels an order or a part of it."""

    part = HiddenField(validators=[Optional(), Regexp(r"^[0-9A-Z]+$")])
    reason = TextAreaField(_l("Reason"), [required(), at_most(500), no_control_characters])


class NothingArrivedForm(Form):
    """Which parcel reached nobody, and how the operator knows."""

    part = RadioField(_l("Parcel"), [required(), Regexp(r"^[0-9A-Z]+$")], validate_choice=False)
    reason = TextAreaField(
        _l("Reason"),
        [required(), at_most(500), no_control_characters],
        description=_l("The buyer reads it."),
    )


class LineRefundForm(Form):
    """How much of which line goes back, and why."""

    line = RadioField(_l("Line"), [required(), Regexp(r"^[0-9]{1,18}$")], validate_choice=False)
    amount = YuanField(_l("Amount that goes back"), [required()])
    why = TextAreaField(
        _l("Reason"),
        [required(), at_most(500), no_control_characters],
        description=_l("The buyer reads it."),
    )
    once = HiddenField(validators=[Length(min=1, max=40), Regexp(r"^[0-9A-Z]+$")])


def _in_our_time(_form: Any, field: DayField) -> None:
    if field.day is not None and not 2000 <= field.day.year <= 2100:
        raise StopValidation(_("Enter a day, for example 2026-11-21."))


class OrderFilterForm(Form):
    """What the operator's list of orders is narrowed by; read from the address, so it carries no token."""

    class Meta:
        """Nothing is changed by looking."""

        csrf = False

    q = StringField(_l("Number, payment code, name, phone or e-mail"), [Optional()])
    kind = SelectField(_l("Who bought"), [Optional()])
    method = SelectField(_l("How it is paid"), [Optional()])
    day_from = DayField(_l("Placed from"), [_in_our_time])
    day_to = DayField(_l("Placed until"), [_in_our_time])

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that the days are in their order."""
        fine = super().validate(extra_validators)
        if fine and self.day_from.day and self.day_to.day and self.day_to.day < self.day_from.day:
            self.add_error("day_to", _("This day comes before the first one."))
            fine = False
        return fine

    def to_filter(self, state: str) -> OrderFilter:
        """Return what is asked for; days that are wrong narrow nothing."""
        right = not self.errors
        return OrderFilter(
            words=(self.q.data or "").strip()[:60].replace("\x00", ""),
            state=state,
            kind=self.kind.data or "",
            method=self.method.data or "",
            day_from=self.day_from.day if right else None,
            day_to=self.day_to.day if right else None,
        )
