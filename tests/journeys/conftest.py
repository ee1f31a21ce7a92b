"""Journeys pay at the sandbox, whose events come in through the test client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from flask import Flask

from payments.sandbox import jobs as sandbox_jobs


@pytest.fixture(autouse=True)
def _events_come_in(app: Flask) -> Iterator[None]:
    def deliver(path: str, body: bytes, headers: Mapping[str, str]) -> int:
        return app.test_client().post(path, data=body, headers=dict(headers)).status_code

    before = sandbox_jobs.deliver_by(deliver)
    yield
    sandbox_jobs.deliver_by(before)
