"""Forms of complaints: reporting, tracking, answering, setting the time."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Email, InputRequired, Optional

from core import ids, storage
from publicity import rules as publicity_rules
from publicity.complaints import rules
from publicity.complaints.values import Answer, NewComplaint, NewPeriod, Outcome, Reason
from publicity.complaints.wording import OUTCOMES, REASONS
from web.forms import (
    DayField,
    Form,
    WholeNumberField,
    at_most,
    no_control_characters,
    required,
    today_or_later,
)


class ComplaintForm(Form):
    """What somebody reports; an address for the answer may be left, nothing else about the person is asked."""

    reason = RadioField(
        _l("What is wrong?"),
        [InputRequired(_l("Choose what is wrong."))],
        choices=[SelectChoice(value, label) for value, label in REASONS.items()],
    )
    text = TextAreaField(
        _l("What did you see?"), [required(), at_most(rules.LONGEST_TEXT), no_control_characters]
    )
    picture = FileField(_l("A photo of the label or the goods"))
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
    kept_picture: bytes | None = None

    @classmethod
    def fresh(cls, **values: Any) -> ComplaintForm:
        """Return an empty form with a new token."""
        return cls(formdata=None, once=ids.public_id(20), **values)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields and re-encode the picture; a form without a token of ours gets a new one."""
        if not publicity_rules.is_once(self.once.data or ""):
            self.once.data = ids.public_id(20)
        fine = super().validate(extra_validators)
        if not (self.text.data or "").strip() and not self.text.errors:
            self.add_error("text", _("Please fill this in."))
            fine = False
        return self._keep_picture() and fine

    def _keep_picture(self) -> bool:
        upload = request.files.get("picture")
        if upload is None or not upload.filename:
            return True
        try:
            self.kept_picture = storage.shrink_picture(upload.stream.read(storage.LARGEST_UPLOAD + 1))
        except storage.NotAPicture:
            self.add_error("picture", _("This is no picture that can be shown, or it is too large."))
            return False
        return True

    def to_request(self, locale: str) -> NewComplaint:
        """Return the complaint as written."""
        return NewComplaint(
            reason=Reason(self.reason.data),
            text=self.text.data or "",
            once=self.once.data or "",
            anonymous=bool(self.anonymous.data),
            contact_email=(self.email.data or "").strip() or None,
            locale=locale,
            picture=self.kept_picture,
        )


class TrackForm(Form):
    """The code that a report was given."""

    code = StringField(_l("Tracking code"), [required(), at_most(40), no_control_characters])


class AnswerForm(Form):
    """What was found, and whether everybody may read it."""

    outcome = RadioField(
        _l("What was found"),
        [InputRequired(_l("Choose what was found."))],
        choices=[SelectChoice(value, label) for value, (label, _tone) in OUTCOMES.items()],
    )
    answer = TextAreaField(_l("Answer"), [required(), at_most(rules.LONGEST_ANSWER), no_control_characters])
    publish = BooleanField(_l("Let everybody read the answer on the product's trace page"))

    def to_answer(self) -> Answer:
        """Return the answer as written; called once the form is valid."""
        return Answer(Outcome(self.outcome.data), self.answer.data or "", bool(self.publish.data))


class PeriodForm(Form):
    """From when on reports are answered within how many days."""

    answer_days = WholeNumberField(
        _l("Days for an answer"), [required()], least=rules.SHORTEST, most=rules.LONGEST
    )
    valid_from = DayField(_l("For reports that come from"), [required(), today_or_later])

    def to_request(self) -> NewPeriod:
        """Return the setting; called once the form is valid."""
        assert self.answer_days.number is not None
        assert self.valid_from.day is not None
        return NewPeriod(self.answer_days.number, self.valid_from.day)
