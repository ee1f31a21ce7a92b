"""A real web process that is killed right after it has answered 200: what it promised happens."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from core import jobs
from core.db import reading, transaction
from payments import gateways, services
from payments.events import PaymentConfirmed
from payments.models import PaymentEvent, PaymentIntent
from payments.sandbox import services as sandbox
from payments.sandbox.gateway import HEADER, SandboxGateway
from payments.stripe import signatures
from tests.conftest import ENVIRON
from tests.payments.conftest import Heard, OpenIntent

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.concurrency


class Web:
    """A web process of its own on the database of the test."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.base = f"http://127.0.0.1:{port}"

    def deliver(self, body: bytes) -> int:
        """Post a signed event and return the status."""
        gateway = gateways.current()
        assert isinstance(gateway, SandboxGateway)
        headers = {HEADER: signatures.sign(body, gateway.signing_secret)}
        request = urllib.request.Request(f"{self.base}/payments/events/sandbox", data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)


@pytest.fixture
def web(live_database: Engine, tmp_path: Path) -> Iterator[Web]:
    """Serve the application until the test kills it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {
        **os.environ,
        **ENVIRON,
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": live_database.url.render_as_string(hide_password=False),
        "VAR_DIR": str(tmp_path),
    }
    serve = "from werkzeug.serving import run_simple; from app import create_app; "
    serve += f"run_simple('127.0.0.1', {port}, create_app(), threaded=True)"
    with (tmp_path / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", serve], env=environ, cwd=ROOT, stdout=log, stderr=log
        )
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
                break
            except (urllib.error.URLError, ConnectionError):
                assert process.poll() is None, (tmp_path / "web.log").read_text()
                time.sleep(0.1)
        yield Web(process, port)
    finally:
        process.kill()
        process.wait()


def paid_session(open_intent: OpenIntent, subject_id: int) -> bytes:
    """Pay an intent at the sandbox and return the event that tells of it."""
    url = services.begin_checkout(open_intent(subject_id).public_id)
    with transaction() as session:
        kept = sandbox.pay(session, url.rsplit("/", 1)[1], tell=False)
    return sandbox.event_body("checkout.session.completed", kept)


def test_fifty_events_at_once_are_taken_and_none_is_lost_by_kill_9(
    web: Web, heard: Heard, open_intent: OpenIntent
) -> None:
    bodies = [paid_session(open_intent, number) for number in range(1, 51)]
    with ThreadPoolExecutor(50) as pool:
        statuses = list(pool.map(web.deliver, bodies))
    web.process.send_signal(signal.SIGKILL)
    web.process.wait()
    assert statuses == [200] * 50
    assert heard.all == []
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(PaymentEvent)) == 50
    jobs.run_due()
    assert sorted(event.subject_id for event in heard.of(PaymentConfirmed)) == list(range(1, 51))
    with reading() as session:
        assert set(session.scalars(select(PaymentIntent.state))) == {"succeeded"}
