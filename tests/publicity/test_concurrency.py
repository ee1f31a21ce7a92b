"""Real connections: an objection and the end of a notice at the same moment, many ends at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from core import clock, ids
from core.db import reading, transaction
from core.permissions import GUEST, SYSTEM
from publicity import jobs, services
from publicity.errors import AlreadyAnswered, AlreadyPublic, NoticeNotRunning, ObjectionsOpen
from publicity.events import NoticeEnded
from publicity.models import Notice, Objection
from publicity.values import Decision, NewObjection
from tests.publicity import making
from tests.publicity.making import Office

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("live_database")]


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run every call in a thread of its own, started at one moment; errors are returned, not raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return call()
        except Exception as problem:
            return problem

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def at(notice: Notice, call: Callable[[], Any]) -> Callable[[], Any]:
    """Run a call at the moment when the notice may end; threads do not inherit the clock."""

    def run() -> Any:
        with clock.at(notice.ends_at):
            return call()

    return run


@pytest.fixture
def county() -> Office:
    """Return a county that is really there."""
    with transaction() as session:
        return making.make_office(session)


def opened(county: Office, **changes: Any) -> Notice:
    with transaction() as session:
        return making.make_notice(session, county, **changes)


def state_of(notice: Notice) -> tuple[str, int]:
    with reading() as session:
        kept = session.scalars(select(Notice).where(Notice.id == notice.id)).one()
        count = session.scalar(select(func.count()).where(Objection.notice_id == notice.id))
    return kept.state, count or 0


def test_an_objection_raced_with_the_end_is_in_or_refused(county: Office) -> None:
    outcomes = set()
    for _ in range(12):
        notice = opened(county)

        def object_to(notice: Notice = notice) -> Any:
            with transaction() as session:
                new = NewObjection("不属实", ids.public_id(20))
                return services.object_to_notice(session, GUEST, notice.public_id, new)

        def end(notice: Notice = notice) -> Any:
            with transaction() as session:
                return services.end_notice(session, county.actor, notice.public_id)

        def end_by_the_clock(notice: Notice = notice) -> Any:
            with transaction() as session:
                return services.end_due_notice(session, notice.id)

        results = together(*(at(notice, call) for call in (object_to, object_to, end, end_by_the_clock)))
        objections, ends = results[:2], results[2:]
        state, count = state_of(notice)
        for found in objections:
            assert not isinstance(found, Exception) or isinstance(found, NoticeNotRunning), found
        if state == "running":
            assert count == 2
            assert isinstance(ends[0], ObjectionsOpen)
            assert ends[1] is False
        else:
            assert count == 0
            assert all(isinstance(found, NoticeNotRunning) for found in objections)
        outcomes.add(state)
    assert outcomes <= {"running", "ended_clear"}


def test_many_workers_end_a_notice_once(county: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    notices = [opened(county) for _ in range(5)]
    heard: list[int] = []
    monkeypatch.setitem(
        services.events._handlers, NoticeEnded, [lambda _session, event: heard.append(event.notice_id)]
    )
    results = together(*[at(notices[-1], jobs.end_due_notices)] * 6)
    assert all(isinstance(found, int) for found in results), results
    with clock.at(notices[-1].ends_at):
        jobs.end_due_notices()
    assert sorted(heard) == sorted(notice.id for notice in notices)
    assert all(state_of(notice)[0] == "ended_clear" for notice in notices)


def test_one_objection_gets_one_answer(county: Office) -> None:
    notice = opened(county)
    with transaction() as session:
        raised = making.object_(session, notice)

    def answer(decision: Decision) -> Callable[[], Any]:
        def run() -> Any:
            with transaction() as session:
                return services.answer_objection(
                    session, county.actor, raised.public_id, decision, "已核实。"
                ).decision

        return run

    results = together(*[answer(Decision.DISMISSED), answer(Decision.UPHELD)] * 3)
    assert sum(isinstance(found, str) for found in results) == 1
    assert sum(isinstance(found, AlreadyAnswered) for found in results) == 5


def test_a_form_sent_many_times_at_once_is_one_objection(county: Office) -> None:
    notice, once = opened(county), ids.public_id(20)

    def send() -> Any:
        with transaction() as session:
            return services.object_to_notice(session, GUEST, notice.public_id, NewObjection("不属实", once))

    results = together(*[send] * 8)
    assert len(set(results)) == 1, results
    assert state_of(notice) == ("running", 1)


def test_a_thing_gets_one_notice_however_many_open_it(county: Office) -> None:
    new = making.new_notice(county)

    def open_() -> Any:
        with transaction() as session:
            return services.open_notice(session, SYSTEM, new)

    results = together(*[open_] * 6)
    assert sum(isinstance(found, Notice) for found in results) == 1
    assert sum(isinstance(found, AlreadyPublic) for found in results) == 5
