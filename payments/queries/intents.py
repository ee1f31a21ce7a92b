"""Reading intents: what was to be paid, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, DateTime, Select, Text, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from core import clock, ids
from core.db import table_of
from core.errors import NotFound
from payments import rules
from payments.models import (
    PaymentIntent,
)
from payments.values import (
    CheckoutRequest,
    IntentFacts,
    PaymentState,
    Purpose,
)

OPEN = (PaymentState.CREATED.value, PaymentState.PENDING.value)

# Sent with every payment, so built once.
_intents = table_of(PaymentIntent)
_BY_PUBLIC_ID = select(PaymentIntent).where(PaymentIntent.public_id == bindparam("public_id"))
_LOCKED_BY_PUBLIC_ID = _BY_PUBLIC_ID.with_for_update()
_BY_SUBJECT = (
    select(PaymentIntent)
    .where(
        PaymentIntent.purpose == bindparam("purpose"),
        PaymentIntent.subject_id == bindparam("subject_id"),
        PaymentIntent.state == func.any(bindparam("states", type_=ARRAY(Text))),
    )
    .order_by(PaymentIntent.id.desc())
)
_other = aliased(PaymentIntent)
_ELSEWHERE = (
    exists(_other.id)
    .where(
        _other.provider == PaymentIntent.provider,
        _other.provider_payment_id == bindparam("payment_id", type_=Text),
        _other.id != PaymentIntent.id,
    )
    .correlate(PaymentIntent)
)
_LOCKED_WITH_ELSEWHERE = (
    select(PaymentIntent, _ELSEWHERE)
    .where(PaymentIntent.public_id == bindparam("public_id"))
    .with_for_update(of=PaymentIntent)
)


def find_intent(session: Session, public_id: str) -> PaymentIntent | None:
    """Return an intent by its public identifier."""
    if "\x00" in public_id:
        return None
    return session.scalar(_BY_PUBLIC_ID, {"public_id": public_id})


def get_intent(session: Session, public_id: str) -> PaymentIntent:
    """Return an intent by its public identifier; raises `NotFound`."""
    intent = find_intent(session, public_id)
    if intent is None:
        raise NotFound(f"no intent {public_id}")
    return intent


def lock_intent(session: Session, public_id: str) -> PaymentIntent:
    """Return an intent that nobody else changes until this step ends; raises `NotFound`."""
    intent = session.scalar(_LOCKED_BY_PUBLIC_ID, {"public_id": public_id})
    if intent is None:
        raise NotFound(f"no intent {public_id}")
    return intent


def lock_intent_of_payment(
    session: Session, public_id: str, payment_id: str | None
) -> tuple[PaymentIntent, bool]:
    """Return an intent as `lock_intent` does, and whether another one holds this payment of the same provider.

    Of two that come to hold it at one moment, the database refuses the second, whose step is tried again.
    """
    found = session.execute(
        _LOCKED_WITH_ELSEWHERE, {"public_id": public_id, "payment_id": payment_id}
    ).first()
    if found is None:
        raise NotFound(f"no intent {public_id}")
    return found[0], found[1]


def find_subject_intents(
    session: Session, purpose: Purpose, subject_id: int, *states: PaymentState
) -> Sequence[PaymentIntent]:
    """Return the intents for a thing in one of `states` as they stand at one moment, the newest first."""
    return session.scalars(
        _BY_SUBJECT, {"purpose": purpose.value, "subject_id": subject_id, "states": [s.value for s in states]}
    ).all()


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


def count_begun_from(session: Session, address: str, within: Sequence[timedelta]) -> Sequence[int]:
    """Count the payments that were begun from an address within each of these times."""
    moment = clock.now()
    return session.execute(
        _begun_from(len(within)),
        {"address": ids.digest(address), "first": moment - max(within)}
        | {f"since_{number}": moment - span for number, span in enumerate(within)},
    ).one()


@cache
def _begun_from(spans: int) -> Select[*tuple[Any, ...]]:
    counted = [
        func.count().filter(_intents.c.begun_at > bindparam(f"since_{number}", type_=DateTime(timezone=True)))
        for number in range(spans)
    ]
    return select(*counted).where(
        _intents.c.begun_from == bindparam("address"),
        _intents.c.begun_at > bindparam("first", type_=DateTime(timezone=True)),
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


def find_by_payment(session: Session, provider: str, payment_id: str) -> PaymentIntent | None:
    """Return the intent that holds a payment of a provider."""
    return session.scalar(
        select(PaymentIntent).where(
            PaymentIntent.provider == provider, PaymentIntent.provider_payment_id == payment_id
        )
    )


def payments_of_subject(session: Session, purpose: Purpose, subject_id: int) -> list[PaymentIntent]:
    """Return every intent for one order or gift, oldest first."""
    return list(
        session.scalars(
            select(PaymentIntent)
            .where(PaymentIntent.purpose == purpose.value, PaymentIntent.subject_id == subject_id)
            .order_by(PaymentIntent.id)
        )
    )
