"""Talking to the provider: intent on paper, call, answer on paper; no transaction is open while we talk."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Literal

from sqlalchemy import bindparam, update

from core import clock
from core.db import reading, run_alone, table_of, transaction
from payments import gateways, queries
from payments.errors import (
    AlreadyPaid,
    GatewayFailed,
    GatewayRefused,
    IntentClosed,
    PaymentUndecided,
    PaymentUnderReview,
)
from payments.models import PaymentIntent
from payments.services import inbox
from payments.services.finishing import finish_intent
from payments.services.intents import OPEN_STATES, begin
from payments.values import Checkout, CheckoutRequest, FirstIntent, PaymentState, Purpose

log = logging.getLogger(__name__)

SWEEP_INTENTS = 100
SWEEP_EVENTS = 100
FORGET_ADDRESS = timedelta(days=1)

# Sent with every payment, so built once.
_intents = table_of(PaymentIntent)
_NOTE_OPENED = (
    update(_intents)
    .where(_intents.c.public_id == bindparam("intent"), _intents.c.state.in_(OPEN_STATES))
    .values(
        state=PaymentState.PENDING.value,
        provider_session_id=bindparam("opened_session"),
        checkout_url=bindparam("opened_url"),
    )
    .returning(_intents.c.id)
)


def return_path(intent_public_id: str) -> str:
    """Return the path of the page that waits for a payment."""
    return gateways.site().return_path(intent_public_id)


def begin_checkout(intent_public_id: str, *, address: str | None = None) -> str:
    """Open the checkout of an intent at its provider and return the address to send the buyer to (303).

    Called with no transaction open. A second call gives the same checkout: the provider knows the intent by its
    idempotency key. `address` is where the buyer comes from; too many new payments from one address are refused
    before the provider is asked (`TooManyAttempts`). Refuses what is paid, closed or under review; when the provider
    does not answer (`GatewayFailed`), the intent stays and the call may be repeated.
    """
    moment = clock.now()
    with transaction() as session:
        intent = queries.lock_intent(session, intent_public_id)
        _refuse_ended(PaymentState(intent.state))
        if intent.expires_at <= moment:
            raise IntentClosed
        intent.declined_at = None
        if intent.checkout_url is not None:
            return intent.checkout_url
        begin(session, intent, address)
        provider, request = intent.provider, _request(intent)
    return _open_at(provider, request)


def go_to_checkout(first: FirstIntent, *, address: str | None = None) -> str:
    """As `begin_checkout`, for the first intent of a thing, right after the step that wrote it."""
    if first.request is None:
        return begin_checkout(first.public_id, address=address)
    return _open_at(first.provider, first.request)


def _open_at(provider: str, request: CheckoutRequest) -> str:
    """Open a checkout at its provider, note it, and return its address."""
    checkout = gateways.named(provider).create_checkout(request)
    opened = {
        "intent": request.intent_public_id,
        "opened_session": checkout.session_id,
        "opened_url": checkout.url,
    }
    if not run_alone(_NOTE_OPENED, opened):
        with reading() as session:
            _refuse_ended(PaymentState(queries.get_intent(session, request.intent_public_id).state))
    return checkout.url


def settle_intent(intent_public_id: str, *, close: bool = False) -> PaymentState:
    """Ask the provider how a payment stands, finish it accordingly, and return its state.

    With `close` (or once the intent has run out) the checkout is closed at the provider first, so that nothing is
    given up that could still be paid: "already paid" then means paid. Called with no transaction open.
    """
    with transaction() as session:
        intent = queries.lock_intent(session, intent_public_id)
        state = PaymentState(intent.state)
        if not state.is_open:
            return state
        close = close or intent.expires_at <= clock.now()
        if intent.begun_at is None:
            if close:
                _cancel(intent)
                return PaymentState.CANCELLED
            return state
        gateway = gateways.named(intent.provider)
        request = _request(intent)
        session_id = intent.provider_session_id
    try:
        if session_id is None:
            # The answer to the first call was lost: the same key gives the same checkout.
            checkout = gateway.create_checkout(request)
            session_id = checkout.session_id
            with transaction() as session:
                intent = queries.lock_intent(session, intent_public_id)
                if PaymentState(intent.state).is_open:
                    _note_checkout(intent, checkout)
        told = gateway.expire(session_id) if close else gateway.fetch(session_id)
    except GatewayRefused:
        if session_id is None and close:
            # Nothing was ever opened under this key, and nothing can be opened any more.
            return _cancel_never_opened(intent_public_id)
        _note_look(intent_public_id)
        raise
    except GatewayFailed:
        _note_look(intent_public_id)
        raise
    with transaction() as session:
        return finish_intent(session, intent_public_id, told)


def cancel_open_intents(
    purpose: Purpose, subject_id: int
) -> Literal["none", "cancelled", "succeeded", "needs_review"]:
    """Close every payment of a thing that could still be paid, at the provider first, and say how that ended.

    `succeeded`: the money had gone through and the finisher was called. `needs_review`: money is there that does not
    fit. Called with no transaction open. Raises `GatewayFailed` when the provider does not answer and
    `PaymentUndecided` when it has not decided yet: then nothing may be released.
    """
    purpose = Purpose(purpose)
    with reading() as session:
        wanted = queries.open_intents(session, purpose, subject_id)
    states = {settle_intent(public_id, close=True) for public_id in wanted}
    if any(state.is_open for state in states):
        raise PaymentUndecided
    with reading() as session:
        ended = queries.find_subject_intents(
            session, purpose, subject_id, PaymentState.SUCCEEDED, PaymentState.NEEDS_REVIEW
        )
    if any(intent.state == PaymentState.SUCCEEDED for intent in ended):
        return "succeeded"
    if ended:
        return "needs_review"
    return "cancelled" if states else "none"


def sweep() -> int:
    """Try stored events again and look at open payments whose confirmation has not come; returns how many ended.

    Looks at all that is due, however long it was away; may run twice in parallel or be killed anywhere.
    """
    with reading() as session:
        event_ids = queries.waiting_events(session, gateways.names(), SWEEP_EVENTS)
    for event_id in event_ids:
        inbox.handle_event(event_id)
    with reading() as session:
        watched = queries.watched_intents(session, gateways.names(), SWEEP_INTENTS)
    ended = 0
    for public_id in watched:
        try:
            ended += not settle_intent(public_id).is_open
        except Exception:
            log.exception("payment %s could not be settled; it will be looked at again", public_id)
    run_alone(
        update(PaymentIntent)
        .where(PaymentIntent.begun_from.is_not(None), PaymentIntent.begun_at < clock.now() - FORGET_ADDRESS)
        .values(begun_from=None)
    )
    return ended


def _request(intent: PaymentIntent) -> CheckoutRequest:
    return queries.checkout_request(intent, gateways.site().return_url(intent.public_id))


def _refuse_ended(state: PaymentState) -> None:
    if state is PaymentState.SUCCEEDED:
        raise AlreadyPaid
    if state is PaymentState.NEEDS_REVIEW:
        raise PaymentUnderReview
    if state is PaymentState.CANCELLED:
        raise IntentClosed


def _note_checkout(intent: PaymentIntent, checkout: Checkout) -> None:
    intent.provider_session_id = checkout.session_id
    intent.checkout_url = checkout.url
    intent.state = PaymentState.PENDING.value


def _note_look(intent_public_id: str) -> None:
    run_alone(
        update(PaymentIntent)
        .where(PaymentIntent.public_id == intent_public_id)
        .values(checked_at=clock.now())
    )


def _cancel_never_opened(intent_public_id: str) -> PaymentState:
    with transaction() as session:
        intent = queries.lock_intent(session, intent_public_id)
        if PaymentState(intent.state).is_open and intent.provider_session_id is None:
            _cancel(intent)
        return PaymentState(intent.state)


def _cancel(intent: PaymentIntent) -> None:
    intent.state = PaymentState.CANCELLED.value
    intent.cancelled_at = clock.now()
