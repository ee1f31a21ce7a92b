"""Payers who take their money back through their bank: written down as the provider tells it, and booked."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import audit, clock, ids
from core.db import reading, transaction
from core.permissions import SYSTEM
from ledger import services as ledger_services
from ledger.values import Fact, Leg
from payments import books, gateways, queries, rules
from payments.errors import GatewayFailed, GatewayRefused, UnknownIntent
from payments.models import Dispute, PaymentIntent
from payments.services.payouts import AHEAD
from payments.values import ProviderDispute

log = logging.getLogger(__name__)

LOST = "lost"
SWEEP_DISPUTES = 50


def settle_dispute(provider: str, dispute_id: str) -> str:
    """Ask the provider how a dispute stands and write it down; returns its status. Called with no transaction open.

    Where something else was written down since it was asked, its answer may be the older one: it is asked again.
    """
    while True:
        asked_at = clock.now()
        told = gateways.named(provider).dispute(dispute_id)
        with reading() as session:
            intent = queries.find_by_payment(session, provider, told.payment_id)
        if intent is None:
            raise UnknownIntent(f"no intent with payment {told.payment_id or '(none named)'}")
        with transaction() as session:
            dispute = note_dispute(session, provider, intent.public_id, told, asked_at)
            if dispute is not None:
                return dispute.status


def sweep_disputes() -> int:
    """Ask how disputes stand of which no event came at all, or none for long; returns how many were answered.

    A provider that does not answer at all is left alone until the next round. No transaction is open.
    """
    answered = 0
    for provider in gateways.names():
        try:
            unheard = _unheard(provider)
        except GatewayFailed:
            log.exception("%s does not list its disputes; it will be asked again", provider)
            continue
        with reading() as session:
            waiting = queries.disputes_to_ask(session, provider, SWEEP_DISPUTES)
        for dispute_id in (*unheard, *waiting):
            try:
                settle_dispute(provider, dispute_id)
                answered += 1
            except Exception as problem:
                log.exception("dispute %s could not be looked at; it will be tried again", dispute_id)
                if isinstance(problem, GatewayFailed) and not isinstance(problem, GatewayRefused):
                    break
    return answered


def _unheard(provider: str) -> list[str]:
    """Return the disputes about our payments that the provider lists and that nobody has told us of."""
    with reading() as session:
        since = queries.look_for_disputes_from(session, provider)
    if since is None:
        return []
    listed = gateways.named(provider).disputes_between(since, clock.now() + AHEAD)
    with reading() as session:
        known = queries.known_disputes(session, provider, [told.dispute_id for told in listed])
        ours = queries.payees_of(session, provider, [told.payment_id for told in listed])
    return [told.dispute_id for told in listed if told.dispute_id not in known and told.payment_id in ours]


def note_dispute(
    session: Session, provider: str, intent_public_id: str, told: ProviderDispute, asked_at: datetime
) -> Dispute | None:
    """Write down what the provider says about a dispute, and move what it holds back, once for each change.

    None, and nothing is changed, where another answer was written down after `asked_at`.
    """
    intent = queries.lock_intent(session, intent_public_id)
    moment = clock.now()
    added = session.scalar(
        insert(Dispute)
        .values(
            public_id=ids.public_id(16),
            provider=provider,
            provider_dispute_id=told.dispute_id,
            intent_id=intent.id,
            amount_fen=told.amount_fen,
            reason=told.reason,
            status=told.status,
            taken_fen=0,
            moves=0,
            opened_at=told.at,
            updated_at=moment,
        )
        .on_conflict_do_nothing(index_elements=[Dispute.provider, Dispute.provider_dispute_id])
        .returning(Dispute.id)
    )
    dispute = session.scalars(
        select(Dispute)
        .where(Dispute.provider == provider, Dispute.provider_dispute_id == told.dispute_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    written = (dispute.status, dispute.taken_fen)
    if added is None and dispute.updated_at > asked_at and written != (told.status, told.taken_fen):
        return None
    changed = dispute.status != told.status or dispute.moves == 0
    dispute.status = told.status
    dispute.reason = told.reason
    dispute.updated_at = moment
    if rules.is_bookable(told.currency):
        _book(session, intent, dispute, told)
    if changed:
        audit.record(
            session,
            SYSTEM,
            f"dispute {told.status}",
            "payment",
            intent.public_id,
            after={"dispute": told.dispute_id, "amount_fen": told.amount_fen, "taken_fen": told.taken_fen},
            reason=told.reason,
        )
    session.flush()
    return dispute


def _book(session: Session, intent: PaymentIntent, dispute: Dispute, told: ProviderDispute) -> None:
    clearing = books.clearing(intent.provider, intent.payee)
    lost = books.lost_disputes(intent.payee)
    held_back = lost if dispute.lost_at is not None else books.disputed(intent.payee)
    withdrawn, reinstated = rules.dispute_moves(dispute.taken_fen, told.taken_fen)
    if withdrawn or reinstated:
        dispute.moves += 1
        dispute.taken_fen = told.taken_fen
        fact = Fact(
            "dispute_withdrawn" if withdrawn else "dispute_reinstated",
            "dispute",
            f"{dispute.public_id}.{dispute.moves}",
        )
        leg = Leg(held_back, clearing, withdrawn) if withdrawn else Leg(clearing, held_back, reinstated)
        ledger_services.post(session, SYSTEM, fact, [leg])
    if told.status == LOST and dispute.lost_at is None:
        dispute.lost_at = clock.now()
        if dispute.taken_fen:
            ledger_services.post(
                session,
                SYSTEM,
                Fact("dispute_lost", "dispute", dispute.public_id),
                [Leg(lost, books.disputed(intent.payee), dispute.taken_fen)],
            )
