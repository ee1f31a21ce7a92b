"""What second factors refuse."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal


class WrongCode(Refusal):
    """No such code, or it was used before; both look alike."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class SetUpEnded(Refusal):
    """Nothing is being set up in this browser, or it was begun too long ago."""


class AlreadyOn(Refusal):
    """The person has a second factor."""


class NotOn(Refusal):
    """The person has no second factor."""


class OwnFactor(Refusal):
    """Nobody takes off their own second factor as an operator; in their account they give a code for it."""

    status = HTTPStatus.FORBIDDEN
