"""Forms of publicity: objecting, tracking, answering, ending, setting the minimum time."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Email, InputRequired, Optional

from core import ids
from publicity import rules
from publicity.values import Decision, NewObjection, NewPeriod, NoticeKind
from publicity.wording import KINDS
from web.forms import (
    DayField,
    Form,
    WholeNumberField,
    at_most,
    no_control_characters,
    required,
    today_or_later,
)


class ObjectionForm(Form):
    """What somebody objects; an address for the answer may be left, nothing else about the person is asked."""

    text = TextAreaField(
        _l("What is not right"), [required(), at_most(rules.LONGEST_OBJECTION), no_control_characters]
    )
    email = StringField(
        _l("E-mail for the answer"),
        [
            Optional(),
            at_most(254),
            no_control_characters,
            Email(_l("Enter an e-mail address, such as name@example.com.")),
        ],
    )
    anonymous = BooleanField(_l("Do not link this to my account"))
    once = HiddenField()

    @classmethod
    def fresh(cls) -> ObjectionForm:
        """Return an empty form with a new token."""
        return cls(formdata=None, once=ids.public_id(20))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the text; a form without a token of ours gets a new one."""
        if not rules.is_once(self.once.data or ""):
            self.once.data = ids.public_id(20)
        return super().validate(extra_validators)

    def to_request(self, locale: str) -> NewObjection:
        """Return the objection as written, in the language of the page."""
        return NewObjection(
            self.text.data or "",
            self.once.data or "",
            bool(self.anonymous.data),
            (self.email.data or "").strip() or None,
            locale,
        )


class TrackForm(Form):
    """The code that an objection was given."""

    code = StringField(_l("Tracking code"), [required(), at_most(40), no_control_characters])


class AnswerForm(Form):
    """How an objection is decided, and why."""

    decision = RadioField(
        _l("How to decide"),
        [InputRequired(_l("Choose one of the two."))],
        choices=[
            SelectChoice(Decision.DISMISSED.value, _l("Dismissed: the notice stands")),
            SelectChoice(Decision.UPHELD.value, _l("Upheld: the matter goes back to review")),
        ],
    )
    answer = TextAreaField(_l("Answer"), [required(), at_most(rules.LONGEST_ANSWER), no_control_characters])


class EndForm(Form):
    """A sentence on how the notice went."""

    result_zh = TextAreaField(_l("Result in a sentence"), [at_most(500), no_control_characters])


class PeriodForm(Form):
    """From when on a kind of notice stands how long."""

    kind = SelectField(
        _l("Kind of notice"),
        [required()],
        choices=[SelectChoice(kind, label) for kind, label in KINDS.items()],
    )
    minimum_days = WholeNumberField(
        _l("Days at least"), [required()], least=rules.SHORTEST, most=rules.LONGEST
    )
    valid_from = DayField(_l("For notices opened from"), [required(), today_or_later])

    def to_request(self) -> NewPeriod:
        """Return the setting; called once the form is valid."""
        assert self.minimum_days.number is not None
        assert self.valid_from.day is not None
        return NewPeriod(NoticeKind(self.kind.data), self.minimum_days.number, self.valid_from.day)
