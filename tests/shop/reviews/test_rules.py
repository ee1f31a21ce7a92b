"""Which goods can be reviewed, what a review may hold, and how stars are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shop.reviews import rules
from shop.reviews.errors import BadReview
from shop.reviews.values import Rating, Written


@pytest.mark.parametrize(
    ("state", "accepted", "received"),
    [
        ("received", 2, True),
        ("received", None, True),
        ("received", 0, False),
        ("shipped", None, False),
        ("to_ship", None, False),
        ("cancelled", None, False),
    ],
)
def test_only_received_goods_can_be_reviewed(state: str, accepted: int | None, received: bool) -> None:
    assert rules.is_received(state, accepted) is received


def test_a_review_can_be_edited_for_thirty_days() -> None:
    written = datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert rules.editable_until(written) == written + timedelta(days=30)


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (Written(0, "好"), "stars"),
        (Written(6, "好"), "stars"),
        (Written(5, "  "), "text"),
        (Written(5, "好" * 1001), "text"),
        (Written(5, "好", ("a", "b", "c", "d")), "pictures"),
    ],
)
def test_what_no_review_has_is_refused(written: Written, field: str) -> None:
    with pytest.raises(BadReview) as refused:
        rules.check_written(written)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("counts", "average", "total"),
    [
        ((0, 0, 0, 0, 0), "", 0),
        ((0, 0, 0, 0, 3), "5.0", 3),
        ((1, 0, 0, 0, 1), "3.0", 2),
        ((0, 0, 0, 3, 17), "4.9", 20),
        ((1, 1, 1, 0, 1), "2.8", 4),
    ],
)
def test_the_average_is_rounded_half_up_to_one_decimal(
    counts: tuple[int, int, int, int, int], average: str, total: int
) -> None:
    rating = Rating(counts)
    assert (rating.average_text, rating.total) == (average, total)


def test_bars_run_from_five_stars_down() -> None:
    assert Rating((1, 0, 0, 0, 3)).bars == ((5, 3, 75), (4, 0, 0), (3, 0, 0), (2, 0, 0), (1, 1, 25))
