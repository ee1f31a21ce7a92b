"""Facts about reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReviewHidden:
    """The operator hid a review; its author is written to (`emails`)."""

    review_id: int
    hidden_at: datetime
