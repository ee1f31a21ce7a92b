"""The form of a gift."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Email, Optional, Regexp, StopValidation

from charity.donations import rules
from charity.donations.values import GiftRequest
from web.forms import Form, YuanField, at_most, no_card_number, no_control_characters, required

OTHER = "other"


def _one_line(_form: Any, field: Any) -> None:
    if any(c in "\r\n\t" for c in field.data or ""):
        raise StopValidation(_("This contains characters that cannot be stored."))


class DonateForm(Form):
    """How much, from whom, and where the thank-you goes; nothing is chosen beforehand (rule C6)."""

    choice = RadioField(
        _l("Amount"),
        choices=[
            *(SelectChoice(str(yuan), f"¥{yuan}") for yuan in rules.SUGGESTED_YUAN),
            SelectChoice(OTHER, _l("Another amount")),
        ],
        validate_choice=False,
    )
    own_amount = YuanField(
        _l("Your own amount (yuan)"), [Optional()], least=rules.SMALLEST_FEN, most=rules.LARGEST_FEN
    )
    donor_name = StringField(_l("Your name"), [at_most(40), no_control_characters, _one_line, no_card_number])
    anonymous = BooleanField(_l("List my gift without a name"))
    email = StringField(
        _l("E-mail"),
        [
            required(),
            at_most(200),
            no_control_characters,
            Email(_l("Enter an e-mail address such as name@example.com.")),
        ],
    )
    message = TextAreaField(_l("A word to the charity"), [at_most(300), no_control_characters])
    once = HiddenField(validators=[required(), Regexp(r"^[0-9A-Z]{20}\Z")])

    amount_fen: int = 0

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        # One of the two amounts is needed; the page must not call the question optional.
        self.choice.flags.required = True

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, then which amount is meant."""
        fine = bool(super().validate(extra_validators))
        if self.own_amount.errors:
            return False
        problem = self._read_amount()
        if problem:
            self.add_error("own_amount" if self.choice.data == OTHER else "choice", problem)
            return False
        return fine

    def _read_amount(self) -> str:
        chosen = self.choice.data or ""
        own = self.own_amount.fen
        if chosen in ("", OTHER):
            if own is None:
                return _("Choose an amount, or enter your own.") if not chosen else _("Enter your amount.")
            self.amount_fen = own
            return ""
        if chosen not in {str(yuan) for yuan in rules.SUGGESTED_YUAN}:
            return _("Choose one of the amounts, or enter your own.")
        self.amount_fen = int(chosen) * 100
        if own is not None and own != self.amount_fen:
            return _("You chose one amount and entered another. Please keep one of them.")
        return ""

    def to_request(self, slug: str, locale: str, address: str) -> GiftRequest:
        """Return what the donor asks for."""
        return GiftRequest(
            slug=slug,
            amount_fen=self.amount_fen,
            donor_name=(self.donor_name.data or "").strip(),
            anonymous=bool(self.anonymous.data),
            email=(self.email.data or "").strip(),
            message=(self.message.data or "").strip(),
            locale=locale,
            once=self.once.data or "",
            address=address,
        )
