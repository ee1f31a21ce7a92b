"""Reading what was paid, online or by transfer: whose it is, what of it can go back."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from payments.models import (
    BankTransfer,
    Dispute,
    PaymentCode,
    PaymentIntent,
    Refund,
)
from payments.values import (
    PaymentState,
    TransferState,
)

T = TypeVar("T", PaymentIntent, BankTransfer, Refund)


def lock_paid(session: Session, paid_by: str) -> PaymentIntent | BankTransfer:
    """Return the payment or bank transfer that `payment:<id>` or `bank_transfer:<id>` names, locked; raises `NotFound`."""
    kind, _, public_id = paid_by.partition(":")
    if kind == "payment":
        return locked(session, select(PaymentIntent).where(PaymentIntent.public_id == public_id))
    if kind == "bank_transfer":
        return locked(session, select(BankTransfer).where(BankTransfer.public_id == public_id))
    raise NotFound(f"no payment {paid_by}")


def lock_transfers(session: Session, public_ids: Collection[str]) -> dict[str, BankTransfer]:
    """Return bank transfers by their public ids, locked for this step in the order of their ids."""
    found = session.scalars(
        select(BankTransfer)
        .where(BankTransfer.public_id.in_(public_ids))
        .order_by(BankTransfer.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {transfer.public_id: transfer for transfer in found}


def is_known(session: Session, paid_by: str) -> bool:
    """Say whether `payment:<id>` or `bank_transfer:<id>` names one of ours."""
    kind, _, public_id = paid_by.partition(":")
    if kind == "payment":
        statement = select(PaymentIntent.id).where(PaymentIntent.public_id == public_id)
    else:
        statement = select(BankTransfer.id).where(BankTransfer.public_id == public_id)
    if kind not in ("payment", "bank_transfer"):
        return False
    return session.scalar(statement) is not None


def lock_paid_of(session: Session, refund: Refund) -> PaymentIntent | BankTransfer:
    """Return the locked payment or bank transfer of which a refund gives back."""
    if refund.intent_id is not None:
        return locked(session, select(PaymentIntent).where(PaymentIntent.id == refund.intent_id))
    return locked(session, select(BankTransfer).where(BankTransfer.id == refund.transfer_id))


def locked(session: Session, statement: Select[T]) -> T:
    """Return the one row of a statement, locked for this step; raises `NotFound`."""
    found: T | None = session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("no such payment")
    return found


def arrived_fen(paid: PaymentIntent | BankTransfer) -> int:
    """Return how much arrived (smallest unit of its currency), with what a transfer took over from others or gave away."""
    return (paid.paid_fen or 0) if isinstance(paid, PaymentIntent) else paid.amount_fen + paid.joined_fen


def refundable_fen(session: Session, paid: PaymentIntent | BankTransfer) -> int:
    """Return how much of a payment can still go back (smallest unit of its currency): what its payer has not taken back."""
    taken = 0
    if isinstance(paid, PaymentIntent):
        statement = select(func.coalesce(func.sum(Dispute.taken_fen), 0)).where(Dispute.intent_id == paid.id)
        taken = int(session.scalar(statement) or 0)
    return max(0, arrived_fen(paid) - paid.refunding_fen - taken)


def given_back_alone_fen(session: Session, paid: PaymentIntent | BankTransfer, user_id: int | None) -> int:
    """Return what of a payment a person gives back without anybody's approval (smallest unit of its currency)."""
    if user_id is None:
        return 0
    of_paid = Refund.intent_id if isinstance(paid, PaymentIntent) else Refund.transfer_id
    statement = select(func.coalesce(func.sum(Refund.amount_fen), 0)).where(
        of_paid == paid.id, Refund.asked_by_user_id == user_id, Refund.needs_second.is_(False)
    )
    return int(session.scalar(statement) or 0)


def is_open_review(paid: PaymentIntent | BankTransfer) -> bool:
    """Say whether money waits for a person's decision."""
    waiting = PaymentState.NEEDS_REVIEW if isinstance(paid, PaymentIntent) else TransferState.REVIEW
    return paid.state == waiting and paid.review_closed_at is None


def paid_by_of(session: Session, intent_id: int | None, transfer_id: int | None) -> str:
    """Return the word that names a payment or a bank transfer."""
    if intent_id is not None:
        return f"payment:{session.get_one(PaymentIntent, intent_id).public_id}"
    return f"bank_transfer:{session.get_one(BankTransfer, transfer_id).public_id}"


def payee_of(session: Session, paid: PaymentIntent | BankTransfer) -> str:
    """Return whose money it is."""
    if isinstance(paid, PaymentIntent):
        return paid.payee
    code = session.get(PaymentCode, paid.code_id) if paid.code_id is not None else None
    return code.payee if code is not None and paid.state == TransferState.MATCHED else "operator"


def subject_of(session: Session, paid: PaymentIntent | BankTransfer) -> tuple[str | None, int | None]:
    """Return (purpose, subject id) of a payment, as far as it is known."""
    if isinstance(paid, PaymentIntent):
        return paid.purpose, paid.subject_id
    code = session.get(PaymentCode, paid.code_id) if paid.code_id is not None else None
    return (code.purpose, code.subject_id) if code is not None else (None, None)
