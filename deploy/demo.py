"""The supervisor of `make demo`: one process that starts the database, the web and the worker and stops them all."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
from psycopg import sql

from core.embedded_postgres import EmbeddedPostgresError
from deploy import demo_place
from deploy.children import Child

READY_SECONDS = 90.0
HOPELESS_FAILURES = 4
PYTHON = sys.executable


class CannotServe(Exception):
    """The demo cannot be served; the message says why."""


class Stopped(Exception):
    """Somebody asked us to stop."""


def say(text: str) -> None:
    """Print a line at once; a closed terminal is no reason to fall over."""
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


class Supervisor:
    """Everything that `make demo` starts, in the order in which it depends on each other."""

    def __init__(self, port: int, households: int | None, *, dev: bool, follow_parent: bool) -> None:
        """Describe the demo; nothing is started yet."""
        self._port = port
        self._households = households
        self._dev = dev
        self._parent = os.getppid() if follow_parent else None
        self._signals = 0
        self._children: list[Child] = []
        self._accounts: subprocess.Popen[str] | None = None
        self._table = ""
        self._cluster = demo_place.cluster() if demo_place.has_own_database() else None

    def run(self) -> int:
        """Serve until asked to stop; return the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Under nohup a lost terminal is meant to be survived; the others are always obeyed.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._note_signal)
        try:
            self._serve()
        except Stopped:
            return 0
        except (CannotServe, EmbeddedPostgresError) as error:
            say(str(error))
            return 1
        finally:
            self._stop()
        return 0

    def _note_signal(self, number: int, frame: object) -> None:
        self._signals += 1

    def _check(self) -> None:
        """Raise Stopped once we were asked to stop, or once make is gone that started us."""
        if self._signals or (self._parent is not None and os.getppid() != self._parent):
            raise Stopped

    # --- bringing it up -----------------------------------------------------------------------------

    def _serve(self) -> None:
        started = time.monotonic()
        self._check_port()
        url = self._start_database()
        environment = demo_place.environment(url, self._port)
        self._prepare(url, environment)
        self._start_children(environment)
        self._wait_until_ready()
        self._announce(time.monotonic() - started, _accounts_file(environment["DATABASE_URL"]))
        while True:
            self._tend()
            time.sleep(0.2)

    def _check_port(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self._port))
            except PermissionError as error:
                raise CannotServe(
                    f"Port {self._port} needs root. Choose another: make demo PORT=8080"
                ) from error
            except OSError as error:
                other = 8080 if self._port != 8080 else 8081
                raise CannotServe(
                    f"Port {self._port} of this machine is taken; is the demo running already? "
                    f"Stop the other program, or choose another port: make demo PORT={other}"
                ) from error

    def _start_database(self) -> str:
        if self._cluster is None:
            say("Using the database that DATABASE_URL names.")
            return os.environ["DATABASE_URL"].strip()
        say("Starting PostgreSQL ...")
        self._check()
        self._cluster.start()
        self._cluster.create_database(demo_place.DATABASE)
        self._check()
        return self._cluster.url(demo_place.DATABASE)

    def _prepare(self, url: str, environment: dict[str, str]) -> None:
        """Migrate the database and build the demo world, unless it is known that both are done.

        What is done is noted as the comment of the database itself, so the note goes where the data go. It saves
        two processes that each load the whole application, and makes the second start a quick one.
        """
        address = url.replace("postgresql+psycopg://", "postgresql://", 1)
        try:
            connection = psycopg.connect(address, autocommit=True, connect_timeout=10)
        except psycopg.OperationalError as error:
            raise CannotServe(f"The database that DATABASE_URL names does not answer: {error}") from error
        with connection:
            # A second demo on the same DATABASE_URL waits here instead of migrating at the same time.
            while connection.execute(_TRY_LOCK).fetchone() != (True,):
                self._check()
                time.sleep(0.2)
            note = f"yigou demo, migrations {_fingerprint()}"
            found = connection.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
            ).fetchone()
            if self._households is None and found == (note,):
                say("The demo world is there.")
                return
            with contextlib.suppress(OSError):
                _accounts_file(environment["DATABASE_URL"]).unlink(missing_ok=True)
            self._step("Bringing the database to the newest schema ...", environment, "-c", _MIGRATE)
            size = [] if self._households is None else ["--households", str(self._households)]
            self._step("Looking after the demo world ...", environment, *_FLASK, "demo", "build", *size)
            with contextlib.suppress(psycopg.Error):  # not our database to comment on
                connection.execute(
                    sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                        sql.Identifier(connection.info.dbname), sql.Literal(note)
                    )
                )

    def _step(self, title: str, environment: dict[str, str], *command: str) -> None:
        """Run one command to its end, with its progress on our terminal."""
        self._check()
        say(title)
        step = Child("step", [PYTHON, *command], environment, None, say)
        self._children.append(step)
        step.start()
        while (code := step.poll()) is None:
            self._check()
            time.sleep(0.05)
        step.stop(0)
        self._children.remove(step)
        if code:
            raise CannotServe(
                f"That failed with code {code}; the reason is above. Run make demo again when it is gone."
            )

    def _start_children(self, environment: dict[str, str]) -> None:
        self._check()
        if self._dev:
            web = [PYTHON, *_FLASK, "run", "--debug", "--port", str(self._port)]
        else:
            web = [PYTHON, "-m", "deploy.serve", "--port", str(self._port)]
        log: Path | None = None
        for name, command in (("web", web), ("worker", [PYTHON, *_FLASK, "worker"])):
            if not self._dev:
                log = demo_place.var_dir() / "log" / f"{name}.log"
                log.parent.mkdir(parents=True, exist_ok=True)
                log.write_bytes(b"")
            child = Child(name, command, environment, log, say)
            self._children.append(child)
            child.start()
        kept = _accounts_file(environment["DATABASE_URL"])
        with contextlib.suppress(OSError):
            self._table = kept.read_text(encoding="utf-8")
        if not self._table:
            self._accounts = subprocess.Popen(
                [PYTHON, *_FLASK, "demo", "accounts"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        say("Starting the web and the worker ...")
        deadline = time.monotonic() + READY_SECONDS
        while (missing := self._what_is_missing()) is not None:
            self._tend()
            hopeless = [child.name for child in self._children if child.failures >= HOPELESS_FAILURES]
            if hopeless or time.monotonic() > deadline:
                for child in self._children:
                    say(child.last_words())
                raise CannotServe(f"The demo does not get ready: {missing}")
            time.sleep(0.1)

    def _what_is_missing(self) -> str | None:
        try:
            # No proxy of the user's may stand between us and our own web server.
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            opener.open(f"http://127.0.0.1:{self._port}/readyz", timeout=5).close()
        except urllib.error.HTTPError as error:
            try:
                return str(json.loads(error.read()).get("not_ready") or error)
            except (OSError, ValueError, AttributeError):
                return str(error)
        except (OSError, ValueError) as error:
            return f"the web does not answer ({error})"
        return None

    def _announce(self, seconds: float, kept: Path) -> None:
        if self._accounts is not None:
            self._table, _ = self._accounts.communicate()
            if self._accounts.returncode == 0:
                with contextlib.suppress(OSError):
                    kept.write_text(self._table, encoding="utf-8")
        if self._table:
            say(f"\n{self._table.rstrip()}\n")
        say(f"Yigou is ready after {seconds:.0f} s:  http://127.0.0.1:{self._port}")
        say("Ctrl-C stops it; make demo starts it again with the same data; make demo-reset starts over.")

    # --- keeping it up, taking it down --------------------------------------------------------------

    def _tend(self) -> None:
        self._check()
        if self._cluster is not None and not self._cluster.is_running:
            say("PostgreSQL died. Starting it again.")
            self._cluster.stop()
            self._cluster.start()
        for child in self._children:
            child.tend()

    def _stop(self) -> None:
        if self._children:
            say("Stopping ...")
        if self._accounts is not None:
            self._accounts.kill()
            self._accounts.wait()
        for child in self._children:
            child.ask_to_stop()
        asked, deadline = self._signals, time.monotonic() + 10
        for child in self._children:
            # A second Ctrl-C means: now.
            while child.poll() is None and time.monotonic() < deadline and self._signals <= asked:
                time.sleep(0.05)
            child.stop(0)
        if self._cluster is not None:
            self._cluster.stop()


def _fingerprint() -> str:
    """Return a digest of all migrations."""
    digest = hashlib.sha256()
    for path in sorted((demo_place.ROOT / "migrations" / "versions").glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _accounts_file(url: str) -> Path:
    """Return where the printed accounts of one database are kept; a process less at every later start."""
    return demo_place.var_dir() / f"demo-accounts-{hashlib.sha256(url.encode()).hexdigest()[:12]}.txt"


_TRY_LOCK = "SELECT pg_try_advisory_lock(hashtext('yigou demo build'))"
_FLASK = ["-m", "flask", "--app", "app"]
_MIGRATE = "import os; from core.migrations import upgrade; upgrade(os.environ['DATABASE_URL'])"


def main() -> int:
    """Read the command line and serve; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description=__doc__)
    parser.add_argument("--port", type=_between(1, 65535), default=8000, help="port on 127.0.0.1")
    parser.add_argument(
        "--households", type=_between(1, 100_000), help="size of the demo world when it is built"
    )
    parser.add_argument("--dev", action="store_true", help="reload on changes, with the debugger")
    parser.add_argument(
        "--follow-parent", action="store_true", help="stop when the process that started us is gone"
    )
    choice = parser.parse_args()
    os.chdir(demo_place.ROOT)
    return Supervisor(
        choice.port, choice.households, dev=choice.dev, follow_parent=choice.follow_parent
    ).run()


class _between:
    def __init__(self, lowest: int, highest: int) -> None:
        self._range = range(lowest, highest + 1)

    def __call__(self, text: str) -> int:
        if text.isascii() and text.isdigit() and int(text) in self._range:
            return int(text)
        raise argparse.ArgumentTypeError(
            f"must be a whole number from {self._range[0]} to {self._range[-1]}, not {text!r}"
        )


if __name__ == "__main__":
    sys.exit(main())
