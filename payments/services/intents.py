"""Writing the intention down before anybody asks the provider."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import audit, clock, ids
from core.db import table_of
from core.errors import TooManyAttempts
from core.permissions import Actor
from payments import gateways, queries, rules
from payments.errors import AlreadyPaid, EarlierPaymentOpen, PaymentUnderReview
from payments.models import PaymentIntent
from payments.values import CURRENCY, FirstIntent, PaymentState, Purpose

OPEN_STATES = (PaymentState.CREATED, PaymentState.PENDING)
ENDED_STATES = (PaymentState.SUCCEEDED, PaymentState.NEEDS_REVIEW)


def open_intent(
    session: Session,
    actor: Actor,
    purpose: Purpose,
    subject_id: int,
    amount_fen: int,
    payee: str,
    description: str,
    locale: str,
    return_url: str,
    expires_at: datetime,
) -> PaymentIntent:
    """Write down, in the caller's step, that `amount_fen` shall be paid for one thing; asks no provider.

    While an open intent of the same amount exists for the thing, that one is returned. `payee` is `operator` or
    `charity-<public id>`; `description` is what the buyer reads at the provider and must hold nothing personal;
    `return_url` is a path on this site and may hold a guest's secret. Refuses what was paid already (`AlreadyPaid`),
    what a person looks at (`PaymentUnderReview`), and a second intent while another one may still be paid
    (`EarlierPaymentOpen`: call `cancel_open_intents` first).
    """
    purpose = Purpose(purpose)
    # Looked up before it is inserted: an insert would wait for whoever is finishing the known intent, who in turn may
    # wait for the order that our caller has locked. All at one moment, so that nothing slips between.
    found = queries.find_subject_intents(session, purpose, subject_id, *OPEN_STATES, *ENDED_STATES)
    known = next((intent for intent in found if intent.state in OPEN_STATES), None)
    ended = next((intent for intent in found if intent.state in ENDED_STATES), None)
    if ended is not None:
        raise AlreadyPaid if ended.state == PaymentState.SUCCEEDED else PaymentUnderReview
    opened: PaymentIntent | None = None
    if known is None:
        opened = session.scalar(
            _ADD,
            _values(purpose, subject_id, amount_fen, payee, description, locale, return_url, expires_at),
        )
    if opened is not None:
        _record(session, actor, opened)
        return opened
    known = known or next(
        iter(queries.find_subject_intents(session, purpose, subject_id, *OPEN_STATES)), None
    )
    if (
        known is None
        or known.expires_at <= clock.now()
        or (known.amount_fen, known.payee) != (amount_fen, payee)
    ):
        raise EarlierPaymentOpen
    return known


def open_first_intent(
    session: Session,
    actor: Actor,
    purpose: Purpose,
    subject_id: int,
    amount_fen: int,
    payee: str,
    description: str,
    locale: str,
    return_url: str,
    expires_at: datetime,
    *,
    public_id: str,
    address: str | None = None,
) -> FirstIntent:
    """Write down the first intent of a thing that was written in this very step, so that no other can be there.

    As `open_intent` otherwise. `public_id` is a fresh one, for the thing to name its intent. With the `address` of a
    buyer who is sent to the provider right after the step (`go_to_checkout`), the checkout counts as begun, unless too
    many were begun from there.
    """
    values = _values(
        Purpose(purpose), subject_id, amount_fen, payee, description, locale, return_url, expires_at
    )
    begins = address is not None and not _too_many_within(session, address)
    values |= {
        "public_id": public_id,
        "begun_at": values["created_at"] if begins else None,
        "begun_from": ids.digest(address) if begins and address is not None else None,
    }
    session.execute(_ADD_FIRST, values)
    intent = PaymentIntent(**values)
    _record(session, actor, intent)
    return FirstIntent(
        intent.public_id,
        intent.provider,
        queries.checkout_request(intent, gateways.site().return_url(intent.public_id)) if begins else None,
    )


def begin(session: Session, intent: PaymentIntent, address: str | None) -> None:
    """Note on a locked intent that its checkout is about to be opened; refused (`TooManyAttempts`) from an address that began too many."""
    if intent.begun_at is not None:
        return
    if address is not None:
        within = _too_many_within(session, address)
        if within:
            raise TooManyAttempts(within)
        intent.begun_from = ids.digest(address)
    intent.begun_at = clock.now()


def _too_many_within(session: Session, address: str) -> int | None:
    """Return the time (seconds) within which too many payments were begun from an address; None if there were not."""
    begun = queries.count_begun_from(session, address, [within for within, _at_most in rules.BEGUN_LIMITS])
    for number, (within, at_most) in zip(begun, rules.BEGUN_LIMITS, strict=True):
        if number >= at_most:
            return int(within.total_seconds())
    return None


def _values(
    purpose: Purpose,
    subject_id: int,
    amount_fen: int,
    payee: str,
    description: str,
    locale: str,
    return_url: str,
    expires_at: datetime,
) -> dict[str, Any]:
    if amount_fen <= 0:
        raise ValueError("an intent needs an amount above 0 fen")
    if not return_url.startswith("/") or return_url.startswith("//"):
        raise ValueError("return_url must be a path on this site")
    return {
        "public_id": ids.public_id(16),
        "purpose": purpose.value,
        "subject_id": subject_id,
        "amount_fen": amount_fen,
        "currency": CURRENCY,
        "payee": payee,
        "provider": gateways.current().name,
        "state": PaymentState.CREATED.value,
        "description": description[:200],
        "locale": locale,
        "return_url": return_url,
        "expires_at": expires_at,
        "created_at": clock.now(),
    }


def _record(session: Session, actor: Actor, intent: PaymentIntent) -> None:
    audit.record(
        session,
        actor,
        "payment intended",
        "payment",
        intent.public_id,
        after={
            "purpose": intent.purpose,
            "subject_id": intent.subject_id,
            "amount_fen": intent.amount_fen,
            "payee": intent.payee,
        },
    )


# Sent with every payment, so built once.
_ADD = (
    insert(PaymentIntent)
    .on_conflict_do_nothing(
        index_elements=[PaymentIntent.purpose, PaymentIntent.subject_id],
        index_where=text("state IN ('created', 'pending')"),
    )
    .returning(PaymentIntent)
)
_ADD_FIRST = insert(table_of(PaymentIntent))
