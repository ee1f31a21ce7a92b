"""Delivering the sandbox's events to our own inbox, over real HTTP, again and again like a provider."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any

from core import clock, jobs
from core.db import transaction
from payments import gateways
from payments.sandbox import services as sandbox
from payments.sandbox.gateway import HEADER, NAME, SandboxGateway
from payments.sandbox.services import DELIVER
from payments.stripe import signatures

TIMEOUT = 10

#: Sends a body with headers to a path of this site and returns the status of the answer.
Delivery = Callable[[str, bytes, Mapping[str, str]], int]

# No proxy: the sandbox speaks to the machine it runs on.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NotDelivered(RuntimeError):
    """The inbox did not say 2xx; the job queue tries again later."""


def post_over_http(path: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send an event to this site by HTTP."""
    gateway = gateways.named(NAME)
    assert isinstance(gateway, SandboxGateway)
    request = urllib.request.Request(gateway.base_url + path, data=body, headers=dict(headers), method="POST")
    try:
        with _opener.open(request, timeout=TIMEOUT) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


_deliver: Delivery = post_over_http


def deliver_by(delivery: Delivery) -> Delivery:
    """Send later events another way (tests: the test client; the demo: straight into the inbox); returns the old way."""
    global _deliver
    before, _deliver = _deliver, delivery
    return before


@jobs.handler(DELIVER)
def deliver(payload: dict[str, Any]) -> None:
    """Sign one event, now, and deliver it; anything but 2xx is tried again with growing waits."""
    gateway = gateways.named(NAME)
    assert isinstance(gateway, SandboxGateway)
    body = payload["body"].encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        HEADER: signatures.sign(body, gateway.signing_secret),
    }
    status = _deliver(f"/payments/events/{NAME}", body, headers)
    if not 200 <= status < 300:
        raise NotDelivered(f"the inbox answered {status}")


@jobs.every(hours=1)
def pay_out_finished_days() -> None:
    """Pretend to send the bank what came in on the days that are over, once a day."""
    until = datetime.combine(clock.today(), time(), clock.CHINA)
    with transaction() as session:
        sandbox.make_payout(session, until)
