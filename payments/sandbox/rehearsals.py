"""Whole payments at the sandbox without a browser, for the demo world and for tests."""

from __future__ import annotations

from core.db import transaction
from payments import gateways, services
from payments.sandbox import services as sandbox
from payments.sandbox.gateway import HEADER, NAME, SandboxGateway
from payments.sandbox.models import SandboxSession
from payments.stripe import signatures


def pay_intent(intent_public_id: str, method: str = "card") -> None:
    """Pay an intent at the sandbox and take its signed event through the inbox at once; called with no step open."""
    url = services.begin_checkout(intent_public_id)
    with transaction() as session:
        kept = sandbox.pay(session, url.rsplit("/", 1)[1], method, tell=False)
    event_id = receive(kept, "checkout.session.completed")
    if event_id is not None and not services.handle_event(event_id):
        raise RuntimeError(f"the payment {intent_public_id} could not be applied; see the inbox")


def receive(kept: SandboxSession, kind: str) -> int | None:
    """Put a signed event about a rehearsed checkout into the inbox and return its row."""
    gateway = gateways.named(NAME)
    assert isinstance(gateway, SandboxGateway)
    body = sandbox.event_body(kind, kept)
    return services.receive_event(NAME, body, {HEADER: signatures.sign(body, gateway.signing_secret)})
