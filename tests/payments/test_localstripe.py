"""A peer that others wrote: localstripe, in a process of its own, asked by the official client and by our gateway.

It knows payments, refunds and signed events; it has no Checkout and heeds no idempotency key, so those are tried against
our own server of tests/fakes only.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import stripe as official

from bench.place import free_port
from core import clock
from payments.errors import BadSignature, GatewayRefused
from payments.stripe.gateway import StripeGateway
from payments.values import RefundRequest, RefundStatus

KEY, SECRET = "sk_test_0123456789", "whsec_peer_0123456789"


class Listener(HTTPServer):
    """Keeps what is delivered to it: (body, headers)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Keep)
        self.heard: queue.Queue[tuple[bytes, dict[str, str]]] = queue.Queue()


class _Keep(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.put((body, dict(self.headers)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def peer() -> Iterator[str]:
    """Run localstripe and return its address."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    running = subprocess.Popen(
        [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"{base}/js.stripe.com/v3/", timeout=2).close()
                break
            except OSError:
                assert running.poll() is None, "localstripe ended by itself"
                assert time.monotonic() < until, "localstripe did not answer"
                time.sleep(0.1)
        yield base
    finally:
        running.terminate()
        running.wait(10)


@pytest.fixture
def gateway(peer: str) -> StripeGateway:
    return StripeGateway(KEY, (SECRET,), peer, timeout=(2.0, 10.0), retries=0)


def pay(peer: str, amount_fen: int, intent: str) -> str:
    """Pay by the official client, as Checkout does on its own pages; returns the payment's identifier."""
    client = official.StripeClient(KEY, base_addresses={"api": peer})
    method = client.v1.payment_methods.create(
        {
            "type": "card",
            "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"},
        }
    )
    paid = client.v1.payment_intents.create(
        {
            "amount": amount_fen,
            "currency": "cny",
            "payment_method": method.id,
            "confirm": True,
            "metadata": {"intent": intent},
        }
    )
    assert paid.status == "succeeded"
    return paid.id


def ask_back(payment_id: str, amount_fen: int, reference: str) -> RefundRequest:
    return RefundRequest(
        payment_id=payment_id,
        amount_fen=amount_fen,
        currency="CNY",
        reference=reference,
        intent_public_id="PEER1",
    )


def test_a_payment_is_refunded_in_parts_and_both_sides_list_the_same(
    peer: str, gateway: StripeGateway
) -> None:
    payment_id = pay(peer, 39_80, "PEER1")
    first = gateway.refund(ask_back(payment_id, 10_00, "R1"))
    second = gateway.refund(ask_back(payment_id, 29_80, "R2"))
    assert (first.amount_fen, first.currency, first.status) == (10_00, "CNY", RefundStatus.SUCCEEDED)
    assert first.reference == "R1"
    assert {(refund.refund_id, refund.amount_fen) for refund in gateway.refunds_of(payment_id)} == {
        (first.refund_id, 10_00),
        (second.refund_id, 29_80),
    }
    assert all(refund.payment_id == payment_id for refund in gateway.refunds_of(payment_id))


def test_what_the_peer_does_not_know_is_refused(gateway: StripeGateway) -> None:
    with pytest.raises(GatewayRefused):
        gateway.refund(ask_back("pi_unknown", 1_00, "R3"))


def test_an_event_of_the_peer_passes_our_check_and_a_changed_one_does_not(
    peer: str, gateway: StripeGateway
) -> None:
    listener = Listener()
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    try:
        request = urllib.request.Request(
            f"{peer}/_config/webhooks/ours",
            data=json.dumps(
                {"url": f"http://127.0.0.1:{listener.server_port}/payments/events/stripe", "secret": SECRET}
            ).encode(),
            headers={"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=5).close()
        payment_id = pay(peer, 12_00, "PEER2")
        until = time.monotonic() + 20
        while True:
            body, headers = listener.heard.get(timeout=max(0.1, until - time.monotonic()))
            told = json.loads(body)
            if (told["type"], told["data"]["object"]["id"]) == ("payment_intent.succeeded", payment_id):
                break
    finally:
        listener.shutdown()
    event = gateway.verify_event(body, headers)
    assert event.type == "payment_intent.succeeded"
    assert event.intent_public_id == "PEER2"
    with pytest.raises(BadSignature):
        gateway.verify_event(body.replace(b"1200", b"1201"), headers)
    stale = clock.now() + timedelta(hours=1)
    with clock.at(stale), pytest.raises(BadSignature):
        gateway.verify_event(body, headers)
