"""Forms of reviews: writing, answering, reporting, deciding."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, MultipleFileField, RadioField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from core import ids, storage
from shop.reviews import rules
from shop.reviews.values import NewReport, ReportReason, ReviewCard, Written
from shop.reviews.wording import REPORT_REASONS, STARS
from web.forms import Form, at_most, no_control_characters, required, single_use_token


class ReviewForm(Form):
    """What a buyer says; `version` is the one that stood on the page, 0 for a new review."""

    version = HiddenField()
    stars = RadioField(
        _l("How were the goods?"),
        [InputRequired(_l("Choose one to five stars."))],
        choices=[SelectChoice(value, label) for value, label in STARS.items()],
    )
    text = TextAreaField(
        _l("What would you tell others?"),
        [required(), at_most(rules.LONGEST_TEXT), no_control_characters],
        description=_l("Everybody reads it. Please name no people, phone numbers or addresses."),
    )
    away = SelectMultipleField(
        _l("Take away these photos"),
        [Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    pictures = MultipleFileField(
        _l("Photos of the goods"),
        description=_l(
            "At most three: JPEG, PNG, WebP or GIF of at most 10 MB. Place and camera are removed from them."
        ),
    )

    @classmethod
    def of(cls, card: ReviewCard | None, version: int) -> ReviewForm:
        """Return the form with what the review says now."""
        form = cls(
            formdata=None,
            version=str(version),
            stars=str(card.stars) if card else None,
            text=card.text if card else "",
        )
        form.offer(card)
        return form

    def offer(self, card: ReviewCard | None) -> None:
        """Offer the pictures that there are to be taken away."""
        count = len(card.pictures) if card else 0
        self.away.choices = [
            (str(number), _("Photo %(number)s", number=number)) for number in range(1, count + 1)
        ]

    @property
    def seen_version(self) -> int:
        """Return the version that stood on the page; 0 for one that no page of ours wrote."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0

    def to_written(self, card: ReviewCard | None) -> Written | None:
        """Return what was written, its pictures re-encoded; None leaves a word beside the pictures."""
        away = set(self.away.data or ())
        kept = [key for number, key in enumerate(card.pictures if card else (), 1) if str(number) not in away]
        uploads = [upload for upload in request.files.getlist("pictures") if upload.filename]
        if len(kept) + len(uploads) > rules.MOST_PICTURES:
            self.add_error("pictures", _("A review shows at most %(most)s photos.", most=rules.MOST_PICTURES))
            return None
        for upload in uploads:
            try:
                kept.append(storage.keep_picture(upload.stream.read(storage.LARGEST_UPLOAD + 1)))
            except storage.NotAPicture:
                self.add_error(
                    "pictures",
                    _(
                        "%(name)s is no picture that can be shown, or it is too large.",
                        name=(upload.filename or "")[-60:],
                    ),
                )
                return None
        return Written(int(self.stars.data), self.text.data or "", tuple(dict.fromkeys(kept)))


class AnswerForm(Form):
    """What the supplier answers."""

    reply = TextAreaField(
        _l("Your answer"),
        [required(), at_most(rules.LONGEST_REPLY), no_control_characters],
        description=_l(
            "Everybody reads it below the review. Please name no people, phone numbers or addresses."
        ),
    )


class DecisionForm(Form):
    """What the operator does with a review, and why."""

    what = HiddenField()
    reason = TextAreaField(
        _l("Reason"),
        [required(), at_most(rules.LONGEST_REASON), no_control_characters],
    )


class ReportForm(Form):
    """What somebody finds wrong with a review."""

    reason = RadioField(
        _l("What is wrong?"),
        [InputRequired(_l("Choose what is wrong."))],
        choices=[SelectChoice(value, label) for value, label in REPORT_REASONS.items()],
    )
    text = TextAreaField(
        _l("What should we know?"), [Optional(), at_most(rules.LONGEST_REPORT), no_control_characters]
    )
    once = HiddenField(validators=[single_use_token])

    @classmethod
    def fresh(cls, **values: Any) -> ReportForm:
        """Return an empty form with a new token."""
        return cls(formdata=None, once=ids.public_id(20), **values)

    def to_report(self) -> NewReport:
        """Return the report as written; called once the form is valid."""
        return NewReport(ReportReason(self.reason.data), self.text.data or "", self.once.data or "")
