"""Words of reviews: why one is reported, and what is refused."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from shop.reviews import errors, rules
from shop.reviews.values import ReportReason, ReviewCard
from web.templating import day
from web.wording import explains

REPORT_REASONS = {
    ReportReason.PERSONAL_DATA.value: _l("It names somebody, or gives a phone number or an address"),
    ReportReason.INSULT.value: _l("It insults or threatens"),
    ReportReason.OFF_TOPIC.value: _l("It is not about these goods, or it is an advert"),
    ReportReason.UNTRUE.value: _l("It is not true"),
    ReportReason.OTHER.value: _l("Something else"),
}

STARS = {
    "5": _l("5 stars: very good"),
    "4": _l("4 stars: good"),
    "3": _l("3 stars: it will do"),
    "2": _l("2 stars: not good"),
    "1": _l("1 star: bad"),
}


def stars_label(stars: int) -> str:
    """Say so many stars."""
    return ngettext("%(num)s star", "%(num)s stars", stars)


def count_label(count: int) -> str:
    """Say so many reviews."""
    return ngettext("%(num)s review", "%(num)s reviews", count)


def state(card: ReviewCard) -> tuple[str, str]:
    """Return how a review stands at a desk, and the tone in which it is shown."""
    if card.hidden_at is not None:
        return _("Hidden"), "bad"
    if card.replied_at is not None:
        return _("Answered"), "good"
    return _("Without an answer"), "warn"


@explains(errors.BadReview)
def _bad(refusal: errors.BadReview) -> str:
    return {
        "stars": _("Choose one to five stars."),
        "text": _("Write something, in at most %(most)s characters.", most=rules.LONGEST_TEXT),
        "reply": _("Write something, in at most %(most)s characters.", most=rules.LONGEST_REPLY),
        "pictures": _("A review shows at most %(most)s photos.", most=rules.MOST_PICTURES),
    }.get(refusal.field) or _("Please say why, in at most 300 characters.")


@explains(errors.NotReceived)
def _not_received(_refusal: errors.NotReceived) -> str:
    return _(
        "You can review goods once they have arrived. Please confirm that on the page of the order first."
    )


@explains(errors.TooLateToEdit)
def _too_late(refusal: errors.TooLateToEdit) -> str:
    return _("This review could be edited until %(day)s; it stays as it is now.", day=day(refusal.until))


@explains(errors.ReviewMovedOn)
def _moved_on(_refusal: errors.ReviewMovedOn) -> str:
    return _("This review was edited in the meantime. Load the page again to see it.")


@explains(errors.ReviewIsHidden)
def _hidden(_refusal: errors.ReviewIsHidden) -> str:
    return _("The operator has hidden this review; nobody sees it.")


@explains(errors.DecidedBefore)
def _decided(_refusal: errors.DecidedBefore) -> str:
    return _("Somebody has decided about this review in the meantime.")


@explains(errors.Concerned)
def _concerned(_refusal: errors.Concerned) -> str:
    return _(
        "Whoever wrote or reported this review, or belongs to the buyer or the supplier, does not decide about it."
    )
