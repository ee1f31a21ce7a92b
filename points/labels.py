"""Names that pages give to categories, states and weekdays."""

from __future__ import annotations

from flask_babel import get_locale
from flask_babel import gettext as _

from core.text import N_
from points.awards.values import ClaimState
from points.supermarkets.queries import ShelfItem

GOODS_CATEGORIES = {
    "staples": N_("Grain and oil"),
    "seasoning": N_("Seasoning"),
    "cleaning": N_("Washing and cleaning"),
    "hygiene": N_("Towels and hygiene"),
    "household": N_("Household goods"),
    "farm_tools": N_("Farm tools"),
    "stationery": N_("School things"),
    "daily_goods": N_("Goods for daily use"),
}

RULE_CATEGORIES = {
    "hygiene": N_("Clean home and yard"),
    "public_work": N_("Work for the village"),
    "neighbourliness": N_("Good neighbours"),
    "family_virtue": N_("Caring families"),
    "education": N_("Schooling"),
    "self_reliance": N_("Earning one's own living"),
    "customs": N_("Plain customs"),
    "care": N_("Care for those who cannot work"),
}

CLAIM_STATES = {
    ClaimState.RECORDED: (N_("Waits for the committee"), "info"),
    ClaimState.APPROVED: (N_("Approved"), "good"),
    ClaimState.REFUSED: (N_("Not approved"), "bad"),
}


def goods_category(code: str) -> str:
    """Return what people call a category of goods."""
    return _(GOODS_CATEGORIES.get(code, GOODS_CATEGORIES["daily_goods"]))


def by_category(items: list[ShelfItem]) -> list[tuple[str, list[ShelfItem]]]:
    """Group a shelf by category, in the order of the list above; each with its name."""
    order = list(GOODS_CATEGORIES)
    groups: dict[str, list[ShelfItem]] = {}
    for item in items:
        groups.setdefault(item.category if item.category in GOODS_CATEGORIES else order[-1], []).append(item)
    return [(goods_category(code), groups[code]) for code in order if code in groups]


def rule_category(code: str) -> str:
    """Return what people call a category of deeds."""
    return _(RULE_CATEGORIES[code]) if code in RULE_CATEGORIES else code


def claim_state(state: ClaimState) -> tuple[str, str]:
    """Return the words and the tone of a claim's state."""
    label, tone = CLAIM_STATES[state]
    return _(label), tone


def weekday(number: int, *, short: bool = True) -> str:
    """Return the name of an ISO weekday, Monday is 1."""
    locale = get_locale()
    if locale is None:
        return str(number)
    width = "abbreviated" if short else "wide"
    return str(locale.days["stand-alone"][width][number - 1])


def open_days(days: tuple[int, ...]) -> str:
    """Return the opening days in words, in the order of the week."""
    if len(days) == 7:
        return _("Every day")
    return _(", ").join(weekday(number) for number in days)
