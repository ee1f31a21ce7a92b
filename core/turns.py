"""Who computes next in this process: one after the other is faster for everybody than all at once.

A process of Python computes one thing at a time, so that requests that run side by side only make each other late. Here they
take turns, the one whose answer is due first before the others. A turn puts requests in order and never holds one up
for long: who waits for somebody else steps `aside`, and a turn that lasts longer than `LONGEST` stops counting.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

#: Seconds after which a turn no longer keeps others waiting: it may be stuck behind a lock, or long by nature.
LONGEST = 0.1


class _Turn:
    """One request's place in the order; `called` opens when it begins."""

    __slots__ = ("began", "called")

    def __init__(self) -> None:
        self.began = 0.0
        self.called = threading.Lock()
        self.called.acquire()


class Turns:
    """The order of one process, in which `at_once` turns count at a time."""

    def __init__(self, at_once: int = 1) -> None:
        """Begin with nobody."""
        self._at_once = at_once
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._waiting: list[tuple[float, int, _Turn]] = []
        self._counting: list[_Turn] = []

    def take(self, due: float) -> _Turn:
        """Wait for a turn; of those who wait, the one that is `due` first (in `time.monotonic()`) is called first."""
        mine = _Turn()
        with self._lock:
            heapq.heappush(self._waiting, (due, next(self._numbers), mine))
            patience = self._call()
        while not mine.called.acquire(timeout=patience):
            with self._lock:
                patience = self._call()
        return mine

    def give_back(self, mine: _Turn) -> None:
        """End a turn and call who comes next."""
        with self._lock:
            if mine in self._counting:
                self._counting.remove(mine)
            self._call()

    def _call(self) -> float:
        """Call whoever may begin now; return the seconds until the first of those who began stops counting."""
        now = time.monotonic()
        self._counting = [turn for turn in self._counting if turn.began + LONGEST > now]
        while self._waiting and len(self._counting) < self._at_once:
            called = heapq.heappop(self._waiting)[2]
            called.began = now
            self._counting.append(called)
            called.called.release()
        return min((turn.began for turn in self._counting), default=now) + LONGEST - now


_taken = threading.local()


@contextmanager
def turn(turns: Turns, due: float) -> Iterator[None]:
    """Compute in turn."""
    before = getattr(_taken, "by_this_thread", None)
    _taken.by_this_thread = (turns, turns.take(due))
    try:
        yield
    finally:
        turns.give_back(_taken.by_this_thread[1])
        _taken.by_this_thread = before


@contextmanager
def aside() -> Iterator[None]:
    """Let others have their turn while this thread waits for somebody else; it goes on as soon as it may."""
    taken = getattr(_taken, "by_this_thread", None)
    if taken is None:
        yield
        return
    turns, mine = taken
    turns.give_back(mine)
    try:
        yield
    finally:
        _taken.by_this_thread = (turns, turns.take(time.monotonic()))
