"""What a buyer can do at the sandbox, and how it tells us."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import clock, ids, jobs
from core.errors import NotFound
from payments.errors import IntentClosed
from payments.sandbox.models import SandboxSession
from payments.values import SessionStatus

DELIVER = "payments.sandbox_deliver"
METHODS = ("card", "alipay", "wechat_pay")


def get_session(session: Session, session_id: str) -> SandboxSession:
    """Return a rehearsed checkout; raises `NotFound`."""
    kept = (
        session.scalar(select(SandboxSession).where(SandboxSession.session_id == session_id))
        if "\x00" not in session_id
        else None
    )
    if kept is None:
        raise NotFound("no such rehearsal")
    return kept


def pay(session: Session, session_id: str, method: str = "card", *, tell: bool = True) -> SandboxSession:
    """Pretend that the money was taken, once, and send the event (unless the caller does); paying again changes nothing."""
    moment = clock.now()
    paid: SandboxSession | None = session.scalar(
        update(SandboxSession)
        .where(
            SandboxSession.session_id == session_id,
            SandboxSession.status == SessionStatus.OPEN.value,
            SandboxSession.expires_at > moment,
        )
        .values(
            status=SessionStatus.COMPLETE.value,
            payment_id=f"sbx_pi_{ids.public_id(20)}",
            method=method if method in METHODS else "card",
            paid_at=moment,
        )
        .returning(SandboxSession),
        execution_options={"populate_existing": True},
    )
    if paid is not None:
        if tell:
            _tell(session, "checkout.session.completed", paid)
        return paid
    kept = get_session(session, session_id)
    if kept.status != SessionStatus.COMPLETE:
        raise IntentClosed
    return kept


def decline(session: Session, session_id: str) -> SandboxSession:
    """Pretend that the bank said no, and send the event; the checkout stays open for another try."""
    declined: SandboxSession | None = session.scalar(
        update(SandboxSession)
        .where(
            SandboxSession.session_id == session_id,
            SandboxSession.status == SessionStatus.OPEN.value,
            SandboxSession.expires_at > clock.now(),
        )
        .values(declines=SandboxSession.declines + 1)
        .returning(SandboxSession),
        execution_options={"populate_existing": True},
    )
    if declined is None:
        get_session(session, session_id)
        raise IntentClosed
    _tell(session, "payment_intent.payment_failed", declined)
    return declined


def event_body(kind: str, kept: SandboxSession) -> bytes:
    """Return the body of an event in the shape that Stripe's have."""
    metadata = {"intent": kept.reference, "payee": kept.payee}
    content: dict[str, Any]
    if kind.startswith("payment_intent."):
        content = {
            "id": f"sbx_pi_open_{kept.id}",
            "object": "payment_intent",
            "amount": kept.amount_fen,
            "currency": kept.currency.lower(),
            "metadata": metadata,
            "status": "requires_payment_method",
        }
    else:
        content = {
            "id": kept.session_id,
            "object": "checkout.session",
            "client_reference_id": kept.reference,
            "amount_total": kept.amount_fen,
            "currency": kept.currency.lower(),
            "metadata": metadata,
            "payment_intent": kept.payment_id,
            "payment_status": "paid" if kept.payment_id else "unpaid",
            "status": kept.status,
        }
    event = {
        "id": f"sbx_evt_{ids.public_id(20)}",
        "object": "event",
        "type": kind,
        "created": int(clock.now().timestamp()),
        "livemode": False,
        "data": {"object": content},
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _tell(session: Session, kind: str, kept: SandboxSession) -> None:
    jobs.enqueue(session, DELIVER, {"body": event_body(kind, kept).decode()})
