"""The database: declarative base, constraint names, and the one place where a transaction ends."""

from __future__ import annotations

import logging
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Executable,
    MetaData,
    Result,
    Row,
    Table,
    Text,
    bindparam,
    cast,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

log = logging.getLogger(__name__)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every mapped class of Yigou."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {int: BigInteger, str: Text, datetime: TIMESTAMP(timezone=True)}


def table_of(model: type[Base]) -> Table:
    """Return the table of a mapped class: what is sent often is built over it once, for it costs half as much."""
    return typing.cast(Table, model.__table__)


def listed(name: str) -> ColumnElement[Any]:
    """Return the list of numbers sent as `name`, for statements that are sent often.

    It comes through a subselect, so that no plan depends on its length: a plan for a list of one looks better than
    one for any list, and PostgreSQL would plan such a statement anew each time, which costs more than running it.
    """
    numbers = ARRAY(BigInteger)
    return cast(select(bindparam(name, type_=numbers)).scalar_subquery(), numbers)


def one_or_many(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | Sequence[dict[str, Any]]:
    """Return what to send an INSERT of these rows with: most have one, and that is cheaper to send by itself than as a list."""
    return rows if len(rows) > 1 else rows[0]


def one_of(name: str) -> ColumnElement[Any]:
    """Return what a number equals that is in the list sent as `name` (`listed`)."""
    return func.any(listed(name))


_LOCK_KEYS = text(
    "SELECT pg_advisory_xact_lock(number) FROM "
    "(SELECT hashtextextended(key, 11) AS number FROM unnest(CAST(:keys AS text[])) AS key ORDER BY 1) AS sorted"
)


def lock_keys(session: Session, *keys: str) -> None:
    """Let one step go on at a time that names one of these keys, until its end; always in the same order."""
    session.execute(_LOCK_KEYS, {"keys": list(keys)})


class NestedTransaction(RuntimeError):
    """A business step was opened inside another one."""


class ReadOnlySession(RuntimeError):
    """Something was changed in a session that was opened for reading."""


_active: ContextVar[Session | None] = ContextVar("active_transaction", default=None)
_writing: sessionmaker[Session] | None = None
_reading: sessionmaker[Session] | None = None
_engine: Engine | None = None
#: Connections that only read stay in autocommit: to switch one that also writes, there and back, costs as much as a
#: small query. By the engine that writes to the same database.
_readers: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()
_read_from: Engine | None = None


#: Seconds that a statement may take before the server ends it; so much later nobody waits for the server any more.
STATEMENT_SECONDS, GRACE_SECONDS = 30, 5
_allowed: ContextVar[float] = ContextVar("allowed_seconds", default=STATEMENT_SECONDS)


class _BoundedConnection(psycopg.Connection[Any]):
    """A connection that gives up on a server that stands still: it would hold a request, its thread and its locks for ever."""

    def wait(self, gen: Any, *args: Any, **kw: Any) -> Any:
        """Wait for the answer to what was sent, and close the connection when none came in time."""
        kw.setdefault("timeout", _allowed.get() + GRACE_SECONDS)
        try:
            return super().wait(gen, *args, **kw)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                # Its answer may still come, and would then be taken for the answer to what is sent next.
                self.pgconn.finish()
            raise


def connect(url: str, *, pool_size: int = 10, echo: bool = False) -> Engine:
    """Bind this process to the database at `url`; statements, locks and idle transactions are bounded in time."""
    global _engine
    engine = _open(url, pool_size, echo=echo)
    reader = _open(url, pool_size, echo=echo, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)
    event.listen(engine, "engine_disposed", lambda _engine: reader.dispose())
    _readers[engine] = reader
    _engine = engine
    bind(engine)
    return engine


def _open(url: str, pool_size: int, **more: Any) -> Engine:
    opened = create_engine(
        normalise_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        # The connection that was used last has its plans and tables at hand.
        pool_use_lifo=True,
        pool_timeout=10,
        connect_args={
            "connect_timeout": 5,
            "options": f"-c timezone=UTC -c jit=off -c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout=10000 "
            "-c idle_in_transaction_session_timeout=60000",
        },
        **more,
    )
    event.listen(opened, "do_connect", _connect_bounded)
    return opened


def _connect_bounded(_dialect: Any, _record: Any, args: Any, kw: Any) -> psycopg.Connection[Any]:
    return _BoundedConnection.connect(*args, **kw)


def normalise_url(url: str) -> str:
    """Name psycopg 3 in a URL that only says `postgresql://` or `postgres://`."""
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def bind(target: Engine | Connection) -> None:
    """Send every later step to `target`, an engine of `connect`; a connection (in tests) is joined by savepoints."""
    global _writing, _reading, _read_from
    if isinstance(target, Engine):
        _writing = sessionmaker(target, expire_on_commit=False)
        _read_from = _readers[target]
        _reading = sessionmaker(_read_from, class_=_ReadingSession, expire_on_commit=False, autoflush=False)
    else:
        _read_from = None
        _writing = sessionmaker(target, expire_on_commit=False, join_transaction_mode="create_savepoint")
        _reading = _writing


def engine() -> Engine:
    """Return the engine of this process."""
    if _engine is None:
        raise RuntimeError("core.db.connect() was not called")
    return _engine


def committed() -> Engine | None:
    """Return the engine that reads what is committed, each statement by itself; None where a test joins all steps."""
    return _read_from


def reading_engine(session: Session) -> Engine | None:
    """Return the engine of a session that only reads what is committed; None for one inside a step."""
    return _read_from if _read_from is not None and session.bind is _read_from else None


def _refuse_flush(*_: Any) -> None:
    raise ReadOnlySession("open core.db.transaction() to change something")


class _ReadingSession(Session):
    """A session that refuses to flush; listened to once, as listening to each new session costs more than a query."""


event.listen(_ReadingSession, "before_flush", _refuse_flush)


@contextmanager
def reading() -> Iterator[Session]:
    """Open a session that only reads; each statement sees what is committed when it starts."""
    if _reading is None:
        raise RuntimeError("core.db.connect() was not called")
    session = _reading()
    if _read_from is None:
        event.listen(session, "before_flush", _refuse_flush)
    try:
        yield session
    finally:
        session.close()


@contextmanager
def transaction() -> Iterator[Session]:
    """Run one business step: commit at the end, roll back on any exception, then run what waits for the commit.

    Refuses to nest: a step inside a step would commit half of the outer one.
    """
    if _writing is None:
        raise RuntimeError("core.db.connect() was not called")
    if _active.get() is not None:
        raise NestedTransaction("one block is one business step")
    session = _writing()
    token = _active.set(session)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _active.reset(token)
        session.close()
    for callback in session.info.pop("after_commit", ()):
        try:
            callback()
        except Exception:
            log.exception("a callback after the commit failed; what must not be lost is a row")


def run_alone(statement: Executable, parameters: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
    """Run one statement as a business step of its own and return its rows; it is committed when this returns.

    Spares the round trips of BEGIN and COMMIT. Refuses to nest, as `transaction` does.
    """
    if _read_from is None:
        with transaction() as session:
            return _rows(session.execute(statement, parameters))
    if _active.get() is not None:
        raise NestedTransaction("one statement by itself is one business step")
    with _read_from.connect() as connection:
        return _rows(connection.execute(statement, parameters))


def _rows(result: Result[Any]) -> Sequence[Row[Any]]:
    # What comes of a mapped class has no such mark: it has rows.
    return result.all() if getattr(result, "returns_rows", True) else ()


_ALLOW = text("SELECT set_config('statement_timeout', :allowed, true)")


@contextmanager
def allowing(session: Session, seconds: int) -> Iterator[None]:
    """Let each statement of this step take so long (seconds): for what reads all there is while nobody waits for it."""
    session.execute(_ALLOW, {"allowed": f"{seconds}s"})
    token = _allowed.set(seconds)
    try:
        yield
    finally:
        _allowed.reset(token)


def after_commit(session: Session, callback: Callable[[], object]) -> None:
    """Call `callback` once this step has committed; it may be lost if the process dies."""
    session.info.setdefault("after_commit", []).append(callback)
