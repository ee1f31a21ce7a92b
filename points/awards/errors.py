"""What claims of points refuse."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus

from core.errors import Refusal


class OwnHousehold(Refusal):
    """Nobody records or decides on deeds of their own household (rules F2, J1)."""

    status = HTTPStatus.FORBIDDEN


class RecorderDecides(Refusal):
    """Whoever recorded a deed leaves the decision to others (rule J1)."""

    status = HTTPStatus.FORBIDDEN


class AlreadyDecided(Refusal):
    """The claim was decided on before."""


class DeedInFuture(Refusal):
    """The deed has not happened yet."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class DeedTooOld(Refusal):
    """The deed lies too far back to be recorded; `earliest` is the first day that counts."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, earliest: date) -> None:
        super().__init__(f"before {earliest}")
        self.earliest = earliest


class DeedRecordedBefore(Refusal):
    """The same household, rule and day were recorded before."""


class CapReached(Refusal):
    """The household's yearly points under this rule would pass the cap; `left` points remain."""

    def __init__(self, yearly_cap: int, left: int) -> None:
        super().__init__(f"{left} of {yearly_cap} points left")
        self.yearly_cap = yearly_cap
        self.left = left


class ReasonMissing(Refusal):
    """A refusal without a reason helps nobody."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
