"""Proposing what is paid out, and a second person's yes or no."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import audit, clock, ids
from core.permissions import Actor
from ledger import services as ledger_services
from ledger.errors import InsufficientBalance
from ledger.values import Fact, Leg
from payments.services import require_operator
from shop import books
from shop.settlement import queries, rules
from shop.settlement.errors import BatchOutdated, FormSentBefore, NothingDue, SecondPersonNeeded
from shop.settlement.models import Payout, PayoutBatch, PayoutItem
from shop.settlement.values import BatchAction, BatchState, ItemState, Obstacle, PayoutAction, PayoutState

SUBJECT = "payout_batch"


def propose_batch(
    session: Session, actor: Actor, supplier_public_ids: Iterable[str], *, once: str
) -> PayoutBatch:
    """Freeze everything that is due of the chosen suppliers into one batch, and move no money yet.

    Left out: what may still be claimed, open claims and disputes, refunds that wait for a second person, suppliers
    without a confirmed account or with a new one that waits. A refund that came after its part was paid out is kept
    back. `NothingDue` when nothing is left. One proposal at a time; the same form gives back the first batch, with
    other suppliers it is refused.
    """
    require_operator(session, actor)
    queries.lock_proposals(session)
    chosen_ids = sorted(set(supplier_public_ids))
    key, chosen_hash = f"{actor.user_id}:{once}", ids.digest("\n".join(chosen_ids))
    known = queries.find_batch_by_once(session, key)
    if known is not None:
        if known.chosen_hash != chosen_hash:
            raise FormSentBefore
        return known
    suppliers = queries.suppliers_named(session, chosen_ids)
    accounts = queries.payable_accounts(session, [supplier.id for supplier in suppliers])
    # Locked in the order of their ids before anything is written, and looked at anew: no refund comes in between.
    found = queries.open_parts(session, list(accounts))
    queries.lock_parts(session, [part.part_id for parts in found.values() for part in parts])
    opened = queries.open_parts(session, list(accounts))
    today = clock.today()
    chosen = {
        supplier.id: parts
        for supplier in suppliers
        if supplier.id in accounts and (parts := rules.payable_now(opened.get(supplier.id, ()), today))
    }
    if not chosen:
        raise NothingDue
    amounts = {supplier_id: sum(part.open_fen for part in parts) for supplier_id, parts in chosen.items()}
    batch = PayoutBatch(
        public_id=ids.public_id(),
        once=key,
        chosen_hash=chosen_hash,
        state=BatchState.PROPOSED.value,
        amount_fen=sum(amounts.values()),
        proposed_by_user_id=actor.user_id,
        proposed_at=clock.now(),
    )
    session.add(batch)
    session.flush()
    for supplier_id, parts in chosen.items():
        payout = Payout(
            public_id=ids.public_id(),
            batch_id=batch.id,
            supplier_id=supplier_id,
            account_id=accounts[supplier_id].id,
            amount_fen=amounts[supplier_id],
            state=PayoutState.PROPOSED.value,
        )
        session.add(payout)
        session.flush()
        session.add_all(
            PayoutItem(
                payout_id=payout.id,
                supplier_order_id=part.part_id,
                amount_fen=part.open_fen,
                state=ItemState.OPEN.value,
            )
            for part in parts
        )
    session.flush()
    audit.record(
        session,
        actor,
        "payout batch proposed",
        SUBJECT,
        batch.public_id,
        after={"amount_fen": batch.amount_fen, "suppliers": len(chosen)},
    )
    return batch


def approve_batch(session: Session, actor: Actor, public_id: str) -> PayoutBatch:
    """Approve what somebody else proposed: the money leaves what is owed and cannot be spent a second time.

    Everything is looked at once more with its parts locked: a claim, a dispute, a refund or another account since the
    proposal makes it `BatchOutdated`. Approving twice posts once.
    """
    require_operator(session, actor)
    batch = queries.lock_batch(session, public_id)
    if batch.state in (BatchState.APPROVED, BatchState.CLOSED) and batch.decided_by_user_id == actor.user_id:
        return batch
    target = rules.batch_after(batch.state, BatchAction.APPROVE)
    if batch.proposed_by_user_id is None or batch.proposed_by_user_id == actor.user_id:
        raise SecondPersonNeeded
    payouts = queries.lock_payouts(session, batch.id)
    items = queries.items_of(session, [payout.id for payout in payouts])
    queries.lock_parts(session, [item.supplier_order_id for item in items])
    suppliers = {payout.id: session.get_one(Organisation, payout.supplier_id) for payout in payouts}
    _check_unchanged(session, payouts, items)
    batch.state = target.value
    batch.decided_by_user_id = actor.user_id
    batch.decided_at = clock.now()
    for payout in payouts:
        payout.state = rules.payout_after(payout.state, PayoutAction.APPROVE).value
        payable = books.supplier_payable(suppliers[payout.id].public_id)
        try:
            payout.approved_entry_id = ledger_services.post(
                session,
                actor,
                Fact("payout_approved", "payout", payout.public_id),
                [Leg(payable, books.payouts_due(), payout.amount_fen)],
            ).entry_id
        except InsufficientBalance as short:
            supplier = suppliers[payout.id]
            raise BatchOutdated(suppliers=((supplier.name_zh, supplier.name_en),)) from short
    session.flush()
    _told(session, actor, "payout batch approved", batch)
    return batch


def decline_batch(session: Session, actor: Actor, public_id: str, reason: str) -> PayoutBatch:
    """Say no to a proposed batch, or take it back: what it held can be proposed again."""
    require_operator(session, actor)
    batch = queries.lock_batch(session, public_id)
    if batch.state == BatchState.DECLINED and batch.decided_by_user_id == actor.user_id:
        return batch
    batch.state = rules.batch_after(batch.state, BatchAction.DECLINE).value
    batch.decided_by_user_id = actor.user_id
    batch.decided_at = clock.now()
    batch.reason = reason.strip()
    payouts = queries.lock_payouts(session, batch.id)
    for payout in payouts:
        payout.state = rules.payout_after(payout.state, PayoutAction.DECLINE).value
        payout.ended_at = clock.now()
    for item in queries.items_of(session, [payout.id for payout in payouts]):
        item.state = ItemState.RETURNED.value
    session.flush()
    _told(session, actor, "payout batch declined", batch, batch.reason)
    return batch


def _check_unchanged(session: Session, payouts: Sequence[Payout], items: Sequence[PayoutItem]) -> None:
    today = clock.today()
    promised: dict[int, int] = defaultdict(int)
    for item in items:
        promised[item.supplier_order_id] += item.amount_fen
    changed = tuple(
        part.number
        for part in queries.money_of_parts(session, list(promised))
        # What the batch holds counts as settled already: nothing may be missing, and nothing in the way. What became
        # owed since (a household agreed that it was paid) goes into the next one.
        if part.open_fen < 0
        or (promised[part.part_id] > 0 and set(rules.obstacles_of(part, today)) - {Obstacle.IN_PAYOUT})
    )
    moved = queries.moved_accounts(session, payouts)
    if changed or moved:
        raise BatchOutdated(changed, moved)


def _told(session: Session, actor: Actor, action: str, batch: PayoutBatch, reason: str = "") -> None:
    audit.record(
        session,
        actor,
        action,
        SUBJECT,
        batch.public_id,
        after={"state": batch.state, "amount_fen": batch.amount_fen},
        reason=reason,
    )
