"""A tether ends a process group when the process that started it is gone, even by kill -9."""

from __future__ import annotations

import subprocess

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


class Tether:
    """Watch over one process group until it is released or its owner dies."""

    def __init__(
        self, group: int, *, signals: tuple[str, ...] = ("TERM", "KILL"), grace: float = 5.0
    ) -> None:
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
