"""Decisions about vouchers: what one is worth, what a batch may cost, and who may use it when."""

from __future__ import annotations

from datetime import date, timedelta

from shop.vouchers.errors import (
    VoucherMinimum,
    VoucherNeedsAccount,
    VoucherNotYet,
    VoucherOfSomebodyElse,
    VoucherOver,
    VoucherUsed,
    VoucherUsedByYou,
)
from shop.vouchers.values import Terms

#: So much of every order (fen) its buyer pays: payment providers take no smaller sums.
LEAST_PAID_FEN = 5_00

#: What one person issues alone counts together for so long after it was opened; what is not opened yet counts too.
COUNTED_TOGETHER = timedelta(days=30)

PREFIX = "YH"
GROUPS, SIZE = 3, 4


def read_code(text: str) -> str | None:
    """Return a typed code as it is stored; None for what is no code. Spaces, dashes and the prefix may be missing."""
    plain = text.replace("-", "")
    if len(plain) > GROUPS * SIZE:
        plain = plain.removeprefix(PREFIX)
    if len(plain) != GROUPS * SIZE or not plain.isascii() or not plain.isalnum():
        return None
    return "-".join([PREFIX, *(plain[i : i + SIZE] for i in range(0, len(plain), SIZE))])


def least_goods_fen(terms: Terms) -> int:
    """Return from which worth of goods (fen) a voucher of these terms can be used."""
    return max(terms.minimum_fen, LEAST_PAID_FEN + 1)


def discount_fen(terms: Terms, goods_fen: int) -> int:
    """Return what a voucher takes off goods of this worth (fen); at least `LEAST_PAID_FEN` is left to pay."""
    if goods_fen < least_goods_fen(terms):
        return 0
    share = terms.amount_fen if terms.percent is None else goods_fen * terms.percent // 100
    return max(1, min(share, terms.amount_fen, goods_fen - LEAST_PAID_FEN))


def most_cost_fen(terms: Terms) -> int:
    """Return what a batch costs the operator at most (fen)."""
    return terms.codes * terms.uses_each * terms.amount_fen


def check_use(
    terms: Terms,
    today: date,
    goods_fen: int,
    *,
    email: str | None,
    signed_in: bool,
    uses: int,
    used_by_them: bool,
) -> None:
    """Refuse a voucher that is not for this day, this account, or this basket; `uses` counts those that stand."""
    if today < terms.valid_from:
        raise VoucherNotYet(terms.valid_from)
    if today > terms.valid_until:
        raise VoucherOver(terms.valid_until)
    if (terms.for_email or terms.per_person) and not signed_in:
        raise VoucherNeedsAccount
    if terms.for_email and terms.for_email != email:
        raise VoucherOfSomebodyElse
    if used_by_them:
        raise VoucherUsedByYou
    if uses >= terms.uses_each:
        raise VoucherUsed
    if goods_fen < least_goods_fen(terms):
        raise VoucherMinimum(least_goods_fen(terms), goods_fen)
