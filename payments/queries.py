"""Reading payments: intents, the inbox, codes and transfers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from accounts.models import Organisation, User
from accounts.values import OrganisationKind, Role
from core import clock, ids, money
from core.errors import NotFound
from core.permissions import Actor
from payments import rules
from payments.models import BankTransfer, PaymentCode, PaymentEvent, PaymentIntent
from payments.values import CheckoutRequest, IntentFacts, PaymentState, Purpose, TransferState

OPEN = (PaymentState.CREATED.value, PaymentState.PENDING.value)


def find_intent(session: Session, public_id: str) -> PaymentIntent | None:
    """Return an intent by its public identifier."""
    if "\x00" in public_id:
        return None
    return session.scalar(select(PaymentIntent).where(PaymentIntent.public_id == public_id))


def get_intent(session: Session, public_id: str) -> PaymentIntent:
    """Return an intent by its public identifier; raises `NotFound`."""
    intent = find_intent(session, public_id)
    if intent is None:
        raise NotFound(f"no intent {public_id}")
    return intent


def lock_intent(session: Session, public_id: str) -> PaymentIntent:
    """Return an intent that nobody else changes until this step ends; raises `NotFound`."""
    intent = session.scalar(
        select(PaymentIntent).where(PaymentIntent.public_id == public_id).with_for_update()
    )
    if intent is None:
        raise NotFound(f"no intent {public_id}")
    return intent


def find_subject_intent(
    session: Session, purpose: Purpose, subject_id: int, *states: PaymentState
) -> PaymentIntent | None:
    """Return the newest intent for a thing in one of `states`."""
    return session.scalar(
        select(PaymentIntent)
        .where(
            PaymentIntent.purpose == purpose.value,
            PaymentIntent.subject_id == subject_id,
            PaymentIntent.state.in_([state.value for state in states]),
        )
        .order_by(PaymentIntent.id.desc())
        .limit(1)
    )


def payment_known_elsewhere(session: Session, intent: PaymentIntent, payment_id: str | None) -> bool:
    """Say whether another intent holds the same payment of the same provider."""
    if payment_id is None:
        return False
    found = select(PaymentIntent.id).where(
        PaymentIntent.provider == intent.provider,
        PaymentIntent.provider_payment_id == payment_id,
        PaymentIntent.id != intent.id,
    )
    return session.scalar(found) is not None


def facts(intent: PaymentIntent) -> IntentFacts:
    """Return what the rules need to know of an intent."""
    return IntentFacts(PaymentState(intent.state), intent.public_id, intent.amount_fen, intent.currency)


def checkout_request(intent: PaymentIntent, return_url: str) -> CheckoutRequest:
    """Return the request for an intent, the same bytes whenever it is built."""
    begun_at = intent.begun_at or intent.created_at
    expires_at = min(
        max(intent.expires_at, begun_at + rules.SHORTEST_CHECKOUT), begun_at + rules.LONGEST_CHECKOUT
    )
    return CheckoutRequest(
        intent_public_id=intent.public_id,
        amount_fen=intent.amount_fen,
        currency=intent.currency,
        payee=intent.payee,
        description=intent.description,
        locale=intent.locale,
        return_url=return_url,
        leave_url=f"{return_url}?left=1",
        expires_at=expires_at,
    )


def count_begun_from(session: Session, address: str, within: timedelta) -> int:
    """Count the payments that were begun from an address lately."""
    return (
        session.scalar(
            select(func.count())
            .select_from(PaymentIntent)
            .where(
                PaymentIntent.begun_from == ids.digest(address),
                PaymentIntent.begun_at > clock.now() - within,
            )
        )
        or 0
    )


def watched_intents(session: Session, providers: Sequence[str], limit: int) -> list[str]:
    """Return the open intents that the sweeper should look at, the longest unwatched first."""
    moment = clock.now()
    return list(
        session.scalars(
            select(PaymentIntent.public_id)
            .where(
                PaymentIntent.state.in_(OPEN),
                PaymentIntent.provider.in_(providers),
                or_(
                    PaymentIntent.checked_at.is_(None),
                    PaymentIntent.checked_at < moment - rules.LOOK_AGAIN,
                ),
                or_(
                    PaymentIntent.begun_at < moment - rules.LOOK_AGAIN,
                    PaymentIntent.expires_at <= moment,
                ),
            )
            .order_by(PaymentIntent.checked_at.nulls_first(), PaymentIntent.id)
            .limit(limit)
        )
    )


def open_intents(session: Session, purpose: Purpose, subject_id: int) -> list[str]:
    """Return the open intents for one thing."""
    return list(
        session.scalars(
            select(PaymentIntent.public_id)
            .where(
                PaymentIntent.purpose == purpose.value,
                PaymentIntent.subject_id == subject_id,
                PaymentIntent.state.in_(OPEN),
            )
            .order_by(PaymentIntent.id)
        )
    )


def waiting_events(session: Session, gateways: Sequence[str], limit: int) -> list[int]:
    """Return the stored events whose next try is due, oldest first."""
    return list(
        session.scalars(
            select(PaymentEvent.id)
            .where(
                PaymentEvent.handled_at.is_(None),
                PaymentEvent.next_try_at <= clock.now(),
                PaymentEvent.gateway.in_(gateways),
            )
            .order_by(PaymentEvent.next_try_at)
            .limit(limit)
        )
    )


def waiting_events_of(session: Session, intent_public_id: str) -> list[int]:
    """Return the stored events about an intent that nobody has handled yet."""
    return list(
        session.scalars(
            select(PaymentEvent.id)
            .where(
                PaymentEvent.intent_public_id == intent_public_id,
                PaymentEvent.handled_at.is_(None),
                PaymentEvent.attempts < rules.LAST_TRY,
            )
            .order_by(PaymentEvent.id)
            .limit(3)
        )
    )


@dataclass(frozen=True, slots=True)
class EventRow:
    """A line of the inbox as the operator reads it."""

    id: int
    gateway: str
    event_id: str
    type: str
    intent_public_id: str | None
    received_at: datetime
    handled_at: datetime | None
    outcome: str | None
    failed_at: datetime | None
    attempts: int
    next_try_at: datetime | None
    error: str | None

    @property
    def state(self) -> str:
        """Return `handled`, `failed` or `waiting`."""
        if self.handled_at is not None:
            return "handled"
        return "failed" if self.failed_at is not None else "waiting"


def list_events(session: Session, *, failed: bool, limit: int, offset: int) -> list[EventRow]:
    """Return the inbox, newest first; `failed` leaves only what could not be applied."""
    columns = [getattr(PaymentEvent, name) for name in EventRow.__dataclass_fields__]
    rows = session.execute(
        select(*columns)
        .where(*_failed_only(failed))
        .order_by(PaymentEvent.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [EventRow(*row) for row in rows]


def count_events(session: Session, *, failed: bool) -> int:
    """Count the inbox, or only what could not be applied."""
    return session.scalar(select(func.count()).select_from(PaymentEvent).where(*_failed_only(failed))) or 0


def _failed_only(failed: bool) -> list[ColumnElement[bool]]:
    return [PaymentEvent.handled_at.is_(None), PaymentEvent.failed_at.is_not(None)] if failed else []


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
        .where(PaymentIntent.state == PaymentState.NEEDS_REVIEW.value)
        .order_by(PaymentIntent.id.desc())
        .limit(limit)
    )
    return [ReviewRow(*row) for row in rows]


def count_reviews(session: Session) -> int:
    """Count the intents whose money does not fit."""
    statement = select(func.count()).where(PaymentIntent.state == PaymentState.NEEDS_REVIEW.value)
    return session.scalar(statement) or 0


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code under which a bank transfer is expected; amount in fen."""

    code: str
    purpose: str
    amount_fen: int
    created_at: datetime

    @property
    def line(self) -> tuple[str, str]:
        """Return the code and its amount as text."""
        return self.code, money.format_fen(self.amount_fen)


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
            User.name,
        )
        .outerjoin(PaymentCode, PaymentCode.id == BankTransfer.code_id)
        .outerjoin(User, User.id == BankTransfer.recorded_by_user_id)
        .order_by(BankTransfer.id.desc())
        .limit(limit)
        .offset(offset)
    )
    if review:
        statement = statement.where(BankTransfer.state == TransferState.REVIEW.value)
    rows: list[tuple[Any, ...]] = [tuple(row) for row in session.execute(statement)]
    return [TransferRow(*row) for row in rows]


def count_transfers(session: Session, *, review: bool) -> int:
    """Count the recorded bank transfers, or only those that wait for a person."""
    statement = select(func.count()).select_from(BankTransfer)
    if review:
        statement = statement.where(BankTransfer.state == TransferState.REVIEW.value)
    return session.scalar(statement) or 0


def lock_code(session: Session, code: str) -> PaymentCode | None:
    """Return a payment code as typed (slips of copying undone) and keep it from changing until this step ends."""
    return session.scalar(
        select(PaymentCode).where(PaymentCode.code_key == ids.read_spoken_code(code)).with_for_update()
    )


def handles_operator_money(session: Session, actor: Actor) -> bool:
    """Say whether the actor is a finance officer of the operator, not of a canteen."""
    grants = [grant for grant in actor.grants if grant.role == Role.FINANCE]
    if any(grant.organisation_id is None for grant in grants):
        return True
    inside = [grant.organisation_id for grant in grants]
    if not inside:
        return False
    found = select(Organisation.id).where(
        Organisation.id.in_(inside), Organisation.kind == OrganisationKind.OPERATOR.value
    )
    return session.scalar(found.limit(1)) is not None


def reads_operator_inbox(session: Session, actor: Actor) -> bool:
    """Say whether the actor may see the operator's payment events."""
    return actor.has_role(Role.ADMIN) or handles_operator_money(session, actor)
