"""What reviews refuse."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from core.errors import Refusal


class BadReview(Refusal):
    """Something of a review, an answer, a report or a reason cannot be like this; `field` names it."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class NotReceived(Refusal):
    """Nothing of this line has been received, so there is nothing to review."""


class TooLateToEdit(Refusal):
    """The review could be edited until a moment that is over."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class ReviewMovedOn(Refusal):
    """The review was edited since the form was loaded."""


class ReviewIsHidden(Refusal):
    """The review is hidden: there is nothing to answer or to report."""


class DecidedBefore(Refusal):
    """Somebody else decided about the review in the meantime."""


class Concerned(Refusal):
    """Whoever wrote the review, reported it, sold or bought the goods does not decide about it (rule J1)."""

    status = HTTPStatus.FORBIDDEN
