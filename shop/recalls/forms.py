"""Forms of recalls."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, TextAreaField
from wtforms.validators import InputRequired

from shop.tracing import rules
from web.forms import Form, at_most, no_control_characters, required


class RecallForm(Form):
    """Why a batch is called back, and that there is no way back."""

    reason = TextAreaField(
        _l("Reason for everybody to read"),
        [required(), at_most(rules.LONGEST_REASON), no_control_characters],
    )
    sure = BooleanField(
        _l("I know that a recall cannot be taken back"),
        [InputRequired(_l("Please confirm that you know this."))],
    )


class SeenForm(Form):
    """That somebody has looked at it; carries nothing but its token."""
