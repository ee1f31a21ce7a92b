"""Use cases of recalls: a supplier calls a batch back, the operator has looked at it."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core import audit, clock, events, ids
from core.permissions import Actor
from shop.recalls import queries
from shop.recalls.events import BatchRecalled
from shop.recalls.models import Recall, RecalledLine
from shop.recalls.values import Recalled, Touch
from shop.stock import services as stock
from shop.tracing import services as tracing
from shop.tracing.models import Batch

_COLUMNS = ["recall_id", "touch", "order_line_id", "order_id", "quantity"]


def recall_batch(session: Session, actor: Actor, code: str, reason: str) -> Recalled:
    """Call an own batch back for good: its packs leave the stock, and everybody who has or awaits some is told.

    As many packs as the batch had leave the stock (fewer where fewer are there); unpaid orders for which nothing is left
    lose their goods and are cancelled. Which orders may hold packs of it is written down in the same step. There is no
    way back. Recalling again gives the first recall. Refuses a batch entered by mistake (`BatchClosed`) and a recall
    without a reason (`BadBatch`).
    """
    batch = tracing.mark_recalled(session, actor, code, reason)
    known = queries.find_by_batch(session, batch.id)
    if known is not None:
        return Recalled(known.public_id, known.packs_taken, True)
    public_id = ids.public_id()
    since = queries.made_since(session, batch.id)
    taken, let_go = _withdraw(session, actor, batch, f"recall:{public_id}")
    recall = Recall(
        public_id=public_id,
        batch_id=batch.id,
        since=since,
        packs_taken=taken,
        recalled_at=clock.now(),
        recalled_by_user_id=actor.user_id,
        recalled_by_name=actor.name,
    )
    session.add(recall)
    session.flush()
    # After the stock was locked: whoever took packs before has committed, whoever comes later finds other packs.
    for touch, lines in (
        (Touch.MAY_HOLD, queries.sold_lines(batch.variant_id, since)),
        (Touch.LET_GO, queries.let_go_lines(let_go, batch.variant_id)),
    ):
        session.execute(insert(RecalledLine).from_select(_COLUMNS, queries.as_rows(recall.id, touch, lines)))
    audit.record(
        session,
        actor,
        "batch recalled",
        "batch",
        code,
        after={"packs_taken": taken, "unpaid_orders": len(let_go)},
        reason=batch.closing_reason or "",
    )
    events.publish(session, BatchRecalled(recall.id))
    return Recalled(public_id, taken, False)


def _withdraw(session: Session, actor: Actor, batch: Batch, once: str) -> tuple[int, list[int]]:
    """Take as many packs out of the stock as a batch had, and where fewer are there, out of what live sessions have of it."""
    most, reason = queries.most_packs(session, batch.id), f"recall of batch {batch.number}"
    taken, let_go = stock.withdraw_stock(session, actor, batch.variant_id, most, reason, once=once)
    # Asked once the stock is locked: from now on no packs move between it and a session.
    for edition_id in queries.editions(session, batch.variant_id):
        more, orders = stock.withdraw_stock(
            session, actor, edition_id, most - taken, reason, once=f"{once}:{edition_id}"
        )
        taken, let_go = taken + more, [*let_go, *orders]
    return taken, sorted(set(let_go))


def mark_seen(session: Session, actor: Actor, public_id: str) -> None:
    """Note that somebody of the operator has looked at a recall; the first one stays."""
    recall = queries.lock_recall(session, public_id)
    if recall.seen_at is not None:
        return
    recall.seen_at = clock.now()
    recall.seen_by_user_id = actor.user_id
    recall.seen_by_name = actor.name
    session.flush()
    audit.record(session, actor, "recall looked at", "recall", recall.public_id)
