"""Reading refunds and disputes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.models import User
from core import clock
from core.errors import NotFound
from payments import rules
from payments.models import (
    BankTransfer,
    Dispute,
    PaymentIntent,
    Refund,
    RefundLimit,
)
from payments.queries.paid import lock_paid_of, locked
from payments.values import (
    BY_HAND,
    Purpose,
    RefundState,
)


def find_refund(session: Session, public_id: str) -> Refund | None:
    """Return a refund by its public identifier."""
    if "\x00" in public_id:
        return None
    return session.scalar(select(Refund).where(Refund.public_id == public_id))


def lock_refund(session: Session, public_id: str) -> Refund:
    """Return a refund, its payment locked first and then itself; raises `NotFound`."""
    known = find_refund(session, public_id)
    if known is None:
        raise NotFound(f"no refund {public_id}")
    lock_paid_of(session, known)
    refund: Refund = locked(session, select(Refund).where(Refund.id == known.id))
    return refund


def refunds_to_send(session: Session, providers: Sequence[str], limit: int) -> list[str]:
    """Return the refunds that the provider should be asked about, the longest unwatched first."""
    return list(
        session.scalars(
            select(Refund.public_id)
            .where(
                Refund.state.in_([RefundState.APPROVED.value, RefundState.SENT.value]),
                Refund.provider.in_(providers),
                func.coalesce(Refund.checked_at, Refund.approved_at) < clock.now() - rules.LOOK_AGAIN,
            )
            .order_by(Refund.checked_at.nulls_first(), Refund.id)
            .limit(limit)
        )
    )


def refund_limits(session: Session) -> list[tuple[date, int]]:
    """Return the limits above which a second person approves: (valid from, fen)."""
    rows = session.execute(
        select(RefundLimit.valid_from, RefundLimit.limit_fen).order_by(RefundLimit.valid_from)
    )
    return [(row[0], row[1]) for row in rows]


@dataclass(frozen=True, slots=True)
class RefundRow:
    """A refund as the operator and the buyer read it; amount in the smallest unit of `currency`."""

    public_id: str
    state: str
    provider: str
    purpose: str | None
    subject_id: int | None
    amount_fen: int
    currency: str
    reason: str
    error: str | None
    needs_second: bool
    provider_refund_id: str | None
    bank_reference: str | None
    requested_at: datetime
    ended_at: datetime | None
    asked_by_user_id: int | None
    asked_by: str | None
    approved_by: str | None
    paid_by: str

    @property
    def by_hand(self) -> bool:
        """Say whether a person pays it by bank transfer."""
        return self.provider == BY_HAND


#: What a person must do something about.
TO_DO = (RefundState.REQUESTED.value, RefundState.FAILED.value, RefundState.NEEDS_REVIEW.value)


def refunds_to_do() -> ColumnElement[bool]:
    """Return the condition that a refund waits for a person."""
    return or_(
        Refund.state.in_(TO_DO), (Refund.state == RefundState.APPROVED.value) & (Refund.provider == BY_HAND)
    )


_asked, _approved = aliased(User), aliased(User)
# An order's page asks for its refunds every time, so the statement is built once.
_ROWS = (
    select(
        *[
            getattr(Refund, name)
            for name in RefundRow.__dataclass_fields__
            if name not in ("asked_by", "approved_by", "paid_by")
        ],
        _asked.name,
        _approved.name,
        func.coalesce(PaymentIntent.public_id, BankTransfer.bank_reference),
    )
    .outerjoin(_asked, _asked.id == Refund.asked_by_user_id)
    .outerjoin(_approved, _approved.id == Refund.approved_by_user_id)
    .outerjoin(PaymentIntent, PaymentIntent.id == Refund.intent_id)
    .outerjoin(BankTransfer, BankTransfer.id == Refund.transfer_id)
    .order_by(Refund.id.desc())
)
_OF_SUBJECT = _ROWS.where(
    Refund.purpose == bindparam("purpose"), Refund.subject_id == bindparam("subject_id")
).limit(100)


def list_refunds(
    session: Session, *conditions: ColumnElement[bool], limit: int = 100, offset: int = 0
) -> list[RefundRow]:
    """Return refunds, newest first."""
    rows: Iterable[Sequence[Any]] = session.execute(_ROWS.where(*conditions).limit(limit).offset(offset))
    return [RefundRow(*row) for row in rows]


def count_refunds(session: Session, *conditions: ColumnElement[bool]) -> int:
    """Count refunds."""
    return session.scalar(select(func.count()).select_from(Refund).where(*conditions)) or 0


def refunds_of_subject(session: Session, purpose: Purpose, subject_id: int) -> list[RefundRow]:
    """Return the refunds of one order or gift, newest first."""
    rows: Iterable[Sequence[Any]] = session.execute(
        _OF_SUBJECT, {"purpose": purpose.value, "subject_id": subject_id}
    )
    return [RefundRow(*row) for row in rows]


def get_refund_row(session: Session, public_id: str) -> RefundRow:
    """Return one refund as the operator reads it; raises `NotFound`."""
    found = list_refunds(session, Refund.public_id == public_id) if "\x00" not in public_id else []
    if not found:
        raise NotFound(f"no refund {public_id}")
    return found[0]


@dataclass(frozen=True, slots=True)
class PaidTransfer:
    """A bank transfer that a refund gives back, or one that was joined to it (fen); `gave_fen` is its part."""

    public_id: str
    amount_fen: int
    gave_fen: int
    received_on: date
    bank_reference: str
    typed_code: str
    is_first: bool


def transfers_of_refund(session: Session, public_id: str) -> list[PaidTransfer]:
    """Return the transfers out of which a refund is paid, the one that stands for all first; empty for online payments."""
    first = select(Refund.transfer_id).where(Refund.public_id == public_id).scalar_subquery()
    rows = session.scalars(
        select(BankTransfer)
        .where(or_(BankTransfer.id == first, BankTransfer.joined_to_id == first))
        .order_by(BankTransfer.joined_to_id.is_not(None), BankTransfer.id)
    )
    return [
        PaidTransfer(
            row.public_id,
            row.amount_fen,
            row.amount_fen if row.joined_to_id is None else -row.joined_fen,
            row.received_on,
            row.bank_reference,
            row.typed_code,
            row.joined_to_id is None,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute as the operator reads it; amounts in fen."""

    public_id: str
    provider: str
    provider_dispute_id: str
    amount_fen: int
    taken_fen: int
    reason: str
    status: str
    opened_at: datetime
    updated_at: datetime
    purpose: str
    subject_id: int
    intent_public_id: str


def list_disputes(session: Session, *conditions: ColumnElement[bool], limit: int = 50) -> list[DisputeRow]:
    """Return disputes, newest first."""
    rows: Iterable[Sequence[Any]] = session.execute(
        select(
            Dispute.public_id,
            Dispute.provider,
            Dispute.provider_dispute_id,
            Dispute.amount_fen,
            Dispute.taken_fen,
            Dispute.reason,
            Dispute.status,
            Dispute.opened_at,
            Dispute.updated_at,
            PaymentIntent.purpose,
            PaymentIntent.subject_id,
            PaymentIntent.public_id,
        )
        .join(PaymentIntent, PaymentIntent.id == Dispute.intent_id)
        .where(*conditions)
        .order_by(Dispute.id.desc())
        .limit(limit)
    )
    return [DisputeRow(*row) for row in rows]


def disputes_to_ask(session: Session, provider: str, limit: int) -> list[str]:
    """Return disputes of which the provider may have more to tell and nothing was heard for long, in no order.

    One that the provider has no answer for stands in nobody's way like this.
    """
    ended = Dispute.status.in_(rules.DISPUTE_ENDS)
    money_to_come = (Dispute.status == "won") & (Dispute.taken_fen > 0)
    return list(
        session.scalars(
            select(Dispute.provider_dispute_id)
            .where(
                Dispute.provider == provider,
                ~ended | money_to_come,
                Dispute.updated_at < clock.now() - rules.ASK_OF_DISPUTE,
            )
            .order_by(func.random())
            .limit(limit)
        )
    )


def look_for_disputes_from(session: Session, provider: str) -> datetime | None:
    """Return from when on disputes of a provider may be unknown to us; None when nothing was ever paid there."""
    last = session.scalar(select(func.max(Dispute.opened_at)).where(Dispute.provider == provider))
    if last is not None:
        return last - rules.MAY_BE_UNHEARD
    return session.scalar(
        select(func.min(PaymentIntent.begun_at)).where(
            PaymentIntent.provider == provider, PaymentIntent.confirmed_at.is_not(None)
        )
    )


def known_disputes(session: Session, provider: str, dispute_ids: Collection[str]) -> frozenset[str]:
    """Return which of a provider's disputes are written down."""
    return frozenset(
        session.scalars(
            select(Dispute.provider_dispute_id).where(
                Dispute.provider == provider, Dispute.provider_dispute_id.in_(list(dispute_ids))
            )
        )
    )


def disputes_of_subject(session: Session, purpose: Purpose, subject_id: int) -> list[DisputeRow]:
    """Return the disputes about the payments of one order or gift."""
    return list_disputes(
        session, PaymentIntent.purpose == purpose.value, PaymentIntent.subject_id == subject_id
    )


def refunds_of_paid(session: Session, paid_by: str) -> list[RefundRow]:
    """Return the refunds of one payment or transfer, newest first."""
    return list_refunds(session, of_paid(Refund, paid_by))


def of_paid(model: Any, paid_by: str) -> ColumnElement[bool]:
    """Return the condition that a row is about one payment or bank transfer."""
    kind, _, public_id = paid_by.partition(":")
    if kind == "payment":
        found = select(PaymentIntent.id).where(PaymentIntent.public_id == public_id).scalar_subquery()
        return model.intent_id == found  # type: ignore[no-any-return]
    found = select(BankTransfer.id).where(BankTransfer.public_id == public_id).scalar_subquery()
    return model.transfer_id == found  # type: ignore[no-any-return]
