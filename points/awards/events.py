"""Facts about claims of points."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PointsIssued:
    """The committee approved a deed and the points are in the household's account; mail tells the household."""

    claim_id: int
    household_id: int
    points: int


@dataclass(frozen=True, slots=True)
class ClaimRefused:
    """The committee refused a deed, with a reason that the household sees; mail tells it."""

    claim_id: int
    household_id: int
