"""When a session may be, where it may be watched, what the clock says of it, and what its packs cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shop.catalogue.values import Charge
from shop.live import rules
from shop.live.errors import BadPlan, WrongSessionState
from shop.live.values import LONGEST, RUNNING, Plan, SessionState

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def plan(starts: timedelta = HOUR, ends: timedelta = 3 * HOUR, watch_url: str = "") -> Plan:
    return Plan("小米专场", "Millet", "", "", NOW + starts, NOW + ends, watch_url)


@pytest.mark.parametrize(
    ("wrong", "field", "problem"),
    [
        (plan(timedelta(days=91), timedelta(days=91, hours=1)), "starts_at", "too far"),
        (plan(HOUR, HOUR), "ends_at", "before start"),
        (plan(-3 * HOUR, timedelta()), "ends_at", "over"),
        (plan(HOUR, timedelta(hours=25, minutes=1)), "ends_at", "too long"),
        (plan(watch_url="http://live.example.org"), "watch_url", "address"),
    ],
)
def test_a_plan_that_cannot_be_names_its_field(wrong: Plan, field: str, problem: str) -> None:
    with pytest.raises(BadPlan) as refused:
        rules.check_plan(wrong, NOW)
    assert (refused.value.field, refused.value.problem) == (field, problem)


def test_a_plan_at_its_limits_may_be_and_an_opened_one_keeps_its_start() -> None:
    rules.check_plan(
        plan(timedelta(days=90), timedelta(days=91), "https://live.example.org/room/7?from=yg"), NOW
    )
    rules.check_plan(plan(-HOUR, timedelta(minutes=1)), NOW)
    rules.check_plan(plan(timedelta(days=91), timedelta(days=91, hours=1)), NOW, opened=True)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "http://live.example.org",
        "https://",
        "https://localhost",
        "https://a@live.example.org",
        "https://live.example.org:x",
        "https://live.example.org/ a",
        'https://live.example.org/"',
        "https://[::1",
        "//live.example.org",
    ],
)
def test_odd_addresses_lead_nowhere(address: str) -> None:
    assert not rules.is_https(address)


@pytest.mark.parametrize(
    ("state", "starts", "ends", "due"),
    [
        ("planned", HOUR, 2 * HOUR, None),
        ("planned", timedelta(), HOUR, SessionState.OPEN),
        ("planned", -2 * HOUR, timedelta(), SessionState.ENDED),
        ("open", HOUR, 2 * HOUR, None),
        ("open", -HOUR, timedelta(), SessionState.ENDED),
        ("ended", -2 * HOUR, -HOUR, None),
        ("called_off", -HOUR, HOUR, None),
    ],
)
def test_the_clock_opens_and_ends(
    state: str, starts: timedelta, ends: timedelta, due: SessionState | None
) -> None:
    assert rules.due_state(state, NOW + starts, NOW + ends, NOW) is due


def test_the_price_of_a_session_never_lies_above_the_ordinary_one_and_its_parts_keep_their_proportions() -> (
    None
):
    ordinary = Charge(39_80, 23_88, 8_75, 7_17)
    assert rules.session_charge(ordinary, 39_80) == ordinary == rules.session_charge(ordinary, 50_00)
    lower = rules.session_charge(ordinary, 30_01)
    assert lower.price_fen == 30_01 == lower.producer_fen + lower.logistics_fen + lower.other_fen
    assert lower.producer_fen == 18_00


@pytest.mark.parametrize(
    ("left", "of", "percent"), [(0, 50, 0), (1, 500, 1), (25, 50, 50), (60, 50, 100), (3, 0, 0)]
)
def test_the_bar_says_what_is_left(left: int, of: int, percent: int) -> None:
    assert rules.percent_left(left, of) == percent


def test_what_a_state_does_not_allow_is_refused_by_name() -> None:
    rules.require_state("open", RUNNING)
    with pytest.raises(WrongSessionState) as refused:
        rules.require_state("ended", RUNNING)
    assert refused.value.state is SessionState.ENDED


@pytest.mark.parametrize(
    ("opened", "starts", "ends"),
    [
        (timedelta(0), timedelta(0), 2 * HOUR),
        (timedelta(seconds=59), timedelta(0), 2 * HOUR),
        (-30 * HOUR, -30 * HOUR, -28 * HOUR),
        (HOUR, HOUR, 3 * HOUR),
        (2 * HOUR, HOUR, 3 * HOUR),
    ],
)
def test_a_session_opened_early_lasts_as_long_as_planned(
    opened: timedelta, starts: timedelta, ends: timedelta
) -> None:
    moved = rules.moved_to(plan(), NOW + opened)
    assert (moved.starts_at - NOW, moved.ends_at - NOW) == (starts, ends)
    assert moved.ends_at - moved.starts_at <= LONGEST
