"""Jobs run at least once, whatever dies; poison does not block."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core import clock, jobs, mail
from core.db import reading, transaction
from core.jobs import Job
from tests.conftest import StatementCounter


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    ran: list[Any] = []
    lock = threading.Lock()

    def note(payload: dict[str, Any]) -> None:
        if payload.get("poison"):
            raise RuntimeError("poison")
        with lock:
            ran.append(payload["n"])

    monkeypatch.setitem(jobs._handlers, "test.note", note)
    return ran


def test_a_job_of_a_failed_step_never_runs(session: Session, done: list[Any]) -> None:
    with pytest.raises(RuntimeError), transaction() as step:
        jobs.enqueue(step, "test.note", {"n": 1})
        raise RuntimeError
    assert jobs.run_due() == 0
    assert done == []


def test_the_same_key_is_the_same_job(session: Session, done: list[Any]) -> None:
    for _ in range(3):
        jobs.enqueue(session, "test.note", {"n": 1}, key="once")
    jobs.run_due()
    jobs.run_due()
    assert done == [1]


def test_what_somebody_waits_for_passes_everything_else(session: Session, done: list[Any]) -> None:
    for number in range(3):
        jobs.enqueue(session, "test.note", {"n": number})
    jobs.enqueue(session, "test.note", {"n": "now"}, waited_for=True)
    assert [job.payload["n"] for job in jobs.lease(2)] == ["now", 0]
    assert jobs.lease(only_waited_for=True) == []
    jobs.enqueue(session, "test.note", {"n": "too"}, waited_for=True)
    assert [job.payload["n"] for job in jobs.lease(only_waited_for=True)] == ["too"]


@pytest.mark.concurrency
def test_a_long_job_keeps_nobody_waiting(live_database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, seen, stop = threading.Event(), threading.Event(), threading.Event()

    def long(payload: dict[str, Any]) -> None:
        begun.set()
        seen.wait(20)

    monkeypatch.setattr(jobs, "_periodic", {})
    monkeypatch.setitem(jobs._handlers, "test.long", long)
    monkeypatch.setitem(jobs._handlers, "test.short", lambda payload: seen.set())
    with transaction() as session:
        jobs.enqueue(session, "test.long", {})
    worker = threading.Thread(target=jobs.work, args=(stop,))
    worker.start()
    try:
        assert begun.wait(10)
        with transaction() as session:
            jobs.enqueue(session, "test.short", {}, waited_for=True)
        assert seen.wait(10)
    finally:
        stop.set()
        worker.join(20)


def test_what_takes_long_by_the_clock_keeps_nothing_else_waiting(
    live_database: Any, monkeypatch: pytest.MonkeyPatch, done: list[Any]
) -> None:
    begun, enough, stop = threading.Event(), threading.Event(), threading.Event()
    runs: list[str] = []

    def long() -> None:
        runs.append("long")
        begun.set()
        enough.wait(30)

    every = timedelta(milliseconds=200)
    monkeypatch.setattr(jobs, "PERIODIC_LOOK", 0.05)
    monkeypatch.setattr(jobs, "BEAT_EVERY", timedelta(0))
    monkeypatch.setattr(
        jobs,
        "_periodic",
        {
            "long": jobs.Periodic("long", every, long, aside=True),
            "short": jobs.Periodic("short", every, lambda: runs.append("short")),
        },
    )
    worker = threading.Thread(target=jobs.work, args=(stop,))
    worker.start()
    try:
        assert begun.wait(10)
        moment, so_far = clock.now(), runs.count("short")
        with transaction() as session:
            jobs.enqueue(session, "test.note", {"n": 1})
        until = time.monotonic() + 20
        while time.monotonic() < until and (runs.count("short") < so_far + 3 or not done):
            time.sleep(0.05)
        assert done == [1]
        assert runs.count("short") >= so_far + 3
        # It was due again and again, and runs once at a time.
        assert runs.count("long") == 1
        with reading() as session:
            latest = session.scalar(select(func.max(jobs.Heartbeat.beat_at)))
        assert latest is not None
        assert latest > moment
    finally:
        enough.set()
        stop.set()
        worker.join(20)


def test_what_is_done_together_fails_one_by_one(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[list[int]] = []

    def many(payloads: Any) -> dict[int, Exception]:
        batches.append([payload["n"] for payload in payloads])
        return {place: OSError("no") for place, payload in enumerate(payloads) if payload["n"] == 1}

    monkeypatch.setitem(jobs._handlers_of_many, "test.many", many)
    for number in range(3):
        jobs.enqueue(session, "test.many", {"n": number})
    assert jobs.run_due() == 2
    with clock.at(clock.now() + timedelta(minutes=1)):
        jobs.run_due()
    assert batches == [[0, 1, 2], [1]]
    assert session.scalars(select(Job.done_at).order_by(Job.id)).all()[1] is None


def test_a_batch_costs_as_many_statements_as_one_job(session: Session, done: list[Any]) -> None:
    def cost(number: int) -> int:
        for n in range(number):
            jobs.enqueue(session, "test.note", {"n": n})
        leased = jobs.lease()
        with StatementCounter() as sent:
            assert jobs.run(leased) == number
        return len(sent)

    assert cost(1) == cost(8) == 1


def test_a_batch_notes_what_it_did_although_it_is_cut_short(
    session: Session, done: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(payload: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(jobs._handlers, "test.cut", cut)
    jobs.enqueue(session, "test.note", {"n": 1})
    jobs.enqueue(session, "test.cut", {})
    with pytest.raises(KeyboardInterrupt):
        jobs.run_due()
    assert done == [1]
    assert [row is not None for row in session.scalars(select(Job.done_at).order_by(Job.id))] == [True, False]


def test_a_dead_worker_gives_its_jobs_back(session: Session, done: list[Any]) -> None:
    jobs.enqueue(session, "test.note", {"n": 1})
    assert len(jobs.lease()) == 1  # and then the worker was killed
    assert jobs.run_due() == 0
    with clock.at(clock.now() + jobs.LEASE + timedelta(seconds=1)):
        assert jobs.run_due() == 1
    assert done == [1]


def test_poison_is_retried_less_and_less_and_then_given_up(session: Session, done: list[Any]) -> None:
    jobs.enqueue(session, "test.note", {"poison": True})
    jobs.enqueue(session, "test.note", {"n": 2})
    moment = clock.now()
    for _ in range(jobs.LAST_ATTEMPT + 2):
        with clock.at(moment):
            jobs.run_due()
        moment += timedelta(hours=1, seconds=1)
    assert done == [2]
    poison = session.scalars(select(Job).where(Job.failed_at.is_not(None))).one()
    assert poison.attempts == jobs.LAST_ATTEMPT
    assert "poison" in (poison.error or "")


def test_the_pauses_between_tries_outlast_a_weekend() -> None:
    pauses = [jobs.pause_after(attempts) for attempts in range(1, jobs.LAST_ATTEMPT)]
    assert pauses[:4] == [timedelta(seconds=seconds) for seconds in (2, 4, 8, 16)]
    assert max(pauses) == timedelta(hours=1)
    assert timedelta(days=2, hours=12) < sum(pauses, timedelta()) < timedelta(days=4)


def test_a_job_that_has_no_hope_is_given_up_at_once_and_tried_again_when_somebody_says_so(
    session: Session, monkeypatch: pytest.MonkeyPatch, done: list[Any]
) -> None:
    def refuse(_payload: dict[str, Any]) -> None:
        raise jobs.Hopeless("no such mailbox")

    jobs.enqueue(session, "test.note", {"n": 1})
    with monkeypatch.context() as patched:
        patched.setitem(jobs._handlers, "test.note", refuse)
        jobs.run_due()
    with clock.at(clock.now() + timedelta(days=1)):
        assert jobs.run_due() == 0
        assert jobs.backlog() == (0, 1)
        assert jobs.try_again(session) == 1
        assert jobs.run_due() == 1
    assert done == [1]
    assert jobs.backlog() == (0, 0)
    assert jobs.try_again(session) == 0


@pytest.mark.concurrency
def test_five_workers_run_each_of_two_hundred_jobs_once(live_database: Any, done: list[Any]) -> None:
    with transaction() as session:
        for number in range(200):
            jobs.enqueue(session, "test.note", {"n": number})
    workers = [threading.Thread(target=jobs.run_due) for _ in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(done) == list(range(200))


def test_what_is_due_is_all_done_and_a_failure_holds_nothing_up(session: Session) -> None:
    seen: list[tuple[int, ...]] = []

    def rows(_session: Session, after: int) -> list[tuple[int, str]]:
        return [(number, f"n{number}") for number in (1, 2, 3, 4, 5) if number > after][:2]

    def do(number: int, name: str) -> int:
        if number == 2:
            raise RuntimeError("poison")
        assert name == f"n{number}"
        seen.append((number,))
        return number % 2

    assert jobs.each_due(rows, do) == 3
    assert seen == [(1,), (3,), (4,), (5,)]
    assert jobs.each_due(lambda _session, after: [7, 9] if after < 9 else [], lambda number: True) == 2


def test_a_periodic_job_runs_when_it_is_due_and_not_before(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []
    monkeypatch.setattr(
        jobs,
        "_periodic",
        {
            "x": jobs.Periodic("x", timedelta(minutes=1), lambda: ran.append(1)),
            "bad": jobs.Periodic("bad", timedelta(minutes=1), lambda: 1 / 0),
        },
    )
    jobs.run_periodic()
    # Nothing is due: that is one look, however many jobs there are.
    with StatementCounter() as sent:
        jobs.run_periodic()
    assert len(sent) == 1
    assert ran == [1]
    with clock.at(clock.now() + timedelta(days=3)):
        jobs.run_periodic()
    assert ran == [1, 1]
    assert (
        "ZeroDivisionError"
        in session.execute(text("SELECT last_error FROM core_periodic_jobs WHERE name = 'bad'")).scalar()
    )


class Postbox:
    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.broken = False

    def send(self, message: Message, key: str) -> None:
        if self.broken:
            raise OSError("no mail server")
        self.sent.append(message)


def test_a_mail_outage_delays_and_loses_nothing(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    postbox = Postbox()
    monkeypatch.setattr(mail, "_mailer", postbox)
    postbox.broken = True
    for _ in range(2):
        mail.post(session, mail.Letter("order-1", "a@example.org", "订单\n已付款", "t", "<p>t</p>"))
    jobs.run_due()
    assert postbox.sent == []
    postbox.broken = False
    with clock.at(clock.now() + timedelta(minutes=5)):
        jobs.run_due()
        jobs.run_due()
    assert [str(make_header(decode_header(m["Subject"]))) for m in postbox.sent] == ["订单 已付款"]
    assert postbox.sent[0]["To"] == "a@example.org"


def test_a_message_is_written_with_its_long_subject_whole_and_in_lines_that_mail_servers_take(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(mail, "_mailer", mail.FileMailer(tmp_path))
    subject = "订单 YG-2026-1234 已付款，" + "合作社正在为您备货，" * 20
    mail.post(session, mail.Letter("order-2", "a@example.org", subject, "您好\n" * 500, "<p>您好</p>"))
    jobs.run_due()
    (file,) = tmp_path.iterdir()
    raw = file.read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    read = message_from_bytes(raw, policy=default)
    assert read["Subject"] == subject
    assert read.get_body(("plain",)).get_content().count("您好") == 500
