"""What must hold when everything happens at once: buyers, clerks, sweepers, events, a dead worker, a slow provider.

Each test takes a few seconds; raise a constant here to run the same for as long as you like.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from threading import Event, Semaphore
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, text

from core import clock, ids, jobs
from core.db import reading, transaction
from core.errors import Refusal
from core.mail import Mail
from core.permissions import GUEST, SYSTEM, Actor
from payments import gateways
from payments import services as payment_services
from payments.models import Refund
from payments.sandbox import rehearsals
from payments.sandbox import services as sandbox
from payments.sandbox.gateway import HEADER, SandboxGateway
from payments.stripe import signatures
from payments.values import Checkout, CheckoutRequest
from shop.catalogue import services as catalogue
from shop.catalogue.models import Variant
from shop.catalogue.values import VariantEdit
from shop.fulfilment import services as fulfilment
from shop.orders import jobs as order_jobs
from shop.orders import queries, services
from shop.orders.errors import BasketRefused, LineRefundedBefore
from shop.orders.models import Order, OrderLine
from shop.orders.values import PlacedOrder
from shop.stock import services as stock
from shop.stock.models import Stock
from tests.conftest import ENVIRON
from tests.factories.orders import make_request, make_variant
from tests.shop.orders.test_concurrency import at_once, left, order, variants
from tests.shop.orders.test_refunding import officer, order_of, parts_of, seller

pytestmark = pytest.mark.concurrency
ROOT = Path(__file__).resolve().parents[3]

UNITS, BUYERS = 50, 200
ROUNDS_OF_DECLINING = 5
TIMES_DELIVERED = 5
#: Buyers whose provider does not answer, others who buy the same goods meanwhile, and what half of them need at most: far
#: below the 30 s of a slow provider, and far above what an order takes, for the machine may be busy.
SLOW, OTHERS, GENEROUS_SECONDS = 4, 20, 5.0

#: A worker that dies between holding the goods and committing.
WORKER = """
import time
from app import create_app
create_app()
from core.db import transaction
from core.permissions import GUEST
from shop.orders import services
from tests.factories.orders import make_request
with transaction() as session:
    services.place_order(session, GUEST, make_request(({variant}, 3)))
    print("holding", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def dying(live_database: Engine, tmp_path: Path) -> Iterator[Callable[[int], subprocess.Popen[str]]]:
    """Start a worker that has taken goods in a step which it never ends."""
    started: list[subprocess.Popen[str]] = []

    def start(variant: int) -> subprocess.Popen[str]:
        environ = {
            **os.environ,
            **ENVIRON,
            "DATABASE_URL": live_database.url.render_as_string(hide_password=False),
            "VAR_DIR": str(tmp_path),
        }
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER.format(variant=variant)],
            env=environ,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "holding"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def waiting_for_locks() -> int:
    with reading() as session:
        return (
            session.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
            )
            or 0
        )


def held_or_sold(variant: int) -> int:
    with reading() as session:
        return int(
            session.scalar(
                select(func.coalesce(func.sum(OrderLine.quantity), 0))
                .join(Order, Order.id == OrderLine.order_id)
                .where(OrderLine.variant_id == variant, Order.state.in_(["placed", "paid"]))
            )
            or 0
        )


def test_exactly_fifty_of_fifty_among_edits_lapsing_holds_and_a_killed_worker(
    dying: Callable[[int], subprocess.Popen[str]],
) -> None:
    with clock.at(clock.now() - timedelta(minutes=31)):
        (variant,) = variants(UNITS)
        for _ in range(UNITS // 3):
            order(make_request((variant, 1)))

    def buy() -> Any:
        return order(make_request((variant, 1)))

    def buy_and_pay() -> Any:
        placed = buy()
        rehearsals.pay_intent(placed.payment_intent or "")
        return placed

    def recount() -> Any:
        with transaction() as session:
            stock.lock_stock(session, [variant])
            there = session.scalars(select(Stock.on_hand).where(Stock.variant_id == variant)).one()
            return stock.count_stock(session, SYSTEM, variant, there, "stock count")

    def edit() -> Any:
        with transaction() as session:
            now = session.get_one(Variant, variant, with_for_update={"key_share": True})
            price = now.price_fen + 10
            wish = VariantEdit(
                now.sku, now.label_zh, now.label_en, now.net_grams, now.pieces,
                price, now.producer_fen + 10, now.logistics_fen, now.other_fen,
            )  # fmt: skip
            return catalogue.edit_variant(session, SYSTEM, variant, wish, version=now.version)

    many = [buy] * (BUYERS * 9 // 10) + [buy_and_pay] * (BUYERS // 10)
    others: list[Callable[[], Any]] = [recount, edit, order_jobs.expire_unpaid_orders] * 6
    step = len(many) // len(others)
    mixed = [call for i, other in enumerate(others) for call in [*many[i * step : (i + 1) * step], other]]
    mixed += many[len(others) * step :]
    worker = dying(variant)
    with ThreadPoolExecutor(1) as behind:
        running = behind.submit(at_once, mixed)
        patience = time.monotonic() + 20
        while not waiting_for_locks() and time.monotonic() < patience:
            time.sleep(0.02)
        worker.send_signal(signal.SIGKILL)
        results = running.result()
    placed = Counter(type(result).__name__ for result in results)
    assert set(placed) <= {"PlacedOrder", "BasketRefused", "int", "dict"}, [
        result for result in results if isinstance(result, Exception) and not isinstance(result, Refusal)
    ]
    order_jobs.expire_unpaid_orders()
    refused = [r for r in [*results, *at_once([buy] * UNITS)] if isinstance(r, BasketRefused)]
    assert {r.status for r in refused} == {409}
    assert all(0 <= r.problems[0].goods.available <= UNITS for r in refused)
    assert held_or_sold(variant) == UNITS
    assert left(variant) == 0


@pytest.mark.usefixtures("live_database")
def test_a_basket_with_short_lines_changes_nothing_and_names_each_of_them_under_load() -> None:
    plenty, short, shorter = variants(5_000, 2, 1)

    def too_much() -> Any:
        return order(make_request((plenty, 5), (short, 3), (shorter, 2)))

    def fine() -> Any:
        return order(make_request((plenty, 1)))

    results = at_once([too_much, fine] * 30)
    refused = [result for result in results if isinstance(result, BasketRefused)]
    assert Counter(type(result) for result in results) == {PlacedOrder: 30, BasketRefused: 30}
    for refusal in refused:
        assert [(p.goods.variant_id, p.goods.available) for p in refusal.problems] == [
            (short, 2),
            (shorter, 1),
        ]
    assert (left(plenty), left(short), left(shorter)) == (5_000 - 30, 2, 1)


@pytest.mark.usefixtures("live_database")
def test_every_event_five_times_in_every_order_with_return_pages_and_sweepers_pays_an_order_once(
    app: Flask,
) -> None:
    kinds = (
        "payment_intent.payment_failed",
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
    )
    gateway = gateways.named("sandbox")
    assert isinstance(gateway, SandboxGateway)
    (variant,) = variants(500)
    orders: list[PlacedOrder] = []
    for sequence in permutations(kinds):
        placed = order(make_request((variant, 1)))
        orders.append(placed)
        intent = placed.payment_intent or ""
        session_id = payment_services.begin_checkout(intent).rsplit("/", 1)[1]
        with transaction() as session:
            kept = sandbox.pay(session, session_id, tell=False)
        bodies = {kind: sandbox.event_body(kind, kept) for kind in kinds}

        def deliver(body: bytes) -> bool | None:
            headers = {HEADER: signatures.sign(body, gateway.signing_secret)}
            event_id = payment_services.receive_event("sandbox", body, headers)
            return payment_services.handle_event(event_id) if event_id is not None else None

        def returns(path: str = payment_services.return_path(intent)) -> int:
            return app.test_client().get(path).status_code

        def sweeps() -> int:
            with clock.at(clock.now() + timedelta(minutes=2)):
                return payment_services.sweep()

        deliveries = [lambda body=bodies[kind]: deliver(body) for kind in sequence] * TIMES_DELIVERED  # type: ignore[misc]
        results = at_once([*deliveries, returns, returns, sweeps, sweeps, jobs.run_due])
        assert [result for result in results if isinstance(result, Exception)] == []
        assert set(results[len(deliveries) : len(deliveries) + 2]) <= {200, 303}
    with clock.at(clock.now() + timedelta(minutes=5)):
        jobs.run_due()
    with reading() as session:
        assert set(session.scalars(select(Order.state))) == {"paid"}
        entries = Counter(
            session.scalars(text("SELECT source_id FROM ledger_entries WHERE kind = 'order_paid'"))
        )
        mails = Counter(session.scalars(select(Mail.key).where(Mail.key.like("%paid%"))))
    assert entries == {placed.number: 1 for placed in orders}
    assert len(mails) == len(orders)
    assert set(mails.values()) == {1}


def paid(*, price_fen: int = 39_80, quantity: int = 2) -> PlacedOrder:
    with transaction() as session:
        variant = make_variant(session, stock=50, price_fen=price_fen).id
    placed = order(make_request((variant, quantity)))
    rehearsals.pay_intent(placed.payment_intent or "")
    return placed


def line_of(placed: PlacedOrder) -> tuple[int, int]:
    with reading() as session:
        row = session.execute(
            select(OrderLine.id, OrderLine.line_fen).where(OrderLine.order_id == placed.order_id)
        ).one()
        return row[0], row[1]


def refund(clerk: Actor, placed: PlacedOrder, amount_fen: int) -> str:
    with transaction() as session:
        locked = queries.lock_order(session, placed.order_id)
        once = f"line:{placed.number}:{ids.public_id(20)}"
        return services.refund_line(
            session, clerk, locked, line_of(placed)[0], amount_fen, "Torn", once=once
        ).public_id


@pytest.mark.usefixtures("live_database")
def test_a_refund_clicked_by_two_clerks_goes_back_once() -> None:
    with transaction() as session:
        clerks = [officer(session), officer(session)]
    for _ in range(3):
        placed = paid()
        whole = line_of(placed)[1]
        results = at_once(
            [
                lambda clerk=clerk, placed=placed, whole=whole: refund(clerk, placed, whole)
                for clerk in clerks * 3
            ]
        )  # type: ignore[misc]
        assert Counter(type(result) for result in results) == {str: 1, LineRefundedBefore: 5}
        jobs.run_due()
        with reading() as session:
            refunds = session.execute(
                select(Refund.state, Refund.amount_fen).where(Refund.subject_id == placed.order_id)
            ).all()
        assert [tuple(row) for row in refunds] == [("succeeded", whole)]


@pytest.mark.usefixtures("live_database")
def test_declining_a_refund_and_asking_for_another_never_wait_for_each_other() -> None:
    with transaction() as session:
        clerk, second = officer(session), officer(session)
    for _ in range(ROUNDS_OF_DECLINING):
        placed = paid(price_fen=600_00)
        asked = refund(clerk, placed, 700_00)
        with transaction() as session:
            part = parts_of(session, order_of(session, placed))[0]
            fulfilment.ship_part(session, seller(session, part), part.public_id, "顺丰", "SF1")
        with transaction() as session:
            fulfilment.confirm_receipt(session, GUEST, order_of(session, placed), part.public_id)

        def decline(asked: str = asked) -> str:
            with transaction() as session:
                return payment_services.decline_refund(session, second, asked, "No").state

        results = at_once([decline, *[lambda placed=placed: refund(clerk, placed, 1_00)] * 6])  # type: ignore[misc]
        assert results[0] == "declined", results
        assert all(isinstance(result, (str, Refusal)) for result in results), results


@pytest.mark.usefixtures("live_database")
def test_a_provider_that_does_not_answer_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    (variant,) = variants(SLOW + OTHERS)
    slow = [order(make_request((variant, 1))).payment_intent or "" for _ in range(SLOW)]
    asked, may_answer = Semaphore(0), Event()
    really = SandboxGateway.create_checkout

    def create_checkout(self: SandboxGateway, request: CheckoutRequest) -> Checkout:
        if request.intent_public_id in slow:
            asked.release()
            # Longer than any of the others takes, however slow this machine is: a provider that is 30 s late, and more.
            assert may_answer.wait(120)
        return really(self, request)

    monkeypatch.setattr(SandboxGateway, "create_checkout", create_checkout)

    def another_buyer() -> tuple[str, float]:
        began = time.monotonic()
        placed = order(make_request((variant, 1)))
        rehearsals.pay_intent(placed.payment_intent or "")
        took = time.monotonic() - began
        with reading() as session:
            return session.scalars(select(Order.state).where(Order.id == placed.order_id)).one(), took

    with ThreadPoolExecutor(SLOW + 4) as pool:
        try:
            waiting = [pool.submit(payment_services.begin_checkout, intent) for intent in slow]
            assert all(asked.acquire(timeout=20) for _ in slow)
            with reading() as session:
                open_steps = session.scalar(
                    text(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                        "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
                    )
                )
            assert open_steps == 0
            others = [found.result(60) for found in [pool.submit(another_buyer) for _ in range(OTHERS)]]
            assert [state for state, _ in others] == ["paid"] * OTHERS
            assert sorted(took for _, took in others)[OTHERS // 2] < GENEROUS_SECONDS
            assert not any(one.done() for one in waiting)
        finally:
            may_answer.set()
        assert all(one.result(30) for one in waiting)
    assert left(variant) == 0
