"""Words for complaints: reasons, outcomes, clocks, refusals."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from publicity.complaints import errors
from publicity.complaints.values import ComplaintCard, Outcome, Reason
from web.wording import explains

REASONS = {
    Reason.FALSE_LABEL.value: _l("The label or code seems false"),
    Reason.EXPIRED_GOODS.value: _l("Sold after its best-before day"),
    Reason.ORIGIN.value: _l("It does not come from where it says"),
    Reason.QUALITY.value: _l("Spoilt, dirty or short weight"),
    Reason.DATES.value: _l("Pack and page say different things"),
    Reason.OTHER.value: _l("Something else"),
}

OUTCOMES = {
    Outcome.CONFIRMED.value: (_l("Found true"), "warn"),
    Outcome.UNFOUNDED.value: (_l("Not found true"), "neutral"),
    Outcome.PASSED_ON.value: (_l("Passed on to the responsible office"), "info"),
}


def clock_text(card: ComplaintCard) -> str:
    """Say how much time is left for the answer."""
    if card.answered_at is not None:
        return ""
    if card.days_left < 0:
        return ngettext("%(num)s day late", "%(num)s days late", -card.days_left)
    if card.days_left == 0:
        return _("due today")
    return ngettext("%(num)s day left", "%(num)s days left", card.days_left)


def clock_tone(card: ComplaintCard) -> str:
    """Return the tone of the clock: bad once late, warn in the last three days."""
    if card.days_left < 0:
        return "bad"
    return "warn" if card.days_left <= 3 else "info"


@explains(errors.ComplaintAnswered)
def _answered(_refusal: errors.ComplaintAnswered) -> str:
    return _("This report has been answered already.")


@explains(errors.UnknownComplaintCode)
def _unknown(_refusal: errors.UnknownComplaintCode) -> str:
    return _("There is no report with this code. Please compare it with what you noted down.")
