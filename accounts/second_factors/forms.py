"""Forms of second factors."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField

from accounts.asking_again import PasswordAgainForm
from accounts.second_factors.rules import LONGEST_TYPED
from web.forms import Form, at_most, no_control_characters, required


class ConfirmForm(Form):
    """Which code does the app show?"""

    code = StringField(_l("Code of your app"), [required(), at_most(LONGEST_TYPED)])


class FindForm(Form):
    """Whose second factor is it about?"""

    login = StringField(_l("E-mail or mobile number"), [required(), at_most(254), no_control_characters])


class TakeOffForm(PasswordAgainForm):
    """Why is it taken off, and is it still you?"""

    reason = TextAreaField(
        _l("Reason"),
        [required(), at_most(500), no_control_characters],
        description=_l(
            "How you made sure that it is them, such as a call to a number you know. It is written down."
        ),
    )
