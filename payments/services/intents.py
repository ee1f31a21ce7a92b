"""Writing the intention down before anybody asks the provider."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import audit, clock, ids
from core.permissions import Actor
from payments import gateways, queries
from payments.errors import AlreadyPaid, EarlierPaymentOpen, PaymentUnderReview
from payments.models import PaymentIntent
from payments.values import CURRENCY, PaymentState, Purpose

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
    if amount_fen <= 0:
        raise ValueError("an intent needs an amount above 0 fen")
    if not return_url.startswith("/") or return_url.startswith("//"):
        raise ValueError("return_url must be a path on this site")
    purpose = Purpose(purpose)
    # Looked up before it is inserted: an insert would wait for whoever is finishing the known intent, who in turn may
    # wait for the order that our caller has locked. All at one moment, so that nothing slips between.
    found = queries.find_subject_intents(session, purpose, subject_id, *OPEN_STATES, *ENDED_STATES)
    known = next((intent for intent in found if intent.state in OPEN_STATES), None)
    ended = next((intent for intent in found if intent.state in ENDED_STATES), None)
    if ended is not None:
        raise AlreadyPaid if ended.state == PaymentState.SUCCEEDED else PaymentUnderReview
    opened = None
    if known is None:
        opened = _insert(
            session, purpose, subject_id, amount_fen, payee, description, locale, return_url, expires_at
        )
    if opened is not None:
        audit.record(
            session,
            actor,
            "payment intended",
            "payment",
            opened.public_id,
            after={"purpose": purpose, "subject_id": subject_id, "amount_fen": amount_fen, "payee": payee},
        )
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


def _insert(
    session: Session,
    purpose: Purpose,
    subject_id: int,
    amount_fen: int,
    payee: str,
    description: str,
    locale: str,
    return_url: str,
    expires_at: datetime,
) -> PaymentIntent | None:
    added: PaymentIntent | None = session.scalar(
        _ADD,
        {
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
        },
    )
    return added


_ADD = (
    insert(PaymentIntent)
    .on_conflict_do_nothing(
        index_elements=[PaymentIntent.purpose, PaymentIntent.subject_id],
        index_where=text("state IN ('created', 'pending')"),
    )
    .returning(PaymentIntent)
)
