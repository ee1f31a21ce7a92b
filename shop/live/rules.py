"""Decisions about live sessions: when one may be, and what the clock says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from core import money
from shop.catalogue.values import Charge
from shop.live.errors import BadPlan, WrongSessionState
from shop.live.values import FURTHEST, LONGEST, Plan, SessionState


def check_plan(plan: Plan, now: datetime, *, opened: bool = False) -> None:
    """Refuse a plan (`BadPlan`) that ends before it begins, lasts too long, is over, or is watched at an odd address.

    The start of a session that was `opened` lies where it lies, and its length counts from there.
    """
    if not opened and plan.starts_at > now + FURTHEST:
        raise BadPlan("starts_at", "too far")
    if plan.ends_at <= plan.starts_at:
        raise BadPlan("ends_at", "before start")
    if plan.ends_at <= now:
        raise BadPlan("ends_at", "over")
    if plan.ends_at - plan.starts_at > LONGEST:
        raise BadPlan("ends_at", "too long")
    if plan.watch_url and not is_https(plan.watch_url):
        raise BadPlan("watch_url", "address")


def moved_to(plan: Plan, opened_at: datetime) -> Plan:
    """Return the plan of a session that is opened at a moment: before its time all of it moves, and it lasts as long.

    To the minute, as plans are written. A session that is opened late ends when it was to end.
    """
    if opened_at >= plan.starts_at:
        return plan
    began = opened_at.replace(second=0, microsecond=0)
    return replace(plan, starts_at=began, ends_at=began + (plan.ends_at - plan.starts_at))


def is_https(address: str) -> bool:
    """Say whether an address leads to a page of another site, over https, and nowhere odd."""
    if any(ord(c) < 33 or c in '\\"<>' for c in address):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _port = parts.port
    except ValueError:
        return False
    return parts.scheme == "https" and "." in host and not host.endswith(".") and "@" not in parts.netloc


def require_state(state: str, allowed: Sequence[SessionState]) -> None:
    """Refuse what a session in this state does not allow (`WrongSessionState`)."""
    if state not in allowed:
        raise WrongSessionState(SessionState(state))


def due_state(state: str, starts_at: datetime, ends_at: datetime, now: datetime) -> SessionState | None:
    """Return the state into which the clock moves a session now, or None.

    One whose whole time passed while no worker ran was never open and ends at once.
    """
    if state in (SessionState.PLANNED, SessionState.OPEN) and now >= ends_at:
        return SessionState.ENDED
    if state == SessionState.PLANNED and now >= starts_at:
        return SessionState.OPEN
    return None


def session_charge(ordinary: Charge, price_fen: int) -> Charge:
    """Return the price of a session with its parts: never above the ordinary one, whose proportions they keep (decision 10)."""
    price = min(price_fen, ordinary.price_fen)
    parts = (ordinary.producer_fen, ordinary.logistics_fen, ordinary.other_fen)
    return ordinary if price == ordinary.price_fen else Charge(price, *money.split_fen(price, parts))


def percent_left(left: int, set_aside: int) -> int:
    """Return how much of what was set aside is left, for the bar; something left is never nothing."""
    if left <= 0 or set_aside <= 0:
        return 0
    return max(1, min(100, left * 100 // set_aside))
