"""The sandbox as a gateway: its sessions are its own truth, its events are signed like Stripe's."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from core import clock, ids
from core.db import reading, run_alone, table_of, transaction
from payments.errors import GatewayRefused
from payments.sandbox import services as sandbox
from payments.sandbox.models import SandboxDispute, SandboxPayout, SandboxRefund, SandboxSession
from payments.stripe import signatures
from payments.values import (
    Checkout,
    CheckoutRequest,
    PayoutStatus,
    ProviderDispute,
    ProviderEvent,
    ProviderMove,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    ProviderState,
    RefundRequest,
    RefundStatus,
    SessionStatus,
)

NAME = "sandbox"
HEADER = "Sandbox-Signature"

_table = table_of(SandboxSession)
_OPEN = insert(_table).on_conflict_do_nothing(index_elements=[_table.c.idem_key]).returning(_table)
_KNOWN = select(_table).where(_table.c.idem_key == bindparam("idem_key"))


class SandboxGateway:
    """The gateway to the sandbox; every call is a step of its own, as if it went over the wire."""

    name = NAME
    pay_origins: tuple[str, ...] = ()

    def __init__(self, base_url: str, secret_key: str) -> None:
        self.base_url = base_url
        self.signing_secret = hmac.new(secret_key.encode(), b"sandbox events", sha256).hexdigest()

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        """Open a rehearsed checkout; the same key gives the same one, with another content it is refused."""
        opened = run_alone(
            _OPEN,
            {
                "session_id": f"sbx_cs_{ids.secret()}",
                "idem_key": request.idempotency_key,
                "reference": request.intent_public_id,
                "amount_fen": request.amount_fen,
                "currency": request.currency,
                "payee": request.payee,
                "description": request.description,
                "locale": request.locale,
                "return_url": request.return_url,
                "leave_url": request.leave_url,
                "status": SessionStatus.OPEN.value,
                "declines": 0,
                "created_at": clock.now(),
                "expires_at": request.expires_at,
            },
        )
        [kept] = opened or run_alone(_KNOWN, {"idem_key": request.idempotency_key})
        if (kept.amount_fen, kept.currency) != (request.amount_fen, request.currency):
            raise GatewayRefused("the key was used with another amount")
        return Checkout(kept.session_id, f"{self.base_url}/sandbox/pay/{kept.session_id}")

    def fetch(self, session_id: str) -> ProviderState:
        """Return how a rehearsed checkout stands now."""
        with reading() as session:
            kept = session.scalar(sandbox.BY_SESSION_ID, {"session_id": session_id})
        if kept is None:
            raise GatewayRefused("no such session")
        return state_of(kept)

    def expire(self, session_id: str) -> ProviderState:
        """Close a rehearsed checkout unless it is paid, and return how it stands now."""
        run_alone(
            update(SandboxSession)
            .where(SandboxSession.session_id == session_id, SandboxSession.status == SessionStatus.OPEN.value)
            .values(status=SessionStatus.EXPIRED.value)
        )
        return self.fetch(session_id)

    def refund(self, request: RefundRequest) -> ProviderRefund:
        """Pretend to give money back, at once, never more than was paid; the same key gives the same refund."""
        with transaction() as session:
            paid = session.scalar(
                select(SandboxSession)
                .where(SandboxSession.payment_id == request.payment_id)
                .with_for_update()
            )
            if paid is None:
                raise GatewayRefused("no such payment")
            kept = session.scalar(
                select(SandboxRefund).where(SandboxRefund.idem_key == request.idempotency_key)
            )
            if kept is None:
                before = session.scalar(
                    select(func.coalesce(func.sum(SandboxRefund.amount_fen), 0)).where(
                        SandboxRefund.payment_id == request.payment_id, SandboxRefund.status == "succeeded"
                    )
                )
                if int(before or 0) + request.amount_fen > paid.amount_fen:
                    raise GatewayRefused("more than was paid")
                kept = SandboxRefund(
                    refund_id=f"sbx_re_{ids.public_id(20)}",
                    idem_key=request.idempotency_key,
                    payment_id=request.payment_id,
                    reference=request.reference,
                    amount_fen=request.amount_fen,
                    currency=request.currency,
                    status=RefundStatus.SUCCEEDED.value,
                    created_at=clock.now(),
                )
                session.add(kept)
                session.flush()
                sandbox.tell_refund(session, kept, request.intent_public_id)
            elif (kept.amount_fen, kept.currency) != (request.amount_fen, request.currency):
                raise GatewayRefused("the key was used with another amount")
            return _refund_of(kept)

    def refunds_of(self, payment_id: str) -> list[ProviderRefund]:
        """Return every rehearsed refund of a payment."""
        return self._refunds(SandboxRefund.payment_id == payment_id)

    def refunds_between(self, since: datetime, until: datetime) -> list[ProviderRefund]:
        """Return the rehearsed refunds of that time."""
        return self._refunds(SandboxRefund.created_at >= since, SandboxRefund.created_at < until)

    @staticmethod
    def _refunds(*conditions: ColumnElement[bool]) -> list[ProviderRefund]:
        with reading() as session:
            found = session.scalars(select(SandboxRefund).where(*conditions).order_by(SandboxRefund.id))
            return [_refund_of(kept) for kept in found]

    def payments_between(self, since: datetime, until: datetime) -> list[ProviderPayment]:
        """Return what was pretended to be paid in that time."""
        with reading() as session:
            found = session.scalars(
                select(SandboxSession)
                .where(SandboxSession.paid_at >= since, SandboxSession.paid_at < until)
                .order_by(SandboxSession.id)
            )
            return [
                ProviderPayment(kept.payment_id, kept.reference, kept.amount_fen, kept.currency, kept.paid_at)
                for kept in found
                if kept.payment_id is not None and kept.paid_at is not None
            ]

    def dispute(self, dispute_id: str) -> ProviderDispute:
        """Return how a rehearsed dispute stands now."""
        with reading() as session:
            kept = session.scalar(select(SandboxDispute).where(SandboxDispute.dispute_id == dispute_id))
        if kept is None:
            raise GatewayRefused("no such dispute")
        return _dispute_of(kept)

    def disputes_between(self, since: datetime, until: datetime) -> list[ProviderDispute]:
        """Return the rehearsed disputes of that time."""
        with reading() as session:
            found = session.scalars(
                select(SandboxDispute)
                .where(SandboxDispute.created_at >= since, SandboxDispute.created_at < until)
                .order_by(SandboxDispute.id)
            )
            return [_dispute_of(kept) for kept in found]

    def payout(self, payout_id: str) -> ProviderPayout:
        """Return how a rehearsed payout stands now."""
        with reading() as session:
            kept = session.scalar(select(SandboxPayout).where(SandboxPayout.payout_id == payout_id))
        if kept is None:
            raise GatewayRefused("no such payout")
        return _payout_of(kept)

    def payouts_between(self, since: datetime, until: datetime) -> list[ProviderPayout]:
        """Return the rehearsed payouts of that time."""
        with reading() as session:
            found = session.scalars(
                select(SandboxPayout)
                .where(SandboxPayout.created_at >= since, SandboxPayout.created_at < until)
                .order_by(SandboxPayout.id)
            )
            return [_payout_of(kept) for kept in found]

    def moves_of(self, payout_id: str) -> list[ProviderMove]:
        """Return the lines of a rehearsed payout."""
        with reading() as session:
            return sandbox.moves_of(session, payout_id)

    def verify_event(self, raw_body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Check the sandbox's signature by the official check."""
        return signatures.verify(raw_body, headers, (self.signing_secret,), header=HEADER)


def _refund_of(kept: SandboxRefund) -> ProviderRefund:
    return ProviderRefund(
        kept.refund_id,
        kept.payment_id,
        kept.reference,
        kept.amount_fen,
        kept.currency,
        RefundStatus(kept.status),
        kept.created_at,
        "the rehearsal was told to fail" if kept.status == RefundStatus.FAILED else "",
    )


def _dispute_of(kept: SandboxDispute) -> ProviderDispute:
    return ProviderDispute(
        kept.dispute_id,
        kept.payment_id,
        kept.amount_fen,
        kept.currency,
        kept.reason,
        kept.status,
        0 if kept.status == "won" else kept.amount_fen,
        kept.created_at,
    )


def _payout_of(kept: SandboxPayout) -> ProviderPayout:
    return ProviderPayout(
        kept.payout_id,
        kept.amount_fen,
        kept.currency,
        PayoutStatus(kept.status),
        kept.created_at,
        kept.arrives_on,
        kept.failure,
    )


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
