"""Forms of product files: sending one, and choosing how it is applied."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import FileField, HiddenField, RadioField, SelectField

from core import ids
from shop.product_files.values import Mode
from web.forms import Form, required, single_use_token


class FileForm(Form):
    """A product list to try out."""

    once = HiddenField(validators=[single_use_token], default=lambda: ids.public_id(20))
    supplier = SelectField(_l("Supplier"), [required()])
    file = FileField(
        _l("Product list"),
        [required()],
        description=_l(
            "XLSX or CSV, at most 20,000 rows and 10 MB. Nothing is changed before you have seen what would be."
        ),
    )


class ApplyForm(Form):
    """What is applied when some rows cannot be."""

    mode = RadioField(
        _l("If a row cannot be applied"),
        [required()],
        choices=[
            (Mode.GOOD_ROWS.value, _l("Apply the other rows; give me a list of those that were not taken")),
            (Mode.ALL_OR_NOTHING.value, _l("Apply nothing at all")),
        ],
        default=Mode.GOOD_ROWS.value,
    )
