"""Giving money back: on paper first, approved by a second person above the limit, then asked of the provider."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import audit, clock, events, ids, jobs
from core.db import reading, transaction
from core.errors import NotFound
from core.permissions import SYSTEM, Actor
from ledger import services as ledger_services
from ledger.values import AccountKind, AccountSpec, Fact, Leg, Policy, Unit
from payments import books, gateways, queries, rules
from payments.errors import (
    BankReferenceTaken,
    GatewayFailed,
    GatewayRefused,
    LimitInThePast,
    LimitRaisedToday,
    NotOurCurrency,
    RefundSentBefore,
    RefundTooLarge,
    SecondPersonNeeded,
    TransferFromTheFuture,
    UnknownIntent,
    WrongRefundState,
)
from payments.events import RefundDeclined, RefundSucceeded, RefundToBeDeclined
from payments.models import BankTransfer, PaymentIntent, Refund, RefundLimit
from payments.services.desk import require_operator
from payments.services.payouts import require_in_bank
from payments.values import (
    BY_HAND,
    CURRENCY,
    ProviderRefund,
    RefundAction,
    RefundRequest,
    RefundState,
)

log = logging.getLogger(__name__)

SEND_REFUND = "payments.send_refund"
SWEEP_REFUNDS = 100

#: Where money lies that goes back: accounts and how much (fen) comes from each.
Sources = Sequence[tuple[AccountSpec, int]]


def request_refund(
    session: Session,
    actor: Actor,
    paid_by: str,
    amount_fen: int,
    reason: str,
    sources: Sources,
    *,
    once: str,
    owed: bool = False,
) -> Refund:
    """Promise money back, in the caller's step: it leaves `sources` at once and waits in the refunds that are due.

    `paid_by` is `payment:<public id>` or `bank_transfer:<public id>`. What was asked for and what went back together
    never exceed what was paid (`RefundTooLarge`); the payment's row is locked, and the database holds the sum too.
    Above the limit of the day, counted with what the same person gave back of the payment before, a second person
    approves first (of another currency always), unless the money is `owed` anyway (a buyer who gives up what was not sent, money that came twice). The same `once` gives back the first refund. Asks no provider: a job
    does, or, for a bank transfer, a person pays and notes the reference.
    """
    if amount_fen <= 0 or not reason.strip():
        raise ValueError("a refund needs an amount above 0 fen and a reason")
    paid = queries.lock_paid(session, paid_by)
    known = session.scalar(select(Refund).where(Refund.once == once))
    if known is not None:
        same = (known.intent_id, known.transfer_id, known.amount_fen) == (
            paid.id if isinstance(paid, PaymentIntent) else None,
            paid.id if isinstance(paid, BankTransfer) else None,
            amount_fen,
        )
        if not same:
            raise RefundSentBefore
        return known
    left = queries.refundable_fen(session, paid)
    if amount_fen > left:
        raise RefundTooLarge(left)
    currency = (paid.paid_currency or CURRENCY) if isinstance(paid, PaymentIntent) else CURRENCY
    if rules.is_bookable(currency) and sum(amount for _, amount in sources) != amount_fen:
        raise ValueError("the sources of a refund are its amount")
    # What one person gives back of a payment counts together: nobody passes the limit in small steps. It is a limit in
    # our currency, so money of another one always has its second person.
    alone_fen = amount_fen + queries.given_back_alone_fen(session, paid, actor.user_id)
    limit_fen = rules.refund_limit(queries.refund_limits(session), clock.today())
    needs_second = not owed and (not rules.is_bookable(currency) or alone_fen > limit_fen)
    moment = clock.now()
    purpose, subject_id = queries.subject_of(session, paid)
    paid.refunding_fen += amount_fen
    refund = Refund(
        public_id=ids.public_id(16),
        once=once,
        intent_id=paid.id if isinstance(paid, PaymentIntent) else None,
        transfer_id=paid.id if isinstance(paid, BankTransfer) else None,
        purpose=purpose,
        subject_id=subject_id,
        payee=queries.payee_of(session, paid),
        provider=paid.provider if isinstance(paid, PaymentIntent) else BY_HAND,
        amount_fen=amount_fen,
        currency=currency,
        reason=reason.strip(),
        state=(RefundState.REQUESTED if needs_second else RefundState.APPROVED).value,
        sources=[_kept(spec, amount) for spec, amount in sources],
        needs_second=needs_second,
        asked_by_user_id=actor.user_id,
        requested_at=moment,
        approved_at=None if needs_second else moment,
    )
    session.add(refund)
    session.flush()
    if rules.is_bookable(currency):
        due = books.refunds_due(refund.payee)
        refund.promise_entry_id = ledger_services.post(
            session,
            actor,
            Fact("refund_promised", "refund", refund.public_id),
            [Leg(spec, due, amount) for spec, amount in sources],
        ).entry_id
    audit.record(
        session,
        actor,
        "refund asked for",
        "refund",
        refund.public_id,
        after={"paid_by": paid_by, "amount_fen": amount_fen, "needs_second": needs_second},
        reason=refund.reason,
    )
    _hurry(session, refund)
    session.flush()
    return refund


def approve_refund(session: Session, actor: Actor, public_id: str) -> Refund:
    """Approve what somebody else asked for; refused to the one who asked (`SecondPersonNeeded`)."""
    require_operator(session, actor)
    refund = queries.lock_refund(session, public_id)
    target = rules.refund_after(refund.state, RefundAction.APPROVE)
    if refund.asked_by_user_id is not None and refund.asked_by_user_id == actor.user_id:
        raise SecondPersonNeeded
    refund.state = target.value
    refund.approved_by_user_id = actor.user_id
    refund.approved_at = clock.now()
    _told(session, actor, refund, "refund approved")
    _hurry(session, refund)
    session.flush()
    return refund


def decline_refund(session: Session, actor: Actor, public_id: str, reason: str) -> Refund:
    """Say no to what somebody asked for: the money goes back to where it lay."""
    require_operator(session, actor)
    known = queries.find_refund(session, public_id)
    if known is None:
        raise NotFound(f"no refund {public_id}")
    # Whatever the money is for is locked before the payment, as where a refund is asked for.
    events.publish(session, RefundToBeDeclined(known.purpose, known.subject_id))
    refund = queries.lock_refund(session, public_id)
    target = rules.refund_after(refund.state, RefundAction.DECLINE)
    paid = queries.lock_paid_of(session, refund)
    paid.refunding_fen -= refund.amount_fen
    if refund.promise_entry_id is not None:
        due = books.refunds_due(refund.payee)
        ledger_services.reverse(
            session,
            actor,
            refund.promise_entry_id,
            Fact("refund_taken_back", "refund", refund.public_id),
            [Leg(due, *_source(kept)) for kept in refund.sources],
        )
    for kept in refund.sources:
        spec, amount = _source(kept)
        if spec.code == books.held(refund.payee).code:
            paid.held_fen += amount
            paid.review_closed_at = None
    refund.state = target.value
    refund.ended_at = clock.now()
    _told(session, actor, refund, "refund declined", reason)
    session.flush()
    events.publish(session, RefundDeclined(refund.public_id, refund.purpose, refund.subject_id))
    return refund


def try_refund_again(session: Session, actor: Actor, public_id: str) -> Refund:
    """Ask the provider anew for a refund that it failed, under a new key."""
    require_operator(session, actor)
    refund = queries.lock_refund(session, public_id)
    refund.state = rules.refund_after(refund.state, RefundAction.TRY_AGAIN).value
    refund.round += 1
    refund.provider_refund_id = None
    refund.error = None
    refund.checked_at = None
    _told(session, actor, refund, "refund tried again")
    _hurry(session, refund)
    session.flush()
    return refund


def note_paid_by_hand(
    session: Session, actor: Actor, public_id: str, bank_reference: str, paid_on: date
) -> Refund:
    """Note that a finance officer paid a refund by bank transfer, with the bank's own number of it.

    What was paid in another currency never lay in our books and goes back through its provider only (`NotOurCurrency`).
    """
    require_operator(session, actor)
    if paid_on > clock.today():
        raise TransferFromTheFuture
    reference = " ".join(bank_reference.split())
    refund = queries.lock_refund(session, public_id)
    if refund.state == RefundState.SUCCEEDED and refund.bank_reference == reference:
        return refund
    target = rules.refund_after(refund.state, RefundAction.PAY_BY_HAND)
    if refund.state == RefundState.APPROVED and refund.provider != BY_HAND:
        # What the provider is about to be asked for must not be paid a second time.
        raise WrongRefundState(refund.state, RefundAction.PAY_BY_HAND)
    if not rules.is_bookable(refund.currency):
        raise NotOurCurrency(refund.currency)
    if session.scalar(select(Refund.id).where(Refund.bank_reference == reference)) is not None:
        raise BankReferenceTaken(reference)
    require_in_bank(session, refund.payee, refund.amount_fen)
    if refund.state == RefundState.FAILED:
        # It may have arrived once and come back: what leaves now is another fact than what left then.
        refund.round += 1
    refund.bank_reference = reference
    _succeed(session, actor, refund, target, books.bank(refund.payee))
    return refund


def set_refund_limit(session: Session, actor: Actor, limit_fen: int, valid_from: date) -> None:
    """Set from which day on refunds above `limit_fen` need a second person; refuses a day that has been.

    A higher limit than today's begins tomorrow at the earliest (`LimitRaisedToday`).
    """
    today = clock.today()
    if valid_from < today:
        raise LimitInThePast
    if valid_from == today and limit_fen > rules.refund_limit(queries.refund_limits(session), today):
        raise LimitRaisedToday
    added = session.scalar(
        insert(RefundLimit)
        .values(limit_fen=limit_fen, valid_from=valid_from, set_by_user_id=actor.user_id, set_at=clock.now())
        .on_conflict_do_nothing(index_elements=[RefundLimit.valid_from])
        .returning(RefundLimit.id)
    )
    if added is None:
        raise LimitInThePast
    audit.record(
        session,
        actor,
        "refund limit set",
        "setting",
        "refund_limit",
        after={"limit_fen": limit_fen, "valid_from": valid_from.isoformat()},
    )


def send_refund(public_id: str) -> RefundState:
    """Ask the provider for an approved refund and write its answer down; repeats what was asked before, never twice.

    Called with no transaction open. An answer that was lost is looked for among the payment's refunds, and asked for
    again under the same key. What the provider refuses goes to a person.
    """
    with transaction() as session:
        refund = queries.lock_refund(session, public_id)
        state = RefundState(refund.state)
        if state not in (RefundState.APPROVED, RefundState.SENT) or refund.provider == BY_HAND:
            return state
        asked_before = refund.attempts > 0
        refund.state = rules.refund_after(refund.state, RefundAction.SEND).value
        refund.attempts += 1
        refund.sent_at = refund.sent_at or clock.now()
        refund.checked_at = clock.now()
        gateway = gateways.named(refund.provider)
        request = _request(session, refund)
    try:
        told = None
        if asked_before:
            told = _find(gateway.refunds_of(request.payment_id), request.reference)
        if told is None:
            told = gateway.refund(request)
    except GatewayRefused as refused:
        return _note_trouble(public_id, refused, for_a_person=True)
    except GatewayFailed as failed:
        _note_trouble(public_id, failed, for_a_person=False)
        raise
    with transaction() as session:
        return finish_refund(session, public_id, told)


def finish_refund(session: Session, public_id: str, told: ProviderRefund) -> RefundState:
    """Bring a refund to where the provider says it is, once; serialised on its row. Asks nobody."""
    refund = queries.lock_refund(session, public_id)
    state = RefundState(refund.state)
    if told.reference != _reference(refund):
        return state
    if refund.provider_refund_id not in (None, told.refund_id):
        raise UnknownIntent(f"refund {told.refund_id} is not the one of {public_id}")
    refund.checked_at = clock.now()
    action = rules.what_provider_says(told, refund.amount_fen, refund.currency)
    target = rules.REFUND_TABLE[state].get(action) if action is not None else None
    if state in (RefundState.SENT, RefundState.NEEDS_REVIEW):
        refund.provider_refund_id = told.refund_id
        refund.error = None if action is not RefundAction.FAIL else told.failure or told.status.value
    if action is None or target is None:
        session.flush()
        return state
    if target is RefundState.SUCCEEDED:
        _succeed(session, SYSTEM, refund, target, books.clearing(refund.provider, refund.payee))
    elif target is RefundState.FAILED:
        _fail(session, refund, told)
    else:
        refund.state = target.value
        refund.error = f"{told.amount_fen} {told.currency} instead of {refund.amount_fen} {refund.currency}"
        _told(session, SYSTEM, refund, "refund needs review", refund.error)
    session.flush()
    return RefundState(refund.state)


def settle_refunds_of(provider: str, payment_id: str) -> int:
    """Ask the provider for every refund of a payment and finish ours; returns how many we know. No transaction is open."""
    with reading() as session:
        if queries.find_by_payment(session, provider, payment_id) is None:
            raise UnknownIntent(f"no intent with payment {payment_id}")
    found = gateways.named(provider).refunds_of(payment_id)
    known = 0
    for told in found:
        public_id = (told.reference or "").partition(".")[0]
        with transaction() as session:
            if public_id and queries.find_refund(session, public_id) is not None:
                finish_refund(session, public_id, told)
                known += 1
    return known


def sweep_refunds() -> int:
    """Ask the provider again for refunds whose answer was lost or is still to come; returns how many ended."""
    with reading() as session:
        due = queries.refunds_to_send(session, gateways.names(), SWEEP_REFUNDS)
    ended = 0
    for public_id in due:
        try:
            ended += send_refund(public_id) is RefundState.SUCCEEDED
        except Exception:
            log.exception("refund %s could not be sent; it will be tried again", public_id)
    return ended


def _hurry(session: Session, refund: Refund) -> None:
    if refund.state == RefundState.APPROVED and refund.provider != BY_HAND:
        key = f"{SEND_REFUND}:{_reference(refund)}"
        jobs.enqueue(session, SEND_REFUND, {"refund": refund.public_id}, key=key)


def _succeed(
    session: Session, actor: Actor, refund: Refund, target: RefundState, account: AccountSpec
) -> None:
    moment = clock.now()
    refund.state = target.value
    refund.ended_at = moment
    refund.error = None
    session.flush()
    if rules.is_bookable(refund.currency):
        ledger_services.post(
            session,
            actor,
            Fact("refund", "refund", _reference(refund), effective_at=moment),
            [Leg(books.refunds_due(refund.payee), account, refund.amount_fen)],
        )
    _told(session, actor, refund, "refund paid")
    events.publish(
        session,
        RefundSucceeded(
            refund.public_id,
            refund.purpose,
            refund.subject_id,
            refund.amount_fen,
            refund.currency,
            refund.provider,
        ),
    )


def _fail(session: Session, refund: Refund, told: ProviderRefund) -> None:
    had_succeeded = refund.state == RefundState.SUCCEEDED
    if had_succeeded and refund.bank_reference is not None:
        return
    refund.state = RefundState.FAILED.value
    refund.ended_at = None
    refund.error = told.failure or told.status.value
    session.flush()
    if had_succeeded and rules.is_bookable(refund.currency):
        ledger_services.post(
            session,
            SYSTEM,
            Fact("refund_returned", "refund", _reference(refund)),
            [
                Leg(
                    books.clearing(refund.provider, refund.payee),
                    books.refunds_due(refund.payee),
                    refund.amount_fen,
                )
            ],
        )
    _told(session, SYSTEM, refund, "refund failed", refund.error)


def _note_trouble(public_id: str, problem: Exception, *, for_a_person: bool) -> RefundState:
    with transaction() as session:
        refund = queries.lock_refund(session, public_id)
        if refund.state == RefundState.SENT:
            refund.error = str(problem)[:500]
            if for_a_person:
                refund.state = rules.refund_after(refund.state, RefundAction.REVIEW).value
                _told(session, SYSTEM, refund, "refund needs review", refund.error)
        return RefundState(refund.state)


def _request(session: Session, refund: Refund) -> RefundRequest:
    intent = session.get_one(PaymentIntent, refund.intent_id)
    if intent.provider_payment_id is None:
        raise NotFound("the payment has no number at its provider")
    return RefundRequest(
        _reference(refund), intent.public_id, intent.provider_payment_id, refund.amount_fen, refund.currency
    )


def _reference(refund: Refund) -> str:
    return f"{refund.public_id}.{refund.round}"


def _find(found: Sequence[ProviderRefund], reference: str) -> ProviderRefund | None:
    return next((told for told in found if told.reference == reference), None)


def _kept(spec: AccountSpec, amount: int) -> dict[str, Any]:
    return {
        "code": spec.code,
        "unit": spec.unit.value,
        "kind": spec.kind.value,
        "policy": spec.policy.value,
        "book": spec.book,
        "amount": amount,
    }


def _source(kept: dict[str, Any]) -> tuple[AccountSpec, int]:
    spec = AccountSpec(
        kept["code"], Unit(kept["unit"]), AccountKind(kept["kind"]), Policy(kept["policy"]), kept["book"]
    )
    return spec, int(kept["amount"])


def _told(session: Session, actor: Actor, refund: Refund, action: str, reason: str = "") -> None:
    audit.record(
        session, actor, action, "refund", refund.public_id, after={"state": refund.state}, reason=reason
    )
