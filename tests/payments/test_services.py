"""Opening, beginning, cancelling and finishing payments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core import clock, ids, jobs
from core.db import NestedTransaction, transaction
from core.errors import NotFound, TooManyAttempts
from core.permissions import SYSTEM
from payments import gateways, queries, rules, services
from payments.errors import (
    AlreadyPaid,
    EarlierPaymentOpen,
    IntentClosed,
    PaymentsUnavailable,
    PaymentUnderReview,
)
from payments.events import PaymentConfirmed, PaymentDeclined, PaymentNeedsReview
from payments.models import PaymentEvent, PaymentIntent
from payments.sandbox import rehearsals
from payments.sandbox import services as sandbox
from payments.sandbox.models import SandboxSession
from payments.values import FirstIntent, PaymentState, Purpose
from tests.payments.conftest import Heard, OpenIntent

pytestmark = pytest.mark.usefixtures("session", "deliver_to_client")


def now_of(intent: PaymentIntent) -> PaymentIntent:
    """Return an intent as the database has it now."""
    with transaction() as session:
        return queries.get_intent(session, intent.public_id)


def pay_at_the_provider(
    intent: PaymentIntent, change: Callable[[SandboxSession], None] | None = None
) -> SandboxSession:
    """Begin the checkout and pay there, telling nobody."""
    session_id = services.begin_checkout(intent.public_id).rsplit("/", 1)[1]
    with transaction() as session:
        kept = sandbox.pay(session, session_id, tell=False)
        if change is not None:
            change(kept)
    return kept


def test_opening_twice_gives_one_intent(open_intent: OpenIntent) -> None:
    first, again = open_intent(), open_intent()
    assert first.id == again.id
    assert first.state == PaymentState.CREATED


def test_another_amount_needs_the_earlier_payment_closed_first(open_intent: OpenIntent) -> None:
    open_intent()
    with pytest.raises(EarlierPaymentOpen):
        open_intent(amount_fen=5000)
    assert services.cancel_open_intents(Purpose.ORDER, 1) == "cancelled"
    assert open_intent(amount_fen=5000).amount_fen == 5000


def test_what_is_paid_cannot_be_paid_again(open_intent: OpenIntent, heard: Heard) -> None:
    intent = open_intent()
    rehearsals.pay_intent(intent.public_id)
    with pytest.raises(AlreadyPaid):
        open_intent()
    with pytest.raises(AlreadyPaid):
        services.begin_checkout(intent.public_id)
    assert len(heard.of(PaymentConfirmed)) == 1


def test_an_intent_must_lead_back_to_this_site(session: Session) -> None:
    for bad in ("https://evil.example/", "//evil.example", "evil"):
        with pytest.raises(ValueError, match="path on this site"):
            services.open_intent(
                session,
                SYSTEM,
                Purpose.ORDER,
                1,
                100,
                "operator",
                "x",
                "en",
                bad,
                clock.now() + timedelta(hours=1),
            )


def test_beginning_again_gives_the_same_checkout(open_intent: OpenIntent, session: Session) -> None:
    intent = open_intent()
    url = services.begin_checkout(intent.public_id)
    assert services.begin_checkout(intent.public_id) == url
    assert now_of(intent).state == PaymentState.PENDING
    assert session.scalar(select(func.count()).select_from(SandboxSession)) == 1


def test_a_lost_answer_is_asked_for_again_under_the_same_key(
    open_intent: OpenIntent, session: Session
) -> None:
    intent = open_intent()
    url = services.begin_checkout(intent.public_id)
    forget = {"state": "created", "provider_session_id": None, "checkout_url": None}
    with transaction() as step:
        step.execute(update(PaymentIntent).where(PaymentIntent.id == intent.id).values(forget))
    assert services.begin_checkout(intent.public_id) == url
    assert session.scalar(select(func.count()).select_from(SandboxSession)) == 1


def test_the_provider_is_never_called_inside_a_step(open_intent: OpenIntent) -> None:
    intent = open_intent()
    with transaction():
        for call in (
            lambda: services.begin_checkout(intent.public_id),
            lambda: services.settle_intent(intent.public_id),
        ):
            with pytest.raises(NestedTransaction):
                call()


def test_an_unknown_intent_is_not_found() -> None:
    for name in ("NOPE", "", "a\x00b"):
        with pytest.raises(NotFound):
            queries_get(name)


def queries_get(name: str) -> PaymentIntent:
    with transaction() as session:
        return queries.get_intent(session, name)


def test_cancelling_what_was_never_begun(open_intent: OpenIntent) -> None:
    intent = open_intent()
    assert services.cancel_open_intents(Purpose.ORDER, 1) == "cancelled"
    assert now_of(intent).state == PaymentState.CANCELLED
    assert services.cancel_open_intents(Purpose.ORDER, 1) == "none"
    with pytest.raises(IntentClosed):
        services.begin_checkout(intent.public_id)


def test_cancelling_closes_the_checkout_at_the_provider_first(open_intent: OpenIntent, heard: Heard) -> None:
    intent = open_intent()
    session_id = services.begin_checkout(intent.public_id).rsplit("/", 1)[1]
    assert services.cancel_open_intents(Purpose.ORDER, 1) == "cancelled"
    with pytest.raises(IntentClosed), transaction() as session:
        sandbox.pay(session, session_id)
    assert heard.all == []


def test_cancelling_what_was_paid_meanwhile_finishes_it(open_intent: OpenIntent, heard: Heard) -> None:
    intent = open_intent()
    pay_at_the_provider(intent)
    assert services.cancel_open_intents(Purpose.ORDER, 1) == "succeeded"
    assert services.cancel_open_intents(Purpose.ORDER, 1) == "succeeded"
    (event,) = heard.of(PaymentConfirmed)
    assert (event.intent_public_id, event.amount_fen, event.subject_id) == (intent.public_id, 3980, 1)


@pytest.mark.parametrize(
    ("column", "value"), [("amount_fen", 3979), ("amount_fen", 39800), ("currency", "USD")]
)
def test_money_that_does_not_fit_is_never_paid(
    open_intent: OpenIntent, heard: Heard, column: str, value: object
) -> None:
    intent = open_intent()
    kept = pay_at_the_provider(intent, lambda kept: setattr(kept, column, value))
    event_id = rehearsals.receive(kept, "checkout.session.completed")
    assert event_id is not None
    assert services.handle_event(event_id)
    found = now_of(intent)
    assert found.state == PaymentState.NEEDS_REVIEW
    assert found.review_reason
    assert heard.of(PaymentConfirmed) == []
    assert len(heard.of(PaymentNeedsReview)) == 1
    assert services.cancel_open_intents(Purpose.ORDER, 1) == "needs_review"
    with pytest.raises(PaymentUnderReview):
        open_intent()


def test_one_payment_cannot_pay_two_intents(open_intent: OpenIntent, heard: Heard, session: Session) -> None:
    first, second = open_intent(1), open_intent(2)
    rehearsals.pay_intent(first.public_id)
    known = now_of(first).provider_payment_id
    pay_at_the_provider(second)
    told = gateways.current().fetch(now_of(second).provider_session_id or "")
    from dataclasses import replace

    with transaction() as step:
        state = services.finish_intent(step, second.public_id, replace(told, payment_id=known))
    assert state is PaymentState.NEEDS_REVIEW
    assert [event.subject_id for event in heard.of(PaymentConfirmed)] == [1]


def test_the_sweeper_confirms_what_no_event_told(open_intent: OpenIntent, heard: Heard) -> None:
    intent = open_intent()
    pay_at_the_provider(intent)
    assert services.sweep() == 0
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert services.sweep() == 1
        assert services.sweep() == 0
    assert len(heard.of(PaymentConfirmed)) == 1


def test_the_sweeper_closes_what_ran_out_however_late_it_comes(open_intent: OpenIntent, heard: Heard) -> None:
    never_begun, begun = open_intent(1), open_intent(2)
    services.begin_checkout(begun.public_id)
    with clock.at(clock.now() + timedelta(hours=72)):
        assert services.sweep() == 2
    assert {now_of(never_begun).state, now_of(begun).state} == {PaymentState.CANCELLED}
    assert heard.all == []


def test_paid_in_the_last_second_counts_although_the_intent_ran_out(
    open_intent: OpenIntent, heard: Heard
) -> None:
    intent = open_intent()
    pay_at_the_provider(intent)
    with clock.at(clock.now() + timedelta(hours=72)):
        assert services.sweep() == 1
    assert len(heard.of(PaymentConfirmed)) == 1


def test_one_broken_payment_does_not_stop_the_sweeper(
    open_intent: OpenIntent, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, good = open_intent(1), open_intent(2)
    pay_at_the_provider(broken)
    pay_at_the_provider(good)
    lost = now_of(broken).provider_session_id
    fetch = gateways.current().fetch

    def failing(session_id: str):  # type: ignore[no-untyped-def]
        if session_id == lost:
            raise OSError("the wire is cut")
        return fetch(session_id)

    monkeypatch.setattr(gateways.current(), "fetch", failing)
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert services.sweep() == 1
    assert [event.subject_id for event in heard.of(PaymentConfirmed)] == [2]


def test_card_testers_are_stopped_before_the_provider_is_asked(
    open_intent: OpenIntent, session: Session
) -> None:
    within, at_most = rules.BEGUN_LIMITS[0]
    for number in range(at_most):
        services.begin_checkout(open_intent(number + 1).public_id, address="198.51.100.7")
    refused = open_intent(1000)
    with pytest.raises(TooManyAttempts):
        services.begin_checkout(refused.public_id, address="198.51.100.7")
    assert session.scalar(select(func.count()).select_from(SandboxSession)) == at_most
    assert services.begin_checkout(refused.public_id, address="198.51.100.8")
    assert services.begin_checkout(open_intent(1).public_id, address="198.51.100.7")
    with clock.at(clock.now() + within + timedelta(seconds=1)):
        assert services.begin_checkout(open_intent(1001).public_id, address="198.51.100.7")


def open_first(subject_id: int, address: str | None) -> FirstIntent:
    with transaction() as session:
        return services.open_first_intent(
            session,
            SYSTEM,
            Purpose.ORDER,
            subject_id,
            3980,
            "operator",
            "Yigou 20261121-0001",
            "zh_Hans_CN",
            "/shop/orders/guest/secret-of-a-guest",
            clock.now() + timedelta(minutes=30),
            public_id=ids.public_id(16),
            address=address,
        )


def test_a_first_intent_asks_its_provider_for_the_very_same_checkout(session: Session) -> None:
    first = open_first(1, "198.51.100.7")
    kept = queries.get_intent(session, first.public_id)
    assert first.request == queries.checkout_request(kept, gateways.site().return_url(first.public_id))
    url = services.go_to_checkout(first, address="198.51.100.7")
    assert services.begin_checkout(first.public_id) == url == services.go_to_checkout(first)
    session.refresh(kept)
    assert (kept.state, kept.checkout_url) == (PaymentState.PENDING, url)
    closed = gateways.current().expire(url.rsplit("/", 1)[1])
    with transaction() as step:
        services.finish_intent(step, first.public_id, closed)
    with pytest.raises(IntentClosed):
        services.go_to_checkout(first)


def test_first_intents_are_limited_by_address_too_and_are_written_all_the_same(session: Session) -> None:
    _within, at_most = rules.BEGUN_LIMITS[0]
    for number in range(at_most):
        assert open_first(number + 1, "198.51.100.7").request is not None
    late = open_first(1000, "198.51.100.7")
    assert late.request is None
    with pytest.raises(TooManyAttempts):
        services.go_to_checkout(late, address="198.51.100.7")
    assert queries.get_intent(session, late.public_id).begun_at is None
    assert services.go_to_checkout(late, address="198.51.100.8")


def test_addresses_are_forgotten_after_a_day(open_intent: OpenIntent) -> None:
    intent = open_intent()
    services.begin_checkout(intent.public_id, address="198.51.100.7")
    kept = now_of(intent).begun_from
    assert kept is not None
    assert "198" not in kept[:4]
    with clock.at(clock.now() + timedelta(days=2)):
        services.sweep()
    assert now_of(intent).begun_from is None


def test_without_a_gateway_nothing_can_be_paid_online(open_intent: OpenIntent) -> None:
    gateways.use(gateways.site(), None)
    assert not gateways.available()
    assert gateways.pay_hosts() == ()
    with pytest.raises(PaymentsUnavailable):
        open_intent()
    assert services.sweep() == 0


# --- the inbox ---


def events_of(session: Session) -> list[PaymentEvent]:
    session.expire_all()
    return list(session.scalars(select(PaymentEvent).order_by(PaymentEvent.id)))


def test_the_same_event_eleven_times_counts_once(
    open_intent: OpenIntent, heard: Heard, session: Session
) -> None:
    kept = pay_at_the_provider(open_intent())
    body = sandbox.event_body("checkout.session.completed", kept).decode()
    from payments.sandbox import jobs as sandbox_jobs

    for _ in range(11):
        sandbox_jobs.deliver({"body": body})
        jobs.run_due()
    assert len(events_of(session)) == 1
    assert len(heard.of(PaymentConfirmed)) == 1


def test_two_events_about_one_payment_confirm_once(
    open_intent: OpenIntent, heard: Heard, session: Session
) -> None:
    kept = pay_at_the_provider(open_intent())
    first = rehearsals.receive(kept, "checkout.session.completed")
    second = rehearsals.receive(kept, "checkout.session.async_payment_succeeded")
    assert second is not None
    assert first is not None
    assert services.handle_event(second)
    assert services.handle_event(first)
    assert services.handle_event(first)
    assert [event.outcome for event in events_of(session)] == ["succeeded", "succeeded"]
    assert len(heard.of(PaymentConfirmed)) == 1


def test_a_decline_that_arrives_after_the_payment_changes_nothing(
    open_intent: OpenIntent, heard: Heard, session: Session
) -> None:
    intent = open_intent()
    session_id = services.begin_checkout(intent.public_id).rsplit("/", 1)[1]
    with transaction() as step:
        sandbox.decline(step, session_id)
    with transaction() as step:
        sandbox.pay(step, session_id)
    delivered = session.scalars(
        select(jobs.Job).where(jobs.Job.kind == sandbox.DELIVER).order_by(jobs.Job.id.desc())
    )
    for job in delivered.all():
        jobs._handlers[job.kind](job.payload)
    for event in events_of(session):
        services.handle_event(event.id)
    assert now_of(intent).state == PaymentState.SUCCEEDED
    assert heard.of(PaymentDeclined) == []
    assert len(heard.of(PaymentConfirmed)) == 1


def test_succeeded_before_the_session_was_noted(open_intent: OpenIntent, heard: Heard) -> None:
    intent = open_intent()
    kept = pay_at_the_provider(intent)
    forget = {"state": "created", "provider_session_id": None, "checkout_url": None}
    with transaction() as step:
        step.execute(update(PaymentIntent).where(PaymentIntent.id == intent.id).values(forget))
    event_id = rehearsals.receive(kept, "checkout.session.completed")
    assert event_id is not None
    assert services.handle_event(event_id)
    assert now_of(intent).provider_session_id == kept.session_id
    assert len(heard.of(PaymentConfirmed)) == 1


def test_an_event_for_an_unknown_intent_waits_visibly_and_is_tried_again(
    open_intent: OpenIntent, heard: Heard, session: Session
) -> None:
    intent = open_intent()
    kept = pay_at_the_provider(intent)
    with transaction() as step:
        step.execute(update(PaymentIntent).where(PaymentIntent.id == intent.id).values(public_id="LATER"))
    event_id = rehearsals.receive(kept, "checkout.session.completed")
    assert event_id is not None
    assert not services.handle_event(event_id)
    (event,) = events_of(session)
    assert event.handled_at is None
    assert event.failed_at is not None
    assert "no intent" in (event.error or "")
    with transaction() as step:
        assert queries.count_events(step, "failed") == 1
        step.execute(
            update(PaymentIntent).where(PaymentIntent.id == intent.id).values(public_id=intent.public_id)
        )
    with clock.at(clock.now() + timedelta(seconds=30)):
        services.sweep()
    (event,) = events_of(session)
    assert (event.outcome, event.error, event.failed_at) == ("succeeded", None, None)
    assert len(heard.of(PaymentConfirmed)) == 1


def test_a_flow_that_fails_leaves_the_event_failed_and_nothing_half_done(
    open_intent: OpenIntent, heard: Heard, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core import events

    def broken(_session: Session, _event: object) -> None:
        raise RuntimeError("the flow broke")

    intent = open_intent()
    kept = pay_at_the_provider(intent)
    working = events._handlers[PaymentConfirmed]
    monkeypatch.setitem(events._handlers, PaymentConfirmed, [*working, broken])
    event_id = rehearsals.receive(kept, "checkout.session.completed")
    assert event_id is not None
    assert not services.handle_event(event_id)
    assert now_of(intent).state == PaymentState.PENDING
    monkeypatch.setitem(events._handlers, PaymentConfirmed, working)
    assert services.handle_event(event_id)
    assert now_of(intent).state == PaymentState.SUCCEEDED


def test_killed_between_storing_and_handling_the_job_is_there(open_intent: OpenIntent, heard: Heard) -> None:
    kept = pay_at_the_provider(open_intent())
    assert rehearsals.receive(kept, "checkout.session.completed") is not None
    assert heard.all == []  # the process dies here: the answer was 200, nothing else had happened
    jobs.run_due()
    assert len(heard.of(PaymentConfirmed)) == 1


def test_if_even_the_job_is_lost_the_sweeper_finds_the_event(
    open_intent: OpenIntent, heard: Heard, session: Session
) -> None:
    kept = pay_at_the_provider(open_intent())
    rehearsals.receive(kept, "checkout.session.completed")
    session.query(jobs.Job).delete()
    session.flush()
    with clock.at(clock.now() + timedelta(seconds=11)):
        services.sweep()
    assert len(heard.of(PaymentConfirmed)) == 1


def test_events_that_are_none_of_our_business_are_kept_and_left_alone(
    open_intent: OpenIntent, heard: Heard, session: Session
) -> None:
    kept = pay_at_the_provider(open_intent())
    event_id = rehearsals.receive(kept, "customer.created")
    assert event_id is not None
    assert services.handle_event(event_id)
    assert events_of(session)[0].outcome == "ignored"
    assert heard.all == []


def test_an_event_that_keeps_failing_is_left_to_a_person(open_intent: OpenIntent, session: Session) -> None:
    kept = pay_at_the_provider(open_intent())
    with transaction() as step:
        step.execute(update(PaymentIntent).values(public_id="GONE"))
    event_id = rehearsals.receive(kept, "checkout.session.completed")
    assert event_id is not None
    for _ in range(rules.LAST_TRY):
        services.handle_event(event_id)
    (event,) = events_of(session)
    assert (event.attempts, event.next_try_at) == (rules.LAST_TRY, None)
    with transaction() as step:
        services.retry_event(step, SYSTEM, event.id)
    (event,) = events_of(session)
    assert event.attempts == 0
    assert event.next_try_at is not None
