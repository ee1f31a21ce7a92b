"""Forms of the certifiers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from web.forms import Form, at_most, no_control_characters, required


class ReasonForm(Form):
    """Why a certificate is suspended, holds again or is revoked."""

    reason = TextAreaField(
        _l("Reason for this step"),
        [required(), at_most(500), no_control_characters],
        description=_l("The supplier and the supervisors can read it. Name no households."),
    )
