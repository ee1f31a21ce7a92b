"""Decisions about licences: whether one holds on a day, what is missing, what takes over, when to remind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from accounts.licences.values import MEETS, Fault, LicenceKind, Need, NewLicence, Standing, Window

#: So many days before its end a licence is shown as ending, and its organisation is written to; 0: it has ended.
REMIND_DAYS = (60, 30, 0)
ENDING_DAYS = REMIND_DAYS[0]

LONGEST_NUMBER = 60
EARLIEST = date(1949, 10, 1)
#: A licence may begin at most this long after today, and run at most this long.
AHEAD = timedelta(days=366)
LONGEST_RUN = timedelta(days=51 * 366)

#: Of these an organisation has one at a time; of the others as many as there are numbers.
SINGLE = frozenset({LicenceKind.BUSINESS, LicenceKind.FOOD_PRODUCTION, LicenceKind.FOOD_TRADING})


def in_force(window: Window, day: date) -> bool:
    """Say whether no other licence has taken over by a day."""
    return window.superseded_on is None or window.superseded_on > day


def holds_on(window: Window, day: date) -> bool:
    """Say whether a licence holds on a day."""
    begun = window.valid_from <= day
    ended = window.valid_until is not None and window.valid_until < day
    return in_force(window, day) and begun and not ended


def standing_on(window: Window, day: date) -> Standing:
    """Return where a licence stands on a day."""
    if not in_force(window, day):
        return Standing.REPLACED
    if window.valid_from > day:
        return Standing.NOT_YET
    left = days_left(window, day)
    if left is None:
        return Standing.VALID
    if left < 0:
        return Standing.EXPIRED
    # One that is replaced in time needs nobody's attention.
    return Standing.ENDING if left <= ENDING_DAYS and window.superseded_on is None else Standing.VALID


def days_left(window: Window, day: date) -> int | None:
    """Return how many days a licence still holds after a day: 0 on its last, below 0 when it has ended."""
    return None if window.valid_until is None else (window.valid_until - day).days


def find_faults(windows: Iterable[Window], needs: Iterable[Need], day: date) -> dict[Need, Fault]:
    """Return which needs no licence meets on a day, and whether for want of one or because it has ended."""
    known = list(windows)
    faults: dict[Need, Fault] = {}
    for need in needs:
        meant = [window for window in known if window.kind in MEETS[need] and in_force(window, day)]
        if any(holds_on(window, day) for window in meant):
            continue
        ended = any(window.valid_until is not None and window.valid_until < day for window in meant)
        faults[need] = Fault.EXPIRED if ended else Fault.ABSENT
    return faults


def takes_over(new: NewLicence, public_id: str, kind: LicenceKind, number: str) -> bool:
    """Say whether a new licence takes over from one that is there: renewed, single of its kind, or of its number."""
    if new.renews == public_id:
        return True
    return kind is new.kind and (kind in SINGLE or number == new.number)


def fault_of(new: NewLicence, today: date) -> str | None:
    """Return the field of a new licence that cannot be, or None."""
    if not new.number.strip() or len(new.number) > LONGEST_NUMBER:
        return "number"
    if not EARLIEST <= new.valid_from <= today + AHEAD:
        return "valid_from"
    if new.valid_until is not None:
        if new.valid_until < new.valid_from or new.valid_until > new.valid_from + LONGEST_RUN:
            return "valid_until"
        if new.valid_until < today:
            return "expired"
    return None


def reminder_due(days: int) -> int | None:
    """Return which reminder is due when a licence has so many days left, the latest one; None when it is too early."""
    if days < 0:
        return 0
    due = [mark for mark in REMIND_DAYS if mark and days <= mark]
    return min(due) if due else None
