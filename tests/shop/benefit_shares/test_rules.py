from __future__ import annotations

from datetime import date
from random import Random

import pytest

from shop.benefit_shares import rules

JAN, MAR, JUN, DEC = date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 1), date(2026, 12, 31)


def test_a_share_is_rounded_down_to_the_fen() -> None:
    assert rules.shares_of(60_00, 36_00, [250]) == [1_50]
    assert rules.shares_of(19_99, 12_00, [250]) == [49]
    assert rules.shares_of(39, 39, [250]) == [0]
    assert rules.shares_of(0, 0, [250, 1]) == [0, 0]


def test_the_example_of_the_handbook() -> None:
    kept = rules.shares_of(59_97, 35_98, [250])[0]
    assert kept == 1_49
    after_one_bag = rules.shares_of(39_98, 23_98, [250])[0]
    assert rules.to_take_back(kept, 0, after_one_bag) == 50
    assert rules.to_take_back(after_one_bag, 60, 0) == 39


def test_all_shares_of_a_line_stop_at_the_growers_part() -> None:
    # 30 % and 20 % were agreed while the growers had 60 %; at this price they have 40 %.
    assert rules.shares_of(100_00, 40_00, [3000, 2000]) == [24_00, 16_00]
    assert rules.shares_of(1_00, 1, [3000, 2000]) == [0, 0]


def test_shares_never_pass_the_growers_part_and_never_grow_when_the_base_falls() -> None:
    random = Random(4)
    for _ in range(2_000):
        line = random.randint(1, 50_000)
        producer = random.randint(0, line)
        bps = [random.randint(1, 3_000) for _ in range(random.randint(1, 6))]
        before = rules.shares_of(line, producer, bps)
        assert sum(before) <= producer
        assert all(share <= line * one // rules.WHOLE for share, one in zip(before, bps, strict=True))
        smaller = random.randint(0, line)
        after = rules.shares_of(smaller, rules.growers_fen(producer, line, smaller), bps)
        assert all(small <= large for small, large in zip(after, before, strict=True))


def test_many_partial_refunds_leave_what_one_refund_leaves() -> None:
    random = Random(7)
    for _ in range(500):
        line, bps = random.randint(1, 90_000), random.randint(1, 6_000)
        producer = line * 6 // 10
        kept = rules.shares_of(line, producer, [bps])[0]
        released = random.randint(0, kept) if random.random() < 0.5 else 0
        left = line
        while left and random.random() < 0.8:
            left -= random.randint(1, left)
            target = rules.shares_of(left, rules.growers_fen(producer, line, left), [bps])[0]
            back = rules.to_take_back(kept, released, target)
            kept -= back
            assert back >= 0
            assert kept >= released
        at_once = rules.shares_of(left, rules.growers_fen(producer, line, left), [bps])[0]
        assert kept == max(at_once, released)


def test_a_payment_lets_the_oldest_go_first() -> None:
    assert rules.spread(5_00, [3_00, 1_00, 4_00]) == [3_00, 1_00, 1_00]
    assert rules.spread(99_00, [3_00, 1_00]) == [3_00, 1_00]
    assert rules.spread(1, []) == []


def test_a_price_bears_its_growers_part_in_whole_hundredths() -> None:
    assert rules.room_bps(39_80, 23_88) == 6_000
    assert rules.room_bps(39_80, 23_87) == 5_997
    assert rules.room_bps(100, 0) == 0


@pytest.mark.parametrize(
    ("terms", "most"),
    [
        ([], 0),
        ([(JAN, MAR, 500)], 500),
        ([(JAN, MAR, 500), (JUN, DEC, 700)], 700),
        ([(JAN, MAR, 500), (MAR, DEC, 700)], 1_200),
        ([(JAN, DEC, 100), (JAN, MAR, 500), (JUN, DEC, 700)], 800),
        ([(date(2025, 1, 1), date(2025, 12, 31), 900)], 0),
    ],
)
def test_only_shares_of_the_same_day_add_up(terms: list[tuple[date, date, int]], most: int) -> None:
    assert rules.most_at_once(terms, JAN, DEC) == most
