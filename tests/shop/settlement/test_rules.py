"""Decisions about settlement: every state and action, what keeps money back, periods, and how refunds fall on lines."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.settlement import rules
from shop.settlement.errors import WrongBatchState, WrongPayoutState
from shop.settlement.values import (
    BatchAction,
    BatchState,
    Obstacle,
    PartMoney,
    PayoutAction,
    PayoutState,
    Standing,
)

TODAY = date(2026, 11, 20)

BATCHES = {
    (BatchState.PROPOSED, BatchAction.APPROVE): BatchState.APPROVED,
    (BatchState.PROPOSED, BatchAction.DECLINE): BatchState.DECLINED,
    (BatchState.APPROVED, BatchAction.CLOSE): BatchState.CLOSED,
}
PAYOUTS = {
    (PayoutState.PROPOSED, PayoutAction.APPROVE): PayoutState.TO_PAY,
    (PayoutState.PROPOSED, PayoutAction.DECLINE): PayoutState.DECLINED,
    (PayoutState.TO_PAY, PayoutAction.PAY): PayoutState.PAID,
    (PayoutState.TO_PAY, PayoutAction.FAIL): PayoutState.FAILED,
    (PayoutState.PAID, PayoutAction.FAIL): PayoutState.FAILED,
}


@pytest.mark.parametrize("state", list(BatchState))
@pytest.mark.parametrize("action", list(BatchAction))
def test_the_whole_table_of_batches(state: BatchState, action: BatchAction) -> None:
    if (state, action) in BATCHES:
        assert rules.batch_after(state, action) is BATCHES[state, action]
    else:
        with pytest.raises(WrongBatchState):
            rules.batch_after(state, action)


@pytest.mark.parametrize("state", list(PayoutState))
@pytest.mark.parametrize("action", list(PayoutAction))
def test_the_whole_table_of_payouts(state: PayoutState, action: PayoutAction) -> None:
    if (state, action) in PAYOUTS:
        assert rules.payout_after(state, action) is PAYOUTS[state, action]
    else:
        with pytest.raises(WrongPayoutState):
            rules.payout_after(state, action)


def part(**changes: object) -> PartMoney:
    values: dict[str, object] = {
        "part_id": 1,
        "public_id": "P",
        "number": "YG1",
        "supplier_id": 1,
        "received_on": date(2026, 11, 1),
        "due_on": date(2026, 11, 8),
        "gross_fen": 80_00,
        "freight_fen": 5_00,
        "accepted_fen": 85_00,
        "back_fen": 0,
        "corrected_fen": 0,
        "kept_fen": 0,
        "released_fen": 0,
        "settled_fen": 0,
        "claimed": False,
        "disputed": False,
        "refunding": False,
        "in_payout": False,
    }
    return PartMoney(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "obstacles"),
    [
        ({}, ()),
        ({"due_on": TODAY}, ()),
        ({"due_on": date(2026, 11, 21)}, (Obstacle.NOT_DUE,)),
        ({"claimed": True}, (Obstacle.CLAIM,)),
        ({"disputed": True, "refunding": True}, (Obstacle.DISPUTE, Obstacle.REFUND)),
        ({"in_payout": True, "settled_fen": 80_00}, (Obstacle.IN_PAYOUT,)),
        ({"in_payout": True, "settled_fen": 85_00}, ()),
        ({"settled_fen": 90_00, "claimed": True, "due_on": date(2027, 1, 1)}, ()),
    ],
)
def test_what_keeps_money_back(changes: dict[str, object], obstacles: tuple[Obstacle, ...]) -> None:
    assert rules.obstacles_of(part(**changes), TODAY) == obstacles


def test_a_refund_after_the_payout_is_kept_back_from_the_next_one() -> None:
    overpaid = part(part_id=1, settled_fen=85_00, back_fen=20_00)
    due, later = part(part_id=2), part(part_id=3, due_on=date(2026, 12, 1))
    assert overpaid.open_fen == -20_00
    assert rules.payable_now([overpaid, due, later], TODAY) == [overpaid, due]


def test_nothing_is_paid_out_when_a_supplier_owes_as_much() -> None:
    assert rules.payable_now([part(settled_fen=170_00), part(part_id=2)], TODAY) == []


@pytest.mark.parametrize(
    ("due", "confirmed", "waiting", "standing"),
    [
        (0, True, False, Standing.NOTHING_DUE),
        (-5, True, False, Standing.NOTHING_DUE),
        (5, True, False, Standing.READY),
        (5, False, False, Standing.NO_ACCOUNT),
        (5, True, True, Standing.ACCOUNT_WAITS),
        (5, False, True, Standing.ACCOUNT_WAITS),
    ],
)
def test_who_can_be_paid(due: int, confirmed: bool, waiting: bool, standing: Standing) -> None:
    assert rules.standing(due_fen=due, confirmed=confirmed, waiting=waiting) is standing


def test_a_refund_falls_on_the_line_it_was_for() -> None:
    # Rice 80, oil 40, freight 5: ten for the rice before receipt, twenty for the oil afterwards.
    assert rules.split_refunds([80_00, 40_00, 5_00], 10_00, [10_00, 0, 0], [0, 20_00, 0], 20_00) == [
        10_00,
        20_00,
        0,
    ]


def test_a_shortage_that_was_refunded_is_not_taken_from_the_supplier_twice() -> None:
    # Three of four bags were accepted (60 of 80): the fourth went back out of what was prepaid.
    assert rules.split_refunds([60_00, 5_00], 0, [20_00, 0], [0, 0], 0) == [0, 0]


_amounts = st.integers(0, 10_000)
_rows = st.lists(st.tuples(_amounts, _amounts, _amounts), min_size=1, max_size=6)


@given(rows=_rows, per_mille=st.integers(0, 1000))
def test_refunds_of_rows_sum_to_those_of_the_part(rows: list[tuple[int, int, int]], per_mille: int) -> None:
    worths = [worth for worth, _, _ in rows]
    before = sum(worths) * per_mille // 1000
    after = [min(worth, later) for worth, _, later in rows]
    shares = rules.split_refunds(worths, before, [asked for _, asked, _ in rows], after, sum(after))
    assert sum(shares) == before + sum(after)
    assert all(share >= 0 for share in shares)


@pytest.mark.parametrize(
    ("month", "first", "last"),
    [
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_months(month: str, first: date, last: date) -> None:
    period = rules.month_period(month)
    assert period is not None
    assert (period.first, period.last, period.query) == (first, last, f"month={month}")


@pytest.mark.parametrize(
    "month", ["", "2026-13", "2026-1", "1999-01", "2026-11-01", "２０２６-11", "abc", "9999-12"]
)
def test_what_is_no_month(month: str) -> None:
    assert rules.month_period(month) is None


def test_chosen_days_lie_within_a_year() -> None:
    period = rules.chosen_period(date(2026, 11, 1), date(2026, 11, 15))
    assert period is not None
    assert period.query == "from=2026-11-01&to=2026-11-15"
    assert rules.chosen_period(date(2026, 11, 2), date(2026, 11, 1)) is None
    assert rules.chosen_period(date(2025, 11, 1), date(2026, 11, 2)) is None
    assert rules.chosen_period(date(1999, 1, 1), date(1999, 1, 2)) is None
    assert rules.chosen_period(date(9999, 12, 31), date(9999, 12, 31)) is None


def test_the_last_months() -> None:
    assert rules.months_back(date(2026, 2, 3), 3) == ["2026-02", "2026-01", "2025-12"]


@pytest.mark.parametrize(
    ("typed", "fine"),
    [
        ("6222 0212-3456 7890128", True),
        ("123456789", True),
        ("12345678", False),
        ("1" * 31, False),
        ("62220212345678901A", False),
        ("６２２２０２１２３４５", False),
        ("", False),
    ],
)
def test_account_numbers(typed: str, fine: bool) -> None:
    assert rules.is_account_number(rules.plain_number(typed)) is fine
