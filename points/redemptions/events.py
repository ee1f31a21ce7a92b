"""Facts about redemptions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PointsRedeemed:
    """A household took goods for points; mail tells it."""

    redemption_id: int
    store_id: int
    household_id: int
    points: int
