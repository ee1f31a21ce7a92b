"""What a buyer can do at the sandbox, and how it tells us."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from core import clock, ids, jobs
from core.db import lock_keys
from core.errors import NotFound
from payments.errors import IntentClosed
from payments.sandbox.models import SandboxDispute, SandboxPayout, SandboxRefund, SandboxSession
from payments.values import CURRENCY, PayoutStatus, ProviderMove, SessionStatus

DELIVER = "payments.sandbox_deliver"
METHODS = ("card", "alipay", "wechat_pay")
BY_SESSION_ID = select(SandboxSession).where(SandboxSession.session_id == bindparam("session_id"))


class NothingLeftOver(Exception):
    """A rehearsed payout would hold nothing; what it took is let go again."""


def get_session(session: Session, session_id: str) -> SandboxSession:
    """Return a rehearsed checkout; raises `NotFound`."""
    kept = session.scalar(BY_SESSION_ID, {"session_id": session_id}) if "\x00" not in session_id else None
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
    return _event(kind, content)


def tell_refund(session: Session, kept: SandboxRefund, intent_public_id: str) -> None:
    """Send the event about a rehearsed refund."""
    body = refund_body("refund.updated", kept, intent_public_id)
    jobs.enqueue(session, DELIVER, {"body": body.decode()}, waited_for=True)


def refund_body(kind: str, kept: SandboxRefund, intent_public_id: str) -> bytes:
    """Return the body of an event about a refund in the shape that Stripe's have."""
    return _event(
        kind,
        {
            "id": kept.refund_id,
            "object": "refund",
            "amount": kept.amount_fen,
            "currency": kept.currency.lower(),
            "payment_intent": kept.payment_id,
            "metadata": {"refund": kept.reference, "intent": intent_public_id},
            "status": kept.status,
        },
    )


def open_dispute(session: Session, payment_id: str, reason: str = "product_not_received") -> SandboxDispute:
    """Pretend that the buyer took the money of a payment back through their bank, and send the event."""
    paid = session.scalars(select(SandboxSession).where(SandboxSession.payment_id == payment_id)).one()
    dispute = SandboxDispute(
        dispute_id=f"sbx_dp_{ids.public_id(20)}",
        payment_id=payment_id,
        amount_fen=paid.amount_fen,
        currency=paid.currency,
        reason=reason,
        status="needs_response",
        created_at=clock.now(),
    )
    session.add(dispute)
    session.flush()
    _tell_dispute(session, "charge.dispute.created", dispute, paid)
    return dispute


def decide_dispute(session: Session, dispute_id: str, *, won: bool) -> SandboxDispute:
    """Pretend that the bank decided a dispute, and send the event."""
    dispute = session.scalars(select(SandboxDispute).where(SandboxDispute.dispute_id == dispute_id)).one()
    paid = session.scalars(
        select(SandboxSession).where(SandboxSession.payment_id == dispute.payment_id)
    ).one()
    dispute.status = "won" if won else "lost"
    session.flush()
    _tell_dispute(session, "charge.dispute.closed", dispute, paid)
    return dispute


def fee_of(amount_fen: int) -> int:
    """Return what the sandbox keeps of a payment for its pretended work: 0.6 per cent, rounded."""
    return (amount_fen * 6 + 500) // 1000


def make_payout(session: Session, until: datetime, *, tell: bool = True) -> SandboxPayout | None:
    """Pretend to send the bank everything that moved before `until`, and send the event; None when nothing is left over."""
    lock_keys(session, "sandbox payouts")
    payout_id = f"sbx_po_{ids.public_id(20)}"
    taken = [
        update(SandboxSession)
        .where(
            SandboxSession.status == SessionStatus.COMPLETE.value,
            SandboxSession.payout_id.is_(None),
            SandboxSession.paid_at < until,
        )
        .values(payout_id=payout_id),
        update(SandboxRefund)
        .where(
            SandboxRefund.status == "succeeded",
            SandboxRefund.payout_id.is_(None),
            SandboxRefund.created_at < until,
        )
        .values(payout_id=payout_id),
        update(SandboxDispute)
        .where(SandboxDispute.payout_id.is_(None), SandboxDispute.created_at < until)
        .values(payout_id=payout_id),
        update(SandboxDispute)
        .where(
            SandboxDispute.status == "won",
            SandboxDispute.payout_id.is_not(None),
            SandboxDispute.won_payout_id.is_(None),
        )
        .values(won_payout_id=payout_id),
        update(SandboxPayout)
        .where(
            SandboxPayout.status == "failed",
            SandboxPayout.again_payout_id.is_(None),
            SandboxPayout.created_at < until,
        )
        .values(again_payout_id=payout_id),
    ]
    try:
        with session.begin_nested():
            for statement in taken:
                session.execute(statement, execution_options={"synchronize_session": False})
            amount = sum(move.amount_fen - move.fee_fen for move in moves_of(session, payout_id))
            if amount <= 0:
                raise NothingLeftOver
    except NothingLeftOver:
        # What was given back outweighs what came in: it waits for the next day's money.
        return None
    payout = SandboxPayout(
        payout_id=payout_id,
        amount_fen=amount,
        currency=CURRENCY,
        status=PayoutStatus.PAID.value,
        created_at=clock.now(),
        arrives_on=clock.today(),
    )
    session.add(payout)
    session.flush()
    if tell:
        tell_payout(session, "payout.paid", payout)
    return payout


def fail_payout(session: Session, payout_id: str, failure: str = "account_closed") -> SandboxPayout:
    """Pretend that the bank sent a payout back, and send the event; the next payout takes the money along."""
    payout = session.scalars(
        select(SandboxPayout).where(SandboxPayout.payout_id == payout_id).with_for_update()
    ).one()
    payout.status = PayoutStatus.FAILED.value
    payout.failure = failure
    session.flush()
    tell_payout(session, "payout.failed", payout)
    return payout


def moves_of(session: Session, payout_id: str) -> list[ProviderMove]:
    """Return the lines of a rehearsed payout."""
    paid = session.scalars(select(SandboxSession).where(SandboxSession.payout_id == payout_id))
    back = session.scalars(select(SandboxRefund).where(SandboxRefund.payout_id == payout_id))
    taken = session.scalars(select(SandboxDispute).where(SandboxDispute.payout_id == payout_id))
    won = session.scalars(select(SandboxDispute).where(SandboxDispute.won_payout_id == payout_id))
    failed = session.scalars(select(SandboxPayout).where(SandboxPayout.again_payout_id == payout_id))
    return [
        *(ProviderMove(kept.amount_fen, fee_of(kept.amount_fen), kept.payment_id) for kept in paid),
        *(ProviderMove(-kept.amount_fen, 0, kept.payment_id) for kept in back),
        *(ProviderMove(-kept.amount_fen, 0, kept.payment_id) for kept in taken),
        *(ProviderMove(kept.amount_fen, 0, kept.payment_id) for kept in won),
        *(ProviderMove(kept.amount_fen, 0, payout_id=kept.payout_id) for kept in failed),
    ]


def tell_payout(session: Session, kind: str, payout: SandboxPayout) -> None:
    """Send the event about a rehearsed payout."""
    content = {
        "id": payout.payout_id,
        "object": "payout",
        "amount": payout.amount_fen,
        "currency": payout.currency.lower(),
        "status": payout.status,
        "metadata": {},
    }
    jobs.enqueue(session, DELIVER, {"body": _event(kind, content).decode()})


def _tell_dispute(session: Session, kind: str, dispute: SandboxDispute, paid: SandboxSession) -> None:
    content = {
        "id": dispute.dispute_id,
        "object": "dispute",
        "amount": dispute.amount_fen,
        "currency": dispute.currency.lower(),
        "payment_intent": dispute.payment_id,
        "metadata": {"intent": paid.reference},
        "reason": dispute.reason,
        "status": dispute.status,
    }
    jobs.enqueue(session, DELIVER, {"body": _event(kind, content).decode()})


def _event(kind: str, content: dict[str, Any]) -> bytes:
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
    jobs.enqueue(session, DELIVER, {"body": event_body(kind, kept).decode()}, waited_for=True)
