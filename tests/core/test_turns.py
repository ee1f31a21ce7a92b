"""Turns of the requests of one process."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from core import turns
from core.turns import Turns, aside, turn

#: Long enough that nothing of a test depends on it, short enough that a hanging test ends.
LONG = 60.0


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every turn count until it is given back."""
    monkeypatch.setattr(turns, "LONGEST", LONG)


class Crowd:
    """Threads that compute in turn; `done` lists who did, in order."""

    def __init__(self, order: Turns) -> None:
        self.order = order
        self.called = 0
        self.done: list[float] = []
        self.threads: list[threading.Thread] = []

    def come(self, due: float, act: Callable[[], object] = lambda: None) -> None:
        """Let one more come, who waits until a turn is his; returns when he stands in line."""

        def run() -> None:
            with turn(self.order, due):
                self.called += 1
                act()
                self.done.append(due)

        before = len(self.order._waiting) + self.called
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.threads.append(thread)
        until = time.monotonic() + LONG
        while len(self.order._waiting) + self.called == before and time.monotonic() < until:
            time.sleep(0.001)

    def wait(self) -> list[float]:
        """Wait for all and return in which order they had their turns."""
        for thread in self.threads:
            thread.join(LONG)
            assert not thread.is_alive()
        return self.done


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    """Have a crowd of which one computes at a time."""
    crowd = Crowd(Turns())
    yield crowd
    crowd.wait()


def test_who_is_due_first_is_called_first(crowd: Crowd, endless: None) -> None:
    with turn(crowd.order, 0.0):
        for due in (5.0, 2.0, 9.0, 1.0, 4.0):
            crowd.come(due)
        assert crowd.done == []
    assert crowd.wait() == [1.0, 2.0, 4.0, 5.0, 9.0]


def test_who_is_due_together_is_called_as_they_came(crowd: Crowd, endless: None) -> None:
    names: list[str] = []
    with turn(crowd.order, 0.0):
        for name in "abcde":
            crowd.come(3.0, lambda name=name: names.append(name))  # type: ignore[misc]
    crowd.wait()
    assert names == list("abcde")


def test_a_turn_that_takes_long_keeps_nobody_waiting(crowd: Crowd) -> None:
    with turn(crowd.order, 0.0):
        crowd.come(1.0)
        assert crowd.wait() == [1.0]


def test_the_next_begins_when_the_first_of_several_turns_has_taken_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moment = 100.0
    monkeypatch.setattr(turns.time, "monotonic", lambda: moment)
    order = Turns(2)
    order.take(0.0)
    moment += turns.LONGEST * 0.75
    order.take(0.0)
    assert order._call() == pytest.approx(turns.LONGEST * 0.25)


def test_who_waits_for_somebody_else_lets_others_go_on(crowd: Crowd, endless: None) -> None:
    with turn(crowd.order, 0.0):
        crowd.come(1.0)
        crowd.come(2.0)
        with aside():
            assert crowd.wait() == [1.0, 2.0]
        crowd.come(3.0)
        assert crowd.done == [1.0, 2.0]
    assert crowd.wait() == [1.0, 2.0, 3.0]


def test_who_comes_back_from_aside_waits_for_his_turn(endless: None) -> None:
    order, entered, leave = Turns(), threading.Event(), threading.Event()
    crowd = Crowd(order)

    def compute() -> None:
        entered.set()
        leave.wait(LONG)

    with turn(order, 0.0):
        with aside():
            crowd.come(1.0, compute)
            assert entered.wait(LONG)
            threading.Timer(0.05, leave.set).start()
        assert crowd.wait() == [1.0]


def test_aside_outside_of_a_turn_is_nothing() -> None:
    with aside():
        pass


def test_a_turn_ends_with_an_exception(crowd: Crowd, endless: None) -> None:
    with pytest.raises(ZeroDivisionError), turn(crowd.order, 0.0):
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), turn(crowd.order, 0.0), aside():
        raise ZeroDivisionError
    crowd.come(1.0)
    assert crowd.wait() == [1.0]


@pytest.mark.parametrize("at_once", [1, 3])
def test_never_more_than_so_many_compute(at_once: int, endless: None) -> None:
    order, lock = Turns(at_once), threading.Lock()
    inside = most = turns_taken = 0

    def come_and_go(seed: int) -> None:
        nonlocal inside, most, turns_taken
        chance = random.Random(seed)
        for _ in range(50):
            with turn(order, time.monotonic() + chance.random()):
                for _ in range(2):
                    with lock:
                        inside += 1
                        turns_taken += 1
                        most = max(most, inside)
                    time.sleep(chance.random() / 5000)
                    with lock:
                        inside -= 1
                    with aside():
                        pass

    threads = [threading.Thread(target=come_and_go, args=(seed,), daemon=True) for seed in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
        assert not thread.is_alive()
    assert (inside, turns_taken) == (0, 12 * 50 * 2)
    assert most == at_once
    assert (order._waiting, order._counting) == ([], [])
