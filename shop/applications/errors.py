"""What applications refuse."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus

from core.errors import Refusal
from shop.applications.values import Conflict, Missing, Stage, State


class EvidenceMissing(Refusal):
    """The application is not complete."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, missing: tuple[Missing, ...]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class RenewalTooEarly(Refusal):
    """The product's certificate holds for a while yet; a renewal may be asked for from `opens_on`."""

    def __init__(self, opens_on: date) -> None:
        super().__init__(opens_on.isoformat())
        self.opens_on = opens_on


class MovedOn(Refusal):
    """The application stands elsewhere than the page said: somebody was faster."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state


class NotYourStage(Refusal):
    """Another office decides on this stage."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.stage = stage


class ConflictOfInterest(Refusal):
    """Nobody decides on what they proposed, vouched for, earn from, or decided on at another stage (rule J1)."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self, conflict: Conflict) -> None:
        super().__init__(conflict)
        self.conflict = conflict


class OpinionMissing(Refusal):
    """Every decision needs an opinion or a reason that can be answered for."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class BadIssuer(Refusal):
    """The county's decision names the office that issues the certificate."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class BadSetting(Refusal):
    """A value out of its bounds, or from a day that is over."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, least: int, most: int) -> None:
        super().__init__(f"{least}-{most}")
        self.least, self.most = least, most
