"""The inbox of signed events: stored once by their id, acted upon afterwards."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import DateTime, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import audit, clock, jobs
from core.db import reading, run_alone, table_of, transaction
from core.errors import NotFound
from core.permissions import Actor
from payments import gateways, queries, rules
from payments.errors import UnknownIntent
from payments.models import PaymentEvent, PaymentIntent
from payments.services.disputes import settle_dispute
from payments.services.finishing import finish_intent
from payments.services.payouts import settle_payout
from payments.services.refunds import settle_refunds_of

log = logging.getLogger(__name__)

HANDLE_EVENT = "payments.handle_event"

# Sent with every payment, so built once.
_table = table_of(PaymentEvent)
_STORE = (
    insert(_table)
    .on_conflict_do_nothing(index_elements=[_table.c.gateway, _table.c.event_id])
    .returning(_table.c.id)
)
_intents = table_of(PaymentIntent)
_LOCK = select(PaymentEvent).where(PaymentEvent.id == bindparam("event_id")).with_for_update()
_LOCK_ITS_STATE = select(_table.c.handled_at).where(_table.c.id == bindparam("event_id")).with_for_update()
_WITH_INTENT = (
    select(
        _table.c.id,
        _table.c.gateway,
        _table.c.event_id,
        _table.c.type,
        _table.c.session_id,
        _table.c.intent_public_id,
        _table.c.body,
        _table.c.handled_at,
        _intents.c.provider,
        _intents.c.provider_session_id,
    )
    .outerjoin(_intents, _intents.c.public_id == _table.c.intent_public_id)
    .where(_table.c.id == bindparam("event_id"))
)
_HANDLED = (
    update(_table)
    .where(_table.c.id == bindparam("handled_id"), _table.c.handled_at.is_(None))
    .values(
        handled_at=bindparam("moment", type_=DateTime(timezone=True)),
        outcome=bindparam("told"),
        attempts=_table.c.attempts + 1,
        failed_at=None,
        error=None,
    )
)


def receive_event(gateway_name: str, raw_body: bytes, headers: Mapping[str, str]) -> int | None:
    """Verify an event over its raw body, store it once by its id, and return its row (None when it was known).

    The job that handles it is written in the same step, so that an answer of 200 is a promise that survives kill -9.
    Raises `BadSignature` before anything is read, and `NotFound` for a gateway that is not ours.
    """
    event = gateways.named(gateway_name).verify_event(raw_body, headers)
    moment = clock.now()
    with transaction() as session:
        stored: int | None = session.scalar(
            _STORE,
            {
                "gateway": gateway_name,
                "event_id": event.event_id,
                "type": event.type,
                "session_id": event.session_id,
                "intent_public_id": event.intent_public_id,
                "body": raw_body,
                "received_at": moment,
                "attempts": 0,
                "next_try_at": moment + rules.LOOK_AGAIN / 6,
            },
        )
        if stored is not None:
            jobs.enqueue(
                session, HANDLE_EVENT, {"event_id": stored}, key=f"{HANDLE_EVENT}:{stored}", waited_for=True
            )
    return stored


def handle_event(event_id: int) -> bool:
    """Apply a stored event by fetching what the provider says now; True when it is handled (by us or before).

    What cannot be applied stays in the inbox as failed, with its reason, and is tried again later. Called with no
    transaction open.
    """
    with reading() as session:
        event = session.execute(_WITH_INTENT, {"event_id": event_id}).one_or_none()
    if event is None:
        return False
    if event.handled_at is not None:
        return True
    try:
        _apply(event)
    except Exception as problem:
        log.warning("event %s of %s could not be applied: %s", event.event_id, event.gateway, problem)
        _note_failure(event_id, problem)
        return False
    return True


def hurry_events(intent_public_id: str) -> PaymentIntent:
    """Handle the stored events about an intent at once and return it; confirms nothing that no event tells of.

    Raises `NotFound`. Called with no transaction open.
    """
    with reading() as session:
        intent, waiting = queries.intent_with_waiting_events(session, intent_public_id)
    if not waiting:
        return intent
    for event_id in waiting:
        handle_event(event_id)
    with reading() as session:
        return queries.get_intent(session, intent_public_id)


def retry_event(session: Session, actor: Actor, event_id: int) -> None:
    """Put a failed event back to its first try, in the caller's step."""
    event = session.scalar(select(PaymentEvent).where(PaymentEvent.id == event_id).with_for_update())
    if event is None:
        raise NotFound(f"no event {event_id}")
    if event.handled_at is not None:
        return
    event.attempts = 0
    event.next_try_at = clock.now()
    audit.record(session, actor, "payment event tried again", "payment_event", event.event_id)


def _apply(event: Any) -> None:
    if rules.concerns_refunds(event.type):
        known = settle_refunds_of(event.gateway, _told_id(event, "payment_intent"))
        return _mark_handled(event.id, "refund" if known else "unknown refund")
    if rules.concerns_disputes(event.type):
        return _mark_handled(event.id, f"dispute {settle_dispute(event.gateway, _told_id(event, 'id'))}"[:60])
    if rules.concerns_payouts(event.type):
        return _mark_handled(event.id, f"payout {settle_payout(event.gateway, _told_id(event, 'id'))}")
    if not rules.concerns_payments(event.type):
        return _mark_handled(event.id, "ignored")
    if event.provider is None or event.provider != event.gateway:
        raise UnknownIntent(f"no intent {event.intent_public_id or '(none named)'}")
    session_id = event.provider_session_id or event.session_id
    if session_id is None:
        raise UnknownIntent(f"the checkout of {event.intent_public_id} is not known yet")
    told = gateways.named(event.gateway).fetch(session_id)
    with transaction() as session:
        if session.scalars(_LOCK_ITS_STATE, {"event_id": event.id}).one() is not None:
            return None
        state = finish_intent(session, event.intent_public_id, told, declined=rules.is_decline(event.type))
        session.execute(_HANDLED, _handled(event.id, state.value))
    return None


def _handled(event_id: int, outcome: str) -> dict[str, Any]:
    return {"handled_id": event_id, "told": outcome, "moment": clock.now()}


def _told_id(event: Any, name: str) -> str:
    """Return an identifier from the stored body, which was verified before it was kept."""
    found = json.loads(event.body)["data"]["object"].get(name)
    if isinstance(found, dict):
        found = found.get("id")
    if not isinstance(found, str) or not found:
        raise UnknownIntent(f"the event names no {name}")
    return found


def _mark_handled(event_id: int, outcome: str) -> None:
    run_alone(_HANDLED, _handled(event_id, outcome))


def _note_failure(event_id: int, problem: Exception) -> None:
    with transaction() as session:
        row = session.scalars(_LOCK, {"event_id": event_id}).one()
        if row.handled_at is not None:
            return
        moment = clock.now()
        row.attempts += 1
        row.failed_at = moment
        row.error = f"{type(problem).__name__}: {problem}"[:500]
        wait = rules.wait_before_try(row.attempts)
        row.next_try_at = moment + wait if wait is not None else None
