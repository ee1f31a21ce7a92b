"""Words for live sessions: how far one has come, and what is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from core import clock, money
from shop.catalogue.errors import ChangedMeanwhile
from shop.catalogue.queries.cards import impact_text
from shop.catalogue.rules import container
from shop.catalogue.wording import card_words
from shop.live.errors import (
    BadPlan,
    DearerThanOrdinary,
    NotForSession,
    NotInMultiples,
    TooManyItems,
    WrongSessionState,
)
from shop.live.values import FURTHEST, LONGEST, MOST_ITEMS, Ineligible, SessionState
from shop.stock.values import Goods
from web.language import in_language
from web.templating import moment
from web.wording import explains


def state_label(state: str) -> str:
    """Return the name of a session's state."""
    return {
        SessionState.PLANNED: _("Coming"),
        SessionState.OPEN: _("On now"),
        SessionState.ENDED: _("Over"),
        SessionState.CALLED_OFF: _("Called off"),
    }[SessionState(state)]


def state_tone(state: str) -> str:
    """Return the tone in which a session's state is shown."""
    return {SessionState.PLANNED: "info", SessionState.OPEN: "good", SessionState.CALLED_OFF: "bad"}.get(
        SessionState(state), "neutral"
    )


def when_text(starts_at: datetime, ends_at: datetime) -> str:
    """Say from when to when a session is, in China's time."""
    last = ends_at.astimezone(clock.CHINA)
    same_day = starts_at.astimezone(clock.CHINA).date() == last.date()
    return f"{moment(starts_at)} – {last:%H:%M}" if same_day else f"{moment(starts_at)} – {moment(ends_at)}"


def session_words() -> dict[str, Any]:
    """Return what templates say with of sessions."""
    return {"state_label": state_label, "state_tone": state_tone, "when_text": when_text}


def pack_name(goods: Goods) -> str:
    """Return the product and the size of a pack; that a session sells it says the page."""
    return f"{in_language(goods.name_zh, goods.name_en)} · {in_language(goods.label_zh, goods.label_en)}"


def impact_of(goods: Goods) -> str:
    """Say what a pack at the price of the session does."""
    return impact_text(
        card_words(),
        container(goods.label_zh, goods.label_en),
        goods.producer_fen,
        goods.households_count,
        in_language(goods.village_zh, goods.village_en),
    )


def free_text(free: int) -> str:
    """Say how many packs nobody has bought or holds."""
    return ngettext("%(num)s pack is free at the moment.", "%(num)s packs are free at the moment.", free)


def change_rows(refusal: ChangedMeanwhile) -> list[tuple[str, str, str]]:
    """Return what somebody changed of a plan: field, what it was, what it is."""
    labels = {
        "title_zh": _("Title in Chinese"),
        "title_en": _("Title in English"),
        "starts_at": _("It begins"),
        "ends_at": _("It ends"),
        "about_zh": _("What it is about, in Chinese"),
        "about_en": _("What it is about, in English"),
        "watch_url": _("Where it can be watched"),
    }
    changed = (
        (label, field, *refusal.changes[field]) for field, label in labels.items() if field in refusal.changes
    )
    return [(label, _written(field, old), _written(field, new)) for label, field, old, new in changed]


def _written(field: str, value: str) -> str:
    if field in ("starts_at", "ends_at"):
        return moment(datetime.fromisoformat(value))
    return value or "–"


@explains(BadPlan)
def plan_text(refusal: BadPlan) -> str:
    """Say what is wrong with a field of a plan."""
    return {
        "too far": _("At most %(days)s days ahead.", days=FURTHEST.days),
        "before start": _("The end lies before the start."),
        "over": _("This moment is over."),
        "too long": _("A session lasts at most %(hours)s hours.", hours=int(LONGEST.total_seconds()) // 3600),
        "address": _("Enter an address that begins with https://, or leave it empty."),
    }[refusal.problem]


@explains(WrongSessionState)
def _wrong_state(refusal: WrongSessionState) -> str:
    return {
        SessionState.PLANNED: _("This live session has not begun yet."),
        SessionState.OPEN: _("This live session has begun already."),
        SessionState.ENDED: _("This live session is over."),
        SessionState.CALLED_OFF: _("This live session was called off."),
    }[refusal.state]


@explains(NotForSession)
def _not_for_session(refusal: NotForSession) -> str:
    return {
        Ineligible.OFF_SALE: _("Only what is on sale in the shop can be set aside for a live session."),
        Ineligible.NOT_CERTIFIED: _(
            "Its certificate does not hold at the moment, so no packs can be set aside for a live session."
        ),
        Ineligible.SOMEBODY_ELSES: _("In this live session its host sells goods of its own."),
        Ineligible.OTHER_COUNTY: _("This live session sells what grows in the county that holds it."),
    }[refusal.reason]


@explains(DearerThanOrdinary)
def _dearer(refusal: DearerThanOrdinary) -> str:
    return _(
        "In a live session a pack costs at most what it costs in the shop: %(price)s.",
        price=money.format_fen(refusal.ordinary_fen),
    )


@explains(NotInMultiples)
def _multiples(refusal: NotInMultiples) -> str:
    return _("This is sold in steps of %(multiple)s packs.", multiple=refusal.multiple)


@explains(TooManyItems)
def _too_many(_refusal: TooManyItems) -> str:
    return _("A live session sells at most %(most)s kinds of packs.", most=MOST_ITEMS)
