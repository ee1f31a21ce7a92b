"""The base of every form: CSRF, limits, plain whole numbers, and words for what is wrong."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from typing import Any

from babel.support import NullTranslations, Translations
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from wtforms import DateField as PlainDateField
from wtforms import Field, HiddenField, RadioField, StringField, TextAreaField
from wtforms.i18n import messages_path
from wtforms.validators import InputRequired, Length, Regexp, StopValidation, ValidationError
from wtforms.widgets import core as widgets

from core import clock, ids, money
from core.text import half_width, holds_card_number
from web.language import locale_code

NO_CARD_NUMBER = _l(
    "This looks like the number of a bank card; please take it out. Cards are only asked for on the page of the payment service."
)
_TOKEN = re.compile(r"^[0-9A-Z]{12,40}$")
_WHOLE = re.compile(r"^[0-9]{1,9}$")
#: A number all the same, only not one that can be: below zero, or with more digits than anything here has.
_ANY_WHOLE = re.compile(r"^[-−]?[0-9]+$")
_ANY_AMOUNT = re.compile(r"^[-−]?[0-9]+(\.[0-9]{1,2})?$")


def attributes(**pairs: Any) -> Markup:
    """Write the attributes of a control as WTForms does, in a tenth of its time: a third of a form's went into them."""
    written = []
    for name, value in sorted(pairs.items()):
        if value is False:
            continue
        name = escape(widgets.clean_key(name))  # type: ignore[attr-defined]
        written.append(name if value is True else f'{name}="{str(escape(value)).replace(_QUOTE, "&quot;")}"')
    return Markup(" ".join(written))


_QUOTE = '"'
widgets.html_params = attributes
for _kind in (widgets.Input, widgets.Button):  # type: ignore[attr-defined]
    _kind.html_params = staticmethod(attributes)  # type: ignore[method-assign]


@cache
def _words_of_wtforms(locale: str) -> NullTranslations:
    """Return what WTForms itself says in this language; Flask-WTF reads the file again for every form."""
    return Translations.load(messages_path(), [locale], domain="wtforms")


class Form(FlaskForm):
    """A form of Yigou; errors stand beside their fields."""

    class Meta(FlaskForm.Meta):
        """How every form is made."""

        def get_translations(self, _form: Any) -> NullTranslations:
            """Return the words of WTForms in the language of this page."""
            return _words_of_wtforms(locale_code())

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; lazily translated messages become text, which the components show.

        Where people write freely, some write the number of their card: it is refused, so that we never keep one.
        """
        fine = bool(super().validate(extra_validators))
        for field in self:
            if isinstance(field, TextAreaField) and holds_card_number(field.data or ""):
                fine = False
                field.errors = [*field.errors, NO_CARD_NUMBER]
            if isinstance(field.errors, (list, tuple)):
                field.errors = [
                    error if isinstance(error, (str, list, tuple, dict)) else str(error)
                    for error in field.errors
                ]
        return fine

    def add_error(self, name: str, message: str) -> None:
        """Put a refusal of the rules beside the field it belongs to."""
        field = self[name]
        field.errors = [*field.errors, message]


class WholeNumberField(StringField):
    """A whole number in digits, full-width ones too; `1e3`, `1.5` and other scripts are no whole numbers."""

    def __init__(
        self, label: Any = None, validators: Any = None, *, least: int = 0, most: int = 1_000_000, **kw: Any
    ):
        super().__init__(label, validators, **kw)
        self.least, self.most = least, most
        self.number: int | None = None

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)

    def pre_validate(self, form: Any) -> None:
        """Read the digits into `number`."""
        text = half_width(self.data or "").strip()
        if not text:
            if self.flags.required:
                raise StopValidation(_("Please fill this in."))
            return
        if not _ANY_WHOLE.match(text):
            raise StopValidation(_("Enter a whole number in digits, for example 2."))
        if not _WHOLE.match(text) or not self.least <= int(text) <= self.most:
            raise StopValidation(
                _("Enter a number from %(least)s to %(most)s.", least=self.least, most=self.most)
            )
        self.number = int(text)


class DayField(StringField):
    """A calendar day as browsers send it, `2026-11-21`, that becomes `day`."""

    day: date | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the day."""
        text = half_width(self.data or "").strip()
        if not text:
            if self.flags.required:
                raise StopValidation(_("Please fill this in."))
            return
        try:
            if len(text) != 10:
                raise ValueError(text)
            self.day = date.fromisoformat(text)
        except ValueError:
            raise StopValidation(_("Enter a day, for example 2026-11-21.")) from None


class DateField(PlainDateField):
    """A calendar day as `data`; where a browser draws no calendar, what it expects is said by an example."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read the day."""
        try:
            super().process_formdata([half_width(value or "").strip() for value in valuelist])
        except ValueError:
            raise ValueError(_("Enter a day, for example 2026-11-21.")) from None


class MomentField(StringField):
    """A day and a time in China as browsers send them, `2026-11-21T20:00`, that become `moment`."""

    moment: datetime | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the moment."""
        text = half_width(self.data or "").strip().replace(" ", "T")
        if not text:
            if self.flags.required:
                raise StopValidation(_("Please fill this in."))
            return
        try:
            if len(text) != 16:
                raise ValueError(text)
            self.moment = datetime.fromisoformat(text).replace(tzinfo=clock.CHINA)
        except ValueError:
            raise StopValidation(_("Enter a day and a time, for example 2026-11-21 20:00.")) from None

    def fill(self, moment: datetime) -> None:
        """Show a moment as the browser wants it."""
        self.data = moment.astimezone(clock.CHINA).strftime("%Y-%m-%dT%H:%M")


class YuanField(StringField):
    """An amount in yuan that becomes `fen`."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        least: int = 1,
        most: int = 10_000_000_00,
        **kw: Any,
    ):
        super().__init__(label, validators, **kw)
        self.least, self.most = least, most
        self.fen: int | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the amount into `fen`."""
        text = str(self.data or "").strip()
        if not text:
            if self.flags.required:
                raise StopValidation(_("Please fill this in."))
            return
        amount: int | None = None
        try:
            amount = money.parse_yuan(text)
        except ValueError:
            if not _ANY_AMOUNT.match(half_width(text)):
                raise StopValidation(_("Enter an amount in yuan, for example 50 or 12.50.")) from None
        if amount is None or not self.least <= amount <= self.most:
            raise StopValidation(
                _(
                    "Enter an amount from %(least)s to %(most)s.",
                    least=money.format_yuan(self.least),
                    most=money.format_yuan(self.most),
                )
            )
        self.fen = amount


class _Required(InputRequired):
    """Spaces are nothing."""

    def __call__(self, form: Any, field: Field) -> None:
        if isinstance(field, RadioField) and not field.raw_data:
            field.errors = []
            raise StopValidation(_("Please choose one of these."))
        super().__call__(form, field)
        first = field.raw_data[0] if field.raw_data else ""
        if isinstance(first, str) and not first.strip():
            raise StopValidation(self.message or "")


def narrowed(typed: str | None) -> str:
    """Take what Chinese keyboards type wide in its ordinary form: a filter of fields for codes."""
    return half_width(typed or "")


def required() -> InputRequired:
    """Refuse an empty field, also one of nothing but spaces."""
    return _Required(_l("Please fill this in."))


class _AtMost(Length):
    """Says so alone: what is too long is not also said to have a wrong shape."""

    def __call__(self, form: Any, field: Any) -> None:
        try:
            super().__call__(form, field)
        except ValidationError as error:
            raise StopValidation(str(error)) from None


def at_most(characters: int) -> Length:
    """Refuse a text that is too long."""
    return _AtMost(max=characters, message=_l("At most %(max)d characters."))


def no_control_characters(_form: Any, field: Field) -> None:
    """Refuse NUL and other control characters, which no name or address needs."""
    if any(ord(c) < 32 and c not in "\n\r\t" for c in field.data or ""):
        raise StopValidation(_("This contains characters that cannot be stored."))


def no_card_number(_form: Any, field: Field) -> None:
    """Refuse the number of a payment card in a line; a field of several lines refuses it by itself (`Form.validate`)."""
    if holds_card_number(field.data or ""):
        raise StopValidation(NO_CARD_NUMBER)


def single_use_token(_form: Any, field: Field) -> None:
    """Refuse a token that this site did not write into the form."""
    if not _TOKEN.match(field.data or ""):
        raise StopValidation(_l("Please load the page again."))


#: For the hidden field that says which version of something its form showed.
VERSION = [Regexp(r"^[0-9]{1,9}$", message=_l("Please load the page again."))]


class OnceForm(Form):
    """A form that makes something; sent twice, it makes it once."""

    once = HiddenField(validators=[single_use_token])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Write a token into a form that has none yet."""
        super().__init__(*args, **kwargs)
        if not self.once.data:
            self.once.data = ids.public_id(20)


def today_or_later(_form: Any, field: DayField) -> None:
    """Refuse a day that is over."""
    if field.day is not None and field.day < clock.today():
        raise StopValidation(_("Choose today or a later day."))
