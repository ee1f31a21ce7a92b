"""Many who learn of one payment at the same moment, with real connections: it is confirmed once."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from threading import Barrier, Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock, jobs
from core import events as core_events
from core.db import reading, transaction
from core.permissions import SYSTEM
from payments import services
from payments.errors import AlreadyPaid, EarlierPaymentOpen, IntentClosed
from payments.events import BankTransferReceived, PaymentConfirmed
from payments.models import PaymentEvent, PaymentIntent
from payments.sandbox import rehearsals
from payments.sandbox import services as sandbox
from payments.sandbox.models import SandboxSession
from payments.values import PaymentState, Purpose
from tests.payments.conftest import Heard, OpenIntent
from tests.payments.test_bank_transfers import FINANCE

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("live_database")]


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run every call in a thread of its own, started at one moment; errors are returned, not raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return call()
        except Exception as problem:
            return problem

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def begin_and_pay(intent: PaymentIntent) -> SandboxSession:
    session_id = services.begin_checkout(intent.public_id).rsplit("/", 1)[1]
    with transaction() as session:
        return sandbox.pay(session, session_id, tell=False)


def state_of(intent: PaymentIntent) -> str:
    with reading() as session:
        return session.scalars(select(PaymentIntent).where(PaymentIntent.id == intent.id)).one().state


def swept_later() -> int:
    with clock.at(clock.now() + timedelta(minutes=2)):
        return services.sweep()


def test_five_events_the_return_page_the_sweeper_and_the_worker_confirm_once(
    app: Flask, heard: Heard, open_intent: OpenIntent
) -> None:
    intent = open_intent()
    kept = begin_and_pay(intent)
    path = services.return_path(intent.public_id)

    def event_arrives() -> bool:
        event_id = rehearsals.receive(kept, "checkout.session.completed")
        return event_id is not None and services.handle_event(event_id)

    def buyer_returns() -> int:
        return app.test_client().get(path).status_code

    outcomes = together(
        *[event_arrives] * 5, buyer_returns, buyer_returns, swept_later, swept_later, jobs.run_due
    )
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    assert set(outcomes[5:7]) <= {200, 303}
    jobs.run_due()
    assert len(heard.of(PaymentConfirmed)) == 1
    assert state_of(intent) == PaymentState.SUCCEEDED
    assert app.test_client().get(path).status_code == 303


def test_one_event_delivered_many_times_at_once_is_stored_once(heard: Heard, open_intent: OpenIntent) -> None:
    kept = begin_and_pay(open_intent())
    body = sandbox.event_body("checkout.session.completed", kept)
    from payments import gateways
    from payments.sandbox.gateway import HEADER, SandboxGateway
    from payments.stripe import signatures

    gateway = gateways.current()
    assert isinstance(gateway, SandboxGateway)
    headers = {HEADER: signatures.sign(body, gateway.signing_secret)}
    stored = together(*[lambda: services.receive_event("sandbox", body, headers)] * 12)
    assert len([row for row in stored if row is not None]) == 1
    with reading() as session:
        event_id = session.scalars(select(PaymentEvent.id)).one()
    assert all(together(*[lambda: services.handle_event(event_id)] * 8))
    assert len(heard.of(PaymentConfirmed)) == 1


def test_every_order_of_the_events_of_a_payment_ends_the_same(heard: Heard, open_intent: OpenIntent) -> None:
    kinds = (
        "payment_intent.payment_failed",
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
    )
    for number, order in enumerate(permutations(kinds), start=1):
        intent = open_intent(number)
        kept = begin_and_pay(intent)
        ids = [rehearsals.receive(kept, kind) for kind in order for _ in range(2)]
        together(*[lambda event_id=event_id: services.handle_event(event_id) for event_id in ids])
        assert state_of(intent) == PaymentState.SUCCEEDED
    assert len(heard.of(PaymentConfirmed)) == 6


def test_paying_and_cancelling_at_once_ends_in_one_of_both(heard: Heard, open_intent: OpenIntent) -> None:
    paid = 0
    for number in range(1, 16):
        intent = open_intent(number)
        session_id = services.begin_checkout(intent.public_id).rsplit("/", 1)[1]

        def pay(session_id: str = session_id) -> str:
            with transaction() as session:
                return sandbox.pay(session, session_id).status

        def cancel(number: int = number) -> str:
            return services.cancel_open_intents(Purpose.ORDER, number)

        calls = [pay, cancel]
        random.shuffle(calls)
        outcomes = together(*calls)
        went_through = "complete" in outcomes
        assert ("succeeded" if went_through else "cancelled") in outcomes, outcomes
        assert state_of(intent) == ("succeeded" if went_through else "cancelled")
        paid += went_through
    assert len(heard.of(PaymentConfirmed)) == paid


def test_opening_and_beginning_in_parallel_gives_one_checkout(heard: Heard, open_intent: OpenIntent) -> None:
    intents = together(*[open_intent] * 8)
    assert len({intent.id for intent in intents}) == 1, intents
    urls = together(*[lambda: services.begin_checkout(intents[0].public_id)] * 8)
    assert len(set(urls)) == 1, urls


def test_opening_while_paying_never_makes_a_second_payment(heard: Heard, open_intent: OpenIntent) -> None:
    intent = open_intent()
    kept = begin_and_pay(intent)
    event_id = rehearsals.receive(kept, "checkout.session.completed")
    assert event_id is not None

    def open_again() -> str:
        again = open_intent()
        return services.begin_checkout(again.public_id)

    outcomes = together(lambda: services.handle_event(event_id), *[open_again] * 6)
    assert outcomes[0] is True
    for outcome in outcomes[1:]:
        assert isinstance(outcome, (str, AlreadyPaid, EarlierPaymentOpen, IntentClosed)), outcome
    with reading() as session:
        states = session.scalars(select(PaymentIntent.state)).all()
    assert states.count("succeeded") == 1
    assert len(heard.of(PaymentConfirmed)) == 1


def test_one_code_is_paid_by_one_of_many_transfers(heard: Heard) -> None:
    with transaction() as session:
        services.register_payment_code(session, "YG-7K3M-92QF", Purpose.ORDER, 7, 50_000)

    def record(reference: str) -> str:
        with transaction() as session:
            found = services.record_bank_transfer(
                session, FINANCE, "yg-7k3m-92qf", 50_000, clock.today(), reference
            )
            return found.state

    outcomes = together(*[lambda n=n: record(f"B{n % 4}") for n in range(12)])
    assert outcomes.count("matched") == 3, outcomes
    assert outcomes.count("review") == 9
    assert len(heard.of(BankTransferReceived)) == 1


def test_the_system_may_be_swept_in_parallel(heard: Heard, open_intent: OpenIntent) -> None:
    for number in range(1, 9):
        begin_and_pay(open_intent(number))
    together(*[swept_later] * 4)
    assert sorted(event.subject_id for event in heard.of(PaymentConfirmed)) == list(range(1, 9))


def test_finishing_and_paying_again_lock_in_ways_that_never_wait_for_each_other(
    heard: Heard, open_intent: OpenIntent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flow locks the order after the intent; a buyer who pays again locks the order before the intent."""
    intent = open_intent()
    kept = begin_and_pay(intent)
    event_id = rehearsals.receive(kept, "checkout.session.completed")
    assert event_id is not None
    in_the_flow, order_locked = Event(), Event()
    lock_the_order = text("SELECT pg_advisory_xact_lock(4242)")
    posting = core_events._handlers[PaymentConfirmed]

    def flow(session: Session, event: PaymentConfirmed) -> None:
        in_the_flow.set()
        order_locked.wait(5)
        session.execute(lock_the_order)
        for handler in posting:
            handler(session, event)

    monkeypatch.setitem(core_events._handlers, PaymentConfirmed, [flow])

    def pay_again() -> str:
        with transaction() as session:
            session.execute(lock_the_order)
            order_locked.set()
            in_the_flow.wait(5)
            again = services.open_intent(
                session, SYSTEM, Purpose.ORDER, 1, 3980, "operator", "x", "en", "/x", intent.expires_at
            )
            return again.public_id

    assert together(lambda: services.handle_event(event_id), pay_again) == [True, intent.public_id]
    assert len(heard.of(PaymentConfirmed)) == 1
