"""What fulfilment refuses."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal


class TwoInspectorsNeeded(Refusal):
    """Goods for an institution are accepted by two different people (B8)."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class ShortageUnexplained(Refusal):
    """Less was accepted than was sent, and nobody said why."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class AcceptedTooMuch(Refusal):
    """More was accepted than was sent, or lines are missing."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
