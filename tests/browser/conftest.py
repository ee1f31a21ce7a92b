"""Fixtures: a living site on a database of its own, a Chromium, and visitors who click."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from demo.chromium import FLAGS, HOW_TO_INSTALL, find_chromium
from ledger import checks
from tests.conftest import ENVIRON, ROOT, Databases

DESK, PHONE = (1280, 900), (390, 844)
READY_SECONDS = 60.0


@dataclass(frozen=True)
class Site:
    """The living site: its address, its database, and what is in it."""

    address: str
    engine: Engine
    products: list[dict[str, str]]
    campaign: str
    live: str
    keeper: str
    card: str
    people: dict[str, str]
    password: str

    def ask(self, statement: Any) -> Any:
        """Return one value from the database of the site."""
        with Session(self.engine) as session:
            return session.scalar(statement)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Chromium; without one the test is skipped, on a build machine it fails."""
    path = find_chromium()
    if path is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(HOW_TO_INSTALL, pytrace=False)
        pytest.skip(HOW_TO_INSTALL)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(
    chromium: Browser, databases: Databases, worker_name: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Serve a small world in a process of its own, with a worker, until the tests are over."""
    name = f"browser_{worker_name}"
    url = databases.clone(name)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("site")
    environment = {
        **{key: value for key, value in os.environ.items() if key not in ("STRIPE_SECRET_KEY", "MAIL_URL")},
        **ENVIRON,
        "DATABASE_URL": url,
        "BASE_URL": f"http://127.0.0.1:{port}",
        "VAR_DIR": str(folder),
        "DATABASE_POOL_SIZE": "10",
    }
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.site"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    engine = create_engine(url)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the site did not start:\n{(folder / 'log').read_text()[-4000:]}"
        _wait_until_ready(f"http://127.0.0.1:{port}")
        yield Site(f"http://127.0.0.1:{port}", engine, **json.loads(line))
        said = (folder / "log").read_text()
        assert "Traceback" not in said, f"the site stumbled:\n{said[-6000:]}"
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        engine.dispose()
        databases.drop(name)


def _wait_until_ready(address: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            opener.open(f"{address}/readyz", timeout=5).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, site: Site) -> Iterator[OpenPage]:
    """Return a function that opens a window for a new visitor; a fault on a page fails the test."""
    contexts, faults = [], []

    def opener(size: tuple[int, int] = DESK, *, locale: str = "zh-CN", scripts: bool = True) -> Page:
        phone = size[0] < 600
        context = chromium.new_context(
            base_url=site.address,
            viewport={"width": size[0], "height": size[1]},
            locale=locale,
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            java_script_enabled=scripts,
            has_touch=phone,
            is_mobile=phone,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: (
                faults.append(f"{page.url}: {said.text}")
                if said.type == "error" and "status of 4" not in said.text
                else None
            ),
        )
        return page

    yield opener
    for context in contexts:
        context.close()
    assert not faults, f"scripts or the content policy stumbled: {faults}"


@pytest.fixture(autouse=True)
def _books_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    """Prove the books of the site after every journey."""
    yield
    if "site" in request.fixturenames:
        with Session(request.getfixturevalue("site").engine) as session:
            wrong = [finding for finding in checks.run(session) if finding.wrong]
        assert not wrong, f"the books do not hold after the test: {wrong}"
