"""Asking who it is again before money moves or a secret is shown: the password, and a code of people with a second factor."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import PasswordField, StringField

from accounts import rules, services
from accounts.errors import WrongCredentials
from accounts.second_factors import rules as factor_rules
from accounts.second_factors import services as factors
from accounts.second_factors.errors import WrongCode
from core.db import transaction
from core.errors import TooManyAttempts
from web.access import current_actor
from web.forms import Form, at_most, required
from web.wording import words_for


class PasswordAgainForm(Form):
    """Is it still you?"""

    password = PasswordField(_l("Your password, once more"), [required(), at_most(rules.LONGEST_PASSWORD)])
    code = StringField(_l("Code of your app"), [required(), at_most(factor_rules.LONGEST_TYPED)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for a code only of people who have one; who it is comes last, after what a form adds."""
        super().__init__(*args, **kwargs)
        if not getattr(current_user, "has_second_factor", False):
            del self.code
        for name in ("password", "code"):
            if name in self._fields:
                self._fields[name] = self._fields.pop(name)


def is_the_same_person(form: PasswordAgainForm) -> bool:
    """Check the password, and the code, of a valid form; else words stand beside the field. Wrong tries are slowed down."""
    actor = current_actor()
    key = f"password again:{actor.user_id}"
    try:
        with transaction() as session:
            services.count_attempt(session, key)
        with transaction() as session:
            services.check_own_password(session, actor, form.password.data or "")
            if form.code is not None and actor.user_id is not None:
                factors.use_code(session, actor.user_id, form.code.data or "")
            services.forget_attempts(session, key)
    except WrongCredentials:
        form.add_error("password", _("This is not your password."))
        return False
    except WrongCode as refusal:
        form.add_error("code", words_for(refusal))
        return False
    except TooManyAttempts as refusal:
        form.add_error("password", words_for(refusal))
        return False
    return True
