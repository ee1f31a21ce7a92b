"""What licences refuse."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal


class BadLicence(Refusal):
    """A licence cannot be taken like this; `field` says what is wrong."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class FormSentBefore(Refusal):
    """The same form came with other contents."""
