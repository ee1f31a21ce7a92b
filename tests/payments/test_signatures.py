"""Events that nobody signed, or not lately, or not quite: refused, nothing read, nothing stored."""

from __future__ import annotations

import json
import time

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from payments import gateways, services
from payments.errors import BadSignature
from payments.models import PaymentEvent
from payments.sandbox.gateway import HEADER, SandboxGateway
from payments.stripe import signatures
from tests.fakes.stripe_server import sign
from tests.payments.conftest import Heard, OpenIntent

NEW, OLD = "whsec_new_0123456789", "whsec_old_0123456789"


def body(event_id: str = "evt_1", kind: str = "checkout.session.completed", **content: object) -> bytes:
    """Return an event as a provider writes it."""
    session = {"object": "checkout.session", "id": "cs_1", "client_reference_id": "K7", **content}
    return json.dumps({"id": event_id, "object": "event", "type": kind, "data": {"object": session}}).encode()


def sandbox() -> SandboxGateway:
    gateway = gateways.current()
    assert isinstance(gateway, SandboxGateway)
    return gateway


def stored(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(PaymentEvent)) or 0


def test_a_good_signature_is_read() -> None:
    event = signatures.verify(body(), {"Stripe-Signature": sign(body(), NEW)}, (NEW,))
    assert (event.event_id, event.type) == ("evt_1", "checkout.session.completed")
    assert (event.session_id, event.intent_public_id) == ("cs_1", "K7")


def test_the_metadata_of_a_payment_names_the_intent() -> None:
    raw = body(object="payment_intent", id="pi_1", client_reference_id=None, metadata={"intent": "K9"})
    event = signatures.verify(raw, {"Stripe-Signature": sign(raw, NEW)}, (NEW,))
    assert (event.session_id, event.intent_public_id) == (None, "K9")


def test_our_own_signing_is_the_described_one() -> None:
    assert (
        signatures.verify(body(), {"Stripe-Signature": signatures.sign(body(), NEW)}, (NEW,)).event_id
        == "evt_1"
    )


def test_both_secrets_hold_during_a_roll() -> None:
    for secret in (OLD, NEW):
        assert signatures.verify(body(), {"Stripe-Signature": sign(body(), secret)}, (NEW, OLD))
    with pytest.raises(BadSignature):
        signatures.verify(body(), {"Stripe-Signature": sign(body(), OLD)}, (NEW,))


def test_a_header_may_carry_the_signatures_of_both_secrets() -> None:
    moment = int(time.time())
    both = sign(body(), OLD, moment) + "," + sign(body(), NEW, moment).split(",")[1]
    assert signatures.verify(body(), {"Stripe-Signature": both}, (NEW,))


@pytest.mark.parametrize("age", [600, 301, -301, -86400, 10**9])
def test_a_signature_outside_the_window_is_refused(age: int) -> None:
    header = sign(body(), NEW, int(time.time()) - age)
    with pytest.raises(BadSignature):
        signatures.verify(body(), {"Stripe-Signature": header}, (NEW,))


def test_a_signature_within_the_window_holds() -> None:
    assert signatures.verify(body(), {"Stripe-Signature": sign(body(), NEW, int(time.time()) - 290)}, (NEW,))


JUNK = [
    None,
    "",
    "junk",
    "t=,v1=",
    "t=abc,v1=00",
    "v1=0011",
    "t=1700000000",
    "t=99999999999999999999999,v1=00",
    "t=1,v0=" + "0" * 64,
    "t=1,v1=é",
    "=,=,=",
    "," * 500,
    "t=1," + "v1=" + "f" * 64,
    "x" * 10_000,
]


@pytest.mark.parametrize("header", JUNK)
def test_a_missing_or_junk_signature_is_a_400_and_nothing_is_stored(
    app: Flask, session: Session, header: str | None
) -> None:
    headers = {} if header is None else {HEADER: header.encode("utf-8").decode("latin-1")}
    answer = app.test_client().post("/payments/events/sandbox", data=body(), headers=headers)
    assert answer.status_code == 400
    assert stored(session) == 0


def test_a_changed_body_or_another_secret_is_a_400(app: Flask, session: Session) -> None:
    post = app.test_client().post
    good = signatures.sign(body(), sandbox().signing_secret)
    for raw, header in (
        (body(event_id="evt_2"), good),
        (body() + b" ", good),
        (b"", good),
        (body(), signatures.sign(body(), "another secret")),
        (b"\xff\xfe\x00", signatures.sign(b"\xff\xfe\x00", "another secret")),
    ):
        assert post("/payments/events/sandbox", data=raw, headers={HEADER: header}).status_code == 400
    assert stored(session) == 0


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xfe\x00",
        b"",
        b"[]",
        b"null",
        b"17",
        b'"x"',
        b"{}",
        b'{"id":"e","type":"t"}',
        b'{"object":"event"}',
        b"{" * 5000,
    ],
)
def test_a_signed_body_that_is_no_event_is_no_500(app: Flask, session: Session, raw: bytes) -> None:
    header = signatures.sign(raw, sandbox().signing_secret)
    answer = app.test_client().post("/payments/events/sandbox", data=raw, headers={HEADER: header})
    assert answer.status_code in (200, 400)


def test_a_signature_for_one_gateway_opens_no_other(app: Flask, session: Session) -> None:
    header = signatures.sign(body(), sandbox().signing_secret)
    post = app.test_client().post
    assert (
        post("/payments/events/stripe", data=body(), headers={"Stripe-Signature": header}).status_code == 404
    )
    assert post("/payments/events/unknown", data=body(), headers={HEADER: header}).status_code == 404
    assert app.test_client().get("/payments/events/sandbox").status_code == 405
    assert stored(session) == 0


def test_a_huge_body_is_refused_before_it_is_read(app: Flask, session: Session) -> None:
    raw = b"x" * (600 * 1024)
    header = signatures.sign(raw, sandbox().signing_secret)
    answer = app.test_client().post("/payments/events/sandbox", data=raw, headers={HEADER: header})
    assert answer.status_code == 413
    assert stored(session) == 0


def test_a_good_event_needs_no_form_token_and_is_stored_raw(
    app: Flask, session: Session, heard: Heard, open_intent: OpenIntent
) -> None:
    intent = open_intent()
    raw = body(client_reference_id=intent.public_id)
    header = signatures.sign(raw, sandbox().signing_secret)
    answer = app.test_client().post("/payments/events/sandbox", data=raw, headers={HEADER: header})
    assert answer.status_code == 200
    kept = session.scalars(select(PaymentEvent)).one()
    assert (kept.body, kept.handled_at, kept.intent_public_id) == (raw, None, intent.public_id)
    assert services.receive_event("sandbox", raw, {HEADER: header}) is None
