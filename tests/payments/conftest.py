"""Payments without the packages above them: a stand-in flow posts what the real flows post."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core import clock, events
from core.db import transaction
from core.permissions import SYSTEM
from ledger import services as ledger
from ledger.values import AccountKind, AccountSpec, Fact, Leg, Policy, Unit
from payments import books, gateways, services
from payments.events import BankTransferReceived, PaymentConfirmed, PaymentDeclined, PaymentNeedsReview
from payments.models import PaymentIntent
from payments.sandbox import jobs as sandbox_jobs
from payments.values import Purpose

PREPAID = AccountSpec("tests:prepaid", Unit.CNY, AccountKind.LIABILITY, Policy.OPEN, "tests")


class Heard:
    """What was published, in order, by kind."""

    def __init__(self) -> None:
        self.all: list[Any] = []

    def of(self, kind: type[Any]) -> list[Any]:
        """Return the events of one kind."""
        return [event for event in self.all if isinstance(event, kind)]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """Stand in for the flows: post to the ledger once for each confirmation, remember every event."""
    heard = Heard()

    def confirmed(session: Session, event: PaymentConfirmed) -> None:
        heard.all.append(event)
        kind = "order_paid" if event.purpose == Purpose.ORDER else "donation_received"
        clearing = books.clearing(event.provider, event.payee)
        fact = Fact(kind, "payment", event.intent_public_id)
        ledger.post(session, SYSTEM, fact, [Leg(clearing, PREPAID, event.amount_fen)])

    def transferred(session: Session, event: BankTransferReceived) -> None:
        heard.all.append(event)
        fact = Fact("order_paid", "bank_transfer", event.transfer_public_id)
        ledger.post(session, SYSTEM, fact, [Leg(books.bank(event.payee), PREPAID, event.amount_fen)])

    def remember(_session: Session, event: Any) -> None:
        heard.all.append(event)

    handlers = {
        PaymentConfirmed: [confirmed],
        BankTransferReceived: [transferred],
        PaymentDeclined: [remember],
        PaymentNeedsReview: [remember],
    }
    for kind, stand_ins in handlers.items():
        monkeypatch.setitem(events._handlers, kind, stand_ins)
    return heard


@pytest.fixture
def deliver_to_client(app: Flask) -> Iterator[None]:
    """Deliver the sandbox's events to the real view through the test client instead of a socket."""

    def deliver(path: str, body: bytes, headers: Mapping[str, str]) -> int:
        return app.test_client().post(path, data=body, headers=dict(headers)).status_code

    before = sandbox_jobs.deliver_by(deliver)
    yield
    sandbox_jobs.deliver_by(before)


@pytest.fixture(autouse=True)
def _same_gateways_afterwards() -> Iterator[None]:
    kept = (gateways._site, gateways._current)
    yield
    if kept[0] is not None:
        gateways.use(kept[0], kept[1])


OpenIntent = Callable[..., PaymentIntent]


@pytest.fixture
def open_intent() -> OpenIntent:
    """Return a function that opens an intent in a step of its own."""

    def opener(
        subject_id: int = 1,
        amount_fen: int = 3980,
        purpose: Purpose = Purpose.ORDER,
        minutes: int = 30,
        payee: str = "operator",
    ) -> PaymentIntent:
        with transaction() as session:
            return services.open_intent(
                session,
                SYSTEM,
                purpose,
                subject_id,
                amount_fen,
                payee,
                "Yigou 20261121-0001",
                "zh_Hans_CN",
                "/shop/orders/guest/secret-of-a-guest",
                clock.now() + timedelta(minutes=minutes),
            )

    return opener
