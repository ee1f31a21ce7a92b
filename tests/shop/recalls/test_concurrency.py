"""A recall meets checkouts, payments and itself at the same moment, with real connections."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select

from core import jobs
from core.db import reading, transaction
from core.mail import Mail
from core.permissions import GUEST
from payments.sandbox import rehearsals
from shop.catalogue.models import Product, Variant
from shop.orders import queries as order_queries
from shop.orders import services as order_services
from shop.orders.errors import BasketRefused
from shop.orders.models import Order
from shop.orders.values import PlacedOrder
from shop.recalls import services
from shop.recalls.models import Recall, RecalledLine
from shop.recalls.values import Recalled, Touch
from shop.stock.models import Stock, StockHold, StockMovement
from tests.factories.orders import make_request, make_variant
from tests.factories.tracing import make_batch, seller_of
from tests.shop.orders.test_concurrency import at_once, order

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("live_database")]


def world(stock: int, packs: int) -> tuple[int, str, int]:
    """Return (variant, code of its batch, supplier)."""
    with transaction() as session:
        variant = make_variant(session, stock=stock)
        product = session.get_one(Product, variant.product_id)
        return variant.id, make_batch(session, product, packs=packs), product.supplier_id


def call_back(code: str, supplier: int) -> Recalled:
    with transaction() as session:
        return services.recall_batch(session, seller_of(supplier), code, "水分超标")


def pay(placed: PlacedOrder) -> str:
    assert placed.payment_intent is not None
    rehearsals.pay_intent(placed.payment_intent)
    return "paid"


def numbers(variant: int) -> tuple[int, int]:
    """Return what is on hand, and what the movements say."""
    with reading() as session:
        moved = session.scalar(
            select(func.sum(StockMovement.change)).where(StockMovement.variant_id == variant)
        )
        return session.get_one(Stock, variant).on_hand, int(moved or 0)


def test_a_recall_at_the_same_moment_as_checkouts_sells_nothing_of_it() -> None:
    variant, code, supplier = world(stock=40, packs=25)
    calls: list[Any] = [lambda: order(make_request((variant, 2))) for _ in range(24)]
    calls.insert(5, lambda: call_back(code, supplier))
    done = at_once(calls)
    assert {type(result) for result in done} <= {PlacedOrder, BasketRefused, Recalled}
    (recalled,) = [result for result in done if isinstance(result, Recalled)]
    assert recalled.packs_taken == 25
    assert numbers(variant) == (15, 15)
    with reading() as session:
        held = session.scalar(select(func.sum(StockHold.quantity)).where(StockHold.status == "held"))
        gone = session.scalar(select(func.count()).where(RecalledLine.touch == Touch.LET_GO.value))
    assert held == 14
    # Who had held before the recall keeps what is left, whoever came after found the rest.
    placed = sum(isinstance(result, PlacedOrder) for result in done)
    assert placed - int(gone or 0) == 7
    for _ in range(3):
        jobs.run_due()
    with reading() as session:
        states = Counter(session.scalars(select(Order.state)))
    assert states == Counter({"placed": 7, "cancelled": placed - 7})


def test_a_recall_at_the_same_moment_as_payments_loses_no_money() -> None:
    variant, code, supplier = world(stock=20, packs=12)
    placed = [order(make_request((variant, 1))) for _ in range(20)]
    calls: list[Any] = [lambda one=one: pay(one) for one in placed]
    calls.insert(8, lambda: call_back(code, supplier))
    done = at_once(calls)
    assert [problem for problem in done if isinstance(problem, Exception)] == []
    for _ in range(3):
        jobs.run_due()
    on_hand, moved = numbers(variant)
    assert on_hand == moved >= 0
    with reading() as session:
        recall = session.scalars(select(Recall)).one()
        states = Counter(session.scalars(select(Order.state)))
        listed = session.scalar(select(func.count()).where(RecalledLine.touch == Touch.MAY_HOLD.value))
        told = session.scalar(
            select(func.count()).where(Mail.key.startswith(f"recall:{recall.public_id}:YG"))
        )
    # Each order was paid and has goods, or was paid and is with a person: none is cancelled with its money kept.
    assert set(states) <= {"paid", "needs_review"}
    assert sum(states.values()) == 20
    assert states["paid"] + recall.packs_taken + on_hand == 20
    assert told == listed


def test_a_recall_sent_twice_at_once_recalls_once() -> None:
    variant, code, supplier = world(stock=40, packs=25)
    done = at_once([lambda: call_back(code, supplier) for _ in range(8)])
    assert Counter(result.replayed for result in done) == Counter({True: 7, False: 1})
    assert numbers(variant) == (15, 15)


def test_a_recall_at_the_same_moment_as_calling_off_keeps_its_packs_out() -> None:
    variant, code, supplier = world(stock=20, packs=30)
    placed = [order(make_request((variant, 2))) for _ in range(6)]
    for one in placed:
        pay(one)

    def call_off(one: PlacedOrder) -> str:
        with transaction() as session:
            found = order_queries.lock_order(session, one.order_id)
            order_services.call_off(session, GUEST, found, "The buyer called it off before it was sent.")
        return "called off"

    calls: list[Any] = [lambda one=one: call_off(one) for one in placed]
    calls.insert(3, lambda: call_back(code, supplier))
    done = at_once(calls)
    assert [problem for problem in done if isinstance(problem, Exception)] == []
    # All twenty packs may be of the batch of thirty: called off before or after, none of them is for sale.
    assert numbers(variant) == (0, 0)
    with reading() as session:
        assert session.get_one(Variant, variant).closed_at is None
