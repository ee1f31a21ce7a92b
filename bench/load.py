"""Load from other processes: keep-alive connections, latencies, and the processor time the server spent."""

from __future__ import annotations

import contextlib
import http.client
import multiprocessing
import statistics
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import psutil


@dataclass(frozen=True, slots=True)
class Figures:
    """What a load came to: per second, milliseconds at the median and the 95th percentile, processor ms an action."""

    per_second: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    count: int
    errors: int
    first_error: str = ""
    #: Median and 95th percentile of what the action marked, in ms, by name.
    marks: dict[str, tuple[float, float]] = field(default_factory=dict)
    #: Processor ms an action of each root that was watched, in their order.
    shares: tuple[float, ...] = ()


class Wrong(Exception):
    """An answer was not what a visitor expects; the message says which."""


class Browser:
    """A small keep-alive client that keeps cookies; `address` stands for the visitor behind a proxy."""

    def __init__(self, port: int, address: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.address = address
        self.marks: dict[str, list[float]] = {}
        self.kept: dict[str, Any] = {}

    def become(self, address: str) -> None:
        """Be somebody else: other address, no cookies."""
        self.address = address
        self.cookies.clear()

    def send(self, method: str, url: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Return (status, location, body) of an address of the site, whole or only its path."""
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Accept-Language": "zh-CN", "Host": f"127.0.0.1:{self.connection.port}"}
        if self.address:
            headers["X-Forwarded-For"] = self.address
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://127.0.0.1:{self.connection.port}"
            headers["Sec-Fetch-Site"] = "same-origin"
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        except (http.client.HTTPException, ConnectionError):
            # The server may close a connection that was kept alive.
            self.connection.close()
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return response.status, response.headers.get("Location", ""), text

    def get(self, url: str) -> str:
        """Open a page and return it; anything but 200 is wrong."""
        status, location, text = self.send("GET", url)
        if status != 200:
            raise Wrong(f"GET {url}: {status} {location}")
        return text

    def post(self, url: str, form: dict[str, str], problem: Callable[[str], str] = lambda _text: "") -> str:
        """Send a form and return where the answer leads; anything but 303 is wrong."""
        status, location, text = self.send("POST", url, form)
        if status != 303:
            raise Wrong(f"POST {url}: {status} {problem(text)}")
        return location

    @contextlib.contextmanager
    def mark(self, name: str) -> Any:
        """Measure a part of an action."""
        start = time.perf_counter()
        yield
        self.marks.setdefault(name, []).append(time.perf_counter() - start)


#: One action of one visitor: (browser, visitor, number of the action); raises when it does not go well.
Action = Callable[[Browser, int, int], object]

_fork = multiprocessing.get_context("fork")


@dataclass
class _Result:
    times: list[float] = field(default_factory=list)
    marks: dict[str, list[float]] = field(default_factory=dict)
    errors: int = 0
    first_error: str = ""
    began: float = 0.0
    ended: float = 0.0


def _process(
    action: Action, port: int, visitors: Sequence[int], seconds: float, gate: Any, queue: Any
) -> None:
    result = _Result()
    lock = threading.Lock()

    def visitor(index: int) -> None:
        browser = Browser(port, f"10.{index // 250}.{index % 250}.1")
        number = 0
        times, errors, first = [], 0, ""
        gate.wait()
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            start = time.perf_counter()
            try:
                action(browser, index, number)
                times.append(time.perf_counter() - start)
            except Exception as error:
                errors += 1
                first = first or (
                    str(error)
                    if isinstance(error, Wrong)
                    else "".join(traceback.format_exception(error)[-3:])
                )
                time.sleep(0.01)
            number += 1
        with lock:
            result.times.extend(times)
            result.errors += errors
            result.first_error = result.first_error or first
            for name, values in browser.marks.items():
                result.marks.setdefault(name, []).extend(values)

    threads = [threading.Thread(target=visitor, args=(index,), daemon=True) for index in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    queue.put(result)


def run(
    action: Action,
    port: int,
    servers: Sequence[int],
    *,
    clients: int = 8,
    seconds: float = 5.0,
    processes: int = 2,
) -> Figures:
    """Run an action again and again from `clients` visitors; `servers` are the roots whose processes do the work."""
    queue = _fork.SimpleQueue()
    gate = _fork.Barrier(clients + 1)
    shares = [list(range(clients))[i::processes] for i in range(processes)]
    loads = [
        _fork.Process(target=_process, args=(action, port, share, seconds, gate, queue), daemon=True)
        for share in shares
        if share
    ]
    for load in loads:
        load.start()
    gate.wait()
    before, start = [cpu_seconds([root]) for root in servers], time.perf_counter()
    results: list[_Result] = [queue.get() for _ in loads]
    elapsed = time.perf_counter() - start
    spent = [cpu_seconds([root]) - then for root, then in zip(servers, before, strict=True)]
    for load in loads:
        load.join()
    times = sorted(time for result in results for time in result.times)
    errors = sum(result.errors for result in results)
    first = next((result.first_error for result in results if result.first_error), "")
    if len(times) < 2:
        return Figures(0.0, 0.0, 0.0, 0.0, len(times), errors, first)
    marks: dict[str, list[float]] = {}
    for result in results:
        for name, values in result.marks.items():
            marks.setdefault(name, []).extend(values)
    return Figures(
        len(times) / elapsed,
        statistics.median(times) * 1000,
        percentile_95(times) * 1000,
        sum(spent) / len(times) * 1000,
        len(times),
        errors,
        first,
        {
            name: (statistics.median(v) * 1000, percentile_95(v) * 1000)
            for name, v in marks.items()
            if len(v) > 1
        },
        tuple(share / len(times) * 1000 for share in spent),
    )


def percentile_95(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20, method="inclusive")[18]


def family(root: int) -> list[psutil.Process]:
    """Return a process and all below it."""
    try:
        parent = psutil.Process(root)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_seconds(roots: Sequence[int]) -> float:
    """Sum the processor time of some process trees, ended children included."""
    total = 0.0
    for root in roots:
        for process in family(root):
            try:
                t = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            # A process that was waited for counts with its parent from then on, whoever the parent is.
            total += t.user + t.system + getattr(t, "children_user", 0.0) + getattr(t, "children_system", 0.0)
    return total


def memory_mb(root: int) -> list[float]:
    """Return the resident memory of each process of a tree, in MB, largest first."""
    found = []
    for process in family(root):
        try:
            found.append(process.memory_info().rss / 1e6)
        except psutil.NoSuchProcess:
            continue
    return sorted(found, reverse=True)
