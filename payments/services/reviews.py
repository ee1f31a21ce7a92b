"""Money that did not fit: matched to its order, given back, or closed with a note; nothing is ever dropped."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, events, ids
from core.errors import NotFound
from core.permissions import Actor
from ledger import services as ledger_services
from ledger.values import Fact, Leg
from payments import books, queries, rules
from payments.errors import (
    CannotJoin,
    NothingHeld,
    NothingToMatch,
    RefundSentBefore,
    ReviewClosed,
    SecondPersonNeeded,
)
from payments.events import HeldMoneyDecided, HeldMoneyMatched, HeldMoneyReturned
from payments.models import BankTransfer, PaymentIntent, Resolution
from payments.services.desk import require_operator
from payments.services.refunds import request_refund
from payments.values import ResolutionKind


def hold_payment(session: Session, actor: Actor, intent: PaymentIntent, paid_fen: int, currency: str) -> None:
    """Write down what arrived for an intent that it does not fit; money of our currency enters the held account."""
    intent.paid_fen = paid_fen
    intent.paid_currency = currency
    if rules.is_bookable(currency) and paid_fen > 0:
        intent.held_fen = paid_fen
        session.flush()
        ledger_services.post(
            session,
            actor,
            Fact("payment_held", "payment", intent.public_id),
            [Leg(books.clearing(intent.provider, intent.payee), books.held(intent.payee), paid_fen)],
        )


def hold_transfer(session: Session, actor: Actor, transfer: BankTransfer) -> None:
    """Let a bank transfer that fits no code enter the held account."""
    payee = queries.payee_of(session, transfer)
    transfer.held_fen = transfer.amount_fen
    session.flush()
    ledger_services.post(
        session,
        actor,
        Fact("payment_held", "bank_transfer", transfer.public_id),
        [Leg(books.bank(payee), books.held(payee), transfer.amount_fen)],
    )


def resolve_review(
    session: Session,
    actor: Actor,
    paid_by: str,
    kind: ResolutionKind,
    reason: str,
    *,
    once: str,
    reference: str = "",
    joined: Sequence[str] = (),
) -> Resolution:
    """Decide about money that did not fit; above the limit of the day it is proposed, and a second person confirms.

    `MATCH` pays the order whose number is `reference` (what is left over stays held), `RETURN` asks for a refund of
    all that is left, `OWN` keeps a transfer that the operator made to its own account, `CLOSE` only notes why nothing
    moves. `joined` are the public ids of held transfers of the same
    payment code that pay together with this one; their sum counts for the limit. The same `once` gives back the first
    decision. Refuses what was decided before (`ReviewClosed`), money that is gone (`NothingHeld`), no fitting order
    (`NothingToMatch`), transfers that do not pay together (`CannotJoin`).
    """
    require_operator(session, actor)
    joined = sorted(set(joined)) if kind is ResolutionKind.MATCH else []
    paid, others = _lock_group(session, paid_by, joined)
    known = session.scalar(select(Resolution).where(Resolution.once == once))
    if known is not None:
        same = (known.intent_id, known.transfer_id, known.kind, known.reference, known.joined) == (
            paid.id if isinstance(paid, PaymentIntent) else None,
            paid.id if isinstance(paid, BankTransfer) else None,
            kind,
            reference,
            joined,
        )
        if not same:
            raise RefundSentBefore
        return known
    if not queries.is_open_review(paid) or queries.find_proposal(session, paid) is not None:
        raise ReviewClosed
    _check_joined(paid, others)
    if any(queries.find_proposal(session, other) is not None for other in others):
        raise CannotJoin
    left = sum(queries.refundable_fen(session, found) for found in (paid, *others))
    if kind is ResolutionKind.MATCH:
        _match(session, paid, others, paid_by, reference, only_look=True)
    limit = rules.refund_limit(queries.refund_limits(session), clock.today())
    # What is given back has its second person at the refund itself.
    needs_second = kind is not ResolutionKind.RETURN and left > limit
    resolution = Resolution(
        public_id=ids.public_id(16),
        once=once,
        intent_id=paid.id if isinstance(paid, PaymentIntent) else None,
        transfer_id=paid.id if isinstance(paid, BankTransfer) else None,
        kind=kind.value,
        reference=reference,
        joined=joined,
        reason=reason.strip(),
        state="proposed" if needs_second else "done",
        needs_second=needs_second,
        proposed_by_user_id=actor.user_id,
        proposed_at=clock.now(),
        decided_at=None if needs_second else clock.now(),
    )
    session.add(resolution)
    session.flush()
    audit.record(
        session,
        actor,
        f"held money: {kind.value}" + (" proposed" if needs_second else ""),
        *_subject(paid),
        after={"reference": reference, "left_fen": left, **({"joined": joined} if joined else {})},
        reason=resolution.reason,
    )
    if not needs_second:
        _apply(session, actor, paid, others, paid_by, resolution)
    session.flush()
    return resolution


def decide_proposal(
    session: Session, actor: Actor, paid_by: str, public_id: str, *, confirm: bool
) -> Resolution:
    """Confirm or decline what somebody else proposed about this money that did not fit (`NotFound` if about other)."""
    require_operator(session, actor)
    known = session.scalar(select(Resolution).where(Resolution.public_id == public_id))
    if known is None or queries.paid_by_of(session, known.intent_id, known.transfer_id) != paid_by:
        raise NotFound("proposal")
    paid, others = _lock_group(session, paid_by, known.joined)
    session.refresh(known, with_for_update=True)
    if known.state != "proposed":
        raise ReviewClosed
    if confirm and known.proposed_by_user_id == actor.user_id:
        raise SecondPersonNeeded
    if confirm:
        _check_joined(paid, others)
    known.state = "done" if confirm else "declined"
    known.decided_by_user_id = actor.user_id
    known.decided_at = clock.now()
    session.flush()
    audit.record(
        session,
        actor,
        f"held money: {known.kind} " + ("confirmed" if confirm else "declined"),
        *_subject(paid),
        after={"reference": known.reference},
        reason=known.reason,
    )
    if confirm:
        _apply(session, actor, paid, others, paid_by, known)
    session.flush()
    return known


def _lock_group(
    session: Session, paid_by: str, joined: Sequence[str]
) -> tuple[PaymentIntent | BankTransfer, list[BankTransfer]]:
    """Lock money with the transfers that are to pay together with it, in the order of their ids."""
    if not joined:
        return queries.lock_paid(session, paid_by), []
    kind, _, public_id = paid_by.partition(":")
    if kind != "bank_transfer" or public_id in joined:
        raise CannotJoin
    group = queries.lock_transfers(session, {public_id, *joined})
    if len(group) != len(joined) + 1:
        raise CannotJoin
    return group[public_id], [group[other] for other in joined]


def _check_joined(paid: PaymentIntent | BankTransfer, others: Sequence[BankTransfer]) -> None:
    """Refuse transfers that do not pay together: of another code, decided about, or with nothing held (`CannotJoin`)."""
    for other in others:
        same_code = (
            isinstance(paid, BankTransfer) and paid.code_id is not None and other.code_id == paid.code_id
        )
        if not same_code or not queries.can_be_joined(other):
            raise CannotJoin


def _join(session: Session, paid: PaymentIntent | BankTransfer, others: Sequence[BankTransfer]) -> None:
    """Let a transfer take over what is held of others: from now on it stands for all of them, refunds included."""
    if not isinstance(paid, BankTransfer):
        return
    for other in others:
        paid.joined_fen += other.held_fen
        paid.held_fen += other.held_fen
        other.joined_fen = -other.held_fen
        other.joined_to_id = paid.id
        other.held_fen = 0
        other.review_closed_at = clock.now()
    session.flush()


def _apply(
    session: Session,
    actor: Actor,
    paid: PaymentIntent | BankTransfer,
    others: Sequence[BankTransfer],
    paid_by: str,
    resolution: Resolution,
) -> None:
    if resolution.kind == ResolutionKind.MATCH:
        _join(session, paid, others)
        taken = _match(session, paid, (), paid_by, resolution.reference, only_look=False)
        paid.held_fen -= taken
        if paid.held_fen == 0:
            paid.review_closed_at = clock.now()
    elif resolution.kind == ResolutionKind.RETURN:
        _give_back(session, actor, paid, paid_by, resolution)
    elif resolution.kind == ResolutionKind.OWN:
        _keep_as_own(session, actor, paid, resolution)
    else:
        paid.review_closed_at = clock.now()
    if isinstance(paid, PaymentIntent) and paid.review_closed_at is not None:
        events.publish(session, HeldMoneyDecided(paid.purpose, paid.subject_id))


def _match(
    session: Session,
    paid: PaymentIntent | BankTransfer,
    others: Sequence[BankTransfer],
    paid_by: str,
    number: str,
    *,
    only_look: bool,
) -> int:
    if paid.held_fen <= 0:
        raise NothingHeld
    held = paid.held_fen + sum(other.held_fen for other in others)
    source, _, public_id = paid_by.partition(":")
    event = HeldMoneyMatched(
        source, public_id, number.strip(), held, queries.payee_of(session, paid), only_look, []
    )
    events.publish(session, event)
    if not event.taken or not 0 < event.taken[0] <= held:
        raise NothingToMatch
    return event.taken[0]


def _give_back(
    session: Session,
    actor: Actor,
    paid: PaymentIntent | BankTransfer,
    paid_by: str,
    resolution: Resolution,
) -> None:
    payee = queries.payee_of(session, paid)
    held = paid.held_fen
    foreign = isinstance(paid, PaymentIntent) and not rules.is_bookable(paid.paid_currency)
    amount = queries.refundable_fen(session, paid) if foreign else held
    if amount <= 0:
        raise NothingHeld
    whole = amount == queries.arrived_fen(paid)
    paid.held_fen = 0
    paid.review_closed_at = clock.now()
    session.flush()
    request_refund(
        session,
        actor,
        paid_by,
        amount,
        resolution.reason,
        [] if foreign else [(books.held(payee), held)],
        once=f"resolution:{resolution.public_id}",
    )
    purpose, subject_id = queries.subject_of(session, paid)
    if whole and purpose is not None and subject_id is not None and isinstance(paid, PaymentIntent):
        events.publish(session, HeldMoneyReturned(purpose, subject_id))


def _keep_as_own(
    session: Session, actor: Actor, paid: PaymentIntent | BankTransfer, resolution: Resolution
) -> None:
    payee = queries.payee_of(session, paid)
    if not isinstance(paid, BankTransfer) or paid.held_fen <= 0:
        raise NothingHeld
    amount, paid.held_fen = paid.held_fen, 0
    paid.review_closed_at = clock.now()
    session.flush()
    ledger_services.post(
        session,
        actor,
        Fact("own_money", "resolution", resolution.public_id),
        [Leg(books.held(payee), books.own_money(payee), amount)],
    )


def _subject(paid: PaymentIntent | BankTransfer) -> tuple[str, str]:
    return ("payment" if isinstance(paid, PaymentIntent) else "bank_transfer"), paid.public_id
