"""What a scenario is given: the place, the world, and a sheet to write its figures on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bench import load
from bench.place import Place
from bench.world import World

BASELINES = ("bare", "select")


class Stage(IntEnum):
    """When a scenario runs; at the STILL stages nothing else touches the database.

    At the SERVED stages the servers search with Whoosh, at the SEARCHED ones with PostgreSQL.
    """

    STILL_SMALL = 1
    SERVED_SMALL = 2
    SEARCHED_SMALL = 3
    STILL_LARGE = 4
    SERVED_LARGE = 5
    SEARCHED_LARGE = 6
    STILL_HUGE = 7
    SERVED_HUGE = 8
    SEARCHED_HUGE = 9


@dataclass(slots=True)
class Sheet:
    """The figures so far, what is missing and why, and the rules that were broken."""

    metrics: dict[str, dict[str, Any]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


@dataclass
class Bench:
    """One run; scenarios write with `record`, `measure`, `missing` and `must`."""

    place: Place
    app: Flask
    world: World
    sheet: Sheet
    quick: bool

    @property
    def port(self) -> int:
        """Return the port of the web server."""
        return self.place.port

    @property
    def size(self) -> str:
        """Return how many products there are, for the names of metrics."""
        return str(self.world.products)

    def seconds(self, usual: float) -> float:
        """Return how long to measure."""
        return 1.5 if self.quick else usual

    def record(self, name: str, value: float, unit: str, ratio_to: dict[str, float] | None = None) -> None:
        """Write a figure down; `ratio_to` says how often it is another metric of this run."""
        self.sheet.metrics[name] = {
            "value": round(value, 3),
            "unit": unit,
            "ratio_to": {other: round(ratio, 4) for other, ratio in (ratio_to or {}).items()},
        }

    def record_time(self, name: str, value: float, kind: str, unit: str) -> None:
        """Write a timing down, with its ratio to the same kind (`per_second`, `p50`, `cpu`) of the bare pages."""
        ratios = {}
        for base in BASELINES:
            known = self.sheet.metrics.get(f"{base}.{kind}")
            if known and known["value"]:
                ratios[f"{base}.{kind}"] = value / known["value"]
        self.record(f"{name}.{kind}", value, unit, ratios)

    def missing(self, name: str, why: str) -> None:
        """Say that a figure is missing, and why; the rest goes on."""
        self.sheet.missing[name] = why

    def must(self, holds: bool, sentence: str) -> None:
        """Note a broken rule: the run ends with a failure, after everything was measured."""
        if not holds:
            self.sheet.broken.append(sentence)

    def measure(
        self,
        name: str,
        action: load.Action,
        *,
        clients: int = 8,
        seconds: float = 5.0,
        processes: int = 2,
        thing: str = "request",
        roots: tuple[str, ...] = ("web", "postgres"),
        warm_up: float = 0.5,
    ) -> load.Figures:
        """Load the server with an action and write down things a second, p50, p95 and processor ms a thing."""
        pids = [self.place.pid(root) for root in roots]
        if warm_up:
            load.run(action, self.port, pids, clients=clients, seconds=warm_up, processes=processes)
        figures = load.run(
            action, self.port, pids, clients=clients, seconds=self.seconds(seconds), processes=processes
        )
        if figures.errors or figures.count < 2:
            what = f"{figures.errors} of {figures.errors + figures.count} went wrong: {figures.first_error}"
            if figures.errors > figures.count // 20 or figures.count < 2:
                self.missing(name, what)
                return figures
            self.missing(f"{name} (some)", what)
        self.record_time(name, figures.per_second, "per_second", f"{thing}s/s")
        self.record_time(name, figures.p50_ms, "p50", "ms")
        self.record_time(name, figures.p95_ms, "p95", "ms")
        self.record_time(name, figures.cpu_ms, "cpu", f"CPU ms / {thing}")
        if len(roots) > 2:
            for root, share in zip(roots, figures.shares, strict=True):
                self.record(f"{name}.cpu_{root}", share, f"CPU ms / {thing}")
        self.record(f"{name}.count", figures.count, f"{thing}s measured")
        return figures


class Statements:
    """Counts the SQL statements that this process sends between `with` and its end."""

    def __init__(self) -> None:
        """Start with none."""
        self.sent: list[str] = []

    def __enter__(self) -> Statements:
        self.sent.clear()
        event.listen(Engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.sent.append(statement)

    def __len__(self) -> int:
        return len(self.sent)


class Visitor:
    """A visitor inside this process, so that statements can be counted; keeps cookies, fills tokens in."""

    def __init__(self, app: Flask, address: str = "192.0.2.1") -> None:
        """Come from an address, without cookies."""
        self.client = app.test_client()
        self.headers = {"Accept-Language": "zh-CN", "X-Forwarded-For": address}
        self.page = ""

    def get(self, url: str) -> str:
        """Open a page; anything but 200 is wrong."""
        answer = self.client.get(url, headers=self.headers)
        if answer.status_code != 200:
            raise load.Wrong(f"GET {url}: {answer.status_code} {answer.headers.get('Location', '')}")
        self.page = answer.get_data(as_text=True)
        return self.page

    def post(self, url: str, form: dict[str, str]) -> str:
        """Send a form with the token of the last page; return where it leads."""
        headers = {**self.headers, "Sec-Fetch-Site": "same-origin"}
        answer = self.client.post(url, data=token_of(self.page) | form, headers=headers)
        if answer.status_code != 303:
            text = answer.get_data(as_text=True)
            raise load.Wrong(f"POST {url}: {answer.status_code} {problem_in(text)}")
        return str(answer.headers["Location"])


def hidden(page: str, name: str) -> str:
    """Return the value of the first input of that name."""
    for tag in re.finditer(r"<input\b[^>]*>", page):
        if f'name="{name}"' in tag[0]:
            value = re.search(r'value="([^"]*)"', tag[0])
            return value[1] if value else ""
    raise load.Wrong(f"the page has no {name}")


def token_of(page: str) -> dict[str, str]:
    """Return the token of a page's forms as a field; nothing where the page carries none (decision 8)."""
    return {"csrf_token": hidden(page, "csrf_token")} if 'name="csrf_token"' in page else {}


def problem_in(page: str) -> str:
    """Return the words of the first complaint on a page, for the report."""
    found = re.search(r'class="[^"]*(?:notice|error|till-answer)[^"]*"[^>]*>(.{0,400})', page, re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[1] if found else page[-400:]))[:200]


Run = Callable[[Bench], None]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A measurement and when it is taken."""

    name: str
    stages: tuple[Stage, ...]
    order: int
    run: Run


SCENARIOS: list[Scenario] = []


def scenario(*stages: Stage, order: int = 50) -> Callable[[Run], Run]:
    """Take this measurement at these stages; lower orders come first."""

    def register(function: Run) -> Run:
        SCENARIOS.append(Scenario(function.__name__, stages, order, function))
        return function

    return register
