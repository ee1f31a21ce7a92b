"""Decisions about campaigns: the state table, what publishing needs, and when the next report is due."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from charity.campaigns.values import (
    Action,
    CampaignState,
    CheckedRequirement,
    Disclosure,
    DisclosureKind,
    Requirement,
    Stage,
)

#: Rule C2: a plan is recorded at least this long before the campaign starts.
RECORDED_BEFORE = timedelta(days=10)
#: Rule C4: beyond this many months a campaign reports on the way, at least this often, and this long after its end.
LONG_MONTHS = 6
PROGRESS_MONTHS = 3
FINAL_MONTHS = 3

#: The whole state table; what is not here is refused.
MOVES: dict[tuple[CampaignState, Action], CampaignState] = {
    (CampaignState.DRAFT, Action.PUBLISH): CampaignState.PUBLISHED,
    (CampaignState.PUBLISHED, Action.END): CampaignState.ENDED,
    (CampaignState.ENDED, Action.CLOSE): CampaignState.CLOSED,
}

_SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


@dataclass(frozen=True, slots=True)
class PublishingFacts:
    """What the check-list of publishing looks at; `texts` are those of rules C2 and C3 by their name."""

    record_no: str
    recorded_on: date | None
    starts_on: date
    ends_on: date
    qualification_no: str
    qualification_valid_until: date | None
    platform_url: str
    story_texts: dict[str, str]
    plan_texts: dict[str, str]
    charity_texts: dict[str, str]


def next_state(state: CampaignState, action: Action) -> CampaignState | None:
    """Return where an action leads from a state, or None where it is impossible."""
    return MOVES.get((state, action))


def is_slug(text: str) -> bool:
    """Say whether a text may name a campaign in its address."""
    return len(text) <= 80 and _SLUG.match(text) is not None


def is_platform_url(text: str) -> bool:
    """Say whether an address may lead to a designated platform: https, a plain host, no user and no odd characters."""
    if not text.isascii() or any(ord(c) <= 32 or c in "\\\"'<>" for c in text):
        return False
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme == "https" and "." in host and parts.username is None and port in (None, 443)


def is_qualified(number: str, valid_until: date | None, today: date) -> bool:
    """Say whether a fundraising qualification holds today, its last day included (rule C1)."""
    return bool(number.strip()) and valid_until is not None and today <= valid_until


def stage_of(state: CampaignState, starts_on: date, ends_on: date, today: date) -> Stage:
    """Return how a campaign stands today; a published one ends by its date even before a job writes that down."""
    if state is CampaignState.PUBLISHED:
        if today < starts_on:
            return Stage.UPCOMING
        return Stage.RUNNING if today <= ends_on else Stage.ENDED
    return Stage(state.value)


def check_publishing(facts: PublishingFacts, today: date, *, outbound: bool) -> list[CheckedRequirement]:
    """Return the check-list of rules C1 to C3, line by line; a designated platform counts only in outbound mode."""

    def texts(requirement: Requirement, named: dict[str, str]) -> CheckedRequirement:
        blank = tuple(name for name, text in named.items() if not text.strip())
        return CheckedRequirement(requirement, not blank, blank)

    lines = [
        CheckedRequirement(
            Requirement.QUALIFICATION,
            is_qualified(facts.qualification_no, facts.qualification_valid_until, today),
        ),
        CheckedRequirement(Requirement.RECORD_NO, bool(facts.record_no.strip())),
        CheckedRequirement(
            Requirement.RECORDED_IN_TIME,
            facts.recorded_on is not None
            and facts.recorded_on <= today
            and facts.recorded_on + RECORDED_BEFORE <= facts.starts_on,
        ),
        CheckedRequirement(Requirement.NOT_OVER, facts.starts_on <= facts.ends_on and today <= facts.ends_on),
        texts(Requirement.STORY, facts.story_texts),
        texts(Requirement.PLAN, facts.plan_texts),
        texts(Requirement.CHARITY_FACTS, facts.charity_texts),
    ]
    if outbound:
        lines.append(CheckedRequirement(Requirement.PLATFORM, is_platform_url(facts.platform_url)))
    return lines


def add_months(day: date, months: int) -> date:
    """Return the same day of the month `months` later, or the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def is_long(starts_on: date, ends_on: date) -> bool:
    """Say whether a campaign lasts longer than six months, both days counted (rule C4)."""
    return ends_on >= add_months(starts_on, LONG_MONTHS)


def disclosures(starts_on: date, ends_on: date) -> list[Disclosure]:
    """Return every report that rule C4 asks for, in order.

    Longer than six months: one at least every three months from the start, as long as the campaign runs. Always: the
    full report within three months of the end. Counted from the start, so that 31 January gives 30 April and 31 July.
    """
    found = []
    if is_long(starts_on, ends_on):
        step = PROGRESS_MONTHS
        while (due := add_months(starts_on, step)) <= ends_on:
            found.append(Disclosure(DisclosureKind.PROGRESS, due))
            step += PROGRESS_MONTHS
    found.append(Disclosure(DisclosureKind.FINAL, add_months(ends_on, FINAL_MONTHS)))
    return found


def next_disclosure(starts_on: date, ends_on: date, today: date) -> Disclosure | None:
    """Return the next report that is due, its last day included; None once the last date has passed."""
    return next((report for report in disclosures(starts_on, ends_on) if report.due_on >= today), None)


def percent_of(received_fen: int, target_fen: int) -> int:
    """Return how many whole per cent of the target came in; more than the target is more than 100."""
    return received_fen * 100 // target_fen
