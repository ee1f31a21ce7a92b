"""Connections to a server that stands still, with real processes that are stopped."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy.exc
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import db

pytestmark = pytest.mark.concurrency


@contextmanager
def frozen(session: Session) -> Iterator[None]:
    """Stop the server's process behind a session's connection, as a disk that does not answer would."""
    pid = int(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.fixture
def briefly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Wait for the server for half a second instead of half a minute."""
    monkeypatch.setattr(db, "GRACE_SECONDS", 0.2)
    token = db._allowed.set(0.3)
    yield
    db._allowed.reset(token)


@pytest.mark.usefixtures("live_database", "briefly")
@pytest.mark.parametrize("step", [db.reading, db.transaction])
def test_nobody_waits_for_a_server_that_stands_still(step: object) -> None:
    began = time.monotonic()
    with pytest.raises(sqlalchemy.exc.OperationalError) as error, step() as session, frozen(session):  # type: ignore[operator]
        session.execute(text("SELECT 1"))
    assert 0.4 < time.monotonic() - began < 5
    assert error.value.connection_invalidated
    # The answer that comes late is nobody's: the next step has a connection of its own.
    with db.reading() as session:
        assert session.execute(text("SELECT 2")).scalar_one() == 2


@pytest.mark.usefixtures("live_database", "briefly")
def test_a_visitor_is_told_to_come_again(app: Flask) -> None:
    client = app.test_client()
    with db.reading() as session, frozen(session):
        # The connection that was used last is the next to be used.
        session.close()
        answer = client.get("/shop/products?visit=1")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert client.get("/shop/products?visit=1").status_code == 200


@pytest.mark.usefixtures("live_database", "briefly")
def test_what_nobody_waits_for_may_take_longer() -> None:
    with db.reading() as session, pytest.raises(sqlalchemy.exc.OperationalError):
        session.execute(text("SELECT pg_sleep(1)"))
    with db.transaction() as session, db.allowing(session, 30):
        session.execute(text("SELECT pg_sleep(1)"))
        assert session.execute(text("SHOW statement_timeout")).scalar_one() == "30s"
    with db.transaction() as session:
        assert session.execute(text("SHOW statement_timeout")).scalar_one() == f"{db.STATEMENT_SECONDS}s"
