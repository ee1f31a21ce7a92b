"""Codes change every half minute; in these tests the clock stands still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import clock


@pytest.fixture(autouse=True)
def still_clock() -> Iterator[None]:
    """Stand at one moment for the whole test."""
    with clock.at(clock.now()):
        yield
