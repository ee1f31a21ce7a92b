"""When a licence holds, what is missing, and when to remind, without a database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.licences import rules
from accounts.licences.values import Fault, LicenceKind, Need, NewLicence, Standing, Window

TODAY = date(2026, 5, 20)
BUSINESS, FOOD, TRADING, REPORT = (
    LicenceKind.BUSINESS,
    LicenceKind.FOOD_PRODUCTION,
    LicenceKind.FOOD_TRADING,
    LicenceKind.INSPECTION,
)


def window(
    first: int, last: int | None, kind: LicenceKind = BUSINESS, superseded: int | None = None
) -> Window:
    return Window(
        kind,
        TODAY + timedelta(days=first),
        None if last is None else TODAY + timedelta(days=last),
        None if superseded is None else TODAY + timedelta(days=superseded),
    )


@pytest.mark.parametrize(
    ("found", "holds", "standing"),
    [
        (window(-10, None), True, Standing.VALID),
        (window(-10, 61), True, Standing.VALID),
        (window(-10, 60), True, Standing.ENDING),
        (window(-10, 0), True, Standing.ENDING),
        (window(-10, -1), False, Standing.EXPIRED),
        (window(0, 100), True, Standing.VALID),
        (window(1, 100), False, Standing.NOT_YET),
        (window(-10, 100, superseded=0), False, Standing.REPLACED),
        (window(-10, 5, superseded=5), True, Standing.VALID),
    ],
)
def test_a_licence_holds_on_both_its_days_and_until_another_takes_over(
    found: Window, holds: bool, standing: Standing
) -> None:
    assert rules.holds_on(found, TODAY) is holds
    assert rules.standing_on(found, TODAY) is standing


def test_either_food_licence_will_do_and_an_expired_one_is_told_from_none() -> None:
    needs = (Need.BUSINESS, Need.FOOD)
    assert rules.find_faults([], needs, TODAY) == {Need.BUSINESS: Fault.ABSENT, Need.FOOD: Fault.ABSENT}
    known = [window(-10, None), window(-400, -1, FOOD)]
    assert rules.find_faults(known, needs, TODAY) == {Need.FOOD: Fault.EXPIRED}
    assert rules.find_faults([*known, window(-3, 9, TRADING)], needs, TODAY) == {}
    assert rules.find_faults([window(-9, 9, REPORT)], (Need.BUSINESS,), TODAY) == {
        Need.BUSINESS: Fault.ABSENT
    }


def test_renewing_early_leaves_no_gap() -> None:
    older, newer = window(-300, 20, superseded=21), window(21, 400)
    for days in (0, 20, 21, 399):
        assert rules.find_faults([older, newer], (Need.BUSINESS,), TODAY + timedelta(days=days)) == {}


def new(**changes: object) -> NewLicence:
    values: dict[str, object] = {
        "kind": BUSINESS,
        "number": "913704",
        "valid_from": TODAY,
        "valid_until": TODAY + timedelta(days=365),
        "document_key": "K",
        "document_type": "application/pdf",
        "document_bytes": 10,
        "once": "T" * 20,
    }
    return NewLicence(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, None),
        ({"valid_until": None}, None),
        ({"valid_until": TODAY, "valid_from": TODAY}, None),
        ({"number": " "}, "number"),
        ({"number": "9" * 61}, "number"),
        ({"valid_from": date(1900, 1, 1)}, "valid_from"),
        ({"valid_from": TODAY + timedelta(days=400)}, "valid_from"),
        ({"valid_until": TODAY - timedelta(days=1)}, "valid_until"),
        ({"valid_until": date(2199, 1, 1)}, "valid_until"),
        ({"valid_from": TODAY - timedelta(days=9), "valid_until": TODAY - timedelta(days=1)}, "expired"),
    ],
)
def test_what_cannot_be_handed_in_is_named(changes: dict[str, object], field: str | None) -> None:
    assert rules.fault_of(new(**changes), TODAY) == field


def test_there_is_one_business_licence_but_a_report_for_each_number() -> None:
    assert rules.takes_over(new(), "A", BUSINESS, "other")
    assert not rules.takes_over(new(kind=REPORT), "A", REPORT, "other")
    assert rules.takes_over(new(kind=REPORT), "A", REPORT, "913704")
    assert rules.takes_over(new(kind=REPORT, renews="A"), "A", REPORT, "other")
    assert not rules.takes_over(new(kind=REPORT), "A", BUSINESS, "913704")


@pytest.mark.parametrize(
    ("days", "mark"), [(61, None), (60, 60), (31, 60), (30, 30), (1, 30), (0, 30), (-1, 0), (-900, 0)]
)
def test_reminders_are_due_at_sixty_and_thirty_days_and_at_the_end(days: int, mark: int | None) -> None:
    assert rules.reminder_due(days) == mark
