"""Words of campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CampaignState(StrEnum):
    """What the charity has decided about a campaign."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ENDED = "ended"
    CLOSED = "closed"


class Stage(StrEnum):
    """How a campaign stands on a given day, for visitors."""

    DRAFT = "draft"
    UPCOMING = "upcoming"
    RUNNING = "running"
    ENDED = "ended"
    CLOSED = "closed"


class Action(StrEnum):
    """What an officer may do with a campaign."""

    PUBLISH = "publish"
    END = "end"
    CLOSE = "close"


class FundraisingMode(StrEnum):
    """Where gifts are lawfully taken (Charity Law art. 27); one choice a deployment."""

    OUTBOUND = "outbound"
    CHARITY_OWN_SITE = "charity_own_site"
    DIRECTED = "directed"


class Requirement(StrEnum):
    """What a campaign needs before it may go public (rules C1 to C3)."""

    QUALIFICATION = "qualification"
    RECORD_NO = "record_no"
    RECORDED_IN_TIME = "recorded_in_time"
    NOT_OVER = "not_over"
    STORY = "story"
    PLAN = "plan"
    CHARITY_FACTS = "charity_facts"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class CheckedRequirement:
    """One line of the check-list; `blank` names the texts that are still empty."""

    requirement: Requirement
    met: bool
    blank: tuple[str, ...] = ()


class DisclosureKind(StrEnum):
    """What is due on a disclosure date (rule C4)."""

    PROGRESS = "progress"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A report that rule C4 asks for, and its last day."""

    kind: DisclosureKind
    due_on: date


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """A campaign as its charity drafts it, with the plan that civil affairs recorded (rule C2).

    `bank_account` is part of the plan and is never shown to the public. English texts may be empty.
    """

    slug: str
    charity_id: int
    title_zh: str
    story_zh: str
    purpose_zh: str
    target_fen: int
    starts_on: date
    ends_on: date
    title_en: str = ""
    summary_zh: str = ""
    summary_en: str = ""
    story_en: str = ""
    purpose_en: str = ""
    region_id: int | None = None
    picture: str | None = None
    record_no: str = ""
    recorded_on: date | None = None
    area_zh: str = ""
    area_en: str = ""
    person_in_charge_zh: str = ""
    person_in_charge_en: str = ""
    office_zh: str = ""
    office_en: str = ""
    ways_zh: str = ""
    ways_en: str = ""
    bank_account: str = ""
    beneficiary_zh: str = ""
    beneficiary_en: str = ""
    use_zh: str = ""
    use_en: str = ""
    cost_zh: str = ""
    cost_en: str = ""
    leftover_zh: str = ""
    leftover_en: str = ""
    platform_url: str = ""
