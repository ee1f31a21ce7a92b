"""What freight refuses."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal


class BadTariff(Refusal):
    """A table cannot stand as it was written; `zone` counts from 0."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, zone: int, fault: str) -> None:
        super().__init__(f"zone {zone}: {fault}")
        self.zone = zone
        self.fault = fault


class TooEarly(Refusal):
    """A table may hold from tomorrow on at the earliest: nobody's freight changes while they type."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class TableMovedOn(Refusal):
    """Somebody else has written a table since this page was opened."""
