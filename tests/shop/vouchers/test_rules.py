"""What a voucher takes off, what a batch may cost, and how its share of a refund is counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.orders import rules as order_rules
from shop.vouchers import rules
from tests.factories.vouchers import make_terms


@pytest.mark.parametrize(
    ("amount", "percent", "minimum", "goods", "taken"),
    [
        (10_00, None, 30_00, 29_99, 0),
        (10_00, None, 30_00, 30_00, 10_00),
        (10_00, None, 30_00, 500_00, 10_00),
        (20_00, 10, 0, 5_00, 0),
        (20_00, 10, 0, 5_01, 1),
        (20_00, 10, 0, 99_99, 9_99),
        (20_00, 10, 0, 200_00, 20_00),
        (20_00, 10, 0, 999_00, 20_00),
        (50_00, 95, 0, 50_00, 45_00),
    ],
)
def test_a_voucher_takes_off_what_its_terms_say(
    amount: int, percent: int | None, minimum: int, goods: int, taken: int
) -> None:
    terms = make_terms(amount_fen=amount, percent=percent, minimum_fen=minimum)
    assert rules.discount_fen(terms, goods) == taken


def test_a_batch_costs_at_most_every_use_of_every_code() -> None:
    assert rules.most_cost_fen(make_terms(codes=100, uses_each=3, amount_fen=20_00)) == 6_000_00


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("YH-7K3M-92QF-ABCD", "YH-7K3M-92QF-ABCD"),
        ("YH7K3M92QFABCD", "YH-7K3M-92QF-ABCD"),
        ("7K3M92QFABCD", "YH-7K3M-92QF-ABCD"),
        ("YHYH92QFABCD", "YH-YHYH-92QF-ABCD"),
        ("YH-7K3M", None),
        ("", None),
        ("%%%%%%%%%%%%", None),
        ("YH-7K3M-92QF-ABCDE", None),
        ("秋收券秋收券秋收券秋收券", None),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, stored: str | None) -> None:
    assert rules.read_code(typed) == stored


@given(
    goods=st.integers(5_01, 500_00),
    share=st.integers(1, 95),
    refunds=st.lists(st.integers(1, 100_00), max_size=8),
)
def test_refunds_share_in_proportion_and_never_exceed_what_was_paid(
    goods: int, share: int, refunds: list[int]
) -> None:
    discount = rules.discount_fen(make_terms(amount_fen=goods, percent=share, minimum_fen=0), goods)
    back = voucher = 0
    for wanted in [*refunds, goods]:
        gross = min(wanted, goods - back)
        if gross <= 0:
            continue
        part = order_rules.voucher_share_fen(gross, goods, discount, back, voucher)
        assert 0 <= part < gross
        back, voucher = back + gross, voucher + part
        assert voucher <= discount * back // goods
    assert back == goods
    assert voucher in (discount, discount - 1)
