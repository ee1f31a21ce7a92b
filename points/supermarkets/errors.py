"""What the stores refuse."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal


class BadGoods(Refusal):
    """Goods need a name, a price in points and a worth in fen above 0."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class BadIntake(Refusal):
    """An intake needs a whole number of units above 0 and an expiry that is not past."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
