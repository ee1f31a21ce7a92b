"""The pages of payments as a visitor sees them."""

from __future__ import annotations

import re

import pytest

from core import jobs
from payments import services
from payments.events import PaymentConfirmed, PaymentDeclined
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
