"""Many buyers at one moment, with real connections: never more sold than there is, never paid and lost, never twice."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, text

from accounts.values import OrganisationKind, Role
from core import clock, ids
from core.db import reading, transaction
from core.errors import Refusal
from core.permissions import GUEST, SYSTEM, Actor
from payments import services as payment_services
from payments.models import PaymentIntent
from payments.sandbox import services as sandbox
from payments.values import Purpose
from shop.cart import services as cart
from shop.cart.values import CartOwner
from shop.catalogue.models import Variant
from shop.fulfilment import queries as fulfilment_queries
from shop.fulfilment import services as fulfilment
from shop.orders import jobs as order_jobs
from shop.orders import queries, rules, services
from shop.orders.errors import BasketRefused, DoneBefore, TooManyUnpaid, WrongState
from shop.orders.models import Order, OrderLine
from shop.orders.values import OrderRequest, PartState, PlacedOrder
from shop.stock import queries as stock_queries
from shop.stock import services as stock
from shop.stock.errors import OutOfStock
from tests.factories.orders import make_request, make_variant
from tests.factories.people import actor_of, make_organisation, make_user

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("live_database")]

AT_ONCE = 24
#: How often two goods are ordered in one order and in the other at once.
PAIRS = 500


def at_once(calls: list[Callable[[], Any]], workers: int = AT_ONCE) -> list[Any]:
    """Run the calls in so many threads, started at one moment; what they raise is returned."""
    gate = Barrier(min(workers, len(calls)))

    def run(numbered: tuple[int, Callable[[], Any]]) -> Any:
        index, call = numbered
        if index < gate.parties:
            gate.wait()
        try:
            return call()
        except Exception as problem:
            return problem

    with ThreadPoolExecutor(gate.parties) as pool:
        return list(pool.map(run, enumerate(calls)))


def order(request: OrderRequest, actor: Actor = GUEST) -> PlacedOrder:
    with transaction() as session:
        return services.place_order(session, actor, request)


def variants(*stocks: int) -> list[int]:
    with transaction() as session:
        return [make_variant(session, stock=amount).id for amount in stocks]


def left(variant_id: int) -> int:
    with reading() as session:
        return stock_queries.available(session, [variant_id])[variant_id]


def test_what_is_put_into_a_cart_while_it_is_ordered_stays_in_it() -> None:
    ordered, added = variants(10, 10)
    owner = CartOwner(token=ids.secret())
    with reading() as session:
        public_ids = {v.id: v.public_id for v in session.scalars(select(Variant))}
    with transaction() as session:
        cart.add_to_cart(session, owner, public_ids[ordered], 2)

    def put() -> None:
        with transaction() as session:
            cart.add_to_cart(session, owner, public_ids[added], 1)

    with ThreadPoolExecutor(2) as pool:
        with transaction() as session:
            assert cart.take_all(session, owner) == {ordered: 2}
            adding, again = pool.submit(put), pool.submit(take, owner)
            with suppress(TimeoutError):
                again.result(timeout=0.3)
            assert not adding.done()
            assert not again.done()
        adding.result()
    assert [again.result(), take(owner)].count({added: 1}) == 1


def test_a_step_that_is_rolled_back_has_taken_nothing_out_of_the_cart() -> None:
    (variant,) = variants(1)
    owner = CartOwner(token=ids.secret())
    with transaction() as session:
        cart.add_to_cart(session, owner, session.get_one(Variant, variant).public_id, 1)
    other = make_request((variant, 1))
    order(other)
    with pytest.raises(BasketRefused):
        order(make_request(cart=owner))
    assert take(owner) == {variant: 1}


def take(owner: CartOwner) -> dict[int, int]:
    with transaction() as session:
        return cart.take_all(session, owner)


def test_a_hundred_orders_of_one_account_at_once_hold_no_more_than_the_limit() -> None:
    (variant,) = variants(200)
    with transaction() as session:
        buyer = actor_of(make_user(session))
    results = at_once([lambda: order(make_request((variant, 1)), buyer) for _ in range(100)])
    assert Counter(type(result) for result in results) == {
        PlacedOrder: rules.MOST_UNPAID,
        TooManyUnpaid: 100 - rules.MOST_UNPAID,
    }
    assert left(variant) == 200 - rules.MOST_UNPAID


def test_fifty_packs_and_two_hundred_buyers() -> None:
    (variant,) = variants(50)
    results = at_once([lambda: order(make_request((variant, 1))) for _ in range(200)])
    kinds = Counter(type(result) for result in results)
    assert kinds == {PlacedOrder: 50, BasketRefused: 150}
    assert all(r.problems[0].goods.available == 0 for r in results if isinstance(r, BasketRefused))
    assert left(variant) == 0


def test_fifty_packs_among_buyers_clerks_and_lapsing_holds() -> None:
    (variant,) = variants(50)

    def buy() -> Any:
        return order(make_request((variant, random.randint(1, 3))))

    def give_up() -> Any:
        placed = order(make_request((variant, 1)))
        payment_services.cancel_open_intents(Purpose.ORDER, placed.order_id)
        with transaction() as session:
            services.cancel_order(session, GUEST, placed.order_id)
        return "given up"

    def count() -> Any:
        with transaction() as session:
            return stock.count_stock(session, SYSTEM, variant, random.randint(40, 60), "stock count")

    def sweep() -> Any:
        with clock.at(clock.now() + timedelta(minutes=random.choice([0, 31]))):
            return order_jobs.expire_unpaid_orders()

    calls = [buy] * 100 + [give_up] * 40 + [count] * 20 + [sweep] * 10
    random.shuffle(calls)
    for result in at_once(calls):
        assert isinstance(result, (PlacedOrder, BasketRefused, OutOfStock, str, int)), repr(result)
    assert left(variant) >= 0


def test_baskets_in_opposite_order_never_deadlock() -> None:
    one, two = variants(10_000, 10_000)
    both_ways = (((one, 1), (two, 1)), ((two, 1), (one, 1)))
    calls = [lambda pair=pair: order(make_request(*pair)) for pair in both_ways * PAIRS]  # type: ignore[misc]
    assert Counter(type(result) for result in at_once(calls)) == {PlacedOrder: 2 * PAIRS}
    assert left(one) == left(two) == 10_000 - 2 * PAIRS
    with reading() as session:
        deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert session.scalar(text(deadlocks)) == 0


def test_one_form_sent_twenty_times_is_one_order() -> None:
    (variant,) = variants(50)
    request = make_request((variant, 2))
    results = at_once([lambda: order(request)] * 20, workers=20)
    assert len({result.number for result in results}) == 1
    assert sum(not result.replayed for result in results) == 1
    assert left(variant) == 48
    other = replace(request, note="another one")
    with pytest.raises(Refusal):
        order(other)


def test_the_last_piece_goes_to_one_of_two_baskets() -> None:
    for _ in range(10):
        rare, plenty = variants(1, 100)
        baskets = [((rare, 1), (plenty, 5)), ((plenty, 5), (rare, 1))]
        results = at_once([lambda basket=basket: order(make_request(*basket)) for basket in baskets])  # type: ignore[misc]
        assert sorted(type(result).__name__ for result in results) == ["BasketRefused", "PlacedOrder"]
        assert (left(rare), left(plenty)) == (0, 95)


def test_a_payment_and_a_lapsing_hold_end_well_whoever_is_first() -> None:
    outcomes: Counter[str] = Counter()
    for round_ in range(15):
        (variant,) = variants(1)
        placed = order(make_request((variant, 1)))
        session_id = payment_services.begin_checkout(placed.payment_intent or "").rsplit("/", 1)[1]
        later = clock.now() + timedelta(minutes=30, seconds=30)

        def pay(session_id: str = session_id, placed: PlacedOrder = placed, later: datetime = later) -> Any:
            with clock.at(later):
                with transaction() as session:
                    sandbox.pay(session, session_id, tell=False)
                return payment_services.settle_intent(placed.payment_intent or "")

        def sweep(later: datetime = later) -> Any:
            with clock.at(later):
                return order_jobs.expire_unpaid_orders()

        at_once([pay, sweep, sweep] if round_ % 2 else [sweep, pay, sweep], workers=3)
        with reading() as session:
            state = session.scalars(select(Order.state).where(Order.id == placed.order_id)).one()
            intent = session.scalars(
                select(PaymentIntent.state).where(PaymentIntent.public_id == placed.payment_intent)
            ).one()
        with clock.at(later):
            free = left(variant)
        assert (state, intent, free) in {("paid", "succeeded", 0), ("expired", "cancelled", 1)}, (
            state,
            intent,
            free,
        )
        outcomes[state] += 1
    assert sum(outcomes.values()) == 15


def test_a_transfer_and_a_cancelled_order_do_not_wait_for_each_other() -> None:
    with transaction() as session:
        school = make_organisation(session, OrganisationKind.INSTITUTION)
        operator = make_organisation(session, OrganisationKind.OPERATOR)
        cook = actor_of(
            make_user(session, Role.REQUESTER, organisation=school), Role.REQUESTER, organisation=school
        )
        finance = actor_of(
            make_user(session, Role.FINANCE, organisation=operator), Role.FINANCE, organisation=operator
        )
        variant = make_variant(session, stock=100).id
    for round_ in range(10):
        with transaction() as session:
            request = make_request((variant, 1), institution_id=school.id, guest_secret=None)
            placed = services.place_order(session, cook, request)
            held = queries.lock_order(session, placed.order_id)
            code, total = held.payment_code or "", held.total_fen

        def transfer(code: str = code, total: int = total, round_: int = round_) -> Any:
            with transaction() as session:
                return payment_services.record_bank_transfer(
                    session, finance, code, total, clock.today(), f"REF-{round_}"
                ).state

        def cancel(placed: PlacedOrder = placed) -> Any:
            with transaction() as session:
                return services.cancel_order(session, cook, placed.order_id)

        paid, cancelled = at_once([transfer, cancel])
        with reading() as session:
            state = session.scalars(select(Order.state).where(Order.id == placed.order_id)).one()
        if paid == "matched":
            assert isinstance(cancelled, WrongState), repr(cancelled)
            assert state == "paid"
        else:
            assert (paid, cancelled, state) == ("review", None, "cancelled")


def test_an_order_is_paid_shipped_and_received_once() -> None:
    with transaction() as session:
        supplier = make_organisation(session, OrganisationKind.SUPPLIER)
        seller = actor_of(
            make_user(session, Role.SUPPLIER, organisation=supplier), Role.SUPPLIER, organisation=supplier
        )
        variant = make_variant(session, stock=5, supplier=supplier).id
    placed = order(make_request((variant, 2)))
    session_id = payment_services.begin_checkout(placed.payment_intent or "").rsplit("/", 1)[1]
    with transaction() as session:
        sandbox.pay(session, session_id, tell=False)
    at_once([lambda: payment_services.settle_intent(placed.payment_intent or "")] * 10)
    with reading() as session:
        part = fulfilment_queries.list_parts(session, seller, PartState.TO_SHIP, limit=9, offset=0)[0][
            0
        ].public_id

    def ship() -> None:
        with transaction() as session:
            fulfilment.ship_part(session, seller, part, "顺丰", "SF1234")

    def receive() -> int:
        with transaction() as session:
            return fulfilment.confirm_receipt(
                session, GUEST, queries.lock_order(session, placed.order_id), part
            )

    shipped = at_once([ship] * 8)
    assert Counter(type(result) for result in shipped) == {type(None): 1, WrongState: 7}
    received = at_once([receive] * 8)
    assert Counter(type(result) for result in received) == {int: 1, DoneBefore: 7}
    with reading() as session:
        assert session.scalars(select(Order.state)).one() == "received"
        assert session.scalar(select(func.count()).select_from(OrderLine)) == 1
    with suppress(Refusal):
        ship()
