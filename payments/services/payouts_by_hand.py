"""Payouts that a person made at the provider: booked from the bank's statement by two people, once each."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, ids
from core.permissions import Actor
from payments import books, queries, rules
from payments.errors import (
    ArrivedOnWrongDay,
    BookingDecided,
    GatewayRefused,
    PayoutBookedBefore,
    PayoutNotPaid,
    PayoutSaysOther,
    PayoutUnclear,
    ProviderTooLow,
    RefundSentBefore,
    SecondPersonNeeded,
    UnknownPayout,
)
from payments.models import IncomingPayout, PayoutByHand
from payments.services.desk import require_operator
from payments.services.payouts import SOURCE, balance_alone, book_parts, settle_payout
from payments.values import PayoutPart, PayoutStatus, StatementPayout


def ask_about_payout(provider: str, payout_id: str) -> None:
    """Ask the provider about the payout that somebody types off the statement; refuses a number it does not know.

    Called with no transaction open. What it lists the lines of is booked by this already.
    """
    try:
        settle_payout(provider, payout_id)
    except GatewayRefused as refused:
        raise UnknownPayout from refused
    except PayoutUnclear:
        return  # It is written down with its reason, and proposing it says what fits.


def propose_booking(session: Session, actor: Actor, line: StatementPayout, *, once: str) -> PayoutByHand:
    """Write down what the statement says about a payout that the provider lists no lines of; nothing is booked yet.

    The payout is one that the provider was asked about (`ask_about_payout`). The same `once` gives back the first.
    """
    require_operator(session, actor)
    if queries.find_payout(session, line.provider, line.provider_payout_id) is None:
        raise UnknownPayout
    payout = queries.lock_payout(session, line.provider, line.provider_payout_id)
    known = session.scalar(select(PayoutByHand).where(PayoutByHand.once == once))
    if known is not None:
        if (known.payout_id, _line_of(payout, known)) != (payout.id, line):
            raise RefundSentBefore
        return known
    if queries.find_booking(session, payout.id) is not None:
        raise PayoutBookedBefore
    _check(session, payout, line)
    booking = PayoutByHand(
        public_id=ids.public_id(16),
        once=once,
        payout_id=payout.id,
        amount_fen=line.amount_fen,
        fee_fen=line.fee_fen,
        arrived_on=line.arrived_on,
        payee=line.payee,
        state="proposed",
        proposed_by_user_id=actor.user_id,
        proposed_at=clock.now(),
    )
    session.add(booking)
    session.flush()
    _told(session, actor, payout, booking, "payout by hand proposed")
    return booking


def confirm_booking(session: Session, actor: Actor, public_id: str) -> PayoutByHand:
    """Book what somebody else read off the statement: out of what the provider held, to the bank and to its fees."""
    require_operator(session, actor)
    payout, booking = queries.lock_booking(session, public_id)
    if booking.state != "proposed":
        raise BookingDecided
    if booking.proposed_by_user_id == actor.user_id:
        raise SecondPersonNeeded
    _check(session, payout, _line_of(payout, booking))
    _decide(session, actor, booking, "booked")
    part = PayoutPart(booking.payee, booking.amount_fen + booking.fee_fen, booking.fee_fen)
    book_parts(session, actor, payout, [part])
    _told(session, actor, payout, booking, "payout by hand booked")
    return booking


def decline_booking(session: Session, actor: Actor, public_id: str, reason: str) -> PayoutByHand:
    """Say no to a booking, or take the own one back; the payout waits again."""
    require_operator(session, actor)
    payout, booking = queries.lock_booking(session, public_id)
    if booking.state != "proposed":
        raise BookingDecided
    booking.reason = reason.strip()
    _decide(session, actor, booking, "declined")
    _told(session, actor, payout, booking, "payout by hand declined")
    return booking


def _check(session: Session, payout: IncomingPayout, line: StatementPayout) -> None:
    """Refuse what does not fit a locked payout as the provider tells it, or what lies with the provider by the books."""
    if payout.booked_at is not None:
        raise PayoutBookedBefore
    if not rules.is_bookable(payout.currency):
        raise PayoutUnclear(f"paid out in {payout.currency}")
    if payout.status != PayoutStatus.PAID:
        raise PayoutNotPaid(payout.status)
    if line.amount_fen != payout.amount_fen:
        raise PayoutSaysOther(payout.amount_fen)
    sent_on = payout.made_at.astimezone(clock.CHINA).date()
    if not sent_on <= line.arrived_on <= clock.today():
        raise ArrivedOnWrongDay(sent_on)
    balance = balance_alone(session, books.clearing(payout.provider, line.payee).code)
    if balance < line.amount_fen + line.fee_fen:
        raise ProviderTooLow(balance)


def _line_of(payout: IncomingPayout, booking: PayoutByHand) -> StatementPayout:
    return StatementPayout(
        payout.provider,
        payout.provider_payout_id,
        booking.amount_fen,
        booking.fee_fen,
        booking.arrived_on,
        booking.payee,
    )


def _decide(session: Session, actor: Actor, booking: PayoutByHand, state: str) -> None:
    booking.state = state
    booking.decided_by_user_id = actor.user_id
    booking.decided_at = clock.now()
    session.flush()


def _told(session: Session, actor: Actor, payout: IncomingPayout, booking: PayoutByHand, action: str) -> None:
    audit.record(
        session,
        actor,
        action,
        SOURCE,
        payout.public_id,
        after={
            "number": payout.provider_payout_id,
            "amount_fen": booking.amount_fen,
            "fee_fen": booking.fee_fen,
            "payee": booking.payee,
        },
        reason=booking.reason,
    )
