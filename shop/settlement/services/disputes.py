"""Lines that a supplier finds wrong: the money of their part waits until the operator has answered."""

from __future__ import annotations

from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import audit, clock, events, ids
from core.permissions import Actor
from ledger import services as ledger_services
from ledger.values import Fact, Leg
from payments.services import require_operator
from shop import books
from shop.orders.models import SupplierOrder
from shop.orders.values import PartState
from shop.settlement import queries
from shop.settlement.errors import DisputeEnded, FormSentBefore, NotDisputable
from shop.settlement.events import DisputeAnswered
from shop.settlement.models import SettlementDispute
from shop.settlement.values import DisputeState


def open_dispute(
    session: Session, actor: Actor, part_public_id: str, line_id: int | None, reason: str, *, once: str
) -> SettlementDispute:
    """Say, for a supplier, that a line of an accepted part (or its freight, without a line) is settled wrongly.

    Nothing of the part is paid out until the operator has answered; a batch that holds it can no longer be approved.
    """
    part = queries.lock_own_part(session, actor, part_public_id)
    key = f"{actor.user_id}:{once}"
    known = queries.find_dispute_by_once(session, key)
    if known is not None:
        if (known.supplier_order_id, known.order_line_id, known.reason) != (part.id, line_id, reason.strip()):
            raise FormSentBefore
        return known
    if part.state != PartState.RECEIVED or queries.disputed_before(session, part.id, line_id):
        raise NotDisputable
    if line_id is not None and not queries.line_in_part(session, part.id, line_id):
        raise NotDisputable
    dispute = SettlementDispute(
        public_id=ids.public_id(),
        once=key,
        supplier_order_id=part.id,
        order_line_id=line_id,
        reason=reason.strip(),
        state=DisputeState.OPEN.value,
        opened_by_user_id=actor.user_id,
        opened_at=clock.now(),
    )
    session.add(dispute)
    session.flush()
    _told(session, actor, "settlement disputed", dispute, part, dispute.reason)
    return dispute


def withdraw_dispute(session: Session, actor: Actor, public_id: str) -> SettlementDispute:
    """Take a dispute back, for the supplier who opened it."""
    dispute, part = queries.lock_dispute(session, public_id)
    queries.lock_own_part(session, actor, part.public_id)
    if dispute.state == DisputeState.WITHDRAWN:
        return dispute
    _end(session, actor, dispute, DisputeState.WITHDRAWN)
    _told(session, actor, "settlement dispute withdrawn", dispute, part)
    return dispute


def answer_dispute(
    session: Session, actor: Actor, public_id: str, answer: str, corrected_fen: int = 0
) -> SettlementDispute:
    """Answer a dispute for the operator; what was settled too low (fen) is owed in addition, and the operator bears it.

    That money leaves by a payout only, which a second person approves.
    """
    require_operator(session, actor)
    dispute, part = queries.lock_dispute(session, public_id)
    words = answer.strip()
    if dispute.state == DisputeState.ANSWERED and (dispute.answer, dispute.corrected_fen) == (
        words,
        corrected_fen,
    ):
        return dispute
    _end(session, actor, dispute, DisputeState.ANSWERED, words, corrected_fen)
    if corrected_fen:
        supplier = session.get_one(Organisation, part.supplier_id)
        ledger_services.post(
            session,
            actor,
            Fact("payable_corrected", "settlement_dispute", dispute.public_id),
            [Leg(books.corrections(), books.supplier_payable(supplier.public_id), corrected_fen)],
        )
    _told(session, actor, "settlement dispute answered", dispute, part, words)
    events.publish(session, DisputeAnswered(dispute.id, dispute.public_id, part.supplier_id))
    return dispute


def _end(
    session: Session,
    actor: Actor,
    dispute: SettlementDispute,
    state: DisputeState,
    answer: str = "",
    corrected_fen: int = 0,
) -> None:
    if dispute.state != DisputeState.OPEN:
        raise DisputeEnded
    dispute.state = state.value
    dispute.answer = answer
    dispute.corrected_fen = corrected_fen
    dispute.ended_by_user_id = actor.user_id
    dispute.ended_at = clock.now()
    session.flush()


def _told(
    session: Session,
    actor: Actor,
    action: str,
    dispute: SettlementDispute,
    part: SupplierOrder,
    reason: str = "",
) -> None:
    audit.record(
        session,
        actor,
        action,
        "settlement_dispute",
        dispute.public_id,
        after={"part": part.public_id, "line": dispute.order_line_id, "corrected_fen": dispute.corrected_fen},
        reason=reason,
    )
