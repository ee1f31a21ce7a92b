"""Decisions about points rules, without a database."""

from __future__ import annotations

from datetime import date

import pytest

from points.schemes import rules
from points.schemes.values import CoverState


@pytest.mark.parametrize(("approved", "fits"), [(0, True), (49, True), (50, True), (51, False), (60, False)])
def test_a_cap_is_reached_exactly(approved: int, fits: bool) -> None:
    assert rules.fits_cap(60, approved, 10) is fits


@pytest.mark.parametrize(
    ("issued", "months", "gone"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 3, 1), None, None),
    ],
)
def test_points_last_whole_months(issued: date, months: int | None, gone: date | None) -> None:
    assert rules.runs_out_on(issued, months) == gone


@pytest.mark.parametrize(("more", "covered"), [(0, True), (50, True), (51, False)])
def test_goods_and_fund_cover_the_points_to_the_last_fen(more: int, covered: bool) -> None:
    cover = CoverState(1, outstanding=100, rate_fen=100, goods_fen=10_000, fund_fen=5_000, enforced=True)
    assert rules.is_covered(cover, more) is covered
