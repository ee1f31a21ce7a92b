"""Saying how far a run is, at once."""

from __future__ import annotations

import time


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


class Clock:
    """Says how far the run is."""

    def __init__(self) -> None:
        """Start now."""
        self.start = time.perf_counter()

    def say(self, text: str) -> None:
        """Print a line with the seconds since the start."""
        say(f"[{time.perf_counter() - self.start:4.0f} s] {text}")
