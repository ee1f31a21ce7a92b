"""The pages of payments as a visitor sees them."""

from __future__ import annotations

import re
from threading import BoundedSemaphore

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import jobs
from payments import services
from payments.events import PaymentConfirmed, PaymentDeclined
from payments.models import PaymentIntent
from payments.sandbox.models import SandboxSession
from payments.values import Purpose
from payments.views import returning
from tests.factories.people import make_organisation, make_user
from tests.page_client import PageClient
from tests.payments.conftest import Heard, OpenIntent

pytestmark = pytest.mark.usefixtures("deliver_to_client")
BASE = "http://127.0.0.1:8000"


def test_a_buyer_pays_and_the_return_page_waits_for_the_event(
    client: PageClient, heard: Heard, open_intent: OpenIntent
) -> None:
    intent = open_intent()
    url = services.begin_checkout(intent.public_id).removeprefix(BASE)
    page = client.get(url)
    assert "¥39.80" in page.text
    back = client.post(f"{url}/pay", {"method": "alipay"})
    assert back.location.startswith(f"{BASE}/payments/{intent.public_id}/return/")
    waiting = client.follow(back)
    assert re.search(r'http-equiv="refresh" content="1;url=/payments/[^"]+\?looks=1"', waiting.html)
    assert heard.all == []
    jobs.run_due()
    assert len(heard.of(PaymentConfirmed)) == 1
    done = client.get(back.location.removeprefix(BASE), 303)
    assert done.location == "/shop/orders/guest/secret-of-a-guest"
    assert done.response.headers["Referrer-Policy"] == "no-referrer"
    assert done.response.headers["Cache-Control"] == "no-store"


def test_a_declined_payment_stays_payable(client: PageClient, heard: Heard, open_intent: OpenIntent) -> None:
    intent = open_intent()
    url = services.begin_checkout(intent.public_id).removeprefix(BASE)
    back = client.post(f"{url}/decline")
    jobs.run_due()
    assert len(heard.of(PaymentDeclined)) == 1
    page = client.follow(back)
    form = page.form("/pay/" + back.location.rsplit("/", 1)[1])
    again = client.post(form["action"])
    assert again.location == f"{BASE}{url}"
    client.post(f"{url}/pay")
    assert "refresh" in client.follow(back).html
    jobs.run_due()
    assert client.get(back.location.removeprefix(BASE), 303)
    assert len(heard.of(PaymentConfirmed)) == 1


def begin(intent_public_id: str) -> str:
    return services.begin_checkout(intent_public_id).removeprefix(BASE)


def test_closing_the_tab_still_pays(client: PageClient, heard: Heard, open_intent: OpenIntent) -> None:
    url = begin(open_intent().public_id)
    assert client.follow(client.post(f"{url}/close-the-tab")).status == 200
    jobs.run_due()
    assert len(heard.of(PaymentConfirmed)) == 1


def test_paying_twice_at_the_sandbox_pays_once(
    client: PageClient, heard: Heard, open_intent: OpenIntent
) -> None:
    url = begin(open_intent().public_id)
    for _ in range(3):
        client.post(f"{url}/pay", {"method": "junk"})
    jobs.run_due()
    assert len(heard.of(PaymentConfirmed)) == 1
    assert "/pay" not in str([form["action"] for form in client.get(url).forms])
    client.post(f"{url}/decline", status=410)


def test_the_sandbox_says_in_both_languages_that_no_money_moves(
    client: PageClient, open_intent: OpenIntent
) -> None:
    url = begin(open_intent().public_id)
    chinese = client.get(url)
    client.language = "en"
    english = client.get(url)
    assert "No money moves" in english.text
    assert "Rehearse a payment" in english.text
    assert not re.search(r"Rehearse|No money", chinese.text)
    asked = " ".join(re.findall(r'(?:name|id|autocomplete|placeholder)="([^"]*)"', chinese.html))
    assert "csrf_token" in asked
    assert not re.search(r"card.?number|cvc|cvv|cc-", asked, re.I)


def test_an_event_that_the_inbox_does_not_take_is_delivered_again(
    client: PageClient, heard: Heard, open_intent: OpenIntent
) -> None:
    from datetime import timedelta

    from core import clock
    from payments.sandbox import jobs as sandbox_jobs

    url = begin(open_intent().public_id)
    working = sandbox_jobs.deliver_by(lambda *_: 503)
    client.post(f"{url}/pay")
    jobs.run_due()
    sandbox_jobs.deliver_by(working)
    jobs.run_due()
    assert heard.all == []
    with clock.at(clock.now() + timedelta(seconds=5)):
        jobs.run_due()
    assert len(heard.of(PaymentConfirmed)) == 1


def test_the_return_page_confirms_nothing_by_itself(
    client: PageClient, heard: Heard, open_intent: OpenIntent
) -> None:
    intent = open_intent()
    client.post(f"{begin(intent.public_id)}/pay")
    path = services.return_path(intent.public_id)
    for looks in range(12):
        page = client.get(f"{path}?looks={looks}")
    assert heard.all == []
    assert "looks=12" in page.html
    client.get(f"{path}?looks=junk")
    jobs.run_due()
    client.get(path, 303)


def test_the_return_page_hurries_an_event_that_is_stored(
    client: PageClient, heard: Heard, open_intent: OpenIntent
) -> None:
    intent = open_intent()
    client.post(f"{begin(intent.public_id)}/pay")
    job = client.session.scalars(select(jobs.Job).where(jobs.Job.kind == "payments.sandbox_deliver")).one()
    jobs._handlers[job.kind](job.payload)
    assert heard.all == []
    client.get(services.return_path(intent.public_id), 303)
    assert len(heard.of(PaymentConfirmed)) == 1


def test_the_first_look_stays_for_a_word_that_is_on_its_way(
    client: PageClient, heard: Heard, open_intent: OpenIntent, monkeypatch: pytest.MonkeyPatch
) -> None:
    intent = open_intent()
    client.post(f"{begin(intent.public_id)}/pay")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            jobs.run_due()

    monkeypatch.setattr(returning, "MOMENT", 60.0)
    monkeypatch.setattr(returning.time, "sleep", sleep)
    assert client.get(services.return_path(intent.public_id), 303).location == intent.return_url
    assert slept == [returning.LOOK_EVERY] * 3
    assert len(heard.of(PaymentConfirmed)) == 1


def test_the_return_page_does_not_stay_for_long_nor_for_many_nor_twice(
    client: PageClient, heard: Heard, open_intent: OpenIntent, monkeypatch: pytest.MonkeyPatch
) -> None:
    intent = open_intent()
    client.post(f"{begin(intent.public_id)}/pay")
    path, slept = services.return_path(intent.public_id), list[float]()
    monkeypatch.setattr(returning.time, "sleep", slept.append)
    monkeypatch.setattr(returning, "MOMENT", returning.LOOK_EVERY / 2)
    client.get(path)
    monkeypatch.setattr(returning, "MOMENT", 60.0)
    client.get(f"{path}?looks=1")
    client.get(f"{path}?left=1")
    monkeypatch.setattr(returning, "_stays", BoundedSemaphore(1))
    with returning._stays:
        assert "looks=1" in client.get(path).html
    assert slept == []


def test_leaving_the_payment_page_leaves_it_payable(client: PageClient, open_intent: OpenIntent) -> None:
    intent = open_intent()
    url = begin(intent.public_id)
    page = client.get(f"{services.return_path(intent.public_id)}?left=1")
    assert client.post(page.forms[0]["action"]).location == BASE + url
    back = re.search(r'href="(/payments/[^"]+/back/[^"]+)"', page.html)
    assert back
    assert client.get(back.group(1), 303).location == intent.return_url


def test_a_closed_payment_says_so(client: PageClient, open_intent: OpenIntent) -> None:
    intent = open_intent()
    begin(intent.public_id)
    services.cancel_open_intents(Purpose.ORDER, 1)
    page = client.get(services.return_path(intent.public_id))
    assert "refresh" not in page.html.split("</head>")[0]
    client.post(services.return_path(intent.public_id).replace("/return/", "/pay/"), status=410)


def test_the_public_identifier_alone_opens_nothing(client: PageClient, open_intent: OpenIntent) -> None:
    intent = open_intent()
    proof = services.return_path(intent.public_id).rsplit("/", 1)[1]
    assert len(proof) == 22
    for wrong in ("x", "A" * 22, proof[:-1], proof + "A", "é"):
        client.get(f"/payments/{intent.public_id}/return/{wrong}", 404)
        client.get(f"/payments/{intent.public_id}/back/{wrong}", 404)
        client.post(f"/payments/{intent.public_id}/pay/{wrong}", status=404)
    client.get(f"/payments/{intent.public_id}/return", 404)
    client.get(f"/payments/NOPE/return/{proof}", 404)


def test_the_pages_name_neither_payer_nor_secret(client: PageClient, open_intent: OpenIntent) -> None:
    intent = open_intent()
    begin(intent.public_id)
    page = client.get(services.return_path(intent.public_id))
    assert "secret-of-a-guest" not in page.html
    assert page.response.headers["Referrer-Policy"] == "no-referrer"


def test_forged_forms_are_refused_at_the_sandbox_and_at_the_return_page(
    client: PageClient, heard: Heard, open_intent: OpenIntent
) -> None:
    intent = open_intent()
    url = begin(intent.public_id)
    for path in (
        f"{url}/pay",
        f"{url}/decline",
        services.return_path(intent.public_id).replace("return", "pay"),
    ):
        client.post(path, status=403, token=False)
        client.post(path, status=403, headers={"Origin": "https://evil.example"})
        client.get(path, 405)
    jobs.run_due()
    assert heard.all == []
    client.get("/sandbox/pay/nothing", 404)
    client.post("/sandbox/pay/nothing/pay", status=404)


# --- the operator's inbox ---

INBOX = "/operator/payment-events"


@pytest.fixture
def officer(client: PageClient) -> PageClient:
    """Sign the operator's finance officer in."""
    operator = make_organisation(client.session, OrganisationKind.OPERATOR)
    user = make_user(client.session, Role.FINANCE, organisation=operator)
    client.session.flush()
    return client.sign_in(user)


def test_a_failed_event_is_visible_and_can_be_tried_again(
    officer: PageClient, heard: Heard, open_intent: OpenIntent
) -> None:
    intent = open_intent()
    officer.post(f"{begin(intent.public_id)}/pay")
    rename(officer.session, intent.id, "GONE")
    jobs.run_due()
    page = officer.get(f"{INBOX}?show=failed")
    assert intent.public_id in page.text
    (retry,) = [form["action"] for form in page.forms if form["action"].endswith("/retry")]
    officer.follow(officer.post(retry))
    assert heard.all == []
    rename(officer.session, intent.id, intent.public_id)
    officer.follow(officer.post(retry))
    assert len(heard.of(PaymentConfirmed)) == 1
    assert intent.public_id not in officer.get(f"{INBOX}?show=failed").text
    assert intent.public_id in officer.get(INBOX).text
    officer.post(f"{INBOX}/999999/retry", status=404)
    # Tried again once more, by a second click: nothing happens twice.
    assert "已处理" in officer.follow(officer.post(retry)).text
    assert len(heard.of(PaymentConfirmed)) == 1


def test_the_inbox_is_searched_and_says_why_and_when(
    officer: PageClient, heard: Heard, open_intent: OpenIntent
) -> None:
    intent = open_intent()
    known = intent.public_id
    officer.post(f"{begin(known)}/pay")
    rename(officer.session, intent.id, "GONE")
    jobs.run_due()
    failed = officer.get(f"{INBOX}?show=failed").text
    assert known in failed
    assert "没有这个编号的支付" in failed
    assert "自动重试" in failed
    assert known not in officer.get(f"{INBOX}?show=waiting").text
    rename(officer.session, intent.id, known)
    (retry,) = [form["action"] for form in officer.get(INBOX).forms if form["action"].endswith("/retry")]
    officer.post(retry)
    assert "支付成功" in officer.get(f"{INBOX}?q={known}").text
    assert "没有符合的通知" in officer.get(f"{INBOX}?show=failed&q={known}").text
    assert "没有符合的通知" in officer.get(f"{INBOX}?q=NOBODY").text
    officer.get(f"{INBOX}?show=burnt", 404)
    officer.get(f"{INBOX}?q=%00")


def test_money_that_needs_a_person_stands_above_the_inbox(
    officer: PageClient, heard: Heard, open_intent: OpenIntent
) -> None:
    intent = open_intent()
    url = begin(intent.public_id)
    officer.session.execute(update(SandboxSession).values(amount_fen=1))
    officer.session.flush()
    officer.post(f"{url}/pay")
    jobs.run_due()
    assert heard.of(PaymentConfirmed) == []
    assert "应收 ¥39.80，实收 ¥0.01" in officer.get(INBOX).text
    assert officer.get(services.return_path(intent.public_id)).status == 200


def rename(session: Session, intent_id: int, public_id: str) -> None:
    session.execute(update(PaymentIntent).where(PaymentIntent.id == intent_id).values(public_id=public_id))
    session.flush()
