"""What certification refuses."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal


class BadWindow(Refusal):
    """A certificate must end after it begins, in the future, and hold for no longer than the programme allows."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class AlreadyCertified(Refusal):
    """The product has a certificate, in force or suspended, that covers part of the same time."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class NumberTaken(Refusal):
    """Another certificate carries this number."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class OwnSupplier(Refusal):
    """Nobody certifies the products of a supplier they belong to."""

    status = HTTPStatus.FORBIDDEN


class NotYourCounty(Refusal):
    """The issuer is no office of the product's county, or not one the certifier signs for."""

    status = HTTPStatus.FORBIDDEN


class WrongState(Refusal):
    """The certificate is not in a state from which this can be done (A5); `state` is the one it is in."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class ReasonMissing(Refusal):
    """Suspending, lifting and revoking need a reason that can be answered for."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
