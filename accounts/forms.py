"""Forms of accounts."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, Field, HiddenField, PasswordField, StringField, TelField
from wtforms.validators import StopValidation

from accounts import rules
from accounts.second_factors.rules import LONGEST_TYPED
from accounts.values import SignUpRequest
from web.forms import Form, at_most, no_control_characters, required


def valid_email(_form: Form, field: Field) -> None:
    """Refuse what is no e-mail address (its shape only; no look-up on the network)."""
    text = (field.data or "").strip()
    if not text:
        return
    try:
        field.data = rules.plain_email(text)
    except ValueError:
        raise StopValidation(_("Enter an e-mail address such as name@example.org.")) from None


def valid_phone(_form: Form, field: Field) -> None:
    """Refuse what is no mobile number of mainland China."""
    text = (field.data or "").strip()
    if text and rules.normalise_login(text)[0] != "phone":
        raise StopValidation(_("Enter a mobile number with 11 digits."))


def strong_password(_form: Form, field: Field) -> None:
    """Refuse a password that is too short or that everybody tries first."""
    if rules.is_weak(field.data or ""):
        raise StopValidation(
            _(
                "Use at least %(least)s characters, and nothing that is easy to guess. A short sentence works well.",
                least=rules.SHORTEST_PASSWORD,
            )
        )


class SignInForm(Form):
    """Who are you?"""

    login = StringField(_l("E-mail or mobile number"), [required(), at_most(254), no_control_characters])
    password = PasswordField(_l("Password"), [required(), at_most(rules.LONGEST_PASSWORD)])
    next = HiddenField()


class CodeForm(Form):
    """Which code does your app show, or which recovery code do you use?"""

    code = StringField(_l("Code of your app"), [required(), at_most(LONGEST_TYPED)])
    next = HiddenField()


class SignUpForm(Form):
    """Open an account for buying."""

    name = StringField(_l("Name"), [required(), at_most(60), no_control_characters])
    email = EmailField(_l("E-mail"), [required(), at_most(254), no_control_characters, valid_email])
    phone = TelField(_l("Mobile number"), [at_most(30), no_control_characters, valid_phone])
    password = PasswordField(_l("Password"), [required(), strong_password])

    def to_request(self, locale: str) -> SignUpRequest:
        """Return what was asked for."""
        return SignUpRequest(
            name=(self.name.data or "").strip(),
            email=self.email.data or None,
            phone=self.phone.data or None,
            password=self.password.data or "",
            locale=locale,
        )


class AskResetForm(Form):
    """Where shall the link go?"""

    login = StringField(_l("E-mail or mobile number"), [required(), at_most(254), no_control_characters])


class ResetForm(Form):
    """Choose a new password by a link."""

    password = PasswordField(_l("New password"), [required(), strong_password])


class ChangePasswordForm(Form):
    """Choose a new password while signed in."""

    current = PasswordField(_l("Present password"), [required(), at_most(rules.LONGEST_PASSWORD)])
    password = PasswordField(_l("New password"), [required(), strong_password])
