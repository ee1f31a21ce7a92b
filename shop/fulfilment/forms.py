"""Forms of fulfilment: how something was sent."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Optional, Regexp

from web.forms import Form, at_most, no_control_characters, required


class ShipForm(Form):
    """With whom a parcel travels, and under which number."""

    carrier = StringField(
        _l("Carrier"),
        [required(), no_control_characters, at_most(40), Regexp(r".*\S", message=_l("Please fill this in."))],
    )
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
    )
