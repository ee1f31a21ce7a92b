"""Facts about reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReviewHidden:
    """The operator hid a review; its author is written to (`emails`)."""

    review_id: int
    hidden_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewAnswered:
    """A supplier answered a review for the first time; its author is written to (`emails`)."""

    review_id: int


@dataclass(frozen=True, slots=True)
class ReviewInvited:
    """An order was received some days ago and not all of it is reviewed; its buyer is invited once (`emails`)."""

    order_id: int
