"""Reading money that fits nothing, and what was decided about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.models import User
from core.errors import NotFound
from payments.models import (
    BankTransfer,
    PaymentCode,
    PaymentIntent,
    Resolution,
)
from payments.queries.paid import is_open_review, refundable_fen, subject_of
from payments.queries.refunds import of_paid
from payments.queries.transfers import count_transfers, transfers_open
from payments.values import (
    BY_HAND,
    PaymentState,
    TransferState,
)


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A payment that a person must look at; amounts in fen."""

    public_id: str
    description: str
    amount_fen: int
    provider: str
    provider_payment_id: str | None
    review_reason: str
    checked_at: datetime | None


def list_reviews(session: Session, limit: int = 100) -> list[ReviewRow]:
    """Return the intents whose money does not fit, newest first."""
    columns = [getattr(PaymentIntent, name) for name in ReviewRow.__dataclass_fields__]
    rows = session.execute(
        select(*columns)
        .where(
            PaymentIntent.state == PaymentState.NEEDS_REVIEW.value, PaymentIntent.review_closed_at.is_(None)
        )
        .order_by(PaymentIntent.id.desc())
        .limit(limit)
    )
    return [ReviewRow(*row) for row in rows]


def count_reviews(session: Session) -> int:
    """Count the intents whose money does not fit."""
    statement = select(func.count()).where(
        PaymentIntent.state == PaymentState.NEEDS_REVIEW.value, PaymentIntent.review_closed_at.is_(None)
    )
    return session.scalar(statement) or 0


def find_proposal(session: Session, paid: PaymentIntent | BankTransfer) -> Resolution | None:
    """Return what was proposed about money that does not fit and waits for a second person."""
    concerns: ColumnElement[bool] = Resolution.intent_id == paid.id
    if isinstance(paid, BankTransfer):
        concerns = or_(Resolution.transfer_id == paid.id, Resolution.joined.contains([paid.public_id]))
    return session.scalar(select(Resolution).where(concerns, Resolution.state == "proposed").limit(1))


@dataclass(frozen=True, slots=True)
class OtherTransfer:
    """Another transfer of the same payment code, which may pay together with the one that is looked at; amounts in fen.

    `joined` says that it has: then `path` is where its money went from or to.
    """

    public_id: str
    amount_fen: int
    held_fen: int
    bank_reference: str
    received_on: date
    joined: bool
    free: bool

    @property
    def path(self) -> str:
        """Return where it is decided about."""
        return f"/operator/reviews/bank_transfer/{self.public_id}"


def others_of_code(session: Session, paid_by: str) -> list[OtherTransfer]:
    """Return the other transfers of the same code that did not fit, oldest first; empty for online payments."""
    kind, _, public_id = paid_by.partition(":")
    if kind != "bank_transfer":
        return []
    this = session.scalar(select(BankTransfer).where(BankTransfer.public_id == public_id))
    if this is None or this.code_id is None:
        return []
    others = session.scalars(
        select(BankTransfer)
        .where(
            BankTransfer.code_id == this.code_id,
            BankTransfer.id != this.id,
            BankTransfer.state == TransferState.REVIEW.value,
        )
        .order_by(BankTransfer.id)
        .limit(50)
    )
    return [
        OtherTransfer(
            other.public_id,
            other.amount_fen,
            other.held_fen,
            other.bank_reference,
            other.received_on,
            this.id == other.joined_to_id or other.id == this.joined_to_id,
            can_be_joined(other),
        )
        for other in others
    ]


def can_be_joined(transfer: BankTransfer) -> bool:
    """Say whether the held money of a transfer may pay together with another one's; what took others over may not."""
    return is_open_review(transfer) and transfer.held_fen > 0 and transfer.joined_fen == 0


@dataclass(frozen=True, slots=True)
class HeldRow:
    """Money that fits nothing, online or by bank transfer; amounts in the smallest unit of `currency`."""

    paid_by: str
    provider: str
    about: str
    expected_fen: int | None
    arrived_fen: int
    currency: str
    held_fen: int
    left_fen: int
    reason: str
    arrived_at: datetime | None
    reference: str
    open: bool
    purpose: str | None
    subject_id: int | None

    @property
    def path(self) -> str:
        """Return where it is decided about."""
        return "/operator/reviews/" + self.paid_by.replace(":", "/", 1)


def list_held(session: Session, limit: int = 200) -> list[HeldRow]:
    """Return the payments and transfers that wait for a decision, oldest first."""
    intents = session.scalars(
        select(PaymentIntent)
        .where(
            PaymentIntent.state == PaymentState.NEEDS_REVIEW.value, PaymentIntent.review_closed_at.is_(None)
        )
        .order_by(PaymentIntent.id)
        .limit(limit)
    ).all()
    transfers = session.scalars(
        select(BankTransfer).where(*transfers_open()).order_by(BankTransfer.id).limit(limit)
    ).all()
    return [
        *(_held_row(session, intent) for intent in intents),
        *(_held_row(session, transfer) for transfer in transfers),
    ]


def get_held(session: Session, paid_by: str) -> HeldRow:
    """Return money that did not fit, decided about or not; raises `NotFound`."""
    kind, _, public_id = paid_by.partition(":")
    found: PaymentIntent | BankTransfer | None = None
    if kind == "payment" and "\x00" not in public_id:
        found = session.scalar(
            select(PaymentIntent).where(
                PaymentIntent.public_id == public_id, PaymentIntent.state == PaymentState.NEEDS_REVIEW.value
            )
        )
    elif kind == "bank_transfer" and "\x00" not in public_id:
        found = session.scalar(
            select(BankTransfer).where(
                BankTransfer.public_id == public_id, BankTransfer.state == TransferState.REVIEW.value
            )
        )
    if found is None:
        raise NotFound("no such money under review")
    return _held_row(session, found)


def _held_row(session: Session, paid: PaymentIntent | BankTransfer) -> HeldRow:
    purpose, subject_id = subject_of(session, paid)
    left = refundable_fen(session, paid)
    if isinstance(paid, PaymentIntent):
        return HeldRow(
            f"payment:{paid.public_id}",
            paid.provider,
            paid.description,
            paid.amount_fen,
            paid.paid_fen or 0,
            paid.paid_currency or paid.currency,
            paid.held_fen,
            left,
            paid.review_reason or "",
            paid.checked_at,
            paid.provider_payment_id or "",
            is_open_review(paid),
            purpose,
            subject_id,
        )
    code = session.get(PaymentCode, paid.code_id) if paid.code_id is not None else None
    return HeldRow(
        f"bank_transfer:{paid.public_id}",
        BY_HAND,
        paid.typed_code,
        code.amount_fen if code is not None else None,
        paid.amount_fen,
        "CNY",
        paid.held_fen,
        left,
        paid.review_reason or "",
        paid.recorded_at,
        paid.bank_reference,
        is_open_review(paid),
        purpose,
        subject_id,
    )


@dataclass(frozen=True, slots=True)
class ResolutionRow:
    """What was decided about money that did not fit."""

    public_id: str
    kind: str
    reference: str
    reason: str
    state: str
    proposed_by_user_id: int | None
    proposed_at: datetime
    proposed_by: str | None
    decided_by: str | None
    decided_at: datetime | None


def list_resolutions(session: Session, paid_by: str) -> list[ResolutionRow]:
    """Return what was decided about one payment or transfer, newest first."""
    proposed, decided = aliased(User), aliased(User)
    rows: Iterable[Sequence[Any]] = session.execute(
        select(
            Resolution.public_id,
            Resolution.kind,
            Resolution.reference,
            Resolution.reason,
            Resolution.state,
            Resolution.proposed_by_user_id,
            Resolution.proposed_at,
            proposed.name,
            decided.name,
            Resolution.decided_at,
        )
        .outerjoin(proposed, proposed.id == Resolution.proposed_by_user_id)
        .outerjoin(decided, decided.id == Resolution.decided_by_user_id)
        .where(
            or_(of_paid(Resolution, paid_by), Resolution.joined.contains([paid_by.partition(":")[2]])),
        )
        .order_by(Resolution.id.desc())
    )
    return [ResolutionRow(*row) for row in rows]


def count_held(session: Session) -> int:
    """Count the payments and transfers that wait for a decision."""
    return count_reviews(session) + count_transfers(session, review=True)
