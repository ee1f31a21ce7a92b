"""Words of the points rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RuleCategory(StrEnum):
    """What a rule is meant to encourage."""

    HYGIENE = "hygiene"
    PUBLIC_WORK = "public_work"
    NEIGHBOURLINESS = "neighbourliness"
    FAMILY_VIRTUE = "family_virtue"
    EDUCATION = "education"
    SELF_RELIANCE = "self_reliance"
    CUSTOMS = "customs"
    CARE = "care"


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule to be added: `points` for one deed, at most `yearly_cap` points a household and calendar year.

    `lasting_months` is how long the points last; None carries them over for good.
    """

    region_id: int
    category: RuleCategory
    title_zh: str
    title_en: str
    points: int
    yearly_cap: int
    description_zh: str = ""
    description_en: str = ""
    lasting_months: int | None = None


@dataclass(frozen=True, slots=True)
class CoverState:
    """What stands behind the points of a region: all amounts in fen but `outstanding` (points)."""

    region_id: int
    outstanding: int
    rate_fen: int
    goods_fen: int
    fund_fen: int
    enforced: bool
