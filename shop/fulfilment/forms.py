"""Forms of fulfilment: how something was sent, where it arrived, who took it; nodes and their people."""

from __future__ import annotations

import re
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Optional, Regexp, StopValidation

from core import documents, storage
from core.text import half_width
from shop.fulfilment import codes
from shop.fulfilment.values import NewNode, Way
from web.forms import (
    DayField,
    Form,
    WholeNumberField,
    at_most,
    narrowed,
    no_control_characters,
    required,
    today_or_later,
)


class ShipForm(Form):
    """With whom a parcel travels, and under which number; or through our own nodes where they lead there."""

    way = RadioField(_l("How it travels"), [Optional()], validate_choice=False, default=Way.CARRIER.value)
    carrier = StringField(_l("Carrier"), [Optional(), no_control_characters, at_most(40)])
    tracking_number = StringField(
        _l("Number on the waybill"),
        [
            Optional(),
            at_most(40),
            Regexp(
                # A carrier's number, or the plate of the supplier's own truck, such as 鲁D·12345.
                r"^\s*[\u4e00-\u9fff]?[0-9A-Za-z·\- ]{4,40}\s*$",
                message=_l("Enter letters and digits, for example SF1234567890."),
            ),
        ],
        filters=[narrowed],
    )

    def offer(self, nodes: list[str]) -> None:
        """Offer the way through our own nodes where there is one."""
        self.way.choices = [(Way.CARRIER.value, _("With a carrier, or with your own truck"))]
        if nodes:
            self.way.choices.append(
                (Way.OWN.value, _("Through our nodes: %(nodes)s", nodes=" → ".join(nodes)))
            )
        self.carrier.flags.required = not nodes

    @property
    def chosen(self) -> Way:
        """Return how it travels."""
        return Way.OWN if self.way.data == Way.OWN.value else Way.CARRIER

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; a carrier needs its name."""
        fine = super().validate(extra_validators)
        if self.chosen is Way.CARRIER and not (self.carrier.data or "").strip():
            self.add_error("carrier", _("Please fill this in."))
            return False
        return fine


class ScanForm(Form):
    """A parcel's code, and the node at which it was taken over."""

    node = SelectField(_l("At which node"), [required()], validate_choice=False)
    parcel = StringField(_l("Code of the parcel"), [required(), no_control_characters, at_most(300)])


class HandOutForm(Form):
    """The code with which somebody comes for a parcel."""

    code = StringField(_l("Pick-up code"), [required(), no_control_characters, at_most(30)])

    def validate_code(self, field: Any) -> None:
        """Read the digits, and refuse a slip of the finger before it counts as a wrong code."""
        field.data = re.sub(r"[\s-]", "", half_width(field.data))
        if not codes.is_well_formed(field.data):
            raise StopValidation(
                _("Something was mistyped: a code has seven digits. Please ask for it again.")
            )


class ProofForm(Form):
    """Who took a parcel, and a picture of it."""

    receiver = StringField(
        _l("Who took it"),
        [required(), no_control_characters, at_most(40), Regexp(r".*\S", message=_l("Please fill this in."))],
    )
    photo = FileField(
        _l("Photo"), [Optional()], description=_l("Only the buyer, the supplier and the operator see it.")
    )

    def keep_photo(self) -> str | None:
        """Keep the photo that came with the form and return its key; what is no picture leaves an error beside the field."""
        upload = request.files.get("photo")
        data = (
            upload.stream.read(storage.LARGEST_UPLOAD + 1) if upload is not None and upload.filename else b""
        )
        if not data:
            return None
        try:
            return documents.keep_document(storage.shrink_picture(data)).key
        except storage.NotAPicture:
            self.add_error("photo", _("This is no picture that can be read, or it has more than 10 MB."))
            return None


class SlipsForm(Form):
    """Which packing slips to print, and how."""

    class Meta:
        csrf = False

    paper = SelectField(_l("Paper"), [DataRequired()], choices=[("a5", "A5"), ("a4", "A4")], default="a5")
    prices = SelectField(
        _l("Prices"),
        [DataRequired()],
        choices=[("no", _l("without prices")), ("yes", _l("with prices"))],
        default="no",
    )


class NodeForm(Form):
    """What the operator says about a node."""

    name_zh = StringField(_l("Name in Chinese"), [required(), no_control_characters, at_most(60)])
    name_en = StringField(_l("Name in English"), [required(), no_control_characters, at_most(80)])
    address = StringField(_l("Address"), [required(), no_control_characters, at_most(120)])
    hours = StringField(
        _l("Opening hours"),
        [
            Optional(),
            Regexp(
                r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]$",
                message=_l("Enter hours such as 08:00-18:00."),
            ),
        ],
        description=_l("For example 08:00-18:00."),
    )
    keeper = StringField(
        _l("Keeper"),
        [Optional(), no_control_characters, at_most(200)],
        description=_l("The e-mail address or phone number with which they sign in."),
    )
    courier = StringField(
        _l("Courier"),
        [Optional(), no_control_characters, at_most(200)],
        description=_l("Brings parcels from here to the door; may note parcels here too."),
    )

    def to_node(self) -> NewNode:
        """Return what was said."""
        return NewNode(
            name_zh=_tidy(self.name_zh.data),
            name_en=_tidy(self.name_en.data),
            address=_tidy(self.address.data),
            hours=(self.hours.data or "").strip(),
            keeper=(self.keeper.data or "").strip(),
            courier=(self.courier.data or "").strip(),
        )


class ReceiptDaysForm(Form):
    """After how many days receipt confirms itself, and from when on."""

    days = WholeNumberField(_l("Days"), [required()], least=3, most=60)
    remind_days = WholeNumberField(
        _l("Days until a buyer is reminded to pick up"), [required()], least=1, most=30
    )
    valid_from = DayField(_l("For what is sent from"), [required(), today_or_later])


def _tidy(text: str | None) -> str:
    return " ".join((text or "").split())
