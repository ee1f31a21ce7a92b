"""What vouchers refuse."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus

from core.errors import Refusal


class VoucherRefused(Refusal):
    """A voucher cannot be used for this order; nothing was ordered."""


class UnknownVoucher(VoucherRefused):
    """There is no voucher with this code."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class VoucherNotYet(VoucherRefused):
    """Its first day has not come."""

    def __init__(self, valid_from: date) -> None:
        super().__init__(f"valid from {valid_from}")
        self.valid_from = valid_from


class VoucherOver(VoucherRefused):
    """Its last day has passed."""

    def __init__(self, valid_until: date) -> None:
        super().__init__(f"valid until {valid_until}")
        self.valid_until = valid_until


class VoucherWithdrawn(VoucherRefused):
    """The operator has taken it back."""


class VoucherUsed(VoucherRefused):
    """Every use of it is taken."""


class VoucherUsedByYou(VoucherRefused):
    """This account has used it before."""


class VoucherNeedsAccount(VoucherRefused):
    """It is given to people with an account, and nobody is signed in."""


class VoucherOfSomebodyElse(VoucherRefused):
    """It was given to another account."""


class VoucherMinimum(VoucherRefused):
    """The goods are worth less than its minimum; both in fen."""

    def __init__(self, minimum_fen: int, goods_fen: int) -> None:
        super().__init__(f"goods of {goods_fen} fen, minimum {minimum_fen}")
        self.minimum_fen = minimum_fen
        self.goods_fen = goods_fen


class WrongBatchState(Refusal):
    """A batch has not come as far, or has come too far, for this."""

    def __init__(self, state: str) -> None:
        super().__init__(f"the batch is {state}")
        self.state = state


class BatchNeedsSecondPerson(Refusal):
    """It may cost more than one person decides about; somebody else opens it."""

    status = HTTPStatus.FORBIDDEN


class BatchSentBefore(Refusal):
    """The same form came with other terms."""
