"""Use cases of vouchers: making and opening batches, using a voucher for an order, giving it back."""

from __future__ import annotations

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from core import audit, clock, ids
from core.permissions import Actor
from payments import queries as payment_queries
from payments import rules as payment_rules
from shop.vouchers import queries, rules
from shop.vouchers.errors import (
    BatchNeedsSecondPerson,
    BatchSentBefore,
    UnknownVoucher,
    VoucherUsed,
    VoucherWithdrawn,
    WrongBatchState,
)
from shop.vouchers.models import Voucher, VoucherBatch, VoucherUse
from shop.vouchers.values import BatchState, Quote, Terms


def make_batch(session: Session, actor: Actor, terms: Terms, *, once: str) -> VoucherBatch:
    """Draw the codes of a new batch; nobody can use them before it is opened.

    What it may cost above the refund limit of the day, counted with what the same person issued alone lately, is opened
    by a second person. The same `once` gives back the first batch.
    """
    queries.lock_issuing(session, actor.user_id)
    known = queries.find_batch_by_once(session, once)
    if known is not None:
        if queries.terms_of(known) != terms:
            raise BatchSentBefore
        return known
    moment = clock.now()
    limit = payment_rules.refund_limit(payment_queries.refund_limits(session), clock.today())
    # Many small batches of one person count together: nobody passes the limit in small steps.
    alone_fen = queries.issued_alone_fen(session, actor.user_id, moment - rules.COUNTED_TOGETHER)
    batch = VoucherBatch(
        public_id=ids.public_id(),
        once=once,
        state=BatchState.DRAFT.value,
        needs_second=rules.most_cost_fen(terms) + alone_fen > limit,
        made_by_user_id=actor.user_id,
        made_at=moment,
        **{name: getattr(terms, name) for name in Terms.__dataclass_fields__},
    )
    session.add(batch)
    session.flush()
    session.execute(
        insert(Voucher),
        [
            {"batch_id": batch.id, "code": ids.spoken_code(rules.PREFIX, rules.GROUPS, rules.SIZE)}
            for _ in range(terms.codes)
        ],
    )
    _told(session, actor, batch, "vouchers made")
    return batch


def open_batch(session: Session, actor: Actor, public_id: str) -> None:
    """Let the vouchers of a batch be used, after a second look at what they may cost."""
    batch = queries.get_batch(session, public_id, lock=True)
    if batch.state != BatchState.DRAFT:
        raise WrongBatchState(batch.state)
    if batch.needs_second and batch.made_by_user_id == actor.user_id:
        raise BatchNeedsSecondPerson
    batch.state = BatchState.OPEN.value
    batch.opened_by_user_id = actor.user_id
    batch.opened_at = clock.now()
    session.flush()
    _told(session, actor, batch, "vouchers opened")


def withdraw_batch(session: Session, actor: Actor, public_id: str, reason: str) -> None:
    """Take the vouchers of a batch back: nobody uses one any more, orders that have used one keep it."""
    batch = queries.get_batch(session, public_id, lock=True)
    if batch.state == BatchState.WITHDRAWN:
        raise WrongBatchState(batch.state)
    batch.state = BatchState.WITHDRAWN.value
    batch.withdrawn_by_user_id = actor.user_id
    batch.withdrawn_at = clock.now()
    session.flush()
    _told(session, actor, batch, "vouchers withdrawn", reason)


def quote_voucher(session: Session, actor: Actor, code: str, goods_fen: int) -> Quote:
    """Say what a typed code takes off goods of this worth (fen), or refuse it with the reason. Nothing is locked."""
    stored = rules.read_code(ids.read_spoken_code(code))
    found = queries.find_voucher(session, stored) if stored is not None else None
    if found is None or found[1].state == BatchState.DRAFT:
        raise UnknownVoucher
    voucher, batch = found
    _check(session, actor, voucher.id, batch, goods_fen)
    return Quote(
        voucher.id,
        voucher.code,
        batch.name_zh,
        batch.name_en,
        rules.discount_fen(queries.terms_of(batch), goods_fen),
    )


def use_voucher(session: Session, actor: Actor, quote: Quote, order_id: int, goods_fen: int) -> None:
    """Use a voucher for an order that is being placed: one row in its step, and of two orders at once one is refused."""
    batch = queries.lock_voucher(session, quote.voucher_id)
    _check(session, actor, quote.voucher_id, batch, goods_fen)
    session.execute(
        insert(VoucherUse).values(
            voucher_id=quote.voucher_id,
            order_id=order_id,
            seat=_seat(session, quote.voucher_id, batch),
            person_id=actor.user_id if batch.per_person else None,
            discount_fen=quote.discount_fen,
            used_at=clock.now(),
        )
    )


def release_voucher(session: Session, order_id: int) -> None:
    """Give the voucher of a locked order that has ended back; it can be used again until its last day."""
    session.execute(
        update(VoucherUse)
        .where(VoucherUse.order_id == order_id, VoucherUse.released_at.is_(None))
        .values(released_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def retake_voucher(session: Session, order_id: int) -> bool:
    """Use the voucher of a locked order again whose money came late; False when others have used it since.

    Its days and its batch do not matter any more: it was promised when the order was placed.
    """
    use = queries.find_use(session, order_id)
    if use is None:
        return True
    batch = queries.lock_voucher(session, use.voucher_id)
    session.refresh(use)
    if use.released_at is None:
        return True
    _, used_by_them = queries.standing_uses(session, use.voucher_id, use.person_id)
    seat = queries.free_seat(session, use.voucher_id, batch.uses_each)
    if seat is None or used_by_them:
        return False
    use.seat = seat
    use.released_at = None
    session.flush()
    return True


def _check(session: Session, actor: Actor, voucher_id: int, batch: VoucherBatch, goods_fen: int) -> None:
    if batch.state == BatchState.WITHDRAWN:
        raise VoucherWithdrawn
    uses, used_by_them = queries.standing_uses(session, voucher_id, actor.user_id)
    rules.check_use(
        queries.terms_of(batch),
        clock.today(),
        goods_fen,
        email=queries.email_of(session, actor.user_id) if batch.for_email else None,
        signed_in=actor.user_id is not None,
        uses=uses,
        used_by_them=batch.per_person and used_by_them,
    )


def _seat(session: Session, voucher_id: int, batch: VoucherBatch) -> int:
    seat = queries.free_seat(session, voucher_id, batch.uses_each)
    if seat is None:
        raise VoucherUsed
    return seat


def _told(session: Session, actor: Actor, batch: VoucherBatch, action: str, reason: str = "") -> None:
    audit.record(
        session,
        actor,
        action,
        "vouchers",
        batch.public_id,
        after={
            "state": batch.state,
            "codes": batch.codes,
            "most_cost_fen": rules.most_cost_fen(queries.terms_of(batch)),
        },
        reason=reason,
    )
