"""What registrations refuse."""

from __future__ import annotations

from http import HTTPStatus

from accounts.registrations.values import CodeFault, Missing, State
from core.errors import Refusal


class BadCode(Refusal):
    """The unified social credit code cannot be right."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, fault: CodeFault, length: int) -> None:
        super().__init__(fault)
        self.fault, self.length = fault, length


class CodeTaken(Refusal):
    """An organisation with this code is there, or its registration waits; by whom is not told."""


class BadPhone(Refusal):
    """No phone number of mainland China."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class BadPlace(Refusal):
    """No region of today, or one that is too large."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class Incomplete(Refusal):
    """Something is missing before it can be handed in."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, missing: tuple[Missing, ...]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class TooManyOpen(Refusal):
    """Somebody has begun so many registrations that they should end some first."""


class FormSentBefore(Refusal):
    """The same form came with other contents."""


class MovedOn(Refusal):
    """The registration stands elsewhere than the page said."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state


class ReasonMissing(Refusal):
    """Who is refused must read why."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class OwnRegistration(Refusal):
    """Nobody decides on what they handed in themselves."""

    status = HTTPStatus.FORBIDDEN
