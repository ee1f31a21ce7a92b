"""Money that providers send to the bank: written down as they tell, booked once, and taken back when it comes back."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import audit, clock, ids
from core.db import lock_keys, reading, transaction
from core.permissions import SYSTEM, Actor
from ledger import queries as ledger_queries
from ledger import services as ledger_services
from ledger.values import AccountSpec, Fact, Leg
from payments import books, gateways, queries, rules
from payments.errors import BankTooLow, GatewayRefused, PayoutUnclear
from payments.models import IncomingPayout
from payments.values import PayoutPart, PayoutStatus, ProviderMove, ProviderPayout

log = logging.getLogger(__name__)

SOURCE = "provider_payout"
#: How far ahead of ours a provider's clock may be.
AHEAD = timedelta(minutes=5)


def settle_payout(provider: str, payout_id: str) -> PayoutStatus:
    """Ask the provider how a payout stands, write it down and book it; returns its status.

    Called with no transaction open; may be repeated. What cannot be booked is kept with its reason (`PayoutUnclear`).
    """
    gateway = gateways.named(provider)
    told = gateway.payout(payout_id)
    with reading() as session:
        known = queries.find_payout(session, provider, payout_id)
    moves: Sequence[ProviderMove] = ()
    try:
        if told.status.is_final and (known is None or known.booked_at is None):
            if not rules.is_bookable(told.currency):
                raise PayoutUnclear(f"paid out in {told.currency}")
            if told.automatic:
                moves = _moves_of(gateway, payout_id)
        with transaction() as session:
            return PayoutStatus(note_payout(session, provider, told, moves).status)
    except PayoutUnclear as unclear:
        with transaction() as session:
            payout = _keep(session, provider, told)
            if payout.booked_at is None:
                payout.trouble = str(unclear)[:500]
        raise


def note_payout(
    session: Session, provider: str, told: ProviderPayout, moves: Sequence[ProviderMove]
) -> IncomingPayout:
    """Write down what the provider says about a payout, and book it once: paid, or gone and come back.

    `moves` are its lines, needed once the provider is done with it. There are none of a payout that a person made at
    the provider: it waits until somebody books it from the statement (`payouts_by_hand`). Serialised on the payout's row.
    """
    payout = _keep(session, provider, told)
    status = PayoutStatus(payout.status)
    if told.status.is_final and payout.booked_at is None:
        if told.automatic:
            _book(session, payout, moves)
        else:
            payout.trouble = rules.MADE_BY_HAND if status is PayoutStatus.PAID else None
    if status.came_back and payout.booked_at is not None and payout.returned_at is None:
        payout.returned_at = clock.now()
        _post(
            session,
            SYSTEM,
            payout,
            "provider_payout_returned",
            _legs_back(provider, queries.parts_of(payout)),
        )
        _told(session, payout)
    session.flush()
    return payout


def sweep_payouts() -> int:
    """Ask the providers for payouts of which no event came; returns how many were new or stood otherwise."""
    found = 0
    for provider in gateways.names():
        with reading() as session:
            since = queries.look_from(session, provider)
        if since is None:
            continue
        until = clock.now() + AHEAD
        listed = gateways.named(provider).payouts_between(since, until)
        with reading() as session:
            ours = queries.payouts_of(session, provider, since, until, [told.payout_id for told in listed])
        known = {(payout.provider_payout_id, payout.status): payout for payout in ours}
        for told in listed:
            payout = known.get((told.payout_id, told.status.value))
            # What was made by hand waits for a person, not for another look.
            if payout is not None and (
                payout.booked_at is not None or not told.status.is_final or not told.automatic
            ):
                continue
            try:
                settle_payout(provider, told.payout_id)
                found += 1
            except Exception:
                log.exception("payout %s could not be booked; it will be tried again", told.payout_id)
    return found


def require_in_bank(session: Session, payee: str, amount_fen: int) -> None:
    """Refuse to let more leave a payee's bank account than lies there by the books (`BankTooLow`).

    Whoever is about to pay waits for the others until the end of the step. Called after everything else is locked.
    """
    balance = balance_alone(session, books.bank(payee).code)
    if balance < amount_fen:
        raise BankTooLow(balance, amount_fen)


def balance_alone(session: Session, code: str) -> int:
    """Return what lies in an account (fen); others who ask so wait until the end of the step."""
    lock_keys(session, f"balance of {code}")
    return ledger_queries.balance(session, code).settled


def book_parts(session: Session, actor: Actor, payout: IncomingPayout, parts: Sequence[PayoutPart]) -> None:
    """Book what a locked payout brings each payee: out of what the provider held, to the bank and to its fees."""
    payout.parts = [{"payee": p.payee, "amount": p.amount_fen, "fee": p.fee_fen} for p in parts]
    payout.fee_fen = sum(part.fee_fen for part in parts)
    payout.booked_at = clock.now()
    payout.trouble = None
    session.flush()
    _post(session, actor, payout, "provider_payout", _legs(payout.provider, parts))


def _keep(session: Session, provider: str, told: ProviderPayout) -> IncomingPayout:
    moment = clock.now()
    session.execute(
        insert(IncomingPayout)
        .values(
            public_id=ids.public_id(16),
            provider=provider,
            provider_payout_id=told.payout_id,
            amount_fen=told.amount_fen,
            currency=told.currency,
            status=told.status.value,
            made_at=told.at,
            arrives_on=told.arrives_on,
            recorded_at=moment,
            checked_at=moment,
        )
        .on_conflict_do_nothing(index_elements=[IncomingPayout.provider, IncomingPayout.provider_payout_id])
    )
    payout = queries.lock_payout(session, provider, told.payout_id)
    payout.checked_at = moment
    # What came back never becomes paid again; an answer that was asked for earlier may arrive here later.
    if not PayoutStatus(payout.status).came_back:
        payout.status = told.status.value
        payout.arrives_on = told.arrives_on
        payout.failure = told.failure
    return payout


def _moves_of(gateway: gateways.Gateway, payout_id: str) -> Sequence[ProviderMove]:
    try:
        return gateway.moves_of(payout_id)
    except GatewayRefused as refused:
        raise PayoutUnclear(f"the provider lists no lines: {refused}") from refused


def _book(session: Session, payout: IncomingPayout, moves: Sequence[ProviderMove]) -> None:
    named = {move.payment_id for move in moves if move.payment_id is not None}
    back = {move.payout_id for move in moves if move.payout_id is not None}
    earlier = {
        payout_id: queries.parts_of(found)
        for payout_id in sorted(back)
        if (found := queries.find_payout(session, payout.provider, payout_id)) is not None
    }
    payees = queries.payees_of(session, payout.provider, named)
    parts = rules.split_payout(payout.amount_fen, moves, payees, earlier)
    book_parts(session, SYSTEM, payout, parts)
    if payout.status == PayoutStatus.PAID:
        _told(session, payout)


def _legs(provider: str, parts: Iterable[PayoutPart]) -> list[Leg]:
    legs = []
    for part in parts:
        clearing = books.clearing(provider, part.payee)
        legs += _moved(books.bank(part.payee), clearing, part.net_fen)
        legs += _moved(books.provider_fees(provider, part.payee), clearing, part.fee_fen)
    return legs


def _legs_back(provider: str, parts: Iterable[PayoutPart]) -> list[Leg]:
    """Return the way back: what had reached the bank lies at the provider again, its fees are spent."""
    return [
        leg
        for part in parts
        for leg in _moved(books.clearing(provider, part.payee), books.bank(part.payee), part.net_fen)
    ]


def _moved(debit: AccountSpec, credit: AccountSpec, amount: int) -> list[Leg]:
    if amount == 0:
        return []
    return [Leg(debit, credit, amount) if amount > 0 else Leg(credit, debit, -amount)]


def _post(session: Session, actor: Actor, payout: IncomingPayout, kind: str, legs: Sequence[Leg]) -> None:
    ledger_services.post(session, actor, Fact(kind, SOURCE, payout.public_id), legs)


def _told(session: Session, payout: IncomingPayout) -> None:
    audit.record(
        session,
        SYSTEM,
        f"provider payout {payout.status}",
        SOURCE,
        payout.public_id,
        after={
            "number": payout.provider_payout_id,
            "amount_fen": payout.amount_fen,
            "fee_fen": payout.fee_fen,
        },
        reason=payout.failure,
    )
