from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shop.benefit_links import rules
from shop.benefit_links.values import KIND_NAMES, LinkKind, NewLink, NewPayment

TODAY = date(2026, 3, 31)
LINK = NewLink("millet", 1, LinkKind.WAGE, date(2026, 1, 1), date(2026, 12, 31), 1, "X" * 20)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, None),
        ({"valid_until": date(2026, 3, 31)}, None),
        ({"valid_until": date(2025, 12, 31)}, "valid_until"),
        ({"valid_from": date(2025, 1, 1), "valid_until": date(2026, 3, 30)}, "valid_until"),
        ({"valid_until": date(2037, 1, 1)}, "valid_until"),
        ({"valid_until": date(9999, 12, 31)}, "valid_until"),
        ({"valid_from": date(2015, 12, 31), "valid_until": date(2026, 5, 1)}, "valid_until"),
        ({"promised_fen": 0}, "promised"),
    ],
)
def test_a_link_is_about_a_time_that_people_can_promise(
    changes: dict[str, object], problem: str | None
) -> None:
    assert rules.problem_of(replace(LINK, **changes), TODAY) == problem  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("paid_on", "amount", "problem"),
    [
        (date(2026, 1, 1), 1, None),
        (TODAY, 1, None),
        (date(2025, 12, 31), 1, "paid_on"),
        (date(2026, 4, 1), 1, "paid_on"),
        (TODAY, 0, "amount"),
        (TODAY, -5, "amount"),
    ],
)
def test_a_payment_lies_between_the_first_day_and_today(
    paid_on: date, amount: int, problem: str | None
) -> None:
    found = rules.problem_of_payment(NewPayment(amount, paid_on, "X" * 20), LINK.valid_from, TODAY)
    assert found == problem


@pytest.mark.parametrize(
    ("answer", "withdrawn", "today", "counts"),
    [
        ("agreed", False, TODAY, True),
        ("agreed", False, LINK.valid_from, True),
        ("agreed", False, LINK.valid_until, True),
        ("agreed", False, date(2025, 12, 31), False),
        ("agreed", False, date(2027, 1, 1), False),
        ("agreed", True, TODAY, False),
        ("none", False, TODAY, False),
        ("disputed", False, TODAY, False),
    ],
)
def test_only_agreed_links_count_and_only_in_their_time(
    answer: str, withdrawn: bool, today: date, counts: bool
) -> None:
    found = rules.counts(
        answer, withdrawn=withdrawn, valid_from=LINK.valid_from, valid_until=LINK.valid_until, today=today
    )
    assert found is counts


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (0, TODAY),
        (1, date(2026, 2, 28)),
        (3, date(2025, 12, 31)),
        (6, date(2025, 9, 30)),
        (25, date(2024, 2, 29)),
    ],
)
def test_months_are_counted_back_to_days_that_exist(months: int, expected: date) -> None:
    assert rules.months_back(TODAY, months) == expected


def test_a_link_is_unpaid_when_its_last_payment_is_too_old_and_the_promise_is_open() -> None:
    def unpaid(paid: int, last: date | None, first: date = date(2025, 1, 1)) -> bool:
        return rules.is_unpaid(
            promised_fen=100, paid_fen=paid, last_paid_on=last, valid_from=first, today=TODAY, months=6
        )

    assert unpaid(0, None)
    assert unpaid(50, date(2025, 9, 29))
    assert not unpaid(50, date(2025, 9, 30))
    assert not unpaid(100, date(2025, 1, 2))
    assert not unpaid(0, None, date(2026, 1, 1))


def test_kinds_have_names_and_different_first_letters() -> None:
    assert set(KIND_NAMES) == set(LinkKind)
    assert len({kind.value[0] for kind in LinkKind}) == len(LinkKind)


@pytest.mark.parametrize(
    ("text", "good"), [("", False), ("  不是 ", False), ("没收到钱", True), ("字" * 501, False)]
)
def test_a_reason_says_something(text: str, good: bool) -> None:
    assert rules.is_reason(text) is good
