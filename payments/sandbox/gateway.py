"""The sandbox as a gateway: its sessions are its own truth, its events are signed like Stripe's."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from core import clock, ids
from core.db import reading, transaction
from payments.errors import GatewayRefused
from payments.sandbox.models import SandboxSession
from payments.stripe import signatures
from payments.values import Checkout, CheckoutRequest, ProviderEvent, ProviderState, SessionStatus

NAME = "sandbox"
HEADER = "Sandbox-Signature"


class SandboxGateway:
    """The gateway to the sandbox; every call is a step of its own, as if it went over the wire."""

    name = NAME
    pay_origins: tuple[str, ...] = ()

    def __init__(self, base_url: str, secret_key: str) -> None:
        self.base_url = base_url
        self.signing_secret = hmac.new(secret_key.encode(), b"sandbox events", sha256).hexdigest()

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        """Open a rehearsed checkout; the same key gives the same one, with another content it is refused."""
        moment = clock.now()
        with transaction() as session:
            session.execute(
                insert(SandboxSession)
                .values(
                    session_id=f"sbx_cs_{ids.secret()}",
                    idem_key=request.idempotency_key,
                    reference=request.intent_public_id,
                    amount_fen=request.amount_fen,
                    currency=request.currency,
                    payee=request.payee,
                    description=request.description,
                    locale=request.locale,
                    return_url=request.return_url,
                    leave_url=request.leave_url,
                    status=SessionStatus.OPEN.value,
                    declines=0,
                    created_at=moment,
                    expires_at=request.expires_at,
                )
                .on_conflict_do_nothing(index_elements=[SandboxSession.idem_key])
            )
            kept = session.scalars(
                select(SandboxSession).where(SandboxSession.idem_key == request.idempotency_key)
            ).one()
            if (kept.amount_fen, kept.currency) != (request.amount_fen, request.currency):
                raise GatewayRefused("the key was used with another amount")
        return Checkout(kept.session_id, f"{self.base_url}/sandbox/pay/{kept.session_id}")

    def fetch(self, session_id: str) -> ProviderState:
        """Return how a rehearsed checkout stands now."""
        with reading() as session:
            kept = session.scalar(select(SandboxSession).where(SandboxSession.session_id == session_id))
        if kept is None:
            raise GatewayRefused("no such session")
        return state_of(kept)

    def expire(self, session_id: str) -> ProviderState:
        """Close a rehearsed checkout unless it is paid, and return how it stands now."""
        with transaction() as session:
            session.execute(
                update(SandboxSession)
                .where(
                    SandboxSession.session_id == session_id,
                    SandboxSession.status == SessionStatus.OPEN.value,
                )
                .values(status=SessionStatus.EXPIRED.value)
            )
        return self.fetch(session_id)

    def verify_event(self, raw_body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Check the sandbox's signature by the official check."""
        return signatures.verify(raw_body, headers, (self.signing_secret,), header=HEADER)


def state_of(kept: SandboxSession) -> ProviderState:
    """Return what the sandbox would answer about a session."""
    status = SessionStatus(kept.status)
    if status is SessionStatus.OPEN and kept.expires_at <= clock.now():
        status = SessionStatus.EXPIRED
    return ProviderState(
        session_id=kept.session_id,
        status=status,
        paid=status is SessionStatus.COMPLETE,
        payment_id=kept.payment_id,
        amount_fen=kept.amount_fen,
        currency=kept.currency,
        reference=kept.reference,
    )
