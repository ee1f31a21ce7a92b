"""Decisions about settlement: the state tables, what keeps money back, days, and how refunds fall on lines."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from shop.settlement.errors import WrongBatchState, WrongPayoutState
from shop.settlement.values import (
    BatchAction,
    BatchState,
    Obstacle,
    PartMoney,
    PayoutAction,
    PayoutState,
    Period,
    Standing,
)

#: For how many days after receipt buyers may claim, unless a dated setting says otherwise. The day after the money is due,
#: but never while goods may go back without a reason (`RETURN_DAYS`).
CLAIM_DAYS = 7
FEWEST_CLAIM_DAYS, MOST_CLAIM_DAYS = 1, 90

#: A statement covers at most this many days.
LONGEST_PERIOD = 366
FIRST_YEAR, LAST_YEAR = 2020, 2100

#: What each state of a batch allows, and where it leads. What is not here is refused with 409.
BATCH_TABLE: Mapping[BatchState, Mapping[BatchAction, BatchState]] = {
    BatchState.PROPOSED: {
        BatchAction.APPROVE: BatchState.APPROVED,
        BatchAction.DECLINE: BatchState.DECLINED,
    },
    BatchState.APPROVED: {BatchAction.CLOSE: BatchState.CLOSED},
    BatchState.DECLINED: {},
    BatchState.CLOSED: {},
}

#: The same for the payout to one supplier. A bank may send money back that had left: it is owed again then.
PAYOUT_TABLE: Mapping[PayoutState, Mapping[PayoutAction, PayoutState]] = {
    PayoutState.PROPOSED: {
        PayoutAction.APPROVE: PayoutState.TO_PAY,
        PayoutAction.DECLINE: PayoutState.DECLINED,
    },
    PayoutState.TO_PAY: {PayoutAction.PAY: PayoutState.PAID, PayoutAction.FAIL: PayoutState.FAILED},
    PayoutState.PAID: {PayoutAction.FAIL: PayoutState.FAILED},
    PayoutState.FAILED: {},
    PayoutState.DECLINED: {},
}

_NUMBER = re.compile(r"^[0-9]{9,30}$")
_BANK_CODE = re.compile(r"^[0-9]{12}$")
_MONTH = re.compile(r"^[0-9]{4}-(0[1-9]|1[0-2])$")


def batch_after(state: str, action: BatchAction) -> BatchState:
    """Return where an action leads a batch, or refuse it (`WrongBatchState`)."""
    target = BATCH_TABLE[BatchState(state)].get(action)
    if target is None:
        raise WrongBatchState(state, action)
    return target


def payout_after(state: str, action: PayoutAction) -> PayoutState:
    """Return where an action leads a payout, or refuse it (`WrongPayoutState`)."""
    target = PAYOUT_TABLE[PayoutState(state)].get(action)
    if target is None:
        raise WrongPayoutState(state, action)
    return target


def obstacles_of(money: PartMoney, today: date) -> tuple[Obstacle, ...]:
    """Return what keeps the money of a part back; nothing does when the supplier owes (a refund after the payout)."""
    if money.open_fen < 0:
        return ()
    found = (
        (Obstacle.NOT_DUE, money.due_on > today),
        (Obstacle.CLAIM, money.claimed),
        (Obstacle.DISPUTE, money.disputed),
        (Obstacle.REFUND, money.refunding),
        (Obstacle.IN_PAYOUT, money.in_payout and money.open_fen > 0),
    )
    return tuple(obstacle for obstacle, holds in found if holds)


def payable_now(parts: Iterable[PartMoney], today: date) -> list[PartMoney]:
    """Return what goes into a payout of one supplier: what is due and free, and what it owes; nothing unless it is above 0."""
    chosen = [part for part in parts if part.open_fen and not obstacles_of(part, today)]
    return chosen if sum(part.open_fen for part in chosen) > 0 else []


def standing(*, due_fen: int, confirmed: bool, waiting: bool) -> Standing:
    """Say whether a supplier can be paid now: a change of account is confirmed before the next payout."""
    if due_fen <= 0:
        return Standing.NOTHING_DUE
    if waiting:
        return Standing.ACCOUNT_WAITS
    return Standing.READY if confirmed else Standing.NO_ACCOUNT


def split_refunds(
    worths: Sequence[int], before_fen: int, asked: Sequence[int], after: Sequence[int], after_fen: int
) -> list[int]:
    """Say how much of each row of a part went back (fen); the rows sum to `before_fen + after_fen`.

    `before_fen` was kept back when the part was accepted: it falls on the rows for which it was `asked`, no row more
    than it is worth. `after` came out of what was owed by then. What no row claims falls on the last ones.
    """
    shares = list(after)
    left = before_fen
    for index, wanted in enumerate(asked):
        share = max(0, min(wanted, left, worths[index] - shares[index]))
        shares[index] += share
        left -= share
    left += after_fen - sum(after)
    for index in range(len(shares) - 1, 0, -1):
        share = max(0, min(left, worths[index] - shares[index]))
        shares[index] += share
        left -= share
    shares[0] += left
    return shares


def month_period(month: str) -> Period | None:
    """Return the days of a month written `2026-11`, or None when it is none."""
    if not _MONTH.match(month) or not FIRST_YEAR <= int(month[:4]) <= LAST_YEAR:
        return None
    year, number = int(month[:4]), int(month[5:])
    return Period(date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1]), month)


def chosen_period(first: date, last: date) -> Period | None:
    """Return the days from one through another, or None when they are no period of at most `LONGEST_PERIOD` days."""
    if not FIRST_YEAR <= first.year <= LAST_YEAR or not 0 <= (last - first).days < LONGEST_PERIOD:
        return None
    return Period(first, last)


def months_back(today: date, count: int) -> list[str]:
    """Return the last months, this one first, written `2026-11`."""
    whole = today.year * 12 + today.month - 1
    return [f"{(whole - i) // 12}-{(whole - i) % 12 + 1:02d}" for i in range(count)]


def plain_number(text: str) -> str:
    """Return an account number without the spaces and hyphens people group it by."""
    return re.sub(r"[\s\-]", "", text)


def is_account_number(number: str) -> bool:
    """Say whether this may be the number of a bank account: 9 to 30 digits."""
    return bool(_NUMBER.match(number))


def is_bank_code(code: str) -> bool:
    """Say whether this may be the 12-digit code of a bank's branch (CNAPS)."""
    return bool(_BANK_CODE.match(code))
