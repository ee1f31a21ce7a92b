"""Fixtures: one embedded PostgreSQL a run, one migrated template, one clone a worker, one savepoint a test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

import ledger.accounts
from config import Config
from core import db, migrations
from core.embedded_postgres import EmbeddedPostgres
from ledger import checks
from payments.views import returning
from shop.freight import queries as freight_queries
from tests.page_client import PageClient

# A busy machine is no fault of what is tested.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "yigou_template"
ENVIRON = {
    "YIGOU_MODE": "test",
    "SECRET_KEY": "tests-only-0123456789-abcdefghijklmnop",
    "BASE_URL": "http://127.0.0.1:8000",
}

_cluster: EmbeddedPostgres | None = None


def _clusters() -> Path:
    return ROOT / "var" / "tests"


def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster in the controlling process and build the template by the migrations."""
    global _cluster
    if hasattr(config, "workerinput") or config.option.collectonly or config.option.help:
        return
    folder = _clusters()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("pg-*"):
        pid = old.name.removeprefix("pg-")
        if pid.isdigit() and not _alive(int(pid)):
            EmbeddedPostgres(old, durable=False, say=lambda _: None).remove()
    _cluster = EmbeddedPostgres(folder / f"pg-{os.getpid()}", durable=False, say=lambda _: None)
    _cluster.start()
    _cluster.create_database(TEMPLATE)
    migrations.upgrade(_cluster.url(TEMPLATE))
    os.environ["YIGOU_TEST_SERVER"] = _cluster.url("postgres")
    os.environ["YIGOU_TEST_TEMPLATE"] = TEMPLATE


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop and remove the cluster."""
    if _cluster is not None and not hasattr(config, "workerinput"):
        _cluster.stop()
        _cluster.remove()
        shutil.rmtree(_clusters() / "var", ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Databases:
    """Clones of the migrated template."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.admin = create_engine(server, isolation_level="AUTOCOMMIT")

    def url(self, name: str) -> str:
        """Return the address of a database of the cluster."""
        return (
            self.server.replace("/postgres?", f"/{name}?", 1)
            if "/postgres?" in self.server
            else (self.server.removesuffix("/postgres") + f"/{name}")
        )

    def clone(self, name: str) -> str:
        """Copy the template and return the address of the copy."""
        with self.admin.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(4711)"))
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" STRATEGY file_copy'))
            connection.execute(text("SELECT pg_advisory_unlock(4711)"))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Drop a copy, with whoever is still connected."""
        with self.admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@pytest.fixture(scope="session")
def databases() -> Databases:
    """Return the maker of clones."""
    return Databases(os.environ["YIGOU_TEST_SERVER"])


@pytest.fixture(scope="session")
def worker_name() -> str:
    """Return a name of this process that no other has."""
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


@pytest.fixture(scope="session")
def app(databases: Databases, worker_name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Build the application of this worker on its own database."""
    from app import create_app

    name = f"yigou_{worker_name}"
    config = Config.from_environ(
        {**ENVIRON, "DATABASE_URL": databases.clone(name), "VAR_DIR": str(tmp_path_factory.mktemp("var"))}
    )
    application = create_app(config)
    # The word of a provider comes from the same thread in tests, never while a page stays for it.
    returning.MOMENT = 0.0
    yield application
    db.engine().dispose()
    databases.drop(name)


def _forget_known() -> None:
    """Let no process remember what lay in the database of another test."""
    ledger.accounts.forget_known()
    freight_queries.forget_known()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """Open a session whose commits end with the test; every step of the code joins it by savepoints."""
    engine = db.engine()
    _forget_known()
    with engine.connect() as connection:
        outer = connection.begin()
        db.bind(connection)
        try:
            # No application context is pushed: requests of several clients would share its `g`.
            with Session(
                connection, join_transaction_mode="create_savepoint", expire_on_commit=False
            ) as opened:
                yield opened
                opened.flush()
                wrong = [finding for finding in checks.run(opened) if finding.wrong]
                assert not wrong, f"the books do not hold after the test: {wrong}"
        finally:
            outer.rollback()
            db.bind(engine)
            _forget_known()


@pytest.fixture
def client(app: Flask, session: Session) -> PageClient:
    """Return a visitor who reads every page strictly; shares the transaction of `session`."""
    return PageClient(app, session)


@pytest.fixture
def live_database(
    app: Flask, databases: Databases, worker_name: str, request: pytest.FixtureRequest
) -> Iterator[Any]:
    """Bind the code to a fresh, really committing database, for threads; yields its engine."""
    usual = db.engine()
    name = f"live_{worker_name}_{abs(hash(request.node.nodeid)) % 10**8}"
    engine = db.connect(databases.clone(name), pool_size=40)
    _forget_known()
    try:
        yield engine
        with db.reading() as opened:
            wrong = [finding for finding in checks.run(opened) if finding.wrong]
        assert not wrong, f"the books do not hold after the test: {wrong}"
    finally:
        engine.dispose()
        databases.drop(name)
        db._engine = usual
        db.bind(usual)
        _forget_known()


class StatementCounter:
    """Counts the SQL statements between `start` and `stop`."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __enter__(self) -> StatementCounter:
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        self.statements.clear()
        event.listen(Engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        event.remove(Engine, "before_cursor_execute", self._note)

    def _note(self, _c: Any, _cur: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO")):
            self.statements.append(statement)

    def __len__(self) -> int:
        return len(self.statements)


@pytest.fixture
def statements() -> StatementCounter:
    """Count SQL statements: `with statements: …; assert len(statements) <= 6`."""
    return StatementCounter()
