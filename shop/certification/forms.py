"""Forms of the certifiers."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, Regexp

from shop.certification.values import end_of
from web.forms import Form, at_most, no_control_characters, required


class IssueForm(Form):
    """A certificate to be: for which office, through which day, under which number."""

    issuer = SelectField(_l("Issued by"), [required()])
    last_day = DateField(_l("Valid through"), [required()])
    number = StringField(
        _l("Certificate number"),
        [
            Optional(),
            at_most(40),
            Regexp(r"^[0-9A-Za-z-]+$", message=_l("Use Latin letters, digits and hyphens.")),
        ],
        description=_l("Leave it empty and a number is made."),
    )

    @property
    def valid_until(self) -> datetime:
        """Return the moment at which the certificate ends."""
        assert self.last_day.data is not None
        return end_of(self.last_day.data)

    @property
    def chosen_number(self) -> str | None:
        """Return the number that was typed, or None."""
        return (self.number.data or "").strip().upper() or None


class ReasonForm(Form):
    """Why a certificate is suspended, holds again or is revoked."""

    reason = TextAreaField(
        _l("Reason for this step"),
        [required(), at_most(500), no_control_characters],
        description=_l("The supplier and the supervisors can read it. Name no households."),
    )
