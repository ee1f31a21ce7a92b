"""A tether ends a process group when the process that started it is gone, even by kill -9."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Sequence
from typing import Any

# The program waits here until its tether holds; end of file means that the owner died before that.
_GATE = 'read -r _ || exit 1; exec "$@" </dev/null'

# The shell reads a pipe whose other end only the owner holds: end of file means that the owner is gone.
# It works wherever there is a POSIX shell; PR_SET_PDEATHSIG would be Linux only and misses grandchildren.
_WATCH = """
read -r _
for signal in $2; do
    kill -s "$signal" -- "-$1" 2>/dev/null || exit 0
    tenths=0
    while [ "$tenths" -lt "$3" ]; do
        kill -s 0 -- "-$1" 2>/dev/null || exit 0
        sleep 0.1
        tenths=$((tenths + 1))
    done
done
"""


def start_tethered(
    command: Sequence[str],
    *,
    signals: tuple[str, ...] = ("TERM", "KILL"),
    grace: float = 5.0,
    **options: Any,
) -> tuple[subprocess.Popen[bytes], Tether]:
    """Start a program in a process group of its own that ends when we do, at whatever moment that is.

    `options` go to `subprocess.Popen`; the program reads nothing. A program that does not exist ends with code 127.
    """
    process = subprocess.Popen(
        ["/bin/sh", "-c", _GATE, "yigou-gate", *command],
        stdin=subprocess.PIPE,
        start_new_session=True,
        **options,
    )
    tether = Tether(process.pid, signals=signals, grace=grace)
    assert process.stdin is not None
    # A program killed at its gate has nobody who reads.
    with contextlib.suppress(BrokenPipeError):
        os.write(process.stdin.fileno(), b"\n")
    process.stdin.close()
    process.stdin = None
    return process, tether


class Tether:
    """Watch over one process group until it is released or its owner dies."""

    def __init__(self, group: int, *, signals: tuple[str, ...], grace: float) -> None:
        """Send `signals` in turn to process group `group` when we die, `grace` seconds apart."""
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", _WATCH, "yigou-tether", str(group), " ".join(signals), str(int(grace * 10))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin"},
            start_new_session=True,
        )

    def release(self) -> None:
        """Let the process group live on without us."""
        self._shell.kill()
        self._shell.wait()
        if self._shell.stdin is not None:
            self._shell.stdin.close()
