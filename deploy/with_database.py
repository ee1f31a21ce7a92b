"""Run a command with DATABASE_URL set: to the demo's database, or with --throwaway to an empty one."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from deploy import demo_place


def main() -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.with_database", description=__doc__)
    parser.add_argument("--throwaway", action="store_true", help="an empty database that is gone afterwards")
    parser.add_argument("command", nargs="+")
    choice = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if choice.throwaway:
            return _run_on_empty(choice.command)
        return _run_on_demo(choice.command)
    except EmbeddedPostgresError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run_on_empty(command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="yigou-", ignore_cleanup_errors=True) as folder:
        # The server may run under another account than ours.
        os.chmod(folder, 0o711)
        cluster = EmbeddedPostgres(Path(folder) / "postgres", durable=False)
        try:
            cluster.start()
            cluster.create_database(demo_place.DATABASE)
            return _run(command, cluster.url(demo_place.DATABASE))
        finally:
            cluster.remove()


def _run_on_demo(command: list[str]) -> int:
    if not demo_place.has_own_database():
        return _run(command, os.environ["DATABASE_URL"])
    cluster = demo_place.cluster()
    if cluster.is_running:
        return _run(command, cluster.url(demo_place.DATABASE))
    if not (cluster.data_dir / "PG_VERSION").exists():
        print("There is no demo database yet: run `make demo` first, or set DATABASE_URL.", file=sys.stderr)
        return 1
    with cluster:
        return _run(command, cluster.url(demo_place.DATABASE))


def _run(command: list[str], url: str) -> int:
    if not demo_place.has_own_database() and os.environ.get("SECRET_KEY"):
        return subprocess.run(command, check=False).returncode  # an installation with settings of its own
    port = os.environ.get("PORT", "8000")
    environment = demo_place.environment(url, int(port) if port.isdigit() else 8000)
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
