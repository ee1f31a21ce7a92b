"""Decisions about points rules: caps of a year, how long points last, and what covers them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from points.schemes.values import CoverState


def left_under_cap(yearly_cap: int, approved: int) -> int:
    """Return how many points a household may still earn by a rule in a year (rule F3)."""
    return max(0, yearly_cap - approved)


def fits_cap(yearly_cap: int, approved: int, points: int) -> bool:
    """Say whether a deed's points fit under the cap together with those approved in the year."""
    return approved + points <= yearly_cap


def runs_out_on(issued_on: date, lasting_months: int | None) -> date | None:
    """Return the day after which points are gone; None carries them over for good (rule F6)."""
    if lasting_months is None:
        return None
    month = issued_on.month - 1 + lasting_months
    year, month = issued_on.year + month // 12, month % 12 + 1
    return date(year, month, min(issued_on.day, monthrange(year, month)[1]))


def needed_fen(cover: CoverState, more_points: int = 0) -> int:
    """Return what the outstanding points, and `more_points` besides, are worth in fen at the cover's rate."""
    return (cover.outstanding + more_points) * cover.rate_fen


def backing_fen(cover: CoverState) -> int:
    """Return what stands behind the points: goods and fund, in fen."""
    return cover.goods_fen + cover.fund_fen


def is_covered(cover: CoverState, more_points: int = 0) -> bool:
    """Say whether goods and fund reach for the outstanding points and `more_points` besides (rule F4)."""
    return needed_fen(cover, more_points) <= backing_fen(cover)
