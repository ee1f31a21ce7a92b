"""What a cart refuses."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal
from shop.stock.values import LineProblem


class LineRefused(Refusal):
    """So many packs of something cannot go into the cart."""

    def __init__(self, line: LineProblem) -> None:
        super().__init__(f"{line.goods.public_id} x {line.quantity}: {line.problem}")
        self.line = line


class TooManyLines(Refusal):
    """The cart is full."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class TooManyPacks(Refusal):
    """More packs of one thing than a line may hold."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
