"""What donations refuse."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal


class GivingElsewhere(Refusal):
    """This site takes no gifts: they are given on the designated platform (Charity Law art. 27)."""

    status = HTTPStatus.FORBIDDEN


class CampaignNotOpen(Refusal):
    """The campaign takes no gifts today: not begun, ended, or its charity's qualification has run out."""


class FormSentBefore(Refusal):
    """The form's single-use token came before with other contents."""


class BadAmount(Refusal):
    """A gift is too small or too large; limits in fen."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, least_fen: int, most_fen: int) -> None:
        super().__init__(f"a gift is from {least_fen} to {most_fen} fen")
        self.least_fen = least_fen
        self.most_fen = most_fen
