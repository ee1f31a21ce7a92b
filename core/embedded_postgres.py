"""The embedded PostgreSQL: a real server of our own on a Unix socket, started and stopped with us."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import psycopg
from psycopg import sql

from core.postgres_binaries import (
    SERVER_ENVIRONMENT,
    Account,
    Binaries,
    EmbeddedPostgresError,
    can_enter,
    find_binaries,
    reachable_binaries,
    refuge_of,
    root_refuge,
    run_program,
    server_account,
)
from core.tether import Tether, start_tethered

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError"]

SUPERUSER = "yigou"
LONGEST_SOCKET_FOLDER = 85
"""Bytes. A socket's path holds 103 on macOS, 107 on Linux, and `/.s.PGSQL.5432` follows the folder."""


class EmbeddedPostgres:
    """One cluster in `data_dir`; whoever starts it owns it, and it dies with its owner."""

    def __init__(self, data_dir: Path, *, durable: bool = True, say: Callable[[str], None] = print) -> None:
        """Name the cluster without touching it. `durable=False` trades safety for speed: tests only."""
        self.data_dir = Path(os.path.abspath(data_dir))
        self.durable = durable
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._tether: Tether | None = None
        self._lock: int | None = None

    # --- what a caller uses -------------------------------------------------------------------------

    def start(self) -> None:
        """Create the cluster if there is none, and serve it.

        Takes over what a killed run left behind. Refuses with EmbeddedPostgresError when another living process
        owns the cluster, when the data are of another major version, or when no server is to be found.
        """
        if self._process is not None and self._process.poll() is None:
            return
        self._take_lock()
        try:
            account = self._settle()
            self._end_leftover()
            major = self._major()
            binaries = reachable_binaries(find_binaries(major), account, self.data_dir)
            if major is None:
                self._initdb(binaries, account)
            self._launch(binaries, account)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the cluster if we started it; open connections are closed."""
        if self._process is not None:
            _end(self._process.pid, lambda: self._process is None or self._process.poll() is not None)
            self._process.wait()
            self._process = None
            with contextlib.suppress(OSError):
                if self._socket_dir() != self._cluster():
                    self._socket_dir().rmdir()
        if self._tether is not None:
            self._tether.release()
            self._tether = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def remove(self) -> None:
        """Stop the cluster and delete its data, wherever they live; a cluster owned by others is refused."""
        self._take_lock()
        try:
            self._end_leftover()
        finally:
            self.stop()
        shutil.rmtree(self._cluster(), ignore_errors=True)
        if os.geteuid() == 0:
            shutil.rmtree(refuge_of(self.data_dir), ignore_errors=True)
            with contextlib.suppress(OSError):
                refuge_of(self.data_dir).parent.rmdir()
        for path in (self.data_dir, self._beside("log"), self._beside("lock")):
            if path.is_symlink() or path.is_file():
                path.unlink(missing_ok=True)
        if self.data_dir.exists():
            raise EmbeddedPostgresError(
                f"{self.data_dir} could not be deleted: does it belong to another account?"
            )

    @property
    def is_running(self) -> bool:
        """Tell whether the cluster is being served, by us or by another process."""
        return self._postmaster() is not None

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database in this cluster."""
        return (
            f"postgresql+psycopg://{SUPERUSER}@/{quote(database, safe='')}"
            f"?host={quote(str(self._socket_dir()), safe='')}&port=5432"
        )

    def create_database(self, name: str, template: str | None = None) -> None:
        """Create a database unless it is there; `template` names the database to copy."""
        with self._connect() as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
            if template is not None:
                statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
            connection.execute(statement)

    def drop_database(self, name: str) -> None:
        """Drop a database if it is there, closing its connections."""
        with self._connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def __enter__(self) -> EmbeddedPostgres:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # --- places -------------------------------------------------------------------------------------

    def _beside(self, suffix: str) -> Path:
        return self.data_dir.with_name(f"{self.data_dir.name}.{suffix}")

    def _cluster(self) -> Path:
        """Return the real data folder: for root `data_dir` may be a link to where the account can go."""
        return Path(os.path.realpath(self.data_dir))

    def _socket_dir(self) -> Path:
        cluster = self._cluster()
        plain = re.fullmatch(r"[A-Za-z0-9._/-]+", str(cluster)) is not None
        if plain and len(os.fsencode(cluster)) <= LONGEST_SOCKET_FOLDER:
            return cluster
        # Not tempfile's choice: everybody must find the socket, with whatever TMPDIR.
        return Path("/tmp") / f"yigou-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]}"

    def _settle(self) -> Account | None:
        """Make sure that the account of the server can work in the data folder; return that account."""
        is_link = self.data_dir.is_symlink()
        if is_link and os.geteuid() == 0 and self._cluster() != refuge_of(self.data_dir) / "data":
            self.data_dir.unlink()  # copied together with the clone: that cluster is somebody else's
            is_link = False
        try:
            owner = self.data_dir.stat().st_uid
        except FileNotFoundError:
            owner = None
        except PermissionError:
            owner = -1
        if os.geteuid() != 0 and owner not in (None, os.geteuid()):
            raise EmbeddedPostgresError(
                f"{self.data_dir} belongs to another account (an earlier run as root?). Run as that account, "
                "or let it start over with `make demo-reset`."
            )
        account = server_account(owner, self._say)
        if account is None:
            return None
        if owner is None and not is_link and not can_enter(account, self.data_dir.parent):
            target = root_refuge(self.data_dir) / "data"
            self.data_dir.symlink_to(target)
            self._say(
                f"The account {account.pw_name} cannot enter {self.data_dir.parent}: the data live in {target}."
            )
            if target.exists():
                # Left by a clone that stood here before and was deleted: not the data of this one.
                self._end_leftover()
                shutil.rmtree(target.with_name("data.old"), ignore_errors=True)
                target.rename(target.with_name("data.old"))
                self._say(f"An earlier clone's data were there; they are kept in {target}.old.")
        elif owner is not None and not can_enter(account, self._cluster().parent):
            raise EmbeddedPostgresError(
                f"The account {account.pw_name} can no longer enter {self._cluster().parent}: "
                "open that folder again, or start over with `make demo-reset`."
            )
        if owner is not None and owner != account.pw_uid:
            for path in (self._cluster(), *self._cluster().rglob("*")):
                os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
        return account

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        path = self._beside("lock")
        try:
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except PermissionError as error:
            raise EmbeddedPostgresError(f"{path} belongs to another account: run as that account.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(lock, 20).decode(errors="replace").strip()
            os.close(lock)
            raise EmbeddedPostgresError(
                f"Another process (id {owner}) is using the database in {self.data_dir}: stop it first."
            ) from None
        os.truncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        self._lock = lock

    # --- the server ---------------------------------------------------------------------------------

    def _major(self) -> int | None:
        try:
            return int((self._cluster() / "PG_VERSION").read_text().split(".")[0])
        except FileNotFoundError:
            return None
        except (PermissionError, ValueError) as error:
            raise EmbeddedPostgresError(f"{self._cluster()} is no readable data folder: {error}") from error

    def _postmaster(self) -> int | None:
        """Return the process id of the living server of this data folder, None if there is none."""
        try:
            pid = int((self._cluster() / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        if os.path.isdir("/proc/self"):
            try:
                # Numbers are used again: only a process that works in the data folder is ours.
                return pid if os.path.samefile(f"/proc/{pid}/cwd", self._cluster()) else None
            except OSError:
                return None
        answer = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return pid if str(self._cluster()) in answer.stdout else None

    def _end_leftover(self) -> None:
        """End the server that a killed owner left running, and forget a stale process number.

        We hold the lock, so nobody owns that server any more.
        """
        pid = self._postmaster()
        if pid is not None:
            _end(pid, lambda: self._postmaster() is None)
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            with contextlib.suppress(OSError):
                (self._socket_dir() / name).unlink()
        pid_file = self._cluster() / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError):
            number, rest = pid_file.read_text().split("\n", 1)
            if number != str(os.getpid()):
                # Some stranger may carry that number today, and the server would refuse. Our own number, its
                # parent's, counts as stale. The file stays: it names the shared memory of backends still alive.
                pid_file.write_text(f"{os.getpid()}\n{rest}")

    def _initdb(self, binaries: Binaries, account: Account | None) -> None:
        target = self._cluster()
        if target.exists() and any(target.iterdir()):
            raise EmbeddedPostgresError(
                f"{target} is neither empty nor a data folder of PostgreSQL: move it away."
            )
        unfinished = target.with_name(f"{target.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        error = ""
        for locale in _locales(binaries.major):
            unfinished.mkdir(mode=0o700)
            if account is not None:
                os.chown(unfinished, account.pw_uid, account.pw_gid)
            done = run_program(
                account,
                [
                    binaries.program("initdb"),
                    *("-D", str(unfinished), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8"),
                    *("--text-search-config=simple", "--lc-messages=C", *locale),
                    *(() if self.durable else ("--no-sync",)),
                ],
            )
            if done.returncode == 0:
                # Renamed when complete: a run killed in the middle leaves nothing that looks like a cluster.
                if target.exists():
                    target.rmdir()
                unfinished.rename(target)
                return
            error = done.stderr.strip()
            shutil.rmtree(unfinished, ignore_errors=True)
        raise EmbeddedPostgresError(f"PostgreSQL could not create a cluster in {target}:\n{error}")

    def _launch(self, binaries: Binaries, account: Account | None) -> None:
        command = [binaries.program("postgres"), "-D", str(self._cluster())]
        for name, value in self._settings(account).items():
            command += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + 120
        with open(self._beside("log"), "wb") as log:
            while True:
                self._process, self._tether = start_tethered(
                    command,
                    signals=("INT", "QUIT", "KILL"),
                    grace=10,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    env=SERVER_ENVIRONMENT,
                    user=account.pw_uid if account else None,
                    group=account.pw_gid if account else None,
                    extra_groups=[] if account else None,
                )
                if self._wait(deadline):
                    return
                said = self._beside("log").read_text(errors="replace").strip()
                # Backends of a server killed a moment ago need a moment to notice.
                if "shared memory block" not in said[-2000:] or time.monotonic() > deadline:
                    raise EmbeddedPostgresError(
                        f"PostgreSQL did not start ({self._beside('log')}):\n{said[-2000:]}"
                    )
                self._tether.release()
                time.sleep(0.2)

    def _wait(self, deadline: float) -> bool:
        """Wait until the server answers; False when it ended or did not answer in time."""
        while self._process is not None and self._process.poll() is None and time.monotonic() < deadline:
            try:
                self._connect().close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return True
        return False

    def _settings(self, account: Account | None) -> dict[str, str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._make_socket_dir(account)),
            "unix_socket_permissions": "0700",
            "port": "5432",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_connections": "200",
            "jit": "off",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return settings

    def _make_socket_dir(self, account: Account | None) -> Path:
        folder = self._socket_dir()
        if folder == self._cluster():
            return folder
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            if account is not None:
                os.chown(folder, account.pw_uid, account.pw_gid)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != (account.pw_uid if account else os.geteuid()):
            raise EmbeddedPostgresError(
                f"{folder} belongs to somebody else; it is needed for the database's socket."
            )
        folder.chmod(0o700)
        return folder

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self._socket_dir()),
            port=5432,
            user=SUPERUSER,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )


def _locales(major: int) -> list[list[str]]:
    """Return the locales to try: code-point order everywhere, and letters of all scripts known as letters."""
    provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else []
    return [
        [*provider, "--locale=C.UTF-8"],
        [*provider, "--locale=C", "--lc-ctype=en_US.UTF-8"],
        [*provider, "--locale=C"],
    ]


def _end(pid: int, is_gone: Callable[[], bool]) -> None:
    """End a server: ask, then insist, then kill."""
    for number, patience in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if is_gone():
                return
            time.sleep(0.02)
