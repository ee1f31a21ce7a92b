"""Whole payments at the sandbox without a browser, for the demo world and for tests."""

from __future__ import annotations

from datetime import datetime

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


def pay_out(until: datetime) -> str | None:
    """Let the sandbox send the bank what moved before `until`, and book it at once; called with no step open.

    Returns the number of the payout; None when nothing was left over.
    """
    with transaction() as session:
        payout = sandbox.make_payout(session, until, tell=False)
    if payout is None:
        return None
    services.settle_payout(NAME, payout.payout_id)
    return payout.payout_id


def receive(kept: SandboxSession, kind: str) -> int | None:
    """Put a signed event about a rehearsed checkout into the inbox and return its row."""
    gateway = gateways.named(NAME)
    assert isinstance(gateway, SandboxGateway)
    body = sandbox.event_body(kind, kept)
    return services.receive_event(NAME, body, {HEADER: signatures.sign(body, gateway.signing_secret)})
