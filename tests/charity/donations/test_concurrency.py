"""Many gifts at once, on a database that really commits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from charity.books import fund_code
from charity.donations import services
from charity.donations.models import Donation
from core.db import reading, transaction
from core.permissions import GUEST
from ledger import queries as ledger_queries
from ledger import services as ledger_services
from payments import services as payment_services
from payments.sandbox import rehearsals
from payments.sandbox import services as sandbox
from tests.charity import making

pytestmark = pytest.mark.concurrency


def test_fifty_gifts_settle_at_once(live_database: Any) -> None:
    with transaction() as session:
        house = making.make_house(session)
        campaign = making.make_campaign(session, house)

    def give(index: int) -> list[int]:
        with transaction() as session:
            started = making.start_gift(
                session,
                campaign,
                amount_fen=1_00 + index,
                email=f"d{index}@example.org",
                address=f"10.9.0.{index}",
            )
        url = payment_services.begin_checkout(started.intent_public_id)
        with transaction() as session:
            paid = sandbox.pay(session, url.rsplit("/", 1)[1], tell=False)
        # Two events tell of one payment.
        told = [rehearsals.receive(paid, "checkout.session.completed") for _ in range(2)]
        return [event_id for event_id in told if event_id is not None]

    with ThreadPoolExecutor(16) as pool:
        event_ids = [event_id for told in pool.map(give, range(50)) for event_id in told]
        assert len(event_ids) == 100
        assert all(pool.map(payment_services.handle_event, [*event_ids, *event_ids]))
    with transaction() as session:
        ledger_services.roll(session)
    with reading() as session:
        wanted = sum(1_00 + index for index in range(50))
        assert ledger_queries.balance(session, fund_code(campaign.public_id)).settled == wanted
        numbers = session.scalars(select(Donation.acknowledgement_no)).all()
        assert len(set(numbers)) == 50
        assert None not in numbers


def test_one_form_sent_twenty_times_is_one_gift(live_database: Any) -> None:
    with transaction() as session:
        campaign = making.make_campaign(session, making.make_house(session))
    request = making.request_for(campaign)

    def send(_index: int) -> str:
        with transaction() as session:
            return services.start_donation(session, GUEST, request, making.OWN_SITE).intent_public_id

    with ThreadPoolExecutor(20) as pool:
        intents = set(pool.map(send, range(20)))
    assert len(intents) == 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Donation)) == 1
