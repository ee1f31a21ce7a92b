"""Jobs as rows: deferred inside a step, leased by a worker, run at least once; and what runs by the clock."""

from __future__ import annotations

import contextvars
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    DateTime,
    Identity,
    Index,
    Integer,
    bindparam,
    delete,
    func,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock
from core.db import Base, one_of, one_or_many, reading, run_alone, table_of, transaction

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
#: A job that fails is tried again after 2, 4, 8 seconds and so on, later every hour, and given up after about three days:
#: an outage over a weekend loses nothing.
LAST_ATTEMPT = 80
LONGEST_PAUSE = timedelta(hours=1)
KEEP_DONE = timedelta(days=7)
POLL_SECONDS = 0.2
#: How often (in seconds) a worker looks which periodic jobs are due; none comes round faster than every second.
PERIODIC_LOOK = 0.5
BEAT_EVERY = timedelta(seconds=5)
BATCH = 10
#: What was done is noted for a whole batch at once, but not later than so many seconds after it was done.
NOTE_AFTER = 0.5


class Job(Base):
    """One piece of work that a person need not wait for."""

    __tablename__ = "core_jobs"
    __table_args__ = (
        Index(
            "ix_core_jobs_open",
            text("waited_for DESC"),
            "run_at",
            "id",
            postgresql_where=text("done_at IS NULL AND failed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    key: Mapped[str | None] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    run_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    #: Somebody looks at the screen until it is done: it passes everything else.
    waited_for: Mapped[bool] = mapped_column(server_default=text("false"))
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]


class PeriodicJob(Base):
    """When a job that runs by the clock ran last, and how it went."""

    __tablename__ = "core_periodic_jobs"

    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    last_started_at: Mapped[datetime | None]
    last_succeeded_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class Heartbeat(Base):
    """A sign of life of one process."""

    __tablename__ = "core_heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]


Handler = Callable[[dict[str, Any]], None]
#: Runs jobs of one kind together and returns what went wrong, by the place of the job in the list.
HandlerOfMany = Callable[[Sequence[dict[str, Any]]], Mapping[int, Exception]]


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be added; see `enqueue`."""

    kind: str
    payload: dict[str, Any]
    key: str | None = None
    run_at: datetime | None = None
    waited_for: bool = False


class Hopeless(Exception):
    """What a handler raises when its job would fail however often it was tried: it is given up at once."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A job that this worker may run until its lease ends."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class Periodic:
    """A function that runs about every `every`; `aside`: in a thread of its own, for it may take long."""

    name: str
    every: timedelta
    run: Callable[[], object]
    aside: bool = False


_handlers: dict[str, Handler] = {}
_handlers_of_many: dict[str, HandlerOfMany] = {}
_periodic: dict[str, Periodic] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Run the decorated function for jobs of this kind; it opens its own transactions and may run more than once."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def handler_of_many(kind: str) -> Callable[[HandlerOfMany], HandlerOfMany]:
    """Run the decorated function for all due jobs of this kind together; as `handler` otherwise."""

    def register(function: HandlerOfMany) -> HandlerOfMany:
        _handlers_of_many[kind] = function
        return function

    return register


def every(
    *, aside: bool = False, **interval: float
) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Run the decorated function by the clock, `@every(seconds=5)`; it may run late, twice or in parallel.

    `aside`: it asks somebody else (a provider) or works through all there is, so that nothing may stand behind it.
    """

    def register(function: Callable[[], object]) -> Callable[[], object]:
        name = f"{function.__module__}.{function.__name__}"
        _periodic[name] = Periodic(name, timedelta(**interval), function, aside)
        return function

    return register


def periodic_names() -> list[str]:
    """Return what runs by the clock in this application."""
    return sorted(_periodic)


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    *,
    key: str | None = None,
    run_at: datetime | None = None,
    waited_for: bool = False,
) -> None:
    """Add a job to this step; a second job with the same `key` is the same job.

    `waited_for`: somebody looks at the screen until it is done, so that it passes what nobody waits for.
    """
    enqueue_many(session, [NewJob(kind, payload, key, run_at, waited_for)])


def enqueue_many(session: Session, wanted: Sequence[NewJob]) -> None:
    """Add jobs to this step, as `enqueue` does, in one statement."""
    if not wanted:
        return
    moment = clock.now()
    rows = [
        {
            "kind": job.kind,
            "key": job.key,
            "payload": job.payload,
            "created_at": moment,
            "run_at": job.run_at or moment,
            "attempts": 0,
            "waited_for": job.waited_for,
        }
        for job in wanted
    ]
    session.execute(_ADD, one_or_many(rows))


def forget_payload(session: Session, key: str) -> None:
    """Empty the payload of a job that carried a secret, once the secret has done its work."""
    session.execute(update(Job).where(Job.key == key).values(payload={}))


def lease(limit: int = BATCH, *, only_waited_for: bool = False) -> list[Leased]:
    """Take up to `limit` due jobs for `LEASE`; a worker that dies gives them back by the clock."""
    moment = clock.now()
    rows = run_alone(
        _LEASE_WAITED_FOR if only_waited_for else _LEASE,
        {"moment": moment, "until": moment + LEASE, "most": limit},
    )
    # An update gives rows back as it finds them.
    return [
        Leased(row.id, row.kind, row.payload, row.attempts)
        for row in sorted(rows, key=lambda row: (not row.waited_for, row.run_at, row.id))
    ]


# The statements of the queue are built once, over the plain table: a worker sends them several times a second.
_table = table_of(Job)
_ADD = insert(_table).on_conflict_do_nothing(index_elements=[_table.c.key])
_DONE = (
    update(_table)
    .where(_table.c.id == one_of("done"))
    .values(done_at=bindparam("moment", type_=DateTime(timezone=True)), leased_until=None, error=None)
)


def _leasing(*, only_waited_for: bool) -> Any:
    moment = bindparam("moment", type_=DateTime(timezone=True))
    due = (
        select(_table.c.id)
        .where(
            _table.c.done_at.is_(None),
            _table.c.failed_at.is_(None),
            _table.c.waited_for if only_waited_for else true(),
            _table.c.run_at <= moment,
            (_table.c.leased_until.is_(None)) | (_table.c.leased_until < moment),
        )
        .order_by(_table.c.waited_for.desc(), _table.c.run_at, _table.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )
    return (
        update(_table)
        .where(_table.c.id.in_(due.scalar_subquery()))
        .values(
            leased_until=bindparam("until", type_=DateTime(timezone=True)), attempts=_table.c.attempts + 1
        )
        .returning(
            _table.c.id,
            _table.c.kind,
            _table.c.payload,
            _table.c.attempts,
            _table.c.waited_for,
            _table.c.run_at,
        )
    )


_LEASE = _leasing(only_waited_for=False)
_LEASE_WAITED_FOR = _leasing(only_waited_for=True)


def run(leased: Sequence[Leased]) -> int:
    """Run leased jobs, those of one kind together where its handler can, and return how many succeeded.

    What succeeded is noted together: a worker that is killed in between runs up to a batch again, as it may any job.
    """
    by_kind: dict[str, list[Leased]] = {}
    for job in leased:
        by_kind.setdefault(job.kind, []).append(job)
    succeeded = 0
    done: list[int] = []
    noted = time.monotonic()
    try:
        for kind, same in by_kind.items():
            for group in [same] if kind in _handlers_of_many else [[job] for job in same]:
                failed = _attempt(kind, group)
                for place, error in failed.items():
                    _note_failure(group[place], error)
                done += [job.id for place, job in enumerate(group) if place not in failed]
                succeeded += len(group) - len(failed)
                if time.monotonic() - noted > NOTE_AFTER:
                    _note_done(done)
                    noted = time.monotonic()
    finally:
        _note_done(done)
    return succeeded


def _attempt(kind: str, group: Sequence[Leased]) -> Mapping[int, Exception]:
    """Run jobs of one kind and return what went wrong, by the place of the job."""
    try:
        if kind in _handlers_of_many:
            return _handlers_of_many[kind]([job.payload for job in group])
        _handlers[kind](group[0].payload)
    except Exception as error:
        return dict.fromkeys(range(len(group)), error)
    return {}


def pause_after(attempts: int) -> timedelta:
    """Return how long a job rests after that many failed tries."""
    return min(timedelta(seconds=2 ** min(attempts, 20)), LONGEST_PAUSE)


def _note_failure(job: Leased, error: Exception) -> None:
    log.error("job %s (%s) failed, attempt %s", job.id, job.kind, job.attempts, exc_info=error)
    moment = clock.now()
    given_up = isinstance(error, Hopeless) or job.attempts >= LAST_ATTEMPT
    run_alone(
        update(Job)
        .where(Job.id == job.id)
        .values(
            error=f"{type(error).__name__}: {error}"[:2000],
            leased_until=None,
            run_at=moment + pause_after(job.attempts),
            failed_at=moment if given_up else None,
        )
    )


def _note_done(done: list[int]) -> None:
    """Note these jobs as done, and empty the list."""
    if done:
        run_alone(_DONE, {"done": done, "moment": clock.now()})
        done.clear()


def run_due(limit: int = 1000) -> int:
    """Run what is due now and return how many jobs succeeded; for tests and commands."""
    succeeded = 0
    for _ in range(limit):
        leased = lease()
        if not leased:
            break
        succeeded += run(leased)
    return succeeded


_due_statement = select(PeriodicJob.name, PeriodicJob.due_at)


def run_periodic(run_aside: Callable[[Periodic], object] | None = None) -> None:
    """Run every periodic job whose time has come, one after the other; those that may take long by `run_aside`."""
    # One look at all of them: most of the time none is due.
    with reading() as session:
        due_at = {row.name: row.due_at for row in session.execute(_due_statement)}
    moment = clock.now()
    for periodic in _periodic.values():
        if due_at.get(periodic.name, moment) <= moment:
            (run_aside if periodic.aside and run_aside is not None else _run_by_the_clock)(periodic)


def _run_by_the_clock(periodic: Periodic) -> None:
    """Run a periodic job unless another worker has begun it; what goes wrong is noted."""
    moment = clock.now()
    claimed = run_alone(
        insert(PeriodicJob)
        .values(name=periodic.name, due_at=moment + periodic.every, last_started_at=moment)
        .on_conflict_do_update(
            index_elements=[PeriodicJob.name],
            set_={"due_at": moment + periodic.every, "last_started_at": moment},
            where=PeriodicJob.due_at <= moment,
        )
        .returning(PeriodicJob.name)
    )
    if not claimed:
        return
    error: str | None = None
    try:
        periodic.run()
    except Exception as problem:
        log.exception("periodic job %s failed", periodic.name)
        error = f"{type(problem).__name__}: {problem}"[:2000]
    run_alone(
        update(PeriodicJob)
        .where(PeriodicJob.name == periodic.name)
        .values(last_error=error, **({} if error else {"last_succeeded_at": clock.now()}))
    )


def each_due(find: Callable[[Session, int], Sequence[Any]], do: Callable[..., int]) -> int:
    """Do what is due, by id, all of it however long the worker was away; returns the sum of what `do` returned.

    `find` returns the next ids, or rows that begin with one, after the id it is given; `do` takes such a row and opens
    its own steps. What fails is left for the next time and holds nothing else up.
    """
    done = last_id = 0
    while True:
        with reading() as session:
            due = [(row,) if isinstance(row, int) else tuple(row) for row in find(session, last_id)]
        if not due:
            return done
        for row in due:
            try:
                done += do(*row)
            except Exception:
                log.exception("%s(%s) failed; it will be tried again", do.__qualname__, row[0])
        last_id = due[-1][0]


def beat(name: str) -> None:
    """Leave a sign of life."""
    run_alone(
        insert(Heartbeat)
        .values(name=name, beat_at=clock.now())
        .on_conflict_do_update(index_elements=[Heartbeat.name], set_={"beat_at": clock.now()})
    )


def worker_is_alive(session: Session, within: timedelta = timedelta(seconds=30)) -> bool:
    """Say whether some worker left a sign of life lately."""
    latest = session.scalar(select(func.max(Heartbeat.beat_at)))
    return latest is not None and latest > clock.now() - within


@every(hours=1)
def forget_old_jobs() -> None:
    """Remove jobs that were done a week ago, and heartbeats of processes long gone."""
    with transaction() as session:
        session.execute(delete(Job).where(Job.done_at < clock.now() - KEEP_DONE))
        session.execute(delete(Heartbeat).where(Heartbeat.beat_at < clock.now() - KEEP_DONE))


def try_again(session: Session) -> int:
    """Let every job that failed run now, as if for the first time; return how many there are."""
    failed = (
        update(Job)
        .where(Job.done_at.is_(None), Job.error.is_not(None), Job.leased_until.is_(None))
        .values(failed_at=None, attempts=0, run_at=clock.now())
        .returning(Job.id)
    )
    return len(session.scalars(failed).all())


def backlog() -> tuple[int, int]:
    """Return how many jobs wait and how many were given up."""
    with reading() as session:
        waiting = session.scalar(
            select(func.count()).select_from(Job).where(Job.done_at.is_(None), Job.failed_at.is_(None))
        )
        failed = session.scalar(select(func.count()).select_from(Job).where(Job.failed_at.is_not(None)))
    return waiting or 0, failed or 0


def work(stop: threading.Event | None = None) -> None:
    """Run jobs until `stop` is set or the process is asked to end; a lost database is waited for.

    What somebody waits for has a thread of its own, and so have the clock and each of its jobs that may take long: no long
    job stands in another's way, nor in that of the sign of life.
    """
    stop = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    beside = [
        _start(_repeat, stop, partial(_work_off, only_waited_for=True), POLL_SECONDS),
        _start(_repeat, stop, _Clock().look, PERIODIC_LOOK),
    ]
    _repeat(stop, _work_off, POLL_SECONDS)
    for thread in beside:
        thread.join()


def _start(function: Callable[..., object], *arguments: Any) -> threading.Thread:
    """Run a function beside this one, in the same context (of the application, if there is one)."""
    run = contextvars.copy_context().run
    thread = threading.Thread(target=run, args=(function, *arguments), daemon=True)
    thread.start()
    return thread


def _repeat(stop: threading.Event, do: Callable[[], object], pause: float) -> None:
    """Do something until `stop` is set, at once again when it found something to do, else after a pause."""
    while not stop.is_set():
        try:
            if not do():
                stop.wait(pause)
        except Exception:
            log.exception("the worker could not reach its queue; trying again")
            stop.wait(2)


def _work_off(*, only_waited_for: bool = False) -> int:
    leased = lease(only_waited_for=only_waited_for)
    run(leased)
    return len(leased)


class _Clock:
    """Runs periodic jobs and leaves the worker's sign of life."""

    def __init__(self) -> None:
        self._name = f"worker:{socket.gethostname()}:{os.getpid()}"
        self._beat_at: datetime | None = None
        self._aside: dict[str, threading.Thread] = {}

    def look(self) -> None:
        """Leave the sign of life when it is time, and run what is due."""
        moment = clock.now()
        if self._beat_at is None or moment - self._beat_at > BEAT_EVERY:
            beat(self._name)
            self._beat_at = moment
        run_periodic(self._start_aside)

    def _start_aside(self, periodic: Periodic) -> None:
        """Run what may take long beside, never twice at a time in this process."""
        running = self._aside.get(periodic.name)
        if running is None or not running.is_alive():
            self._aside[periodic.name] = _start(_run_aside, periodic)


def _run_aside(periodic: Periodic) -> None:
    try:
        _run_by_the_clock(periodic)
    except Exception:
        log.exception("periodic job %s could not reach the database; it will be tried again", periodic.name)
