"""Reading payments: intents, the inbox, codes and transfers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation, User
from accounts.values import OrganisationKind, Role
from core import clock, ids
from core.errors import NotFound
from core.permissions import Actor
from payments import rules
from payments.models import (
    BankTransfer,
    Dispute,
    PaymentCode,
    PaymentEvent,
    PaymentIntent,
    Reconciliation,
    Refund,
    RefundLimit,
    Resolution,
)
from payments.values import (
    BY_HAND,
    CheckoutRequest,
    IntentFacts,
    PaymentState,
    Purpose,
    RefundState,
    TransferState,
)

T = TypeVar("T", PaymentIntent, BankTransfer, Refund)

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
        statement = statement.where(*_transfers_open())
    rows: list[tuple[Any, ...]] = [tuple(row) for row in session.execute(statement)]
    return [TransferRow(*row) for row in rows]


def _transfers_open() -> list[ColumnElement[bool]]:
    return [BankTransfer.state == TransferState.REVIEW.value, BankTransfer.review_closed_at.is_(None)]


def count_transfers(session: Session, *, review: bool) -> int:
    """Count the recorded bank transfers, or only those that wait for a person."""
    statement = select(func.count()).select_from(BankTransfer)
    if review:
        statement = statement.where(*_transfers_open())
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


def lock_paid(session: Session, paid_by: str) -> PaymentIntent | BankTransfer:
    """Return the payment or bank transfer that `payment:<id>` or `bank_transfer:<id>` names, locked; raises `NotFound`."""
    kind, _, public_id = paid_by.partition(":")
    if kind == "payment":
        return _locked(session, select(PaymentIntent).where(PaymentIntent.public_id == public_id))
    if kind == "bank_transfer":
        return _locked(session, select(BankTransfer).where(BankTransfer.public_id == public_id))
    raise NotFound(f"no payment {paid_by}")


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
        return _locked(session, select(PaymentIntent).where(PaymentIntent.id == refund.intent_id))
    return _locked(session, select(BankTransfer).where(BankTransfer.id == refund.transfer_id))


def _locked(session: Session, statement: Select[T]) -> T:
    found: T | None = session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("no such payment")
    return found


def arrived_fen(paid: PaymentIntent | BankTransfer) -> int:
    """Return how much arrived (smallest unit of its currency)."""
    return (paid.paid_fen or 0) if isinstance(paid, PaymentIntent) else paid.amount_fen


def refundable_fen(session: Session, paid: PaymentIntent | BankTransfer) -> int:
    """Return how much of a payment can still go back (smallest unit of its currency): what its payer has not taken back."""
    taken = 0
    if isinstance(paid, PaymentIntent):
        statement = select(func.coalesce(func.sum(Dispute.taken_fen), 0)).where(Dispute.intent_id == paid.id)
        taken = int(session.scalar(statement) or 0)
    return max(0, arrived_fen(paid) - paid.refunding_fen - taken)


def is_open_review(paid: PaymentIntent | BankTransfer) -> bool:
    """Say whether money waits for a person's decision."""
    waiting = PaymentState.NEEDS_REVIEW if isinstance(paid, PaymentIntent) else TransferState.REVIEW
    return paid.state == waiting and paid.review_closed_at is None


def find_proposal(session: Session, paid: PaymentIntent | BankTransfer) -> Resolution | None:
    """Return what was proposed about money that does not fit and waits for a second person."""
    column = Resolution.intent_id if isinstance(paid, PaymentIntent) else Resolution.transfer_id
    return session.scalar(select(Resolution).where(column == paid.id, Resolution.state == "proposed"))


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


def find_by_payment(session: Session, provider: str, payment_id: str) -> PaymentIntent | None:
    """Return the intent that holds a payment of a provider."""
    return session.scalar(
        select(PaymentIntent).where(
            PaymentIntent.provider == provider, PaymentIntent.provider_payment_id == payment_id
        )
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
    refund: Refund = _locked(session, select(Refund).where(Refund.id == known.id))
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


def list_refunds(
    session: Session, *conditions: ColumnElement[bool], limit: int = 100, offset: int = 0
) -> list[RefundRow]:
    """Return refunds, newest first."""
    asked, approved = aliased(User), aliased(User)
    names = [
        name for name in RefundRow.__dataclass_fields__ if name not in ("asked_by", "approved_by", "paid_by")
    ]
    rows: Iterable[Sequence[Any]] = session.execute(
        select(
            *[getattr(Refund, name) for name in names],
            asked.name,
            approved.name,
            func.coalesce(PaymentIntent.public_id, BankTransfer.bank_reference),
        )
        .outerjoin(asked, asked.id == Refund.asked_by_user_id)
        .outerjoin(approved, approved.id == Refund.approved_by_user_id)
        .outerjoin(PaymentIntent, PaymentIntent.id == Refund.intent_id)
        .outerjoin(BankTransfer, BankTransfer.id == Refund.transfer_id)
        .where(*conditions)
        .order_by(Refund.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [RefundRow(*row) for row in rows]


def count_refunds(session: Session, *conditions: ColumnElement[bool]) -> int:
    """Count refunds."""
    return session.scalar(select(func.count()).select_from(Refund).where(*conditions)) or 0


def refunds_of_subject(session: Session, purpose: Purpose, subject_id: int) -> list[RefundRow]:
    """Return the refunds of one order or gift, newest first."""
    return list_refunds(session, Refund.purpose == purpose.value, Refund.subject_id == subject_id)


def get_refund_row(session: Session, public_id: str) -> RefundRow:
    """Return one refund as the operator reads it; raises `NotFound`."""
    found = list_refunds(session, Refund.public_id == public_id) if "\x00" not in public_id else []
    if not found:
        raise NotFound(f"no refund {public_id}")
    return found[0]


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


def disputes_of_subject(session: Session, purpose: Purpose, subject_id: int) -> list[DisputeRow]:
    """Return the disputes about the payments of one order or gift."""
    return list_disputes(
        session, PaymentIntent.purpose == purpose.value, PaymentIntent.subject_id == subject_id
    )


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
        select(BankTransfer).where(*_transfers_open()).order_by(BankTransfer.id).limit(limit)
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
        .where(_of_paid(Resolution, paid_by))
        .order_by(Resolution.id.desc())
    )
    return [ResolutionRow(*row) for row in rows]


def refunds_of_paid(session: Session, paid_by: str) -> list[RefundRow]:
    """Return the refunds of one payment or transfer, newest first."""
    return list_refunds(session, _of_paid(Refund, paid_by))


def _of_paid(model: Any, paid_by: str) -> ColumnElement[bool]:
    kind, _, public_id = paid_by.partition(":")
    if kind == "payment":
        found = select(PaymentIntent.id).where(PaymentIntent.public_id == public_id).scalar_subquery()
        return model.intent_id == found  # type: ignore[no-any-return]
    found = select(BankTransfer.id).where(BankTransfer.public_id == public_id).scalar_subquery()
    return model.transfer_id == found  # type: ignore[no-any-return]


def count_held(session: Session) -> int:
    """Count the payments and transfers that wait for a decision."""
    return count_reviews(session) + count_transfers(session, review=True)


def payments_of_subject(session: Session, purpose: Purpose, subject_id: int) -> list[PaymentIntent]:
    """Return every intent for one order or gift, oldest first."""
    return list(
        session.scalars(
            select(PaymentIntent)
            .where(PaymentIntent.purpose == purpose.value, PaymentIntent.subject_id == subject_id)
            .order_by(PaymentIntent.id)
        )
    )


def first_uncompared_day(session: Session, provider: str, earliest: date) -> date | None:
    """Return the first day (in China) that was not compared with a provider yet; None when nothing was ever paid there."""
    last = session.scalar(select(func.max(Reconciliation.day)).where(Reconciliation.provider == provider))
    if last is not None:
        return max(last + timedelta(days=1), earliest)
    first = session.scalar(
        select(func.min(PaymentIntent.confirmed_at)).where(PaymentIntent.provider == provider)
    )
    return max(first.astimezone(clock.CHINA).date(), earliest) if first is not None else None


def list_reconciliations(session: Session, *, limit: int, offset: int) -> list[Reconciliation]:
    """Return the days that were compared, newest first."""
    return list(
        session.scalars(
            select(Reconciliation)
            .order_by(Reconciliation.day.desc(), Reconciliation.provider)
            .limit(limit)
            .offset(offset)
        )
    )


def count_reconciliations(session: Session) -> int:
    """Count the days that were compared."""
    return session.scalar(select(func.count()).select_from(Reconciliation)) or 0


def get_reconciliation(session: Session, provider: str, day: date) -> Reconciliation:
    """Return the comparison of one day; raises `NotFound`."""
    found = session.scalar(
        select(Reconciliation).where(Reconciliation.provider == provider, Reconciliation.day == day)
    )
    if found is None:
        raise NotFound("this day was not compared")
    return found
