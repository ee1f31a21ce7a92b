"""Jobs as rows: deferred inside a step, leased by a worker, run at least once; and what runs by the clock."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Identity, Index, Integer, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock
from core.db import Base, reading, transaction

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
LAST_ATTEMPT = 8
KEEP_DONE = timedelta(days=7)
POLL_SECONDS = 0.2
#: How often a worker looks which periodic jobs are due; none comes round faster than every second.
PERIODIC_LOOK = timedelta(seconds=0.5)
BATCH = 10


class Job(Base):
    """One piece of work that a person need not wait for."""

    __tablename__ = "core_jobs"
    __table_args__ = (
        Index(
            "ix_core_jobs_open",
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


@dataclass(frozen=True, slots=True)
class Periodic:
    """A function that runs about every `every`."""

    name: str
    every: timedelta
    run: Callable[[], object]


_handlers: dict[str, Handler] = {}
_periodic: dict[str, Periodic] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Run the decorated function for jobs of this kind; it opens its own transactions and may run more than once."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def every(**interval: float) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Run the decorated function by the clock, `@every(seconds=5)`; it may run late, twice or in parallel."""

    def register(function: Callable[[], object]) -> Callable[[], object]:
        name = f"{function.__module__}.{function.__name__}"
        _periodic[name] = Periodic(name, timedelta(**interval), function)
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
) -> None:
    """Add a job to this step; a second job with the same `key` is the same job."""
    moment = clock.now()
    session.execute(
        insert(Job)
        .values(kind=kind, key=key, payload=payload, created_at=moment, run_at=run_at or moment, attempts=0)
        .on_conflict_do_nothing(index_elements=[Job.key])
    )


def forget_payload(session: Session, key: str) -> None:
    """Empty the payload of a job that carried a secret, once the secret has done its work."""
    session.execute(update(Job).where(Job.key == key).values(payload={}))


def lease(limit: int = BATCH) -> list[Job]:
    """Take up to `limit` due jobs for `LEASE`; a worker that dies gives them back by the clock."""
    with transaction() as session:
        moment = clock.now()
        values = {"moment": moment, "until": moment + LEASE, "most": limit}
        return list(
            session.scalars(_lease_statement, values, execution_options={"synchronize_session": False})
        )


def _leasing() -> Any:
    """Build the statement once: a worker sends it several times a second."""
    moment = bindparam("moment", type_=DateTime(timezone=True))
    due = (
        select(Job.id)
        .where(
            Job.done_at.is_(None),
            Job.failed_at.is_(None),
            Job.run_at <= moment,
            (Job.leased_until.is_(None)) | (Job.leased_until < moment),
        )
        .order_by(Job.run_at, Job.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )
    return (
        update(Job)
        .where(Job.id.in_(due.scalar_subquery()))
        .values(leased_until=bindparam("until", type_=DateTime(timezone=True)), attempts=Job.attempts + 1)
        .returning(Job)
    )


_lease_statement = _leasing()


def run_one(job: Job) -> bool:
    """Run a leased job and note how it went; True when it succeeded."""
    try:
        _handlers[job.kind](job.payload)
    except Exception as error:
        log.exception("job %s (%s) failed, attempt %s", job.id, job.kind, job.attempts)
        gave_up = job.attempts >= LAST_ATTEMPT
        with transaction() as session:
            session.execute(
                update(Job)
                .where(Job.id == job.id)
                .values(
                    error=f"{type(error).__name__}: {error}"[:2000],
                    leased_until=None,
                    run_at=clock.now() + timedelta(seconds=2**job.attempts),
                    failed_at=clock.now() if gave_up else None,
                )
            )
        return False
    with transaction() as session:
        session.execute(
            update(Job).where(Job.id == job.id).values(done_at=clock.now(), leased_until=None, error=None)
        )
    return True


def run_due(limit: int = 1000) -> int:
    """Run what is due now and return how many jobs succeeded; for tests and commands."""
    succeeded = 0
    for _ in range(limit):
        jobs = lease(BATCH)
        if not jobs:
            break
        succeeded += sum(run_one(job) for job in jobs)
    return succeeded


_due_statement = select(PeriodicJob.name, PeriodicJob.due_at)


def run_periodic() -> int:
    """Run every periodic job whose time has come; returns how many ran."""
    ran = 0
    # One look at all of them: most of the time none is due.
    with reading() as session:
        due_at = {row.name: row.due_at for row in session.execute(_due_statement)}
    for periodic in _periodic.values():
        moment = clock.now()
        if due_at.get(periodic.name, moment) > moment:
            continue
        with transaction() as session:
            claimed = session.execute(
                insert(PeriodicJob)
                .values(name=periodic.name, due_at=moment + periodic.every, last_started_at=moment)
                .on_conflict_do_update(
                    index_elements=[PeriodicJob.name],
                    set_={"due_at": moment + periodic.every, "last_started_at": moment},
                    where=PeriodicJob.due_at <= moment,
                )
                .returning(PeriodicJob.name)
            ).first()
        if claimed is None:
            continue
        error: str | None = None
        try:
            periodic.run()
        except Exception as problem:
            log.exception("periodic job %s failed", periodic.name)
            error = f"{type(problem).__name__}: {problem}"[:2000]
        with transaction() as session:
            session.execute(
                update(PeriodicJob)
                .where(PeriodicJob.name == periodic.name)
                .values(last_error=error, **({} if error else {"last_succeeded_at": clock.now()}))
            )
        ran += 1
    return ran


def beat(name: str) -> None:
    """Leave a sign of life."""
    with transaction() as session:
        session.execute(
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


def backlog() -> tuple[int, int]:
    """Return how many jobs wait and how many were given up."""
    with reading() as session:
        waiting = session.scalar(
            select(func.count()).select_from(Job).where(Job.done_at.is_(None), Job.failed_at.is_(None))
        )
        failed = session.scalar(select(func.count()).select_from(Job).where(Job.failed_at.is_not(None)))
    return waiting or 0, failed or 0


def work(stop: threading.Event | None = None) -> None:
    """Run jobs until `stop` is set or the process is asked to end; a lost database is waited for."""
    stop = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    name = f"worker:{socket.gethostname()}:{os.getpid()}"
    last_beat = last_look = clock.now() - timedelta(hours=1)
    while not stop.is_set():
        try:
            if clock.now() - last_beat > timedelta(seconds=5):
                beat(name)
                last_beat = clock.now()
            if clock.now() - last_look > PERIODIC_LOOK:
                last_look = clock.now()
                run_periodic()
            jobs = lease()
            for job in jobs:
                run_one(job)
            if not jobs:
                stop.wait(POLL_SECONDS)
        except Exception:
            log.exception("the worker could not reach its queue; trying again")
            stop.wait(2)
