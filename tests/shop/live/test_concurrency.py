"""A session and its buyers at one moment, with real connections: nothing oversold, nothing lost between the two stocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core import clock, ids
from core.db import reading, transaction
from core.errors import Refusal
from core.permissions import GUEST
from ledger import checks
from shop.catalogue.errors import ChangedMeanwhile
from shop.live import jobs, services
from shop.live.errors import WrongSessionState
from shop.live.models import LiveItem, LiveSession
from shop.orders import services as order_services
from shop.orders.errors import BasketRefused
from shop.orders.models import Order
from shop.orders.values import PlacedOrder
from shop.stock.errors import OutOfStock
from shop.stock.models import Stock, StockHold, StockMovement
from shop.stock.values import Problem
from tests.factories.live import edition_of, make_live, make_plan, supplier_of
from tests.factories.orders import DELIVERY, make_request, make_variant
from tests.factories.people import actor_of, make_user
from tests.shop.orders.test_concurrency import at_once, left, order

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("live_database")]


class Show:
    """A session of one kind of packs, with those who hold it."""

    def __init__(self, stock: int, packs: int, *, opened: bool = True, limit: int | None = None) -> None:
        with transaction() as session:
            variant = make_variant(session, stock=stock)
            self.actor = supplier_of(session, variant)
            live = make_live(session, variant, packs, opened=opened, most_per_buyer=limit)
            self.ordinary, self.ordinary_public_id = variant.id, variant.public_id
            self.live, self.public_id = live.id, live.public_id
            self.edition = edition_of(session, live).id if packs else 0

    def buy(self, variant_id: int, packs: int = 1) -> Callable[[], PlacedOrder]:
        return lambda: order(make_request((variant_id, packs)))

    def act(self, what: Callable[..., Any], *more: Any, **named: Any) -> Callable[[], Any]:
        def step() -> Any:
            with transaction() as session:
                return what(session, self.actor, self.public_id, *more, **named)

        return step

    def aside(self, packs: int, token: str = "") -> Callable[[], Any]:
        return self.act(services.set_aside, self.ordinary_public_id, packs, once=token or ids.public_id(20))

    def back(self, packs: int) -> Callable[[], Any]:
        return self.act(services.take_back, self.ordinary_public_id, packs, once=ids.public_id(20))


def on_hand() -> dict[int, int]:
    with reading() as session:
        return {row[0]: row[1] for row in session.execute(select(Stock.variant_id, Stock.on_hand))}


def held(variant_id: int) -> int:
    with reading() as session:
        found = select(func.coalesce(func.sum(StockHold.quantity), 0)).where(
            StockHold.variant_id == variant_id, StockHold.status == "held"
        )
        return int(session.scalar(found) or 0)


def prove() -> None:
    with reading() as session:
        assert [finding for finding in checks.run(session) if finding.wrong] == []


def test_fifty_session_packs_and_two_hundred_checkouts_sell_exactly_fifty() -> None:
    show = Show(stock=80, packs=50)
    results = at_once([show.buy(show.edition)] * 200)
    assert Counter(type(result) for result in results) == {PlacedOrder: 50, BasketRefused: 150}
    for refused in results:
        if isinstance(refused, BasketRefused):
            (problem,) = refused.problems
            assert (problem.problem, problem.goods.available) == (Problem.SOLD_OUT, 0)
    assert (left(show.edition), left(show.ordinary)) == (0, 30)
    prove()


def test_who_wants_more_than_is_left_is_told_how_many_are() -> None:
    show = Show(stock=80, packs=50)
    results = at_once([show.buy(show.edition, 3)] * 60)
    assert Counter(type(result) for result in results) == {PlacedOrder: 16, BasketRefused: 44}
    told = {r.problems[0].goods.available for r in results if isinstance(r, BasketRefused)}
    assert 2 in told
    assert (left(show.edition), left(show.ordinary)) == (2, 30)


@pytest.mark.parametrize("accounts", [0, 1, 8])
def test_a_buyer_who_checks_out_eight_times_at_once_gets_no_more_than_the_limit(accounts: int) -> None:
    show = Show(stock=80, packs=50, limit=2)
    with transaction() as session:
        account = actor_of(make_user(session))

    def buy(number: int) -> Callable[[], PlacedOrder]:
        def step() -> PlacedOrder:
            # The first of them by the account, the others as a guest; all with one phone number.
            actor, secret = (account, None) if number < accounts else (GUEST, ids.secret())
            request = make_request((show.edition, 1), (show.ordinary, 1), guest_secret=secret)
            with transaction() as session:
                return order_services.place_order(session, actor, request)

        return step

    results = at_once([buy(number) for number in range(8)])
    assert Counter(type(result) for result in results) == {PlacedOrder: 2, BasketRefused: 6}
    problems = {r.problems[0].problem for r in results if isinstance(r, BasketRefused)}
    assert problems == {Problem.TOO_MANY}
    assert (held(show.edition), left(show.edition)) == (2, 48)
    prove()


def test_many_buyers_of_limited_packs_get_theirs_and_no_pack_is_sold_twice() -> None:
    show = Show(stock=80, packs=30, limit=2)
    phones = [f"138{number:08}" for number in range(20)]

    def buy(phone: str) -> Callable[[], PlacedOrder]:
        delivery = replace(DELIVERY, phone=phone)
        return lambda: order(make_request((show.edition, 1), delivery=delivery))

    results = at_once([buy(phone) for phone in phones * 4])
    assert Counter(type(result) for result in results) == {PlacedOrder: 30, BasketRefused: 50}
    with reading() as session:
        to = Counter(delivery["phone"] for delivery in session.scalars(select(Order.delivery)))
    assert max(to.values()) == 2
    prove()


def test_ending_among_checkouts_loses_and_doubles_no_pack() -> None:
    show = Show(stock=80, packs=50)
    calls = [show.buy(show.edition)] * 30 + [show.act(services.end_session)] + [show.buy(show.edition)] * 30
    results = at_once(calls)
    strange = [r for r in results if not isinstance(r, (PlacedOrder, BasketRefused, type(None)))]
    assert strange == []
    placed = sum(isinstance(result, PlacedOrder) for result in results)
    assert held(show.edition) == placed
    assert (left(show.edition), left(show.ordinary)) == (0, 80 - placed)
    assert sum(on_hand().values()) == 80
    prove()


def test_two_workers_and_the_host_end_a_session_once() -> None:
    show = Show(stock=80, packs=50)

    def clockwork() -> Any:
        with clock.at(clock.now() + timedelta(hours=4)):
            return jobs.run_live_sessions()

    results = at_once([clockwork, show.act(services.end_session)] * 8)
    assert [r for r in results if isinstance(r, Exception)] == []
    assert on_hand() == {show.ordinary: 80, show.edition: 0}
    with reading() as session:
        back = select(func.count()).where(StockMovement.reason == "left over from a live session")
        assert session.scalar(back) == 2
    prove()


def test_two_workers_open_a_session_once() -> None:
    show = Show(stock=80, packs=50, opened=False)

    def clockwork() -> Any:
        with clock.at(clock.now() + timedelta(hours=1, minutes=1)):
            return jobs.run_live_sessions()

    results = at_once([clockwork] * 8)
    assert sum(results) == 1
    with reading() as session:
        assert session.get_one(LiveSession, show.live).state == "open"


def test_many_clicks_on_one_plan_are_one_session() -> None:
    show = Show(10, 0)
    with reading() as session:
        host_id = session.get_one(LiveSession, show.live).host_id
    plan, token = make_plan(), ids.public_id(20)

    def click() -> str:
        with transaction() as session:
            return services.plan_session(session, show.actor, host_id, plan, once=token).public_id

    planned = at_once([click] * 8)
    assert len(set(planned)) == 1
    assert isinstance(planned[0], str)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(LiveSession)) == 2


def test_of_many_who_change_one_plan_at_once_one_does_and_the_others_are_told() -> None:
    show = Show(10, 0, opened=False)
    calls = [
        show.act(services.edit_session, make_plan(title_zh=f"第 {number} 版"), version=1)
        for number in range(8)
    ]
    results = at_once(calls)
    assert Counter(type(result) for result in results) == {dict: 1, ChangedMeanwhile: 7}
    with reading() as session:
        title = session.get_one(LiveSession, show.live).title_zh
    for refused in results:
        if isinstance(refused, ChangedMeanwhile):
            assert refused.changes["title_zh"] == ("青莲村小米专场", title)


def test_two_clicks_on_set_aside_are_one() -> None:
    show = Show(stock=80, packs=0, opened=False)
    token = ids.public_id(20)
    results = at_once([show.aside(30, token)] * 12)
    assert [r for r in results if isinstance(r, Exception)] == []
    with reading() as session:
        item = session.scalars(select(LiveItem)).one()
        assert item.set_aside == 30
    assert (left(show.ordinary), left(item.variant_id)) == (50, 30)
    prove()


def test_setting_aside_among_ordinary_checkouts_never_oversells() -> None:
    show = Show(stock=50, packs=0, opened=False)
    results = at_once([call for _ in range(25) for call in (show.aside(2), show.buy(show.ordinary))])
    assert {type(r) for r in results} <= {PlacedOrder, BasketRefused, LiveItem, OutOfStock}
    placed = sum(isinstance(result, PlacedOrder) for result in results)
    with reading() as session:
        item = session.scalars(select(LiveItem)).one()
    assert held(show.ordinary) == placed
    assert left(show.ordinary) == 50 - placed - item.set_aside >= 0
    prove()


def test_everything_at_once_keeps_the_number_of_packs() -> None:
    show = Show(stock=120, packs=40)
    calls: list[Callable[[], Any]] = []
    for _ in range(12):
        calls += [
            show.buy(show.edition, 2),
            show.buy(show.ordinary),
            show.aside(3),
            show.back(2),
            lambda: order(make_request((show.edition, 1), (show.ordinary, 1))),
            jobs.run_live_sessions,
        ]
    calls.insert(50, show.act(services.call_off_session, "停电了"))
    for result in at_once(calls):
        assert isinstance(result, (PlacedOrder, LiveItem, Refusal, int, type(None))), repr(result)
        if isinstance(result, Refusal):
            assert isinstance(result, (BasketRefused, OutOfStock, WrongSessionState))
    assert sum(on_hand().values()) == 120
    assert (left(show.edition), on_hand()[show.edition]) == (0, held(show.edition))
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Order)) is not None
    prove()


def test_setting_aside_waits_for_an_order_that_is_being_placed() -> None:
    show = Show(stock=50, packs=0, opened=False)
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            order_services.place_order(session, GUEST, make_request((show.ordinary, 40)))
            setting_aside = pool.submit(show.aside(20))
            with suppress(TimeoutError):
                setting_aside.result(timeout=0.5)
            assert not setting_aside.done()
        with pytest.raises(OutOfStock) as refused:
            setting_aside.result()
    assert refused.value.short[0].available == 10
    prove()
