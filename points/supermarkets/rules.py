"""Decisions about stores and intakes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

#: More units than any village store holds: a slip of the finger.
MOST_RECEIVED = 100_000


def is_intake(quantity: object, expires_on: date | None, today: date) -> bool:
    """Say whether so many units with this expiry may be taken in."""
    if isinstance(quantity, bool) or not isinstance(quantity, int):
        return False
    return 0 < quantity <= MOST_RECEIVED and (expires_on is None or expires_on >= today)


def is_expired(expires_on: date | None, today: date) -> bool:
    """Say whether a batch may no longer be given out (rule G1); on the day itself it still may."""
    return expires_on is not None and expires_on < today


def is_open(open_days: Collection[int], today: date) -> bool:
    """Say whether a store opens on a day."""
    return today.isoweekday() in open_days
