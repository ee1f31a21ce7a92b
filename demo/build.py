"""Building the demo world through the services: once, from the start, and only where a demo may be."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import Any

from sqlalchemy import delete, event, func, select, text

import ledger.accounts
from accounts.models import User
from core import audit, clock, db, jobs, migrations
from core.audit import AuditEntry
from core.db import reading, transaction
from core.permissions import SYSTEM
from demo import (
    after_sales,
    assortment,
    banking,
    certifying,
    delivering,
    directory,
    live,
    money_back,
    paying_out,
    registering,
    reviewing,
    sharing,
    vouchers,
)
from demo.albums import Album
from demo.content import people
from demo.content.applicants import CERTIFIED
from demo.earning import Earning
from demo.giving import Giving
from demo.parcels import Parcels
from demo.shopping import Shop
from demo.timeline import Timeline
from demo.tracing import Tracing
from demo.world import Size, World
from ledger import checks
from ledger import services as ledger_services
from registry.models import Region
from search import indexing

Say = Callable[[str], None]

BEGUN, COMPLETED = "demo world begun", "demo world completed"
LOCK = 7_342_010
#: How long before today the first organisations joined.
LONG_AGO = timedelta(days=395)
#: Mails and other jobs of so long ago are left out: a worker would have done and forgotten them by now.
LEFT_OUT = timedelta(days=3)
#: How many invented buyers and donors have accounts; the others come as guests.
MEMBERS = 30


class State(StrEnum):
    """What is in the database."""

    EMPTY = "empty"
    HALF_BUILT = "half built"
    COMPLETE = "complete"
    FOREIGN = "foreign"
    NO_TABLES = "no tables"


class CannotBuild(Exception):
    """The demo world cannot be built here; the message says why."""


@contextmanager
def alone() -> Iterator[bool]:
    """Hold the builder's lock for the block; False when another process has it. The lock dies with the connection."""
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield bool(connection.scalar(select(func.pg_try_advisory_lock(LOCK))))


def find_state() -> State:
    """Tell a finished world from one whose building was cut off, and from somebody else's data."""
    with reading() as session:
        if session.scalar(text("SELECT to_regclass('core_audit_entries')")) is None:
            return State.NO_TABLES
        done = set(
            session.scalars(
                select(AuditEntry.action).where(
                    AuditEntry.subject_type == "demo", AuditEntry.subject_id == "world"
                )
            )
        )
        if COMPLETED in done:
            return State.COMPLETE
        if BEGUN in done:
            return State.HALF_BUILT
        used = session.scalar(select(Region.id).limit(1)) or session.scalar(select(User.id).limit(1))
    return State.FOREIGN if used else State.EMPTY


def empty_database(url: str) -> None:
    """Drop everything and lay the tables again; only for a world whose building was cut off."""
    engine = db.engine()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    ledger.accounts.forget_known()
    migrations.upgrade(url)


def build_world(size: Size, say: Say) -> None:
    """Build the whole world into an empty database, telling of each long step; raises `CannotBuild` on a fault."""
    now = clock.now()
    started = time.monotonic()
    timeline = Timeline(now, Random("yigou-timeline"))
    world = World(size)
    album = Album(wanted=size.pictures)
    try:
        with _hurried(), _seldom_collected():
            with transaction() as session:
                audit.record(session, SYSTEM, BEGUN, "demo", "world")
            with clock.at(now - LONG_AGO):
                door = directory.make_door()
                say(f"  {directory.build_regions(world)} regions")
                say(f"  {directory.build_organisations(world, door)} organisations and their people")
                registering.license_suppliers(world, timeline.today)
                buyers = directory.build_people(door, people.BUYERS[:MEMBERS])
                donors = directory.build_people(door, people.DONORS[:MEMBERS])
                directory.build_households(
                    world, door, lambda done, total: say(f"  {done} of {total} households")
                )
            earning = Earning(world, timeline, album, door)
            Giving(world, timeline, album, people.DONORS, donors)
            story = {CERTIFIED.slug} if certifying.plays(world) else set()
            Shop(world, timeline, album, people.BUYERS, buyers, frozenset(story))
            certifying.add_certification(world, timeline, album, door)
            assortment.add_assortment(world, timeline, album)
            registering.add_registrations(world, timeline, buyers)
            Tracing(world, timeline)
            Parcels(world, timeline, door)
            delivering.add_freight(world, timeline)
            banking.add_payouts_to_the_bank(world, timeline)
            sharing.add_shares(world, timeline)
            paying_out.add_payouts(world, timeline)
            vouchers.add_vouchers(world, timeline)
            live.add_live_sessions(world, timeline)
            del earning
            say("  then month by month, as it happened:")
            timeline.play(say)
            say(f"  {reviewing.add_reviews(world, timeline)} reviews")
            with money_back.straight_delivery():
                say(f"  {money_back.add_money_back(world, timeline)} refunds")
                say(f"  {after_sales.add_claims(world, timeline)} claims")
                paying_out.leave_some_waiting(world, timeline)
                _run_jobs(say)
        _finish(say)
    finally:
        album.close()
    with transaction() as session:
        audit.record(session, SYSTEM, COMPLETED, "demo", "world", after={"households": size.households})
    say(f"The demo world is complete, built in {time.monotonic() - started:.0f} s.")


def _run_jobs(say: Say) -> None:
    """Run the jobs of the last days at their moments, and drop the older ones."""
    with transaction() as session:
        session.execute(delete(jobs.Job).where(jobs.Job.created_at < clock.now() - LEFT_OUT))
        moments = session.scalars(
            select(jobs.Job.run_at).where(jobs.Job.done_at.is_(None)).order_by(jobs.Job.run_at)
        ).all()
    for moment in dict.fromkeys(moments):
        with clock.at(moment + timedelta(seconds=2)):
            jobs.run_due()
    say(f"  {len(moments)} mails and other jobs of the last days")


def _finish(say: Say) -> None:
    """Bring balances, search index and the planner's statistics up to date, and let the books prove themselves."""
    while True:
        with transaction() as session:
            if not ledger_services.roll(session):
                break
    built = indexing.rebuild()
    say(f"  {built or 0} products in the search index")
    with transaction() as session:
        session.execute(text("ANALYZE"))
        findings = checks.run(session)
        checks.keep(session, findings)
    wrong = [finding for finding in findings if finding.wrong]
    if wrong:
        told = "; ".join(f"{found.name}: {found.wrong} wrong ({found.sentence})" for found in wrong)
        raise CannotBuild(f"The books of the demo world do not hold: {told}")
    say(f"  {len(findings)} invariants of the books hold")


@contextmanager
def _hurried() -> Iterator[None]:
    """Do not wait for the disk at each commit, and be patient: a world that is cut off is built again anyway."""

    def hurry(connection: Any, _record: object) -> None:
        connection.execute("SET synchronous_commit = off")
        # On a slow machine a step may wait long for a picture that another process draws.
        connection.execute("SET idle_in_transaction_session_timeout = 0")
        connection.commit()

    engine = db.engine()
    engine.dispose()
    event.listen(engine, "connect", hurry)
    try:
        yield
    finally:
        event.remove(engine, "connect", hurry)
        engine.dispose()


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Let Python look for cycles less often: a build makes many objects and few cycles."""
    before = gc.get_threshold()
    gc.set_threshold(20_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
