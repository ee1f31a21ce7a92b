"""One voucher and many buyers at one moment, with real connections: it is used as often as it allows, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core import clock, ids
from core.db import reading, transaction
from core.errors import Refusal
from core.permissions import GUEST
from payments import services as payment_services
from payments.values import Purpose
from shop.cart import queries as cart_queries
from shop.cart import services as carts
from shop.cart.values import CartOwner
from shop.orders import jobs as order_jobs
from shop.orders import services
from shop.orders.models import Order
from shop.orders.values import PlacedOrder
from shop.vouchers import services as voucher_services
from shop.vouchers.errors import VoucherUsed, VoucherUsedByYou
from shop.vouchers.models import VoucherUse
from tests.factories.orders import make_request, make_variant
from tests.factories.people import actor_of, make_user
from tests.factories.vouchers import make_codes, make_terms
from tests.shop.orders.test_concurrency import at_once, left, order
from tests.shop.orders.test_refunding import officer

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("live_database")]

BUYERS = 50


def goods_and_code(**terms: Any) -> tuple[int, str, str]:
    with transaction() as session:
        variant = make_variant(session, stock=500, price_fen=60_00)
        return variant.id, variant.public_id, make_codes(session, **terms)[0]


def standing() -> int:
    with reading() as session:
        return (
            session.scalar(
                select(func.count()).select_from(VoucherUse).where(VoucherUse.released_at.is_(None))
            )
            or 0
        )


def test_fifty_checkouts_with_one_voucher_use_it_once_and_the_others_keep_their_carts() -> None:
    variant, public_id, code = goods_and_code()
    owners = [CartOwner(token=ids.secret()) for _ in range(BUYERS)]
    for owner in owners:
        with transaction() as session:
            carts.add_to_cart(session, owner, public_id, 1)

    def buy(owner: CartOwner) -> PlacedOrder:
        return order(make_request(wanted=(), cart=owner, voucher=code))

    results = at_once([lambda owner=owner: buy(owner) for owner in owners])  # type: ignore[misc]
    assert Counter(type(result) for result in results) == {PlacedOrder: 1, VoucherUsed: BUYERS - 1}
    assert all(result.status == 409 for result in results if isinstance(result, VoucherUsed))
    with reading() as session:
        kept = [cart_queries.count(session, owner)[0] for owner in owners]
        assert session.scalar(select(func.count()).select_from(Order)) == 1
    assert Counter(kept) == {1: BUYERS - 1, 0: 1}
    assert (standing(), left(variant)) == (1, 499)


def test_a_voucher_for_five_among_orders_that_lapse_and_are_given_up_is_never_used_six_times() -> None:
    variant, _, code = goods_and_code(uses_each=5)

    def buy() -> Any:
        return order(make_request((variant, 1), voucher=code))

    def give_up() -> Any:
        placed = buy()
        payment_services.cancel_open_intents(Purpose.ORDER, placed.order_id)
        with transaction() as session:
            services.cancel_order(session, GUEST, placed.order_id)
        return "given up"

    def sweep() -> Any:
        with clock.at(clock.now() + timedelta(minutes=31)):
            return order_jobs.expire_unpaid_orders()

    calls = [buy, give_up, buy, sweep, buy, give_up] * 12
    for result in at_once(calls):
        assert isinstance(result, (PlacedOrder, Refusal, str, int)), repr(result)
    at_once([buy] * 20)
    assert standing() == 5


def test_one_person_with_many_tabs_uses_a_shared_code_once() -> None:
    variant, _, code = goods_and_code(uses_each=1000, per_person=True)
    with transaction() as session:
        actor = actor_of(make_user(session))

    def buy() -> Any:
        with transaction() as session:
            request = make_request((variant, 1), voucher=code, guest_secret=None)
            return services.place_order(session, actor, request)

    results = at_once([buy] * 16)
    assert Counter(type(result) for result in results) == {PlacedOrder: 1, VoucherUsedByYou: 15}


def test_small_batches_made_at_once_pass_the_limit_of_one_person_no_more_than_one_large_one() -> None:
    with transaction() as session:
        finance = officer(session)

    def make(once: str) -> bool:
        with transaction() as session:
            return voucher_services.make_batch(session, finance, make_terms(codes=20), once=once).needs_second

    results = at_once([lambda number=number: make(f"FORM{number}") for number in range(12)])  # type: ignore[misc]
    assert Counter(results) == {False: 2, True: 10}, "¥200 each, ¥500 alone"


def test_two_clicks_at_once_make_one_batch() -> None:
    with transaction() as session:
        finance = officer(session)

    def make() -> int:
        with transaction() as session:
            return voucher_services.make_batch(session, finance, make_terms(codes=20), once="CLICKED").id

    assert len(set(at_once([make] * 8))) == 1


def test_vouchers_and_goods_in_any_order_never_wait_for_each_other() -> None:
    with transaction() as session:
        variants = [make_variant(session, stock=9_000, price_fen=60_00).id for _ in range(2)]
        codes = [make_codes(session, uses_each=1000)[0] for _ in range(2)]

    def buy(number: int) -> Any:
        pair = tuple((variant, 1) for variant in variants[:: 1 if number % 2 else -1])
        return order(make_request(*pair, voucher=codes[number // 2 % 2]))

    results = at_once([lambda number=number: buy(number) for number in range(80)])  # type: ignore[misc]
    assert [result for result in results if not isinstance(result, PlacedOrder)] == []
    assert standing() == 80
