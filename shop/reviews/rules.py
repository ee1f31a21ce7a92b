"""Decisions about reviews: which goods can be reviewed, how long a review can be edited, what it may hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from shop.orders.values import PartState
from shop.reviews.errors import BadReview
from shop.reviews.values import Written

#: A review can be edited for so long after it was written.
EDITABLE = timedelta(days=30)

#: A buyer is invited to review so long after everything was received; an order from longer ago is let be.
INVITE_AFTER = timedelta(days=7)
FORGOTTEN_AFTER = timedelta(days=30)

MOST_PICTURES = 3
LONGEST_TEXT = 1000
LONGEST_REPLY = 500
LONGEST_REASON = 300
LONGEST_REPORT = 500


def is_received(part_state: str, accepted_quantity: int | None) -> bool:
    """Say whether something of a line was received: its part was, and not all of the line was turned back."""
    return part_state == PartState.RECEIVED and accepted_quantity != 0


def editable_until(written_at: datetime) -> datetime:
    """Return the moment from which a review stays as it is."""
    return written_at + EDITABLE


def check_written(written: Written) -> None:
    """Refuse stars, words and pictures that no review has (`BadReview`)."""
    if not 1 <= written.stars <= 5:
        raise BadReview("stars")
    check_words(written.text, LONGEST_TEXT, "text")
    if len(written.pictures) > MOST_PICTURES:
        raise BadReview("pictures")


def check_words(words: str, longest: int, field: str) -> None:
    """Refuse words that say nothing, or too much (`BadReview`)."""
    if not 0 < len(words.strip()) <= longest:
        raise BadReview(field)
