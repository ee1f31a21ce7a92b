"""Stripe over real HTTP, against a server that speaks its documented shapes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core import clock, jobs
from core.db import transaction
from payments import gateways, queries, services
from payments.errors import GatewayFailed, GatewayRefused, IntentClosed, PaymentUndecided
from payments.events import PaymentConfirmed, PaymentDeclined, PaymentNeedsReview
from payments.models import PaymentIntent
from payments.stripe.gateway import CHECKOUT_ORIGIN, StripeGateway
from payments.values import PaymentState, Purpose
from tests.fakes import stripe_server
from tests.fakes.stripe_server import FakeStripe, sign
from tests.payments.conftest import Heard, OpenIntent

pytestmark = pytest.mark.usefixtures("session")
SECRET = "whsec_test_0123456789"


@pytest.fixture
def stripe() -> Iterator[FakeStripe]:
    """Run the server and send every payment through it."""
    with stripe_server.running() as fake:
        gateway = StripeGateway(stripe_server.KEY, (SECRET,), fake.base, timeout=(1.0, 0.4), retries=0)
        gateways.use(gateways.site(), gateway)
        yield fake


def now_of(intent: PaymentIntent) -> PaymentIntent:
    with transaction() as session:
        return queries.get_intent(session, intent.public_id)


def deliver(app: Flask, body: bytes) -> int:
    headers = {"Stripe-Signature": sign(body, SECRET)}
    return app.test_client().post("/payments/events/stripe", data=body, headers=headers).status_code


def test_a_payment_from_checkout_to_confirmation(
    app: Flask, stripe: FakeStripe, open_intent: OpenIntent, heard: Heard
) -> None:
    intent = open_intent()
    url = services.begin_checkout(intent.public_id)
    (session_id,) = stripe.sessions
    assert url == f"{stripe.base}/c/pay/{session_id}"
    kept = stripe.sessions[session_id]
    assert (kept["amount_total"], kept["currency"]) == (3980, "cny")
    assert kept["payment_method_types"] == ["card", "alipay", "wechat_pay"]
    assert kept["client_reference_id"] == kept["metadata"]["intent"] == intent.public_id
    assert kept["success_url"] == gateways.site().base_url + services.return_path(intent.public_id)
    assert "secret-of-a-guest" not in str(kept)
    stripe.pay(session_id)
    assert deliver(app, stripe.event("checkout.session.completed", session_id)) == 200
    jobs.run_due()
    (event,) = heard.of(PaymentConfirmed)
    assert (event.provider, event.provider_payment_id) == ("stripe", kept["payment_intent"])


def test_a_timeout_after_the_checkout_was_opened_gives_the_same_checkout_again(
    stripe: FakeStripe, open_intent: OpenIntent
) -> None:
    intent = open_intent()
    for trouble in ({"delay": 0.8}, {"lose_answer": True}):
        stripe.trouble(**trouble)
        with pytest.raises(GatewayFailed):
            services.begin_checkout(intent.public_id)
    assert now_of(intent).state == PaymentState.CREATED
    services.begin_checkout(intent.public_id)
    assert len(stripe.sessions) == 1


@pytest.mark.parametrize("status", [500, 502, 429, 409])
def test_an_error_of_the_provider_leaves_the_payment_open(
    stripe: FakeStripe, open_intent: OpenIntent, status: int
) -> None:
    intent = open_intent()
    stripe.trouble(status=status)
    with pytest.raises(GatewayFailed):
        services.begin_checkout(intent.public_id)
    assert services.begin_checkout(intent.public_id)
    assert len(stripe.sessions) == 1


def test_charged_but_the_answers_were_lost_is_reconciled_and_not_charged_again(
    stripe: FakeStripe, open_intent: OpenIntent, heard: Heard
) -> None:
    intent = open_intent()
    stripe.trouble(lose_answer=True)
    with pytest.raises(GatewayFailed):
        services.begin_checkout(intent.public_id)
    (session_id,) = stripe.sessions
    stripe.pay(session_id)
    with clock.at(clock.now() + timedelta(minutes=2)):
        stripe.trouble(lose_answer=True)
        assert services.sweep() == 0
        assert now_of(intent).state == PaymentState.CREATED
    with clock.at(clock.now() + timedelta(minutes=4)):
        assert services.sweep() == 1
    assert len(stripe.sessions) == 1
    assert len(heard.of(PaymentConfirmed)) == 1


def test_no_event_at_all_and_the_sweeper_still_confirms(
    stripe: FakeStripe, open_intent: OpenIntent, heard: Heard
) -> None:
    intent = open_intent()
    services.begin_checkout(intent.public_id)
    stripe.pay(next(iter(stripe.sessions)))
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert services.sweep() == 1
    assert len(heard.of(PaymentConfirmed)) == 1


def test_the_event_is_not_believed_the_current_object_is(
    app: Flask, stripe: FakeStripe, open_intent: OpenIntent, heard: Heard
) -> None:
    intent = open_intent()
    services.begin_checkout(intent.public_id)
    (session_id,) = stripe.sessions
    body = stripe.event("checkout.session.completed", session_id)
    assert deliver(app, body) == 200
    jobs.run_due()
    assert now_of(intent).state == PaymentState.PENDING
    assert heard.all == []


@pytest.mark.parametrize(("amount", "currency"), [(3979, None), (39800, None), (None, "usd")])
def test_another_amount_or_currency_needs_review(
    app: Flask,
    stripe: FakeStripe,
    open_intent: OpenIntent,
    heard: Heard,
    amount: int | None,
    currency: str | None,
) -> None:
    intent = open_intent()
    services.begin_checkout(intent.public_id)
    (session_id,) = stripe.sessions
    stripe.pay(session_id, amount=amount, currency=currency)
    deliver(app, stripe.event("checkout.session.completed", session_id))
    jobs.run_due()
    assert now_of(intent).state == PaymentState.NEEDS_REVIEW
    assert len(heard.of(PaymentNeedsReview)) == 1
    assert heard.of(PaymentConfirmed) == []


def test_cancelling_expires_the_session_and_a_paid_one_is_finished(
    stripe: FakeStripe, open_intent: OpenIntent, heard: Heard
) -> None:
    open_one, paid_one = open_intent(1), open_intent(2)
    services.begin_checkout(open_one.public_id)
    services.begin_checkout(paid_one.public_id)
    first, second = stripe.sessions
    stripe.pay(second)
    assert services.cancel_open_intents(Purpose.ORDER, 1) == "cancelled"
    assert stripe.sessions[first]["status"] == "expired"
    assert services.cancel_open_intents(Purpose.ORDER, 2) == "succeeded"
    assert [event.subject_id for event in heard.of(PaymentConfirmed)] == [2]


def test_nothing_is_given_up_while_the_provider_does_not_answer(
    stripe: FakeStripe, open_intent: OpenIntent
) -> None:
    intent = open_intent()
    services.begin_checkout(intent.public_id)
    stripe.trouble(status=500)
    with pytest.raises(GatewayFailed):
        services.cancel_open_intents(Purpose.ORDER, 1)
    assert now_of(intent).state == PaymentState.PENDING


def test_a_delayed_method_is_undecided_until_it_pays_or_fails(
    app: Flask, stripe: FakeStripe, open_intent: OpenIntent, heard: Heard
) -> None:
    intent = open_intent()
    services.begin_checkout(intent.public_id)
    (session_id,) = stripe.sessions
    stripe.complete_unpaid(session_id, "processing")
    with pytest.raises(PaymentUndecided):
        services.cancel_open_intents(Purpose.ORDER, 1)
    stripe.complete_unpaid(session_id, "requires_payment_method")
    deliver(app, stripe.event("checkout.session.async_payment_failed", session_id))
    jobs.run_due()
    assert now_of(intent).state == PaymentState.CANCELLED
    assert len(heard.of(PaymentDeclined)) == 1


def test_a_declined_card_leaves_the_session_open(
    app: Flask, stripe: FakeStripe, open_intent: OpenIntent, heard: Heard
) -> None:
    intent = open_intent()
    services.begin_checkout(intent.public_id)
    (session_id,) = stripe.sessions
    deliver(app, stripe.event("payment_intent.payment_failed", session_id))
    jobs.run_due()
    assert len(heard.of(PaymentDeclined)) == 1
    assert now_of(intent).state == PaymentState.PENDING
    stripe.pay(session_id)
    deliver(app, stripe.event("checkout.session.completed", session_id))
    jobs.run_due()
    assert now_of(intent).state == PaymentState.SUCCEEDED


def test_an_intent_whose_checkout_never_opened_is_closed_when_it_runs_out(
    stripe: FakeStripe, open_intent: OpenIntent, session: Session
) -> None:
    intent = open_intent()
    stripe.trouble(status=500)
    with pytest.raises(GatewayFailed):
        services.begin_checkout(intent.public_id)
    long_ago = clock.now() - timedelta(hours=30)
    with transaction() as step:
        kept = queries.get_intent(step, intent.public_id)
        kept.created_at = kept.begun_at = long_ago
        kept.expires_at = long_ago + timedelta(minutes=30)
    assert services.sweep() == 1
    assert now_of(intent).state == PaymentState.CANCELLED
    assert stripe.sessions == {}


def test_a_wrong_key_is_the_providers_failure_not_ours(open_intent: OpenIntent) -> None:
    with stripe_server.running() as fake:
        gateways.use(gateways.site(), StripeGateway("sk_test_wrong", (SECRET,), fake.base, retries=0))
        with pytest.raises(GatewayFailed):
            services.begin_checkout(open_intent().public_id)


def test_the_payment_page_is_allowed_by_the_content_security_policy() -> None:
    assert StripeGateway("sk_test", (SECRET,)).pay_origins == (CHECKOUT_ORIGIN,)
    assert StripeGateway("sk_test", (SECRET,), "http://127.0.0.1:9/").pay_origins == ("http://127.0.0.1:9",)


def test_an_ended_session_cannot_be_paid_or_begun_again(stripe: FakeStripe, open_intent: OpenIntent) -> None:
    intent = open_intent()
    services.begin_checkout(intent.public_id)
    services.cancel_open_intents(Purpose.ORDER, 1)
    with pytest.raises(IntentClosed):
        services.begin_checkout(intent.public_id)


def test_a_session_that_does_not_exist_is_a_refusal(stripe: FakeStripe) -> None:
    with pytest.raises(GatewayRefused):
        gateways.current().fetch("cs_nowhere")
