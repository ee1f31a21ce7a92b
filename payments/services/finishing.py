"""The one finisher: whoever learns something about a payment ends here."""

from __future__ import annotations

import logging

from sqlalchemy import DateTime, bindparam, update
from sqlalchemy.orm import Session

from core import audit, clock, events
from core.db import table_of
from core.permissions import SYSTEM
from payments import queries, rules
from payments.errors import UnknownIntent
from payments.events import PaymentConfirmed, PaymentDeclined, PaymentNeedsReview
from payments.models import PaymentIntent
from payments.services.reviews import hold_payment
from payments.values import PaymentState, ProviderState

log = logging.getLogger(__name__)

# Sent with every payment, so built once.
_table = table_of(PaymentIntent)
_moment = bindparam("moment", type_=DateTime(timezone=True))
_SUCCEED = (
    update(_table)
    .where(_table.c.id == bindparam("intent_id"))
    .values(
        state=PaymentState.SUCCEEDED.value,
        provider_session_id=bindparam("session_id"),
        provider_payment_id=bindparam("payment_id"),
        checked_at=_moment,
        confirmed_at=_moment,
        paid_fen=_table.c.amount_fen,
        paid_currency=_table.c.currency,
    )
)


def finish_intent(
    session: Session, intent_public_id: str, told: ProviderState, *, declined: bool = False
) -> PaymentState:
    """Bring an intent to where the provider says it is, once, and return its state; serialised on the intent's row.

    Publishes `PaymentConfirmed` in the step that makes it succeed and in no other; money that does not fit becomes
    `NEEDS_REVIEW` and never counts as paid. `declined` says that one try was turned down. Asks nobody: `told` was
    fetched with no transaction open.
    """
    intent, known_elsewhere = queries.lock_intent_of_payment(session, intent_public_id, told.payment_id)
    if intent.provider_session_id not in (None, told.session_id):
        raise UnknownIntent(f"session {told.session_id} is not the one of {intent_public_id}")
    before = PaymentState(intent.state)
    decision = rules.decide(
        queries.facts(intent),
        told,
        payment_known_elsewhere=told.paid and before.is_open and known_elsewhere,
    )
    if decision.state is PaymentState.SUCCEEDED and decision.state is not before:
        _succeed(session, intent, told)
        return decision.state
    moment = clock.now()
    intent.checked_at = moment
    if before.is_open:
        intent.provider_session_id = told.session_id
    if decision.state is not before:
        _change(session, intent, decision, told, known_elsewhere)
    if (declined or decision.declined) and before.is_open and not told.paid:
        intent.declined_at = moment
        session.flush()
        events.publish(
            session,
            PaymentDeclined(intent.id, intent.public_id, intent.purpose, intent.subject_id, "declined"),
        )
    session.flush()
    return decision.state


def _succeed(session: Session, intent: PaymentIntent, told: ProviderState) -> None:
    assert told.payment_id is not None
    moment = clock.now()
    confirmed = PaymentConfirmed(
        intent_id=intent.id,
        intent_public_id=intent.public_id,
        purpose=intent.purpose,
        subject_id=intent.subject_id,
        amount_fen=intent.amount_fen,
        provider=intent.provider,
        payee=intent.payee,
        provider_payment_id=told.payment_id,
        confirmed_at=moment,
    )
    session.execute(
        _SUCCEED,
        {
            "intent_id": intent.id,
            "session_id": told.session_id,
            "payment_id": told.payment_id,
            "moment": moment,
        },
    )
    session.expire(intent)
    events.publish(session, confirmed)
    _record(session, confirmed.intent_public_id, rules.Decision(PaymentState.SUCCEEDED), told)


def _change(
    session: Session,
    intent: PaymentIntent,
    decision: rules.Decision,
    told: ProviderState,
    known_elsewhere: bool,
) -> None:
    intent.state = decision.state.value
    if decision.state is PaymentState.CANCELLED:
        intent.cancelled_at = clock.now()
    elif decision.state is PaymentState.NEEDS_REVIEW:
        intent.review_reason = decision.reason
        if told.payment_id and not known_elsewhere:
            intent.provider_payment_id = told.payment_id
            hold_payment(session, SYSTEM, intent, told.amount_fen, told.currency.upper())
        log.warning("payment %s needs review: %s", intent.public_id, decision.reason)
        session.flush()
        events.publish(
            session,
            PaymentNeedsReview(
                intent.id, intent.public_id, intent.purpose, intent.subject_id, decision.reason or ""
            ),
        )
    if decision.state is not PaymentState.PENDING:
        _record(session, intent.public_id, decision, told)


def _record(session: Session, public_id: str, decision: rules.Decision, told: ProviderState) -> None:
    audit.record(
        session,
        SYSTEM,
        f"payment {decision.state}",
        "payment",
        public_id,
        after={"payment_id": told.payment_id, "amount_fen": told.amount_fen, "currency": told.currency},
        reason=decision.reason or "",
    )
