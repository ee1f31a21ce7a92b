"""Two hundred sessions at a live server of several processes, one of which is killed midway: exactly what there is, is sold."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from core import clock
from core.db import transaction
from core.permissions import SYSTEM
from payments.stripe.gateway import MOST_AT_ONCE
from shop.catalogue import services as catalogue
from shop.catalogue.models import Variant
from shop.catalogue.values import VariantEdit
from shop.orders import jobs as order_jobs
from shop.stock import services as stock
from shop.stock.models import Stock
from tests.conftest import ENVIRON
from tests.factories.orders import CHECKOUT, make_request, make_variant
from tests.fakes import stripe_server
from tests.shop.orders.test_concurrency import left, order
from tests.shop.orders.test_many_at_once import held_or_sold

pytestmark = pytest.mark.concurrency
ROOT = Path(__file__).resolve().parents[3]

UNITS, SESSIONS, WORKERS = 50, 200, 2
AT_ONCE = 32
#: Buyers who go to pay at once, many more than the server answers at a time.
PAYERS = 24
#: The answer after which one of the server's processes is killed.
KILLED_AFTER = 20
#: So many seconds anything may take on a busy machine before the test gives up. Nothing here is about seconds: what is to be
#: shown waits for nothing else, and what would wait for ever is ended by this.
PATIENCE = 600
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')


class Server:
    """The web server as it is deployed, with a process group of its own."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    def workers(self) -> list[int]:
        """Return the processes that answer requests."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]


@contextmanager
def serving(database: Engine, folder: Path, **more: str) -> Iterator[Server]:
    """Serve the application on a database by several processes; `more` is put into their environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {
        **os.environ,
        **ENVIRON,
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database.url.render_as_string(hide_password=False),
        "VAR_DIR": str(folder),
        "TRUSTED_PROXIES": "1",
        **more,
    }
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.serve", "--port", str(port), "--workers", str(WORKERS)],
            env=environ,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    served = Server(process, port)
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                if Session(served, 0).ask("GET", "/healthz")[0] == 200:
                    break
            except OSError:
                assert process.poll() is None, (folder / "web.log").read_text()
            time.sleep(0.1)
        else:
            raise AssertionError((folder / "web.log").read_text())
        yield served
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def server(live_database: Engine, tmp_path: Path) -> Iterator[Server]:
    """Serve the application on the database of the test."""
    with serving(live_database, tmp_path) as served:
        yield served


class Session:
    """A visitor with cookies and an address of their own, who sends a form again when no answer came."""

    def __init__(self, server: Server, number: int) -> None:
        self.server = server
        self.number = number
        self.led_to = ""
        #: Some want one pack, most want three: whoever wants three is told of the one or two that are left.
        self.packs = 3 if number % 4 else 1
        self.cookies: dict[str, str] = {}
        self.resent = 0

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """Send one request and return its status and page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        headers = {
            "Accept-Language": "en",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Sec-Fetch-Site": "same-origin",
            "X-Forwarded-For": f"10.7.{self.number // 250}.{self.number % 250 + 1}",
        }
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urllib.parse.urlencode(fields) if fields else None, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies.update({name: found.value for name, found in SimpleCookie(line).items()})
        self.led_to = answer.headers.get("Location", "")
        return answer.status, page

    def insist(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """Send the same again until an answer comes, as somebody does whose connection broke."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                return self.ask(method, path, fields)
            except (OSError, http.client.HTTPException):
                self.resent += 1
                time.sleep(0.2)
        raise AssertionError(f"{path} was never answered")

    def go_to_checkout(self, variant: str) -> dict[str, str]:
        """Put packs into the basket and return the form of the checkout, filled in."""
        status, _ = self.insist("POST", "/shop/cart/add", {"variant": variant, "quantity": str(self.packs)})
        assert status == 303
        status, page = self.insist("GET", "/shop/checkout")
        assert status == 200
        hidden = {}
        for field in HIDDEN.findall(page):
            told = dict(re.findall(r'(\w+)="([^"]*)"', field))
            hidden[told["name"]] = told.get("value", "")
        return {**hidden, **CHECKOUT, "email": f"buyer{self.number}@example.org"}


def edit_and_sweep(variant: int, stop: threading.Event) -> list[Any]:
    """Count the stock, rename the pack and end lapsed orders until told to stop; returns what went wrong."""
    wrong: list[Any] = []
    number = 0
    while not stop.is_set():
        number += 1
        try:
            with transaction() as session:
                stock.lock_stock(session, [variant])
                there = session.scalars(select(Stock.on_hand).where(Stock.variant_id == variant)).one()
                stock.count_stock(session, SYSTEM, variant, there, "stock count")
            with transaction() as session:
                now = session.get_one(Variant, variant, with_for_update={"key_share": True})
                wish = VariantEdit(
                    now.sku, f"第 {number} 版", f"edition {number}", now.net_grams, now.pieces,
                    now.price_fen, now.producer_fen, now.logistics_fen, now.other_fen,
                )  # fmt: skip
                catalogue.edit_variant(session, SYSTEM, variant, wish, version=now.version)
            order_jobs.expire_unpaid_orders()
        except Exception as problem:
            wrong.append(problem)
        stop.wait(0.05)
    return wrong


def test_two_hundred_sessions_get_fifty_packs_though_a_server_process_is_killed(server: Server) -> None:
    with clock.at(clock.now() - timedelta(minutes=31)):
        with transaction() as session:
            variant = make_variant(session, stock=UNITS)
            variant_id, public_id = variant.id, variant.public_id
        for _ in range(UNITS // 3):
            order(make_request((variant_id, 1)))
    sessions = [Session(server, number) for number in range(SESSIONS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        forms = list(pool.map(lambda one: one.go_to_checkout(public_id), sessions))
    answered = threading.Semaphore(0)

    def send(numbered: tuple[Session, dict[str, str]]) -> tuple[int, str]:
        one, form = numbered
        found = one.insist("POST", "/shop/checkout", form)
        answered.release()
        return found

    def kill_one() -> int:
        for _ in range(KILLED_AFTER):
            answered.acquire()
        victim = server.workers()[0]
        os.kill(victim, signal.SIGKILL)
        return victim

    stop = threading.Event()
    with ThreadPoolExecutor(AT_ONCE + 2) as pool:
        clerk, killer = pool.submit(edit_and_sweep, variant_id, stop), pool.submit(kill_one)
        answers = list(pool.map(send, zip(sessions, forms, strict=True)))
        stop.set()
        assert clerk.result() == []
        victim = killer.result()
    assert {status for status, _ in answers} == {303, 409}, Counter(status for status, _ in answers)
    sold = 0
    for one, (status, page) in zip(sessions, answers, strict=True):
        if status == 303:
            sold += one.packs
            continue
        said = " ".join(re.sub(r"<[^>]*>", " ", page[page.find("<main") : page.find("</main>")]).split())
        told = re.search(r"Packs left: ([0-9]+)\.", said)
        assert int(told[1]) < one.packs if told else "This is sold out." in said, said
    assert (sold, left(variant_id), held_or_sold(variant_id)) == (UNITS, 0, UNITS)
    assert victim not in server.workers()
    assert sum(one.resent for one in sessions) > 0


def test_a_provider_that_never_answers_leaves_the_rest_of_the_site_to_the_others(
    live_database: Engine, tmp_path: Path
) -> None:
    with transaction() as session:
        variant = make_variant(session, stock=200)
        variant_id, public_id = variant.id, variant.public_id
    answers_again = threading.Event()
    with stripe_server.running() as stripe:
        stripe.trouble(until=answers_again, times=100)
        keys = {
            "STRIPE_SECRET_KEY": stripe_server.KEY,
            "STRIPE_WEBHOOK_SECRET": "whsec_of_a_test",
            "STRIPE_API_BASE": stripe.base,
        }
        with serving(live_database, tmp_path, **keys) as server, ThreadPoolExecutor(PAYERS) as pool:
            payers = [Session(server, 4 * number) for number in range(PAYERS)]
            forms = [payer.go_to_checkout(public_id) for payer in payers]
            placing: dict[Future[tuple[int, str]], Session] = {
                pool.submit(payer.ask, "POST", "/shop/checkout", form): payer
                for payer, form in zip(payers, forms, strict=True)
            }
            try:
                held_up = set(placing)
                while len(held_up) > WORKERS * MOST_AT_ONCE:
                    done, held_up = wait(held_up, timeout=PATIENCE, return_when=FIRST_COMPLETED)
                    assert done, f"{len(held_up)} buyers wait for a provider that does not answer"
                # They have their order, and can pay it from its page once the provider is well.
                for answered in set(placing) - held_up:
                    assert answered.result()[0] == 303
                    assert placing[answered].led_to.startswith("/shop/orders/guest/")
                late = Session(server, 4 * PAYERS)
                form = late.go_to_checkout(public_id)
                assert late.ask("POST", "/shop/checkout", form)[0] == 303
                status, page = late.ask("GET", late.led_to)
                assert status == 200
                assert f"{late.led_to}/pay" in page
            finally:
                answers_again.set()
            assert {waited.result(PATIENCE)[0] for waited in held_up} == {303}
            assert any(placing[waited].led_to.startswith(f"{stripe.base}/c/pay/") for waited in held_up)
    assert left(variant_id) == 200 - PAYERS - 1
