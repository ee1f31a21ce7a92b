"""Decisions about claims of points."""

from __future__ import annotations

from datetime import date, timedelta

from points.awards.errors import (
    AlreadyDecided,
    DeedInFuture,
    DeedTooOld,
    OwnHousehold,
    ReasonMissing,
    RecorderDecides,
)
from points.awards.values import ClaimState

#: How far back a deed may lie when it is recorded.
OLDEST_DEED = timedelta(days=366)


def check_day(happened_on: date, today: date) -> None:
    """Refuse a deed that lies ahead or too far back."""
    if happened_on > today:
        raise DeedInFuture
    if happened_on < today - OLDEST_DEED:
        raise DeedTooOld(today - OLDEST_DEED)


def check_recorder(own_household_id: int | None, household_id: int) -> None:
    """Refuse a deed that somebody records for their own household."""
    if own_household_id is not None and own_household_id == household_id:
        raise OwnHousehold


def check_decider(
    *, state: ClaimState, recorder_user_id: int, household_id: int, user_id: int, own_household_id: int | None
) -> None:
    """Refuse a decision on a decided claim, by its recorder, or by a member of the household (rules F2, J1)."""
    if state is not ClaimState.RECORDED:
        raise AlreadyDecided
    if user_id == recorder_user_id:
        raise RecorderDecides
    if own_household_id is not None and own_household_id == household_id:
        raise OwnHousehold


def check_reason(reason: str) -> str:
    """Return the reason of a refusal without its outer spaces; refuse an empty one."""
    cleaned = reason.strip()
    if len(cleaned) < 2:
        raise ReasonMissing
    return cleaned
