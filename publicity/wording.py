"""Words for what publicity refuses, and for its kinds and states."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from publicity import errors
from publicity.values import NoticeKind, NoticeState
from web.templating import moment
from web.wording import explains

KINDS = {
    NoticeKind.CERTIFICATION.value: _l("Product certification"),
    NoticeKind.GOODS_RECEIVED.value: _l("Goods received"),
    NoticeKind.POINT_PRICES.value: _l("Goods prices in points"),
    NoticeKind.SCORING_RULES.value: _l("Scoring rules"),
    NoticeKind.POINTS_ISSUE.value: _l("Points to be issued"),
    NoticeKind.REDEMPTIONS.value: _l("Redemptions of points"),
    NoticeKind.HOUSEHOLDS.value: _l("Households to be helped"),
    NoticeKind.AID.value: _l("Use of aid funds"),
}

STATES = {
    NoticeState.RUNNING.value: (_l("Open to objections"), "info"),
    NoticeState.ENDED_CLEAR.value: (_l("Ended without upheld objection"), "good"),
    NoticeState.ENDED_UPHELD.value: (_l("Objection upheld, back to review"), "warn"),
    NoticeState.WITHDRAWN.value: (_l("Notice withdrawn"), "neutral"),
}

_PERSONAL = {
    "id_number": _l("an ID number"),
    "phone": _l("a phone number"),
    "bank_account": _l("a bank account"),
    "address": _l("a home address"),
    "health": _l("something about health"),
}


def list_words(words: list[str]) -> str:
    """Join words as a sentence of this language does."""
    return (
        _("%(first)s, %(rest)s", first=words[0], rest=list_words(words[1:])) if len(words) > 1 else words[0]
    )


@explains(errors.PersonalDataShown)
def _personal(refusal: errors.PersonalDataShown) -> str:
    found = list_words([str(_PERSONAL[kind]) for kind in refusal.kinds])
    return _("Everybody can read this, and it seems to contain %(found)s. Please take that out.", found=found)


@explains(errors.BadNotice)
def _bad(_refusal: errors.BadNotice) -> str:
    return _("This notice is not complete and cannot be opened. Please check its title, place and content.")


@explains(errors.AlreadyPublic)
def _already_public(_refusal: errors.AlreadyPublic) -> str:
    return _("A notice about this is running already.")


@explains(errors.NoticeNotRunning)
def _not_running(_refusal: errors.NoticeNotRunning) -> str:
    return _("This notice has ended. If something is wrong all the same, please tell the county office.")


@explains(errors.NoticeTooEarly)
def _too_early(refusal: errors.NoticeTooEarly) -> str:
    return _(
        "This notice has not stood its time yet. It can end from %(moment)s on.",
        moment=moment(refusal.ends_at),
    )


@explains(errors.ObjectionsOpen)
def _open(refusal: errors.ObjectionsOpen) -> str:
    return _("%(count)s objections wait for an answer. Answer them first.", count=refusal.count)


@explains(errors.NoticePutAway)
def _put_away(_refusal: errors.NoticePutAway) -> str:
    return _(
        "This notice ended a while ago and was taken down, as the rules ask. With your tracking code you can still read"
        " the answer to your objection."
    )


@explains(errors.EmptyText)
def _empty(_refusal: errors.EmptyText) -> str:
    return _("Please write between 1 and 2,000 characters.")


@explains(errors.FormSentBefore)
def _sent_before(_refusal: errors.FormSentBefore) -> str:
    return _("This form was sent before with other words. Check what you wrote and send it once more.")


@explains(errors.AlreadyAnswered)
def _answered(_refusal: errors.AlreadyAnswered) -> str:
    return _("This objection has been answered already.")


@explains(errors.NotImpartial)
def _not_impartial(_refusal: errors.NotImpartial) -> str:
    return _(
        "You belong to the organisation concerned, or raised this objection yourself. Somebody else has to answer it."
    )


@explains(errors.UnknownTrackingCode)
def _unknown(_refusal: errors.UnknownTrackingCode) -> str:
    return _("There is no objection with this code. Please compare it with what you noted down.")


@explains(errors.BadPeriod)
def _bad_period(_refusal: errors.BadPeriod) -> str:
    return _("Choose 1 to 60 days, from today or a later day.")
