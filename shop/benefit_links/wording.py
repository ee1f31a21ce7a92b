"""Words of benefit links: answers, and what is refused."""

from __future__ import annotations

from flask_babel import gettext as _

from shop.benefit_links import errors
from shop.benefit_links.rules import LONGEST_YEARS
from shop.benefit_links.values import Answer, LinkRow
from web.wording import explains


def answer_label(row: LinkRow) -> str:
    """Return how a link stands, in a word or two."""
    if row.withdrawn:
        return _("Taken back")
    return {
        Answer.NONE: _("Not answered yet"),
        Answer.AGREED: _("Household agrees"),
        Answer.DISPUTED: _("Household disputes it"),
    }[row.answer]


def answer_tone(row: LinkRow) -> str:
    """Return the tone in which the state of a link is shown."""
    if row.withdrawn:
        return "neutral"
    return {Answer.NONE: "info", Answer.AGREED: "good", Answer.DISPUTED: "bad"}[row.answer]


@explains(errors.BadLink)
def _bad(refusal: errors.BadLink) -> str:
    return {
        "valid_from": _("Choose a first day within the last %(years)s years.", years=LONGEST_YEARS),
        "valid_until": _(
            "The last day comes after the first, lies not in the past and at most %(years)s years after the first.",
            years=LONGEST_YEARS,
        ),
    }.get(refusal.field) or _("Enter an amount above zero.")


@explains(errors.HouseholdUnknown)
def _unknown(_refusal: errors.HouseholdUnknown) -> str:
    return _(
        "No household of this village fits the name and the digits. Check both with the household or the village cadre."
    )


@explains(errors.PeriodOverlaps)
def _overlaps(_refusal: errors.PeriodOverlaps) -> str:
    return _(
        "You have a link of this kind with this household over part of the same time. Choose other days, or take the "
        "first link back."
    )


@explains(errors.FormSentBefore)
def _sent_before(_refusal: errors.FormSentBefore) -> str:
    return _("This form was sent before with other contents. Load the page again.")


@explains(errors.BadPayment)
def _bad_payment(refusal: errors.BadPayment) -> str:
    if refusal.field == "paid_on":
        return _("Choose a day from the beginning of the link through today.")
    return _("Enter an amount above zero.")


@explains(errors.LinkWithdrawn)
def _withdrawn(_refusal: errors.LinkWithdrawn) -> str:
    return _("The supplier has taken this link back; there is nothing to answer or to pay any more.")


@explains(errors.ReasonMissing)
def _reason(_refusal: errors.ReasonMissing) -> str:
    return _("Say why in a few words at least, in at most 500 characters.")


@explains(errors.AnsweredByHousehold)
def _answered(_refusal: errors.AnsweredByHousehold) -> str:
    return _("The household has answered by itself. Only the household can change its answer.")


@explains(errors.NotImpartial)
def _not_impartial(_refusal: errors.NotImpartial) -> str:
    return _("You belong to this supplier. Only the household, or somebody impartial for it, can answer.")
