"""The root of every refusal: an exception that rolls the step back and carries its status."""

from __future__ import annotations

from http import HTTPStatus

from core.permissions import Permission


class Refusal(Exception):
    """A request that the rules turn down; subclasses carry the data that its wording needs."""

    status: HTTPStatus = HTTPStatus.CONFLICT


class NotFound(Refusal):
    """The thing is not there, or not there for this person; both look alike from outside."""

    status = HTTPStatus.NOT_FOUND


class Forbidden(Refusal):
    """This kind of person may not do this kind of thing."""

    status = HTTPStatus.FORBIDDEN


class RoleMissing(Forbidden):
    """The person holds none of the roles that carry a permission."""

    def __init__(self, wanted: Permission) -> None:
        super().__init__(wanted.name)
        self.wanted = wanted


class FactorMissing(Forbidden):
    """The person's role takes effect only once they have a second factor."""


class TooManyAttempts(Refusal):
    """Somebody tries too often; `retry_after` is in seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after
