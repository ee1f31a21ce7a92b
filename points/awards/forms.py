"""Forms of claims."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import Length

from points.awards.values import NewClaim
from web.forms import DateField, Form, at_most, no_control_characters, required, single_use_token


class ClaimForm(Form):
    """A deed of a household."""

    household = HiddenField()
    once = HiddenField(validators=[single_use_token])
    rule = RadioField(_l("Kind of deed"), validators=[required()], validate_choice=True)
    happened_on = DateField(_l("Day of the deed"), validators=[required()])
    deed = TextAreaField(
        _l("What the household did"),
        validators=[
            required(),
            Length(min=4, message=_l("Please write at least a few words.")),
            at_most(500),
            no_control_characters,
        ],
    )

    def to_request(self) -> NewClaim:
        """Return the deed as the service wants it."""
        day = self.happened_on.data
        assert isinstance(day, date)
        return NewClaim(
            household_public_id=self.household.data or "",
            rule_public_id=self.rule.data or "",
            deed=self.deed.data or "",
            happened_on=day,
            once=self.once.data or "",
        )


class DecisionForm(Form):
    """A decision on a claim; a refusal needs its reason."""

    reason = TextAreaField(_l("Your reason"), validators=[at_most(300), no_control_characters])
