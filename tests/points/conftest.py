"""The world of points that these tests share."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.factories.points import PointsWorld, make_points_world


@pytest.fixture
def world(session: Session) -> PointsWorld:
    """Return a village with a store, its people, and a household that has 100 points."""
    return make_points_world(session, points=100)
