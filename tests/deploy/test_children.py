"""Processes that are kept alive, with real processes and kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from deploy.children import Child

ROOT = Path(__file__).resolve().parent.parent.parent
# A process with a process of its own, as web servers are.
FAMILY = "sleep 300 & echo $! > {note}; wait"


def eventually(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie that nobody has collected yet is dead to us.
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return not Path("/proc/self").exists()


def noted(note: Path) -> int:
    assert eventually(lambda: note.exists() and note.read_text().endswith("\n"))
    return int(note.read_text())


def test_a_child_that_dies_is_started_again_and_leaves_no_orphans(tmp_path: Path) -> None:
    said: list[str] = []
    note = tmp_path / "note"
    child = Child("web", ["sh", "-c", FAMILY.format(note=note)], os.environ, tmp_path / "log", said.append)
    child.start()
    try:
        first, grandchild = child.pid, noted(note)
        assert first is not None
        note.unlink()
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: bool(child.tend() or said))
        assert "The web was killed by signal 9" in said[0]
        child.tend()
        assert child.pid not in (None, first)
        assert eventually(lambda: not alive(grandchild))
        second = noted(note)
    finally:
        child.ask_to_stop()
        child.stop(5)
    assert eventually(lambda: not alive(second))


def test_a_child_that_keeps_dying_is_tried_less_and_less_often(tmp_path: Path) -> None:
    said: list[str] = []
    child = Child("worker", ["sh", "-c", "echo no luck; exit 3"], os.environ, tmp_path / "log", said.append)
    child.start()
    try:
        assert eventually(lambda: bool(child.tend() or len(said) >= 2))
        assert "ended with code 3" in said[0]
        assert said[0].endswith("Starting it again.")
        assert said[1].endswith("in 1 s.")
        assert "no luck" in child.last_words()
        failures = child.failures
        child.tend()
        assert child.failures == failures
    finally:
        child.stop(0)


def test_children_and_grandchildren_end_with_a_killed_supervisor(tmp_path: Path) -> None:
    note = tmp_path / "note"
    program = (
        "import os, time\n"
        "from deploy.children import Child\n"
        f"Child('web', ['sh', '-c', {FAMILY.format(note=note)!r}], os.environ, None, print).start()\n"
        "time.sleep(300)\n"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    grandchild = noted(note)
    supervisor.kill()
    supervisor.wait()
    assert eventually(lambda: not alive(grandchild))


def test_nothing_runs_of_a_child_whose_supervisor_died_while_starting_it(tmp_path: Path) -> None:
    note = tmp_path / "note"
    program = (
        "import os, signal\n"
        "from core import tether\n"
        "from deploy.children import Child\n"
        "tether.Tether.__init__ = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"Child('web', ['sh', '-c', {FAMILY.format(note=note)!r}], os.environ, None, print).start()\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, check=False)
    # The pipe ends when the last of the family is gone, so nothing can write the note later.
    assert ended.returncode == -signal.SIGKILL
    assert not note.exists()
