"""The processes a supervisor keeps alive: each in a group of its own, tethered to us, restarted when it dies."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from core.tether import Tether, start_tethered

CALM_SECONDS = 30.0
"""A child that lived this long starts again at once when it dies; a younger one waits longer each time."""
LONGEST_PAUSE_SECONDS = 15.0


class Child:
    """One process and whatever it starts, kept alive until told to stop."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path | None,
        say: Callable[[str], None],
    ) -> None:
        """Describe the process; `log` receives its output, None leaves it on our terminal."""
        self.name = name
        self.failures = 0
        self._command = list(command)
        self._environment = dict(environment)
        self._log = log
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._tether: Tether | None = None
        self._started = 0.0
        self._due = 0.0

    @property
    def pid(self) -> int | None:
        """Return the process id, None while there is no process."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process."""
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(open(self._log, "ab")) if self._log else None
            # A group of its own: Ctrl-C reaches the supervisor alone, which then stops things in order.
            self._process, self._tether = start_tethered(
                self._command, env=self._environment, stdout=output, stderr=output
            )
        self._started = time.monotonic()

    def tend(self) -> None:
        """Notice a death, say so, and start the process again when its pause is over."""
        if self._process is not None and self._process.poll() is not None:
            code = self._process.returncode
            if time.monotonic() - self._started > CALM_SECONDS:
                self.failures = 0
            pause = 0.0 if self.failures == 0 else min(0.5 * 2**self.failures, LONGEST_PAUSE_SECONDS)
            self.failures += 1
            self._clear_away()
            self._due = time.monotonic() + pause
            how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
            where = f"; its last words are in {self._log}" if self._log else ""
            self._say(
                f"The {self.name} {how}{where}. Starting it again{f' in {pause:.0f} s' if pause else ''}."
            )
        if self._process is None and time.monotonic() >= self._due:
            self.start()

    def poll(self) -> int | None:
        """Return the exit code of the process, None while it runs."""
        return None if self._process is None else self._process.poll()

    def last_words(self) -> str:
        """Return the end of what the process wrote."""
        if self._log is None or not self._log.exists():
            return ""
        return f"--- {self._log}\n" + self._log.read_text(errors="replace")[-2000:].strip()

    def ask_to_stop(self) -> None:
        """Send SIGTERM; `stop` waits."""
        if self._process is not None and self._process.poll() is None:
            _signal_group(self._process.pid, signal.SIGTERM)

    def stop(self, patience: float) -> None:
        """Wait `patience` seconds for the process to end, then kill it and all it started."""
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(max(patience, 0.05))
            self._clear_away()

    def _clear_away(self) -> None:
        """Kill what is left of the group: orphaned web workers would go on holding the port."""
        if self._process is not None:
            _signal_group(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        if self._tether is not None:
            self._tether.release()
            self._tether = None


def _signal_group(group: int, number: signal.Signals) -> None:
    # macOS answers EPERM for a group of zombies.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
