"""Decisions about applications: the table of states, what is missing, clocks, conflicts and when a renewal opens."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from stdnum.cn import uscc

from accounts.licences.values import Fault, Need
from core.clock import CHINA
from shop.applications.values import Clock, Evidence, Missing, Move, SettingName, Settings, Stage, State

SHORTEST_OPINION = 4
LONGEST_OPINION = 500

#: Rule A5. A pair without an entry is no step; a state without any is final. While a notice runs, a refusal is an
#: objection that is upheld. The draft is the supplier's own: nobody refuses it.
_TABLE: dict[tuple[State, Move], State] = {
    (State.DRAFT, Move.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Move.PASS): State.TOWNSHIP_PASSED,
    (State.SUBMITTED, Move.REFUSE): State.REJECTED,
    (State.TOWNSHIP_PASSED, Move.PASS): State.SECTOR_PASSED,
    (State.TOWNSHIP_PASSED, Move.REFUSE): State.REJECTED,
    (State.SECTOR_PASSED, Move.PASS): State.COUNTY_APPROVED,
    (State.SECTOR_PASSED, Move.REFUSE): State.REJECTED,
    (State.COUNTY_APPROVED, Move.PUBLISH): State.IN_PUBLICITY,
    (State.IN_PUBLICITY, Move.CERTIFY): State.CERTIFIED,
    (State.IN_PUBLICITY, Move.SEND_BACK): State.SUBMITTED,
}

STAGES = tuple(Stage)

#: The stage in which an application in a state lies.
_STAGE_OF: dict[State, Stage] = {
    State.DRAFT: Stage.APPLICATION,
    State.SUBMITTED: Stage.TOWNSHIP,
    State.TOWNSHIP_PASSED: Stage.SECTOR,
    State.SECTOR_PASSED: Stage.COUNTY,
    State.COUNTY_APPROVED: Stage.PUBLICITY,
    State.IN_PUBLICITY: Stage.PUBLICITY,
}

#: Stages that certifiers decide, by the level of the region they were granted.
TOWN_STAGES = frozenset({Stage.TOWNSHIP})
COUNTY_STAGES = frozenset({Stage.SECTOR, Stage.COUNTY})

#: Least and most of every setting.
BOUNDS: dict[SettingName, tuple[int, int]] = {
    SettingName.VALIDITY_DAYS: (30, 3 * 365),
    SettingName.RENEWAL_DAYS: (7, 180),
    SettingName.HOUSEHOLDS_NEEDED: (1, 1000),
    SettingName.UNPAID_MONTHS: (1, 60),
    SettingName.TOWNSHIP_DAYS: (1, 60),
    SettingName.SECTOR_DAYS: (1, 60),
    SettingName.COUNTY_DAYS: (1, 60),
    SettingName.PRICE_RISE_PERCENT: (1, 500),
}


def after(state: State, move: Move) -> State | None:
    """Return the state that follows, or None where the move is none."""
    return _TABLE.get((state, move))


def stage_of(state: State) -> Stage | None:
    """Return the stage in which an application lies; None when it has ended."""
    return _STAGE_OF.get(state)


def is_open(state: State) -> bool:
    """Say whether something can still happen to an application."""
    return state in _STAGE_OF


def missing(evidence: Evidence, needed: int) -> tuple[Missing, ...]:
    """Return what an application lacks, in the order in which a supplier would mend it (rules A2, A3, E1)."""
    faults = {
        Missing.CREDIT_CODE: evidence.credit_code is None or not uscc.is_valid(evidence.credit_code),
        Missing.SUPPLIER_CLOSED: evidence.supplier_closed,
        Missing.PICTURE: not evidence.picture,
        Missing.STORY: not evidence.story,
        Missing.STORAGE: evidence.edible and not evidence.storage,
        Missing.SHELF_LIFE: evidence.edible and evidence.shelf_life_days is None,
        Missing.PACKS: evidence.packs == 0,
        Missing.HOUSEHOLDS: evidence.households < needed,
        Missing.BUSINESS_LICENCE: (Need.BUSINESS, Fault.ABSENT) in evidence.licence_faults,
        Missing.BUSINESS_LICENCE_EXPIRED: (Need.BUSINESS, Fault.EXPIRED) in evidence.licence_faults,
        Missing.FOOD_LICENCE: evidence.processed and (Need.FOOD, Fault.ABSENT) in evidence.licence_faults,
        Missing.FOOD_LICENCE_EXPIRED: evidence.processed
        and (Need.FOOD, Fault.EXPIRED) in evidence.licence_faults,
    }
    return tuple(kind for kind in Missing if faults[kind])


def is_opinion(text: str) -> bool:
    """Say whether somebody could answer for this opinion."""
    return SHORTEST_OPINION <= len(text.strip()) <= LONGEST_OPINION


def clock_of(stage: Stage | None, since: datetime, today: date, settings: Settings) -> Clock | None:
    """Return the clock of a stage that certifiers decide; the day on which it began does not count."""
    allowed = (
        {
            Stage.TOWNSHIP: settings.township_days,
            Stage.SECTOR: settings.sector_days,
            Stage.COUNTY: settings.county_days,
        }.get(stage)
        if stage
        else None
    )
    if allowed is None:
        return None
    began = since.astimezone(CHINA).date()
    due_on = began + timedelta(days=allowed)
    return Clock((today - began).days, allowed, due_on, today > due_on)


def renewal_opens_on(last_day: date, renewal_days: int) -> date:
    """Return the first day on which the renewal of a certificate may be asked for."""
    return last_day - timedelta(days=renewal_days)


def window(now: datetime, covered_until: datetime | None, validity_days: int) -> tuple[datetime, datetime]:
    """Return from when until when a new certificate holds: it follows one that still runs, and ends at a midnight."""
    begin = now if covered_until is None or covered_until <= now else covered_until
    first = begin.astimezone(CHINA)
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    # A certificate that follows another begins at midnight and gets whole days; one that begins now gets the rest of
    # today as a gift.
    days = validity_days if midnight == first else validity_days + 1
    return begin, midnight + timedelta(days=days)


def fits_bounds(name: SettingName, value: int) -> bool:
    """Say whether a setting may have this value."""
    least, most = BOUNDS[name]
    return least <= value <= most
