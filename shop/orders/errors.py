"""What orders refuse."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from core.errors import Refusal
from shop.stock.values import Goods, LineProblem


class EmptyBasket(Refusal):
    """There is nothing to order."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class BasketRefused(Refusal):
    """Some lines cannot be bought as they stand; all of them are named, and nothing was held or charged."""

    def __init__(self, problems: Sequence[LineProblem]) -> None:
        super().__init__("; ".join(f"{p.goods.public_id} x {p.quantity}: {p.problem}" for p in problems))
        self.problems = tuple(problems)


class BasketChanged(Refusal):
    """The total (fen) is no longer the one that stood on the page."""

    def __init__(self, seen_fen: int, total_fen: int) -> None:
        super().__init__(f"seen {seen_fen}, now {total_fen}")
        self.seen_fen = seen_fen
        self.total_fen = total_fen


class NoReturnNotConfirmed(Refusal):
    """Some goods go back on other terms, and the buyer has not said of this purchase that they know (B10)."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, goods: Sequence[Goods]) -> None:
        super().__init__("; ".join(item.public_id for item in goods))
        self.goods = tuple(goods)


class TooManyUnpaid(Refusal):
    """So many orders of one sender wait for their money that no further one is taken: nobody holds the whole stock."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most}")
        self.most = most


class TooLargeForOnlinePayment(Refusal):
    """No payment provider takes such a sum at once."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class FormSentBefore(Refusal):
    """The same form came with other contents."""


class WrongState(Refusal):
    """The order has not come as far, or has come too far, for this."""

    def __init__(self, state: str, action: str) -> None:
        super().__init__(f"cannot {action} what is {state}")
        self.state = state
        self.action = action


class DoneBefore(WrongState):
    """It has come this far before, by the same form or another one: nothing is done twice, and nobody is the worse."""


class LineRefundedBefore(Refusal):
    """More than is left of a line would go back; amount left in fen."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, left_fen: int) -> None:
        super().__init__(f"{left_fen} fen are left of this line")
        self.left_fen = left_fen


class SupplierPaidOut(Refusal):
    """What is owed to the supplier does not cover it any more; amount left in fen."""

    def __init__(self, left_fen: int) -> None:
        super().__init__(f"{left_fen} fen are still owed to the supplier")
        self.left_fen = left_fen


class StillShort(Refusal):
    """The goods of an order are still not there."""


class NotPayable(Refusal):
    """The goods are no longer held for this order, so it cannot be paid."""

    status = HTTPStatus.GONE
