"""Decisions about sending and accepting goods: the way of a parcel, its scans, and the day its receipt confirms itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from core import clock
from core.ids import read_spoken_code
from shop.fulfilment.errors import (
    AcceptedTooMuch,
    NoWayThere,
    ParcelExpectedElsewhere,
    ParcelUnknown,
    ShortageUnexplained,
    TwoInspectorsNeeded,
)
from shop.fulfilment.values import Acceptance, NodeKind, RoutePoint, Scan, Stop, Way

_CODE = re.compile(r"YG-[0-9A-Z]{4}-[0-9A-Z]{4}(?:-[0-9]{1,2})?")


def check_acceptance(acceptance: Acceptance, sent: Mapping[int, int], *, two_people: bool) -> None:
    """Refuse an acceptance that names other lines than were sent, more than was sent, or too few people.

    `sent` is packs by line id.
    """
    accepted = dict(acceptance.accepted)
    if len(accepted) != len(acceptance.accepted) or set(accepted) != set(sent):
        raise AcceptedTooMuch
    if any(not 0 <= accepted[line_id] <= sent[line_id] for line_id in sent):
        raise AcceptedTooMuch
    if any(accepted[line_id] < sent[line_id] for line_id in sent) and not acceptance.note.strip():
        raise ShortageUnexplained
    if two_people and too_few_people(acceptance):
        raise TwoInspectorsNeeded


def too_few_people(acceptance: Acceptance) -> bool:
    """Say whether fewer than two different people have looked."""
    return len({_plain(name) for name in acceptance.inspectors if _plain(name)}) < 2


def _plain(name: str) -> str:
    return re.sub(r"\s+", "", name).casefold()


def parcel_code(number: str, place: int) -> str:
    """Return the code of the parcel of an order's part, counted from 1: `YG-7K3M-92QF-1`."""
    return f"{number}-{place}"


def read_parcel_code(text: str) -> str:
    """Return the code of a parcel, or the number of an order, in what was typed or scanned (an address), else empty."""
    found = _CODE.search(read_spoken_code(text[-200:]))
    return found.group() if found else ""


def plan_stops(points: Sequence[RoutePoint], way: Way, pickup: int | None) -> tuple[int, ...]:
    """Return the nodes (ids) through which a parcel goes: county, township, village; with a carrier only the pick-up point.

    `points` stand on the way to the address; of several of a kind the first is taken, and `pickup` ends the way.
    """
    if way is Way.CARRIER:
        return (pickup,) if pickup is not None else ()
    chosen: dict[NodeKind, int] = {}
    for point in points:
        chosen.setdefault(point.kind, point.node_id)
    if pickup is not None:
        chosen[NodeKind.VILLAGE] = pickup
    if not chosen:
        raise NoWayThere
    return tuple(chosen[kind] for kind in NodeKind if kind in chosen)


def judge_scan(stops: Sequence[Stop], reached: int, node_id: int) -> tuple[Scan, Stop]:
    """Say what a scan at a node does, and at which stop; refuse one out of order or at a node not on the way."""
    stop = next((stop for stop in stops if stop.node_id == node_id), None)
    if stop is None:
        raise ParcelUnknown
    if stop.position <= reached:
        return Scan.KNOWN, stop
    if stop.position > reached + 1:
        expected = next(found for found in stops if found.position == reached + 1)
        raise ParcelExpectedElsewhere((expected.name_zh, expected.name_en))
    return Scan.NOTED, stop


def confirm_on(since: datetime, days: int) -> date:
    """Return the day on which receipt confirms itself, so many days after the day of `since` in China."""
    return since.astimezone(clock.CHINA).date() + timedelta(days=days)


def last_digits(phone: str) -> str:
    """Return what a keeper sees of a phone number before the parcel is there: `**** 8000`."""
    return f"**** {phone[-4:]}" if len(phone) >= 4 else ""


#: How often a buyer is reminded of a parcel that waits.
REMINDERS = 2


def is_left_lying(reminded: int, reminded_at: datetime | None, remind_days: int, now: datetime) -> bool:
    """Say whether nobody came for a parcel although its buyer was reminded as often as we do."""
    return (
        reminded >= REMINDERS and reminded_at is not None and reminded_at + timedelta(days=remind_days) <= now
    )
