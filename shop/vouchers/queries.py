"""Reading vouchers: a code with its terms, batches with what they cost, and who used what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, cast, func, or_, select
from sqlalchemy.orm import Session

from accounts.models import User
from core.db import lock_keys
from core.errors import NotFound
from shop.orders.models import Order
from shop.vouchers.models import Voucher, VoucherBatch, VoucherUse
from shop.vouchers.values import BatchState, Terms

_TERMS = tuple(Terms.__dataclass_fields__)


def terms_of(batch: VoucherBatch) -> Terms:
    """Return the terms of a batch."""
    return Terms(*(getattr(batch, name) for name in _TERMS))


def find_voucher(session: Session, code: str) -> tuple[Voucher, VoucherBatch] | None:
    """Return the voucher with this code and its batch, or None."""
    row = session.execute(
        select(Voucher, VoucherBatch)
        .join(VoucherBatch, VoucherBatch.id == Voucher.batch_id)
        .where(Voucher.code == code)
        .execution_options(populate_existing=True)
    ).first()
    return (row[0], row[1]) if row is not None else None


def lock_voucher(session: Session, voucher_id: int) -> VoucherBatch:
    """Let one order at a time take this voucher, until the end of the step; returns its batch as it stands now."""
    session.execute(select(Voucher.id).where(Voucher.id == voucher_id).with_for_update(key_share=True))
    return session.scalars(
        select(VoucherBatch)
        .join(Voucher, Voucher.batch_id == VoucherBatch.id)
        .where(Voucher.id == voucher_id)
        .execution_options(populate_existing=True)
    ).one()


def standing_uses(session: Session, voucher_id: int, person_id: int | None) -> tuple[int, bool]:
    """Return how many uses of a voucher stand, and whether one of them is this person's."""
    row = session.execute(
        select(
            func.count(),
            func.coalesce(func.bool_or(VoucherUse.person_id == person_id), False),
        ).where(VoucherUse.voucher_id == voucher_id, VoucherUse.released_at.is_(None))
    ).one()
    return row[0], bool(row[1])


def free_seat(session: Session, voucher_id: int, seats: int) -> int | None:
    """Return the lowest seat of a locked voucher that nobody has, or None."""
    seat = func.generate_series(1, seats).table_valued("seat").render_derived()
    return session.scalar(
        select(seat.c.seat)
        .where(
            ~select(VoucherUse.id)
            .where(
                VoucherUse.voucher_id == voucher_id,
                VoucherUse.seat == seat.c.seat,
                VoucherUse.released_at.is_(None),
            )
            .exists()
        )
        .order_by(seat.c.seat)
        .limit(1)
    )


def email_of(session: Session, user_id: int | None) -> str | None:
    """Return the e-mail address with which a person signs in, or None."""
    return session.scalar(select(User.email).where(User.id == user_id)) if user_id is not None else None


def find_use(session: Session, order_id: int) -> VoucherUse | None:
    """Return the use of a voucher by an order, whether it stands or not."""
    return session.scalar(select(VoucherUse).where(VoucherUse.order_id == order_id))


@dataclass(frozen=True, slots=True)
class UsedVoucher:
    """The voucher of an order, for its pages and mails."""

    code: str
    name_zh: str
    name_en: str
    batch: str
    discount_fen: int
    released_at: datetime | None


def vouchers_of_orders(session: Session, order_ids: Sequence[int]) -> dict[int, UsedVoucher]:
    """Return the voucher that each of these orders used, by the id of the order."""
    if not order_ids:
        return {}
    rows = session.execute(
        select(
            VoucherUse.order_id,
            Voucher.code,
            VoucherBatch.name_zh,
            VoucherBatch.name_en,
            VoucherBatch.public_id,
            VoucherUse.discount_fen,
            VoucherUse.released_at,
        )
        .join(Voucher, Voucher.id == VoucherUse.voucher_id)
        .join(VoucherBatch, VoucherBatch.id == Voucher.batch_id)
        .where(VoucherUse.order_id.in_(order_ids))
    )
    return {row[0]: UsedVoucher(*row[1:]) for row in rows}


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch in the operator's list: its uses that stand, and what they cost (fen)."""

    batch: VoucherBatch
    terms: Terms
    uses: int
    spent_fen: int


def list_batches(session: Session, *, limit: int, offset: int) -> list[BatchRow]:
    """Return the batches, newest first."""
    batches = session.scalars(
        select(VoucherBatch).order_by(VoucherBatch.id.desc()).limit(limit).offset(offset)
    ).all()
    sums = _sums(session, [batch.id for batch in batches])
    return [BatchRow(batch, terms_of(batch), *sums.get(batch.id, (0, 0))) for batch in batches]


def count_batches(session: Session) -> int:
    """Count the batches."""
    return session.scalar(select(func.count()).select_from(VoucherBatch)) or 0


def count_drafts(session: Session) -> int:
    """Count the batches that nobody has opened yet."""
    statement = select(func.count()).select_from(VoucherBatch).where(VoucherBatch.state == "draft")
    return session.scalar(statement) or 0


def _sums(session: Session, batch_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    rows = session.execute(
        select(
            Voucher.batch_id,
            func.count(VoucherUse.id),
            cast(func.coalesce(func.sum(VoucherUse.discount_fen), 0), BigInteger),
        )
        .join(VoucherUse, VoucherUse.voucher_id == Voucher.id)
        .where(Voucher.batch_id.in_(batch_ids), VoucherUse.released_at.is_(None))
        .group_by(Voucher.batch_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def get_batch(session: Session, public_id: str, *, lock: bool = False) -> VoucherBatch:
    """Return a batch; raises `NotFound`."""
    statement = select(VoucherBatch).where(VoucherBatch.public_id == public_id)
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = session.scalar(statement) if "\x00" not in public_id else None
    if found is None:
        raise NotFound("voucher batch")
    return found


def find_batch_by_once(session: Session, once: str) -> VoucherBatch | None:
    """Return the batch that a form made, or None."""
    return session.scalar(select(VoucherBatch).where(VoucherBatch.once == once))


def lock_issuing(session: Session, user_id: int | None) -> None:
    """Let one batch of a person be made at a time, until the end of the step."""
    lock_keys(session, f"vouchers of {user_id}")


def issued_alone_fen(session: Session, user_id: int | None, since: datetime) -> int:
    """Return what may be spent at most (fen) of what a person issued alone: opened since then, or still a draft.

    What somebody else opened was seen by two. What was opened and taken back counts: its codes were out.
    """
    if user_id is None:
        return 0
    most_cost = cast(VoucherBatch.codes, BigInteger) * VoucherBatch.uses_each * VoucherBatch.amount_fen
    opened_alone = (VoucherBatch.opened_by_user_id == user_id) & (VoucherBatch.opened_at > since)
    statement = select(func.coalesce(func.sum(most_cost), 0)).where(
        VoucherBatch.made_by_user_id == user_id,
        VoucherBatch.needs_second.is_(False),
        or_(VoucherBatch.state == BatchState.DRAFT.value, opened_alone),
    )
    return int(session.scalar(statement) or 0)


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch with who did what to it."""

    batch: VoucherBatch
    terms: Terms
    uses: int
    spent_fen: int
    made_by: str
    opened_by: str
    withdrawn_by: str


def view_batch(session: Session, public_id: str) -> BatchView:
    """Return a batch as its page shows it; raises `NotFound`."""
    batch = get_batch(session, public_id)
    people = (batch.made_by_user_id, batch.opened_by_user_id, batch.withdrawn_by_user_id)
    names: dict[Any, str] = {
        row.id: row.name
        for row in session.execute(select(User.id, User.name).where(User.id.in_([p for p in people if p])))
    }
    uses, spent = _sums(session, [batch.id]).get(batch.id, (0, 0))
    made_by, opened_by, withdrawn_by = (names.get(person, "") for person in people)
    return BatchView(batch, terms_of(batch), uses, spent, made_by, opened_by, withdrawn_by)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code of a batch, how many of its uses stand, and the order that used it last."""

    code: str
    uses: int
    order_number: str | None


def list_codes(session: Session, batch_id: int, *, limit: int, offset: int) -> list[CodeRow]:
    """Return the codes of a batch in the order in which they were made."""
    standing = VoucherUse.released_at.is_(None)
    rows: Iterable[Any] = session.execute(
        select(
            Voucher.code, func.count(VoucherUse.id).filter(standing), func.max(Order.number).filter(standing)
        )
        .outerjoin(VoucherUse, VoucherUse.voucher_id == Voucher.id)
        .outerjoin(Order, Order.id == VoucherUse.order_id)
        .where(Voucher.batch_id == batch_id)
        .group_by(Voucher.id)
        .order_by(Voucher.id)
        .limit(limit)
        .offset(offset)
    )
    return [CodeRow(*row) for row in rows]


def all_codes(session: Session, batch_id: int) -> list[str]:
    """Return every code of a batch, to be handed out."""
    return list(
        session.scalars(select(Voucher.code).where(Voucher.batch_id == batch_id).order_by(Voucher.id))
    )
