"""`python -m bench.storm`: guests buy and keepers redeem while parts of the server are killed; afterwards nothing is lost or double."""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException

import psutil
from sqlalchemy import text

from bench import world
from bench.forgetful import ForgetfulWay
from bench.load import Browser, Wrong
from bench.measuring import token_of
from bench.place import Place
from bench.progress import Clock
from bench.scenarios import checkout, tills
from core import jobs, migrations
from core.embedded_postgres import EmbeddedPostgresError
from deploy import demo_place

#: So many guests and keepers at once; the products that guests choose from.
GUESTS, KEEPERS, SPREAD = 8, 4, 60
#: Every so many orders are called off after they were paid.
CALLED_OFF = 5
#: Seconds between two blows, at random; for how long a visitor asks again, and waits for a payment to be confirmed.
PAUSE = (5.0, 9.0)
PATIENCE = 120.0
#: Jobs of a worker that was killed are taken again by the clock (`jobs.LEASE`); then they must be done within this.
QUIET = jobs.LEASE.total_seconds() + 60


class PatientBrowser(Browser):
    """A visitor who asks again when the site says that it is not ready (503), or does not answer."""

    def __init__(self, port: int, address: str, answers: Counter[str]) -> None:
        super().__init__(port, address)
        self.answers = answers

    def send(self, method: str, url: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        until = time.perf_counter() + PATIENCE
        while True:
            try:
                answer = super().send(method, url, form)
                self.answers[str(answer[0])] += 1
            except (HTTPException, OSError):
                self.connection.close()
                self.answers["none"] += 1
            else:
                if answer[0] != 503:
                    return answer
            if time.perf_counter() > until:
                raise Wrong(f"{method} {url}: not ready for {PATIENCE:.0f} s")
            time.sleep(0.5)


@dataclass
class Seen:
    """What visitors were told: how often something went well, what did not, and which answers there were."""

    answers: Counter[str] = field(default_factory=Counter)
    bought: int = 0
    called_off: int = 0
    redeemed: int = 0
    wrong: list[str] = field(default_factory=list)


class Storm:
    """Visitors at the servers of a place, and what is done to these."""

    def __init__(
        self, place: Place, built: world.World, dice: random.Random, say: Callable[[str], None]
    ) -> None:
        self.place, self.world, self.dice, self.say = place, built, dice, say
        self.seen = Seen()
        self.over = threading.Event()
        self._count = threading.Lock()

    def rage(self, seconds: float) -> None:
        """Let visitors in, strike until `seconds` have passed, and let them end what they began."""
        visitors = [threading.Thread(target=self._guest, args=(n,), daemon=True) for n in range(GUESTS)]
        keepers = self.world.tills[:KEEPERS]
        visitors += [threading.Thread(target=self._keeper, args=(till,), daemon=True) for till in keepers]
        for visitor in visitors:
            visitor.start()
        until = time.perf_counter() + seconds
        strike_at = time.perf_counter() + self.dice.uniform(*PAUSE)
        blows = [
            self._web,
            self._worker,
            self._frozen_worker,
            self._connection,
            self._frozen_database,
            self._database,
        ]
        coming: list[Callable[[], None]] = []
        while time.perf_counter() < until:
            if time.perf_counter() > strike_at:
                # Each once in a round, so that a short storm has them all.
                coming = coming or self.dice.sample(blows, len(blows))
                blow = coming.pop()
                self.say(f"  {blow.__doc__}")
                blow()
                strike_at = time.perf_counter() + self.dice.uniform(*PAUSE)
            self._tend()
        self.say("The storm is over; everybody ends what was begun.")
        self.over.set()
        while any(visitor.is_alive() for visitor in visitors):
            self._tend()

    def _tend(self) -> None:
        for child in self.place.children.values():
            child.tend()
        time.sleep(0.2)

    # --- those who come ------------------------------------------------------------------------------

    def _guest(self, number: int) -> None:
        browser, count = PatientBrowser(self.place.port, "", self.seen.answers), 0
        slugs = self.world.slugs[:SPREAD]
        while not self.over.is_set():
            count += 1
            browser.become(f"10.{100 + number}.{count // 250}.{count % 250 + 1}")
            called_off = count % CALLED_OFF == 0
            with self._noting(f"guest {number}, order {count}"):
                path = checkout.buy(browser, slugs[(number * 17 + count) % len(slugs)], look_for=PATIENCE)
                if called_off:
                    self._call_off(browser, path)
                with self._count:
                    self.seen.bought += 1
                    self.seen.called_off += called_off

    def _call_off(self, browser: PatientBrowser, path: str) -> None:
        """Call an order off; when the first answer was lost, the second leads to the order as well."""
        status, _location, _page = browser.send("POST", f"{path}/cancel", token_of(browser.get(path)))
        if status != 303:
            raise Wrong(f"POST {path}/cancel: {status}")

    def _keeper(self, till: world.Till) -> None:
        browser, count = PatientBrowser(self.place.port, "10.99.1.1", self.seen.answers), 0
        while not self.over.is_set():
            count += 1
            with self._noting(f"{till.email}, household {count}"):
                if "keeper" not in browser.kept:
                    tills.sign_in(browser, till)
                tills.redeem(browser, till.cards[count % len(till.cards)], count)
                with self._count:
                    self.seen.redeemed += 1
            time.sleep(0.5)

    @contextlib.contextmanager
    def _noting(self, who: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.seen.wrong.append(f"{who}: {type(error).__name__}: {error}")

    # --- what is done to the servers: the first line of each says it --------------------------------

    def _web(self) -> None:
        """A web process is killed."""
        self._kill_one_of(psutil.Process(self.place.pid("web")).children())

    def _worker(self) -> None:
        """The worker is killed."""
        with contextlib.suppress(psutil.NoSuchProcess, RuntimeError):
            psutil.Process(self.place.pid("worker")).kill()

    def _frozen_worker(self) -> None:
        """The worker stands still for six seconds."""
        with contextlib.suppress(psutil.NoSuchProcess, RuntimeError):
            self._freeze([psutil.Process(self.place.pid("worker"))], 6)

    def _connection(self) -> None:
        """A process of PostgreSQL is killed, which ends all connections and rolls the log forward."""
        serving = [
            process
            for process in psutil.Process(self.place.pid("postgres")).children()
            if " bench " in f"{' '.join(process.cmdline())} "
        ]
        self._kill_one_of(serving)

    def _frozen_database(self) -> None:
        """PostgreSQL stands still for eight seconds, as it would behind a disk that does not answer."""
        root = psutil.Process(self.place.pid("postgres"))
        self._freeze([root, *root.children()], 8)

    def _database(self) -> None:
        """PostgreSQL is killed as a whole, and started again."""
        os.kill(self.place.pid("postgres"), signal.SIGKILL)
        for _ in range(20):
            time.sleep(1)
            # Its processes may need a moment to notice that they are alone.
            with contextlib.suppress(EmbeddedPostgresError):
                self.place.cluster.start()
                return
        raise RuntimeError("PostgreSQL does not start again")

    def _freeze(self, processes: list[psutil.Process], seconds: float) -> None:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()
        time.sleep(seconds)
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()

    def _kill_one_of(self, processes: list[psutil.Process]) -> None:
        if processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                self.dice.choice(processes).kill()


def faults(seen: Seen) -> list[str]:
    """Compare what visitors were told with what the books say; return what is amiss, a sentence each."""
    from core.db import engine, reading, transaction
    from ledger import checks

    # The connections of this process did not survive the storm either.
    engine().dispose()
    amiss = [f"went wrong: {wrong}" for wrong in seen.wrong]
    amiss += [
        f"{count} answers of status {status}"
        for status, count in seen.answers.items()
        if status not in ("200", "303", "503", "none")
    ]
    waiting = _wait_for_jobs()
    if waiting:
        amiss.append(f"{waiting} jobs are still to be done after {QUIET:.0f} s of calm")
    with reading() as session:
        for sentence, told, sql in (
            ("orders that are paid for", seen.bought - seen.called_off, "shop_orders WHERE state = 'paid'"),
            ("orders that were called off", seen.called_off, "shop_orders WHERE state = 'cancelled'"),
            ("orders at all", seen.bought, "shop_orders"),
            (
                "payments the provider took",
                seen.bought,
                "payments_sandbox_sessions WHERE status = 'complete'",
            ),
            (
                "refunds the provider made",
                seen.called_off,
                "payments_sandbox_refunds WHERE status = 'succeeded'",
            ),
            ("redemptions", seen.redeemed, "points_redemptions"),
            (
                "buyers with several orders",
                0,
                "(SELECT 1 FROM shop_orders GROUP BY email HAVING count(*) > 1) AS e",
            ),
            ("jobs that failed for good", 0, "core_jobs WHERE failed_at IS NOT NULL"),
        ):
            found = session.scalar(text(f"SELECT count(*) FROM {sql}"))
            if found != told:
                amiss.append(f"{sentence}: {found}, and not {told} as visitors were told")
    with transaction() as session:
        amiss += [f"{f.name}: {f.wrong} wrong of {f.looked_at}" for f in checks.run(session) if f.wrong]
    return amiss


def _wait_for_jobs() -> int:
    from core.db import reading

    open_jobs = text(
        "SELECT count(*) FROM core_jobs WHERE done_at IS NULL AND failed_at IS NULL AND run_at <= now()"
    )
    waiting, until = 1, time.perf_counter() + QUIET
    while waiting and time.perf_counter() < until:
        time.sleep(1)
        with reading() as session:
            waiting = int(session.scalar(open_jobs) or 0)
    return waiting


def main() -> int:
    """Raise the storm; exit 1 when something is amiss afterwards."""
    parser = argparse.ArgumentParser(prog="python -m bench.storm", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=None, help="for the same blows in the same order")
    choice = parser.parse_args()
    seed = choice.seed if choice.seed is not None else random.randrange(10_000)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    warnings.filterwarnings("ignore", category=SyntaxWarning)
    os.chdir(demo_place.ROOT)
    place, clock = Place(), Clock()
    try:
        clock.say("Starting PostgreSQL and building a small world ...")
        migrations.upgrade(place.start_database())
        os.environ.clear()
        os.environ.update(place.environment)
        from app import create_app

        with create_app().app_context():
            storm = Storm(place, world.build(clock.say), random.Random(seed), clock.say)
            with ForgetfulWay(place.environment["DATABASE_URL"], random.Random(seed)) as way:
                place.environment["DATABASE_URL"] = way.url
                place.start_servers()
                clock.say(f"The storm begins; --seed {seed} raises it again.")
                storm.rage(choice.seconds)
                amiss = faults(storm.seen)
    finally:
        place.stop()
    seen = storm.seen
    answers = ", ".join(f"{count} times {status}" for status, count in sorted(seen.answers.items()))
    clock.say(
        f"{seen.bought} orders, {seen.called_off} of them called off; {seen.redeemed} redemptions; {way.forgotten} answers of PostgreSQL were lost. Answers: {answers}."
    )
    for sentence in amiss:
        clock.say(f"AMISS: {sentence}")
    clock.say(f"{len(amiss)} things amiss." if amiss else "Nothing was lost, and nothing is there twice.")
    return 1 if amiss else 0


if __name__ == "__main__":
    sys.exit(main())
