"""What after sales refuse."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from core.errors import Refusal
from shop.after_sales.values import Interest, State
from shop.catalogue.values import ReturnTerms


class NotReceived(Refusal):
    """Nothing of this line has been received yet, so nothing about it can be claimed."""


class PeriodOver(Refusal):
    """The time to claim is over since that moment."""

    def __init__(self, ended_at: datetime) -> None:
        super().__init__(f"until {ended_at.isoformat()}")
        self.ended_at = ended_at


class NotReturnable(Refusal):
    """Goods bought on these terms cannot be sent back without a reason (rule B10)."""

    def __init__(self, terms: ReturnTerms) -> None:
        super().__init__(terms.value)
        self.terms = terms


class UnopenedOnly(Refusal):
    """These goods go back without a reason only while nobody opened the pack; `opened`, or not said (rule B10)."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, *, opened: bool) -> None:
        super().__init__("opened" if opened else "not said")
        self.opened = opened


class ClaimOpen(Refusal):
    """A claim about this line is under way; one at a time."""


class RecalledGoods(Refusal):
    """Goods that a recall called back would go into the stock again."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class TooManyPacks(Refusal):
    """More packs are named than were received and not sent back before; how many are left."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} packs are left")
        self.left = left


class AskedTooMuch(Refusal):
    """More money is named than there is to give back for it; the most in fen."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, most_fen: int) -> None:
        super().__init__(f"at most {most_fen} fen")
        self.most_fen = most_fen


class WordsMissing(Refusal):
    """Whoever refuses or objects says why."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class MovedOn(Refusal):
    """The claim has come further meanwhile, or this side has no such step now."""

    def __init__(self, state: State) -> None:
        super().__init__(f"the claim is {state}")
        self.state = state


class StepMadeBefore(MovedOn):
    """This side has made this very step before, and nothing is done twice."""


class ClaimSentBefore(Refusal):
    """The same form came with other contents."""


class OwnInterest(Refusal):
    """Somebody with an interest of their own does not decide (rule J1)."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self, interest: Interest) -> None:
        super().__init__(interest.value)
        self.interest = interest
