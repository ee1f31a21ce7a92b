from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.licences.values import Fault, Need
from core.clock import CHINA
from shop.applications import rules
from shop.applications.values import Evidence, Missing, Move, SettingName, Settings, Stage, State
from shop.certification.values import end_of, last_day

_STEPS = {
    (State.DRAFT, Move.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Move.PASS): State.TOWNSHIP_PASSED,
    (State.TOWNSHIP_PASSED, Move.PASS): State.SECTOR_PASSED,
    (State.SECTOR_PASSED, Move.PASS): State.COUNTY_APPROVED,
    (State.COUNTY_APPROVED, Move.PUBLISH): State.IN_PUBLICITY,
    (State.IN_PUBLICITY, Move.CERTIFY): State.CERTIFIED,
    (State.IN_PUBLICITY, Move.SEND_BACK): State.SUBMITTED,
    (State.SUBMITTED, Move.REFUSE): State.REJECTED,
    (State.TOWNSHIP_PASSED, Move.REFUSE): State.REJECTED,
    (State.SECTOR_PASSED, Move.REFUSE): State.REJECTED,
}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("move", list(Move))
def test_the_whole_table_of_states(state: State, move: Move) -> None:
    assert rules.after(state, move) == _STEPS.get((state, move))


def test_a_state_has_a_stage_while_it_is_open() -> None:
    assert [rules.stage_of(state) for state in State] == [
        Stage.APPLICATION, Stage.TOWNSHIP, Stage.SECTOR, Stage.COUNTY, Stage.PUBLICITY, Stage.PUBLICITY, None, None,
    ]  # fmt: skip
    assert [state for state in State if not rules.is_open(state)] == [State.CERTIFIED, State.REJECTED]


COMPLETE = Evidence("93370406YGDEM0010P", False, True, True, True, True, 180, 1, 3)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, ()),
        ({"credit_code": None}, (Missing.CREDIT_CODE,)),
        ({"credit_code": "93370406YGDEM0010Q"}, (Missing.CREDIT_CODE,)),
        ({"credit_code": "not a code"}, (Missing.CREDIT_CODE,)),
        ({"supplier_closed": True}, (Missing.SUPPLIER_CLOSED,)),
        ({"picture": False, "story": False}, (Missing.PICTURE, Missing.STORY)),
        ({"storage": False, "shelf_life_days": None}, (Missing.STORAGE, Missing.SHELF_LIFE)),
        ({"storage": False, "shelf_life_days": None, "edible": False}, ()),
        ({"packs": 0}, (Missing.PACKS,)),
        ({"households": 2}, (Missing.HOUSEHOLDS,)),
        ({"licence_faults": {(Need.BUSINESS, Fault.ABSENT)}}, (Missing.BUSINESS_LICENCE,)),
        ({"licence_faults": {(Need.BUSINESS, Fault.EXPIRED)}}, (Missing.BUSINESS_LICENCE_EXPIRED,)),
        ({"licence_faults": {(Need.FOOD, Fault.ABSENT)}}, ()),
        ({"licence_faults": {(Need.FOOD, Fault.ABSENT)}, "processed": True}, (Missing.FOOD_LICENCE,)),
        (
            {"licence_faults": {(Need.FOOD, Fault.EXPIRED)}, "processed": True},
            (Missing.FOOD_LICENCE_EXPIRED,),
        ),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, object], missing: tuple[Missing, ...]) -> None:
    assert rules.missing(replace(COMPLETE, **changes), 3) == missing  # type: ignore[arg-type]


@pytest.mark.parametrize(("days", "late"), [(0, False), (5, False), (6, True), (60, True)])
def test_the_clock_of_a_stage_begins_on_the_day_after(days: int, late: bool) -> None:
    # Half past midnight in China is still the day before in UTC.
    since = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    clock = rules.clock_of(Stage.TOWNSHIP, since, date(2026, 3, 2) + timedelta(days=days), Settings())
    assert clock is not None
    assert (clock.days_waited, clock.late, clock.due_on) == (days, late, date(2026, 3, 7))


def test_only_stages_that_people_decide_have_clocks() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    with_clock = {stage for stage in Stage if rules.clock_of(stage, now, now.date(), Settings())}
    assert with_clock == rules.TOWN_STAGES | rules.COUNTY_STAGES
    assert rules.clock_of(None, now, now.date(), Settings()) is None


def test_a_new_certificate_holds_through_the_same_day_of_the_next_year() -> None:
    now = datetime(2026, 3, 1, 10, 30, tzinfo=CHINA)
    begin, end = rules.window(now, None, 365)
    assert begin == now
    assert last_day(end) == date(2027, 3, 1)
    assert rules.window(now, now - timedelta(days=1), 365) == (begin, end)


def test_a_renewal_follows_without_a_gap() -> None:
    now = datetime(2026, 3, 1, 10, 30, tzinfo=CHINA)
    begin, end = rules.window(now, end_of(date(2026, 4, 15)), 365)
    assert begin == end_of(date(2026, 4, 15))
    assert last_day(end) == date(2027, 4, 15)


def test_a_renewal_opens_so_many_days_before() -> None:
    assert rules.renewal_opens_on(date(2026, 12, 31), 60) == date(2026, 11, 1)


@pytest.mark.parametrize("name", list(SettingName))
def test_every_setting_has_bounds_that_its_default_fits(name: SettingName) -> None:
    least, most = rules.BOUNDS[name]
    assert rules.fits_bounds(name, getattr(Settings(), name.value))
    assert not rules.fits_bounds(name, least - 1)
    assert not rules.fits_bounds(name, most + 1)


@pytest.mark.parametrize(
    ("text", "good"), [("", False), ("同意", False), ("情况属实", True), ("字" * 501, False)]
)
def test_an_opinion_says_something(text: str, good: bool) -> None:
    assert rules.is_opinion(text) is good
