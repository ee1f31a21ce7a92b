"""Forms of the cart: which pack size, and how many."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import Length, Regexp

from shop.stock.values import MOST_PACKS
from web.forms import Form, WholeNumberField, required

VARIANT = [required(), Length(max=20), Regexp(r"^[0-9A-Z]+$")]


class LineForm(Form):
    """So many packs of one thing."""

    variant = HiddenField(validators=VARIANT)
    quantity = WholeNumberField(_l("Quantity"), [required()], least=1, most=MOST_PACKS)


class RemoveForm(Form):
    """One thing to take out."""

    variant = HiddenField(validators=VARIANT)
