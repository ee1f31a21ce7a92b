"""Fixtures of charity: the three fundraising modes, and the sandbox's events through the test client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from payments.sandbox import jobs as sandbox_jobs
from tests.charity import making


@pytest.fixture
def house(session: Session) -> making.House:
    """Return a qualified charity with its officer."""
    return making.make_house(session)


@pytest.fixture
def in_mode(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that puts the site into a fundraising mode for this test."""

    def put(mode: str) -> None:
        monkeypatch.setitem(app.config, "YIGOU", replace(app.config["YIGOU"], fundraising_mode=mode))

    return put


@pytest.fixture(autouse=True)
def _own_site(in_mode: Callable[[str], None]) -> None:
    in_mode("charity_own_site")


@pytest.fixture
def events_come_in(app: Flask) -> Iterator[None]:
    """Deliver the sandbox's events to the real inbox through the test client."""

    def deliver(path: str, body: bytes, headers: Mapping[str, str]) -> int:
        return app.test_client().post(path, data=body, headers=dict(headers)).status_code

    before = sandbox_jobs.deliver_by(deliver)
    yield
    sandbox_jobs.deliver_by(before)
