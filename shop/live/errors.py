"""What live sessions refuse."""

from __future__ import annotations

from http import HTTPStatus

from core.errors import Refusal
from shop.live.values import Ineligible, SessionState


class BadPlan(Refusal):
    """A field of a plan cannot be like this; `problem` names what is wrong with it."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class WrongSessionState(Refusal):
    """A session has not come as far, or has come too far, for this."""

    def __init__(self, state: SessionState) -> None:
        super().__init__(f"the session is {state}")
        self.state = state


class NotForSession(Refusal):
    """Packs of this cannot be set aside for this session."""

    def __init__(self, reason: Ineligible) -> None:
        super().__init__(reason)
        self.reason = reason


class DearerThanOrdinary(Refusal):
    """The price of the session lies above the ordinary one (fen)."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, ordinary_fen: int) -> None:
        super().__init__(f"more than {ordinary_fen}")
        self.ordinary_fen = ordinary_fen


class NotInMultiples(Refusal):
    """The packs are sold by so many, so they are set aside by so many, and a buyer gets as many (`field` says which)."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, multiple: int, field: str = "packs") -> None:
        super().__init__(f"{field}: {multiple}")
        self.multiple = multiple
        self.field = field


class TooManyItems(Refusal):
    """The session sells as many kinds of packs as it can."""
