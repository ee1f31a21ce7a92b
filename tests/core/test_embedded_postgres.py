"""The embedded server, with real clusters, real processes and kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from core.postgres_binaries import find_binaries

ROOT = Path(__file__).resolve().parent.parent.parent

OWNER = """
import sys, time
from pathlib import Path
from core.embedded_postgres import EmbeddedPostgres
cluster = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
cluster.start()
print(cluster._process.pid, cluster._tether._shell.pid, flush=True)
time.sleep(300)
"""


def quietly(folder: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder, durable=False, say=lambda _: None)


def eventually(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that the account of the server can enter when the tests run as root."""
    with tempfile.TemporaryDirectory(prefix="yigou-test-") as folder:
        os.chmod(folder, 0o711)
        yield Path(folder)


@pytest.fixture(scope="module")
def folder(place: Path) -> Iterator[Path]:
    """A cluster that the tests of this module start, kill and start again."""
    yield place / "postgres"
    quietly(place / "postgres").remove()


class Owner:
    """Another process that owns the cluster until it is killed."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", OWNER, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.postmaster, self.tether = map(int, self.process.stdout.readline().split())

    def kill(self, *others: int) -> None:
        for pid in (*others, self.process.pid):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def test_a_database_is_made_once_and_copied(folder: Path) -> None:
    with quietly(folder) as cluster:
        cluster.create_database("original")
        cluster.create_database("original")
        with psycopg.connect(cluster.url("original").replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE fruit AS SELECT 'pear' AS name")
        cluster.create_database("a copy", template="original")
        engine = create_engine(cluster.url("a copy"))
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT name FROM fruit")) == "pear"
        engine.dispose()
        cluster.drop_database("a copy")
        cluster.drop_database("a copy")
        assert cluster.is_running
    assert not cluster.is_running


def test_it_listens_on_a_private_socket_only_and_keeps_utc_and_code_point_order(folder: Path) -> None:
    with quietly(folder) as cluster:
        address = cluster.url("postgres").replace("+psycopg", "")
        with psycopg.connect(address) as connection:

            def setting(name: str) -> str:
                row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
                assert row is not None
                return str(row[0])

            assert setting("listen_addresses") == ""
            assert setting("TimeZone") == "UTC"
            assert setting("server_encoding") == "UTF8"
            assert setting("max_connections") == "200"
            assert setting("fsync") == "off"
            row = connection.execute("SELECT 'Z' < 'a', lower('ÄÖ')").fetchone()
            assert row == (True, "äö")
            connection.execute("CREATE EXTENSION pg_trgm")
            row = connection.execute("SELECT cardinality(show_trgm('茶油')) > 0").fetchone()
            assert row == (True,)
        sockets = cluster._socket_dir()
        assert sockets.stat().st_mode & 0o077 == 0


def test_the_server_ends_when_its_owner_is_killed(folder: Path) -> None:
    owner = Owner(folder)
    cluster = quietly(folder)
    assert cluster.is_running
    owner.kill()
    assert eventually(lambda: not cluster.is_running)


def test_a_server_left_running_is_taken_over(folder: Path) -> None:
    owner = Owner(folder)
    owner.kill(owner.tether)
    with quietly(folder) as cluster:
        assert cluster._process is not None
        assert cluster._postmaster() == cluster._process.pid != owner.postmaster


def test_a_stale_process_number_that_is_a_strangers_today_is_no_obstacle(folder: Path) -> None:
    owner = Owner(folder)
    owner.kill(owner.tether, owner.postmaster)
    pid_file = quietly(folder)._cluster() / "postmaster.pid"
    _, rest = pid_file.read_text().split("\n", 1)
    pid_file.write_text(f"{os.getppid()}\n{rest}")
    with quietly(folder) as cluster:
        assert cluster.is_running


def test_a_second_owner_is_refused_by_name(folder: Path) -> None:
    owner = Owner(folder)
    try:
        with pytest.raises(EmbeddedPostgresError, match=f"process \\(id {owner.process.pid}\\)"):
            quietly(folder).start()
        with pytest.raises(EmbeddedPostgresError, match="stop it first"):
            quietly(folder).remove()
    finally:
        owner.kill()


def test_data_of_another_major_version_are_refused_in_a_sentence(place: Path) -> None:
    old = place / "old"
    old.mkdir()
    (old / "PG_VERSION").write_text("11\n")
    with pytest.raises(
        EmbeddedPostgresError, match=r"made by PostgreSQL 11, but only this was found.*demo-reset"
    ):
        quietly(old).start()
    quietly(old).remove()
    assert not list(place.glob("old*"))


def test_a_foreign_folder_is_left_alone(place: Path) -> None:
    (place / "pictures").mkdir()
    (place / "pictures" / "holiday.jpg").write_text("sea")
    with pytest.raises(EmbeddedPostgresError, match="neither empty nor a data folder"):
        quietly(place / "pictures").start()
    assert (place / "pictures" / "holiday.jpg").read_text() == "sea"


def test_a_folder_with_any_name_will_do(tmp_path: Path) -> None:
    # For root tmp_path is also one that the server's account cannot enter.
    folder = tmp_path / '我的 项目, "it\'s" here' / ("long" * 20) / "postgres"
    cluster = quietly(folder)
    try:
        with cluster:
            cluster.create_database("一")
            with psycopg.connect(cluster.url("一").replace("+psycopg", "")) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
        with cluster:
            assert cluster.is_running
    finally:
        real, sockets = cluster._cluster(), cluster._socket_dir()
        cluster.remove()
    assert not real.exists()
    assert not sockets.exists()
    assert not list(folder.parent.iterdir())


def test_pg_bin_decides_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(EmbeddedPostgresError, match=r"PG_BIN=.* holds no usable initdb"):
        find_binaries()
