"""Comparing day by day: what the provider lists, what we recorded, what the ledger holds."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock
from core.db import reading, transaction
from ledger import queries as ledger_queries
from payments import books, gateways, queries, rules
from payments.models import IncomingPayout, PaymentIntent, Reconciliation, Refund
from payments.services.payouts import SOURCE
from payments.values import (
    PayoutStatus,
    ProviderPayment,
    ProviderPayout,
    ProviderRefund,
    RefundState,
    RefundStatus,
)

log = logging.getLogger(__name__)

#: How far back the daily job looks at most when it has not run for long.
FURTHEST = timedelta(days=31)


def reconcile_day(provider: str, day: date) -> list[dict[str, Any]]:
    """Compare one day (in China) of a provider, write the result down and return the differences.

    Called with no transaction open; may be repeated, the newest comparison stands.
    """
    since = datetime.combine(day, time(), clock.CHINA)
    until = since + timedelta(days=1)
    gateway = gateways.named(provider)
    paid = gateway.payments_between(since, until)
    back = gateway.refunds_between(since, until)
    banked = gateway.payouts_between(since, until)
    with reading() as session:
        ours = _ours(session, provider, since, until, [told.payment_id for told in paid])
        returned = _returned(session, provider, since, until, back)
        listed_payouts = [told.payout_id for told in banked]
        payouts = queries.payouts_of(session, provider, since, until, listed_payouts)
    # What we confirmed on this day and the provider does not list on it may stand on another day: ask for it by itself.
    listed = {told.payment_id for told in paid}
    strays = [intent for intent in ours if intent.provider_payment_id not in listed]
    elsewhere = {
        intent.id
        for intent in strays
        if intent.provider_session_id is not None
        and gateway.fetch(intent.provider_session_id).payment_id == intent.provider_payment_id
    }
    with transaction() as session:
        differences = [
            *_compare_payments(session, paid, ours, elsewhere),
            *_compare_refunds(back, returned),
            *_compare_payouts(session, banked, payouts),
        ]
        counted = [intent for intent in ours if intent.id not in elsewhere]
        booked = _booked(session, counted)
        values = {
            "checked_at": clock.now(),
            "provider_count": len(paid),
            "provider_in_fen": sum(told.amount_fen for told in paid),
            "provider_out_fen": sum(t.amount_fen for t in back if t.status is RefundStatus.SUCCEEDED),
            "our_count": len(counted),
            "our_in_fen": sum(intent.paid_fen or 0 for intent in counted),
            "our_out_fen": sum(r.amount_fen for r in returned if _by_provider(r)),
            "ledger_in_fen": sum(booked.values()),
            "ledger_out_fen": _booked_back(session, [r for r in returned if r.bank_reference is None]),
            "provider_banked_fen": sum(t.amount_fen for t in banked if t.status is PayoutStatus.PAID),
            "ledger_banked_fen": sum(_banked(session, payouts).values()),
            "differences": differences,
        }
        session.execute(
            insert(Reconciliation)
            .values(provider=provider, day=day, **values)
            .on_conflict_do_update(index_elements=[Reconciliation.provider, Reconciliation.day], set_=values)
        )
    if differences:
        log.warning("%s differs from our books on %s in %d places", provider, day, len(differences))
    return differences


def reconcile_due() -> int:
    """Compare every finished day that was not compared yet; returns how many. What fails is tried again later."""
    done = 0
    yesterday = clock.today() - timedelta(days=1)
    for provider in gateways.names():
        with reading() as session:
            first = queries.first_uncompared_day(session, provider, yesterday - FURTHEST)
        while first is not None and first <= yesterday:
            try:
                reconcile_day(provider, first)
            except Exception:
                log.exception("%s could not be compared for %s; it will be tried again", provider, first)
                break
            done += 1
            first += timedelta(days=1)
    return done


def _ours(
    session: Session, provider: str, since: datetime, until: datetime, listed: Sequence[str]
) -> Sequence[PaymentIntent]:
    on_day = (PaymentIntent.confirmed_at >= since) & (PaymentIntent.confirmed_at < until)
    return session.scalars(
        select(PaymentIntent)
        .where(
            PaymentIntent.provider == provider,
            PaymentIntent.paid_fen.is_not(None),
            PaymentIntent.provider_payment_id.in_(listed) | on_day,
        )
        .order_by(PaymentIntent.id)
    ).all()


def _returned(
    session: Session, provider: str, since: datetime, until: datetime, back: Sequence[ProviderRefund]
) -> Sequence[Refund]:
    listed = [told.refund_id for told in back]
    return session.scalars(
        select(Refund)
        .where(
            Refund.provider == provider,
            Refund.provider_refund_id.in_(listed)
            | (
                (Refund.state == RefundState.SUCCEEDED.value)
                & Refund.bank_reference.is_(None)
                & Refund.sent_at.is_not(None)
                & (Refund.sent_at >= since)
                & (Refund.sent_at < until)
                & (Refund.ended_at >= since)
                & (Refund.ended_at < until)
            ),
        )
        .order_by(Refund.id)
    ).all()


def _compare_payments(
    session: Session,
    paid: Sequence[ProviderPayment],
    ours: Sequence[PaymentIntent],
    elsewhere: set[int],
) -> list[dict[str, Any]]:
    by_payment = {intent.provider_payment_id: intent for intent in ours}
    booked = _booked(session, ours)
    found: list[dict[str, Any]] = []
    for told in paid:
        intent = by_payment.get(told.payment_id)
        if intent is None:
            link = "/operator/payment-events?show=failed"
            found.append(_difference("missing_here", told.payment_id, told.amount_fen, 0, link))
            continue
        link = _link(intent)
        if (intent.paid_fen, intent.paid_currency) != (told.amount_fen, told.currency):
            found.append(
                _difference("other_amount", told.payment_id, told.amount_fen, intent.paid_fen or 0, link)
            )
    for intent in ours:
        link = _link(intent)
        if (
            intent.provider_payment_id not in {told.payment_id for told in paid}
            and intent.id not in elsewhere
        ):
            found.append(
                _difference("unknown_there", intent.provider_payment_id or "", 0, intent.paid_fen or 0, link)
            )
        if rules.is_bookable(intent.paid_currency) and booked.get(intent.public_id, 0) != intent.paid_fen:
            found.append(
                _difference(
                    "not_booked",
                    intent.public_id,
                    intent.paid_fen or 0,
                    booked.get(intent.public_id, 0),
                    link,
                )
            )
    return found


def _compare_refunds(back: Sequence[ProviderRefund], returned: Sequence[Refund]) -> list[dict[str, Any]]:
    by_refund = {refund.provider_refund_id: refund for refund in returned}
    listed = {told.refund_id for told in back}
    found = []
    for told in back:
        refund = by_refund.get(told.refund_id)
        if refund is None:
            if told.status is RefundStatus.SUCCEEDED:
                link = "/operator/refunds?show=all"
                found.append(_difference("refund_missing_here", told.refund_id, told.amount_fen, 0, link))
            continue
        settled = _by_provider(refund)
        if settled != (told.status is RefundStatus.SUCCEEDED) or refund.amount_fen != told.amount_fen:
            ours = refund.amount_fen if settled else 0
            link = f"/operator/refunds/{refund.public_id}"
            found.append(_difference("refund_other", told.refund_id, told.amount_fen, ours, link))
    for refund in returned:
        if refund.provider_refund_id not in listed:
            link = f"/operator/refunds/{refund.public_id}"
            found.append(_difference("refund_unknown_there", refund.public_id, 0, refund.amount_fen, link))
    return found


def _compare_payouts(
    session: Session, banked: Sequence[ProviderPayout], payouts: Sequence[IncomingPayout]
) -> list[dict[str, Any]]:
    by_number = {payout.provider_payout_id: payout for payout in payouts}
    listed = {told.payout_id for told in banked}
    booked = _banked(session, payouts)
    link = "/operator/reconciliation/payouts"
    found = []
    for told in banked:
        there = told.amount_fen if told.status is PayoutStatus.PAID else 0
        payout = by_number.get(told.payout_id)
        here = booked.get(payout.public_id, 0) if payout is not None else 0
        if payout is None:
            if told.status.is_final:
                found.append(_difference("payout_missing_here", told.payout_id, there, 0, link))
        elif payout.trouble is not None:
            found.append(_difference("payout_not_booked", told.payout_id, there, here, link))
        elif here != there or payout.amount_fen != told.amount_fen:
            found.append(_difference("payout_other", told.payout_id, there, here, link))
    for payout in payouts:
        if payout.provider_payout_id not in listed:
            here = booked.get(payout.public_id, 0)
            found.append(_difference("payout_unknown_there", payout.provider_payout_id, 0, here, link))
    return found


def _banked(session: Session, payouts: Sequence[IncomingPayout]) -> dict[str, int]:
    """Return what the ledger let reach the bank with each payout (fen by payout)."""
    codes = {books.bank(part.payee).code for payout in payouts for part in queries.parts_of(payout)}
    return ledger_queries.net_into(session, codes, SOURCE, [payout.public_id for payout in payouts])


def _booked(session: Session, ours: Sequence[PaymentIntent]) -> dict[str, int]:
    """Return what the ledger took into the clearing accounts for each payment (fen by intent)."""
    if not ours:
        return {}
    codes = {books.clearing(intent.provider, intent.payee).code for intent in ours}
    return ledger_queries.taken_in(
        session, codes, "payment", [intent.public_id for intent in ours], min(i.created_at for i in ours)
    )


def _booked_back(session: Session, returned: Sequence[Refund]) -> int:
    references = [f"{refund.public_id}.{refund.round}" for refund in returned]
    return ledger_queries.sum_of_entries(session, "refund", "refund", references)


def _by_provider(refund: Refund) -> bool:
    """Say whether a refund went back through the provider; one that it failed may have been paid by hand since."""
    return refund.state == RefundState.SUCCEEDED and refund.bank_reference is None


def _link(intent: PaymentIntent) -> str:
    if intent.review_reason is not None:
        return f"/operator/reviews/payment/{intent.public_id}"
    return (
        f"/operator/orders/by-id/{intent.subject_id}"
        if intent.purpose == "order"
        else "/operator/payment-events"
    )


def _difference(kind: str, what: str, there: int, here: int, link: str) -> dict[str, Any]:
    return {"kind": kind, "what": what, "there_fen": there, "here_fen": here, "link": link}
