"""Reading payment codes and bank transfers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from accounts.models import User
from core import ids
from payments.models import (
    BankTransfer,
    PaymentCode,
)
from payments.values import (
    TransferState,
)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code under which a bank transfer is expected; amount in fen."""

    code: str
    purpose: str
    amount_fen: int
    created_at: datetime


def open_codes(session: Session, limit: int = 200) -> list[CodeRow]:
    """Return the codes that wait for their transfer, oldest first."""
    rows = session.execute(
        select(PaymentCode.code, PaymentCode.purpose, PaymentCode.amount_fen, PaymentCode.created_at)
        .where(PaymentCode.paid_at.is_(None), PaymentCode.withdrawn_at.is_(None))
        .order_by(PaymentCode.created_at, PaymentCode.id)
        .limit(limit)
    )
    return [CodeRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A recorded bank transfer; amount in fen."""

    public_id: str
    typed_code: str
    amount_fen: int
    expected_fen: int | None
    received_on: date
    bank_reference: str
    state: str
    review_reason: str | None
    recorded_at: datetime
    review_closed_at: datetime | None
    recorded_by: str | None


def list_transfers(session: Session, *, review: bool, limit: int, offset: int) -> list[TransferRow]:
    """Return the recorded bank transfers, newest first; `review` leaves only what waits for a person."""
    statement = (
        select(
            BankTransfer.public_id,
            BankTransfer.typed_code,
            BankTransfer.amount_fen,
            PaymentCode.amount_fen.label("expected_fen"),
            BankTransfer.received_on,
            BankTransfer.bank_reference,
            BankTransfer.state,
            BankTransfer.review_reason,
            BankTransfer.recorded_at,
            BankTransfer.review_closed_at,
            User.name,
        )
        .outerjoin(PaymentCode, PaymentCode.id == BankTransfer.code_id)
        .outerjoin(User, User.id == BankTransfer.recorded_by_user_id)
        .order_by(BankTransfer.id.desc())
        .limit(limit)
        .offset(offset)
    )
    if review:
        statement = statement.where(*transfers_open())
    rows: list[tuple[Any, ...]] = [tuple(row) for row in session.execute(statement)]
    return [TransferRow(*row) for row in rows]


def transfers_open() -> list[ColumnElement[bool]]:
    """Return the conditions that a transfer waits for a person."""
    return [BankTransfer.state == TransferState.REVIEW.value, BankTransfer.review_closed_at.is_(None)]


def count_transfers(session: Session, *, review: bool) -> int:
    """Count the recorded bank transfers, or only those that wait for a person."""
    statement = select(func.count()).select_from(BankTransfer)
    if review:
        statement = statement.where(*transfers_open())
    return session.scalar(statement) or 0


def lock_code(session: Session, code: str) -> PaymentCode | None:
    """Return a payment code as typed (slips of copying undone) and keep it from changing until this step ends."""
    return session.scalar(
        select(PaymentCode).where(PaymentCode.code_key == ids.read_spoken_code(code)).with_for_update()
    )
