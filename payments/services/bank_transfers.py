"""Money that comes by bank transfer: matched to its code to the fen, or kept for a person."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import audit, clock, events, ids
from core.errors import Forbidden
from core.permissions import Actor
from payments import queries, rules
from payments.errors import BankReferenceTaken, CodeTaken, TransferFromTheFuture
from payments.events import BankTransferReceived
from payments.models import BankTransfer, PaymentCode
from payments.services.reviews import hold_transfer
from payments.values import Purpose, TransferState


def register_payment_code(
    session: Session,
    code: str,
    purpose: Purpose,
    subject_id: int,
    amount_fen: int,
    *,
    payee: str = "operator",
) -> PaymentCode:
    """Expect exactly `amount_fen` under `code` (made by `core.ids.spoken_code`); refuses a code in use (`CodeTaken`)."""
    added: PaymentCode | None = session.scalar(
        insert(PaymentCode)
        .values(
            code=code,
            code_key=ids.read_spoken_code(code),
            purpose=Purpose(purpose).value,
            subject_id=subject_id,
            payee=payee,
            amount_fen=amount_fen,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[PaymentCode.code_key])
        .returning(PaymentCode)
    )
    if added is None:
        raise CodeTaken(code)
    return added


def withdraw_payment_codes(session: Session, purpose: Purpose, subject_id: int) -> bool:
    """Expect no transfer any more for a thing that was cancelled; False when one had been matched before."""
    session.execute(
        update(PaymentCode)
        .where(
            PaymentCode.purpose == Purpose(purpose).value,
            PaymentCode.subject_id == subject_id,
            PaymentCode.paid_at.is_(None),
            PaymentCode.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    paid = select(PaymentCode.id).where(
        PaymentCode.purpose == Purpose(purpose).value,
        PaymentCode.subject_id == subject_id,
        PaymentCode.paid_at.is_not(None),
    )
    return session.scalar(paid.limit(1)) is None


def record_bank_transfer(
    session: Session, actor: Actor, code: str, amount_fen: int, received_on: date, bank_reference: str
) -> BankTransfer:
    """Record what stands on the bank statement; an exact match of an open code pays for its thing.

    Too little, too much, an unknown code or one that was paid or withdrawn is kept for review and pays for nothing.
    The same `bank_reference` with the same content changes nothing and gives back the first record; with another
    content it is refused (`BankReferenceTaken`). Only finance officers of the operator may record.
    """
    if not queries.handles_operator_money(session, actor):
        raise Forbidden("only the operator's finance officers record bank transfers")
    if received_on > clock.today():
        raise TransferFromTheFuture
    reference = " ".join(bank_reference.split())
    expected = queries.lock_code(session, code)
    state, reason = rules.match_transfer(
        expected.amount_fen if expected else None,
        expected is not None and expected.paid_at is None and expected.withdrawn_at is None,
        amount_fen,
    )
    added: BankTransfer | None = session.scalar(
        insert(BankTransfer)
        .values(
            public_id=ids.public_id(),
            typed_code=code.strip(),
            code_id=expected.id if expected else None,
            amount_fen=amount_fen,
            received_on=received_on,
            bank_reference=reference,
            state=state.value,
            review_reason=reason,
            recorded_at=clock.now(),
            recorded_by_user_id=actor.user_id,
        )
        .on_conflict_do_nothing(index_elements=[BankTransfer.bank_reference])
        .returning(BankTransfer)
    )
    if added is None:
        return _known(session, reference, code, amount_fen, received_on)
    audit.record(
        session,
        actor,
        "bank transfer recorded",
        "bank_transfer",
        added.public_id,
        after={"code": added.typed_code, "amount_fen": amount_fen, "state": state, "reason": reason},
    )
    if state is TransferState.REVIEW:
        hold_transfer(session, actor, added)
    elif expected is not None:
        expected.paid_at = clock.now()
        session.flush()
        events.publish(
            session,
            BankTransferReceived(
                transfer_id=added.id,
                transfer_public_id=added.public_id,
                code=expected.code,
                purpose=expected.purpose,
                subject_id=expected.subject_id,
                payee=expected.payee,
                amount_fen=amount_fen,
                bank_reference=reference,
            ),
        )
    return added


def _known(session: Session, reference: str, code: str, amount_fen: int, received_on: date) -> BankTransfer:
    known = session.scalars(select(BankTransfer).where(BankTransfer.bank_reference == reference)).one()
    same_code = ids.read_spoken_code(known.typed_code) == ids.read_spoken_code(code)
    if not same_code or (known.amount_fen, known.received_on) != (amount_fen, received_on):
        raise BankReferenceTaken(reference)
    return known
