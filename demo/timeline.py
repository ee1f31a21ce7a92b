"""The past of the demo world: what happened, played in the order in which it happened."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy.orm import Session

from core import clock
from core.db import transaction

#: Facts that share one transaction; each still happens at its own moment.
TOGETHER = 60

Inside = Callable[[Session], None]
Outside = Callable[[], None]


class Timeline:
    """Steps by their moment. A step may add later ones; what lies in the future never happens."""

    def __init__(self, now: datetime, chance: Random) -> None:
        """Begin an empty past that ends at `now`."""
        self.now = now
        self.today: date = now.astimezone(clock.CHINA).date()
        self.chance = chance
        self.counts: Counter[str] = Counter()
        self._heap: list[tuple[datetime, int, Inside | None, Outside | None]] = []
        self._order = itertools.count()

    def day(self, days: int) -> date:
        """Return the day so many days from today; before today when negative."""
        return self.today + timedelta(days=days)

    def moment(self, day: date, first_hour: float = 8.0, last_hour: float = 18.0) -> datetime:
        """Draw a moment of a day between two hours in China."""
        seconds = self.chance.randint(int(first_hour * 3600), int(last_hour * 3600))
        return datetime.combine(day, time(), clock.CHINA) + timedelta(seconds=seconds)

    def inside(self, moment: datetime, step: Inside) -> None:
        """Add a step that runs in a transaction it may share with its neighbours."""
        if moment < self.now:
            heapq.heappush(self._heap, (moment, next(self._order), step, None))

    def outside(self, moment: datetime, step: Outside) -> None:
        """Add a step that opens its own transactions, such as one that talks to a provider."""
        if moment < self.now:
            heapq.heappush(self._heap, (moment, next(self._order), None, step))

    def play(self, tell: Callable[[str], None]) -> None:
        """Let everything happen, telling of each month that is over."""
        month: date | None = None
        while self._heap:
            reached = self._heap[0][0].astimezone(clock.CHINA).date().replace(day=1)
            if month is not None and reached != month:
                self._tell_of(month, tell)
            month = reached
            if self._heap[0][2] is None:
                moment, _, _, step = heapq.heappop(self._heap)
                assert step is not None
                with clock.at(moment):
                    step()
            else:
                self._play_together()
        if month is not None:
            self._tell_of(month, tell)

    def _play_together(self) -> None:
        with transaction() as session:
            for _ in range(TOGETHER):
                if not self._heap or self._heap[0][2] is None:
                    break
                moment, _, step, _ = heapq.heappop(self._heap)
                assert step is not None
                with clock.at(moment):
                    step(session)

    def _tell_of(self, month: date, tell: Callable[[str], None]) -> None:
        happened = ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items()))
        self.counts.clear()
        if happened:
            tell(f"  {month:%Y-%m}: {happened}")
