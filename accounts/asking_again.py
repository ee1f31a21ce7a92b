"""Asking for the password again before money moves or a secret is shown: a field for forms, and its check."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField

from accounts import rules, services
from accounts.errors import WrongCredentials
from core.db import transaction
from core.errors import TooManyAttempts
from web.access import current_actor
from web.forms import Form, at_most, required
from web.wording import words_for


class PasswordAgainForm(Form):
    """Is it still you?"""

    password = PasswordField(_l("Your password, once more"), [required(), at_most(rules.LONGEST_PASSWORD)])


def is_the_same_person(form: PasswordAgainForm) -> bool:
    """Check the password of a valid form; else the words stand beside the field. Wrong tries are slowed down."""
    actor = current_actor()
    key = f"password again:{actor.user_id}"
    try:
        with transaction() as session:
            services.count_attempt(session, key)
        with transaction() as session:
            services.check_own_password(session, actor, form.password.data or "")
            services.forget_attempts(session, key)
    except WrongCredentials:
        form.add_error("password", _("This is not your password."))
        return False
    except TooManyAttempts as refusal:
        form.add_error("password", words_for(refusal))
        return False
    return True
