from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shop.certification import rules
from shop.certification.values import CertificateState, Step, end_of, last_day

START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("moment", "suspended", "revoked", "expected"),
    [
        (START - TICK, False, False, CertificateState.NOT_YET),
        (START, False, False, CertificateState.IN_FORCE),
        (END - TICK, False, False, CertificateState.IN_FORCE),
        (END, False, False, CertificateState.EXPIRED),
        (START, True, False, CertificateState.SUSPENDED),
        (END, True, False, CertificateState.EXPIRED),
        (START, False, True, CertificateState.REVOKED),
        (START, True, True, CertificateState.REVOKED),
        (END, False, True, CertificateState.REVOKED),
    ],
)
def test_a_certificate_holds_inside_its_window_only(
    moment: datetime, suspended: bool, revoked: bool, expected: CertificateState
) -> None:
    found = rules.state_at(moment, START, END, START if suspended else None, START if revoked else None)
    assert found is expected


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        (CertificateState.NOT_YET, {Step.SUSPEND, Step.REVOKE}),
        (CertificateState.IN_FORCE, {Step.SUSPEND, Step.REVOKE}),
        (CertificateState.SUSPENDED, {Step.LIFT, Step.REVOKE}),
        (CertificateState.EXPIRED, set()),
        (CertificateState.REVOKED, set()),
    ],
)
def test_every_state_allows_its_steps_and_no_others(state: CertificateState, steps: set[Step]) -> None:
    assert {step for step in Step if rules.may(step, state)} == steps


def test_a_window_is_neither_empty_nor_past_nor_endless() -> None:
    assert rules.window_is_good(START, START, END)
    assert not rules.window_is_good(START, END, START)
    assert not rules.window_is_good(START, START, START)
    assert not rules.window_is_good(END, START, END)
    assert not rules.window_is_good(START, START, START + rules.LONGEST_VALIDITY + TICK)


def test_the_last_day_is_counted_in_china() -> None:
    assert end_of(date(2026, 12, 31)) == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert last_day(end_of(date(2026, 12, 31))) == date(2026, 12, 31)
