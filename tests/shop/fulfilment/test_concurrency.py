"""Several people at one parcel at one moment, with real connections: one row a scan, one receipt, one entry."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import clock
from core.db import reading, transaction
from core.permissions import GUEST
from ledger import queries as ledger_queries
from shop.fulfilment import codes, jobs, services
from shop.fulfilment.errors import ParcelAtItsEnd, ParcelExpectedElsewhere
from shop.fulfilment.models import HandOver
from shop.fulfilment.values import Scan, Way
from shop.orders import queries as order_queries
from shop.orders.errors import WrongState
from shop.orders.models import Order
from tests.factories.nodes import Chain, SentPart, bring_to_point, make_chain, paid_part, send
from tests.shop.orders.test_concurrency import at_once

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("live_database")]


def prepare(*, pickup: bool = True, way: Way = Way.OWN) -> tuple[Chain, SentPart]:
    with transaction() as session:
        chain = make_chain(session)
        return chain, send(session, paid_part(session, chain, pickup=pickup), way)


def scans() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(HandOver)) or 0


def owed(sent: SentPart) -> int:
    with reading() as session:
        return ledger_queries.balance(session, f"supplier:{sent.supplier.public_id}:payable").settled


def total(sent: SentPart) -> int:
    with reading() as session:
        return session.get_one(Order, sent.order.id).total_fen


def test_keepers_of_all_nodes_scan_one_parcel_many_times_at_once() -> None:
    chain, sent = prepare()

    def scan(place: int) -> Scan:
        with transaction() as session:
            return services.scan_parcel(
                session, chain.actors[place], chain.nodes[place].public_id, sent.code
            )[0]

    results = at_once([lambda place=place: scan(place) for place in (0, 1, 2) * 12])
    faults = [r for r in results if not isinstance(r, (Scan, ParcelExpectedElsewhere))]
    assert faults == []
    assert results.count(Scan.NOTED) == scans()
    for place in range(3):
        scan(place)
    assert scans() == 3


def test_a_parcel_is_handed_out_once_while_the_buyer_confirms_and_the_job_runs() -> None:
    chain, sent = prepare()
    with transaction() as session:
        bring_to_point(session, chain, sent)
    code = codes.pickup_code(sent.code)

    def hand_out() -> bool:
        with transaction() as session:
            return services.hand_out(session, chain.actors[2], sent.code, code)

    def confirm() -> int:
        with transaction() as session:
            order = order_queries.lock_order(session, sent.order.id)
            return services.confirm_receipt(session, GUEST, order, sent.part.public_id)

    results = at_once([hand_out, confirm, jobs.confirm_receipts] * 8)
    faults = [
        r for r in results if isinstance(r, Exception) and not isinstance(r, (WrongState, ParcelAtItsEnd))
    ]
    assert faults == []
    assert owed(sent) == total(sent)


def test_the_job_runs_many_times_while_the_buyer_confirms_and_books_once() -> None:
    _chain, sent = prepare(pickup=False, way=Way.CARRIER)
    late = clock.now() + timedelta(days=13)

    def job() -> int:
        with clock.at(late):
            return jobs.confirm_receipts()

    def confirm() -> int:
        with transaction() as session:
            order = order_queries.lock_order(session, sent.order.id)
            return services.confirm_receipt(session, GUEST, order, sent.part.public_id)

    results = at_once([job, job, confirm] * 6)
    faults = [r for r in results if isinstance(r, Exception) and not isinstance(r, WrongState)]
    assert faults == []
    assert owed(sent) == total(sent)
