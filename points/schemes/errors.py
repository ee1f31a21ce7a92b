"""What the points rules refuse."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal


class BadRule(Refusal):
    """A rule needs points above 0, a yearly cap of at least one deed, and a title."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NotCovered(Refusal):
    """Goods and fund of a region would not stand behind its points any more; amounts in fen."""

    def __init__(self, needed_fen: int, backing_fen: int) -> None:
        super().__init__(f"{needed_fen} fen needed, {backing_fen} fen there")
        self.needed_fen = needed_fen
        self.backing_fen = backing_fen
