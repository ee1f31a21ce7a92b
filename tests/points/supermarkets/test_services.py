"""Stores: intakes, shelves, and what the checks would notice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.errors import NotFound
from core.permissions import SYSTEM
from ledger import checks
from ledger import queries as ledger_queries
from points import books
from points.supermarkets import queries, services
from points.supermarkets.errors import BadGoods, BadIntake
from points.supermarkets.values import NewGoods
from tests.factories.points import PointsWorld, make_points_world, stock_goods


def test_an_intake_books_the_worth_of_the_goods(session: Session, world: PointsWorld) -> None:
    before = ledger_queries.balance(session, books.store_goods(world.store.public_id).code).settled
    batch = services.receive_goods(
        session, world.keeper, world.store.id, world.goods["rice"].id, 5, None, "李先生"
    )
    assert batch.quantity_left == 5
    after = ledger_queries.balance(session, books.store_goods(world.store.public_id).code).settled
    assert after - before == 5 * 1200
    assert ledger_queries.balance(session, books.gifts_in_kind().code).settled == after


def test_the_same_intake_sent_twice_is_one(session: Session, world: PointsWorld) -> None:
    goods = world.goods["rice"].id
    first = services.receive_goods(session, world.keeper, world.store.id, goods, 5, once="TOKEN")
    assert (
        services.receive_goods(session, world.keeper, world.store.id, goods, 5, once="TOKEN").id == first.id
    )


@pytest.mark.parametrize("quantity", [0, -1, 1.5, 10**9, True, "5", None])
def test_an_intake_is_a_whole_number_of_units(session: Session, world: PointsWorld, quantity: Any) -> None:
    with pytest.raises(BadIntake):
        services.receive_goods(session, world.keeper, world.store.id, world.goods["rice"].id, quantity)


def test_expired_goods_are_not_taken_in(session: Session, world: PointsWorld) -> None:
    yesterday = clock.today() - timedelta(days=1)
    with pytest.raises(BadIntake):
        services.receive_goods(session, world.keeper, world.store.id, world.goods["rice"].id, 1, yesterday)


def test_goods_of_another_store_are_not_taken_in(session: Session, world: PointsWorld) -> None:
    other = make_points_world(session)
    with pytest.raises(NotFound):
        services.receive_goods(session, world.keeper, world.store.id, other.goods["rice"].id, 1)


@pytest.mark.parametrize(("points", "value"), [(0, 100), (-1, 100), (5, 0)])
def test_goods_have_a_price_and_a_worth(
    session: Session, world: PointsWorld, points: int, value: int
) -> None:
    with pytest.raises(BadGoods):
        services.add_goods(
            session, SYSTEM, NewGoods(world.store.id, "米", "Rice", "袋", "bag", points, value)
        )


def test_the_shelf_shows_what_may_be_given_out(session: Session, world: PointsWorld) -> None:
    with clock.at(clock.now() - timedelta(days=40)):
        stock_goods(session, world, "milk", "牛奶", 3, 300, 5, clock.today() + timedelta(days=30))
    shelf = {item.name_zh: item for item in queries.shelf(session, world.store.id)}
    assert shelf["牛奶"].left == 0
    assert shelf["大米"].left == 20
    card = queries.store_cards(session)[0]
    assert card.kinds == 2


def test_a_card_shows_first_what_other_stores_lack_or_have_little_of(
    session: Session, world: PointsWorld
) -> None:
    other = make_points_world(session)
    for place, own in ((world, "a-own"), (other, "z-own")):
        for number in range(5):
            many = 20 if place is world and number == 3 else 10 - number
            stock_goods(session, place, f"b{number}", f"b{number}", 3, 300, many).picture = f"b{number}"
        stock_goods(session, place, own, own, 3, 300, 1).picture = own
    session.flush()
    cards = {card.public_id: card.pictures for card in queries.store_cards(session)}
    assert cards[world.store.public_id] == ("a-own", "b3", "b0", "b1")
    assert cards[other.store.public_id] == ("z-own", "b0", "b1", "b2")


def test_goods_near_their_date_say_how_many_days_are_left(session: Session, world: PointsWorld) -> None:
    stock_goods(session, world, "milk", "牛奶", 3, 300, 5, clock.today() + timedelta(days=30))
    stock_goods(session, world, "oil", "油", 3, 300, 6, clock.today() + timedelta(days=31))
    shelf = {item.name_zh: item for item in queries.shelf(session, world.store.id)}
    assert (shelf["牛奶"].expires_soon, shelf["牛奶"].days_left, shelf["牛奶"].few) == (True, 30, True)
    assert (shelf["油"].expires_soon, shelf["油"].days_left, shelf["油"].few) == (False, 31, False)
    assert shelf["大米"].days_left is None


def test_a_unit_that_vanished_is_noticed(session: Session, world: PointsWorld) -> None:
    names = {f.name[:2] for f in checks.run(session) if f.wrong}
    assert names == set()
    step = session.begin_nested()
    session.execute(text("UPDATE points_goods_batches SET quantity_left = quantity_left - 1"))
    assert {f.name[:2] for f in checks.run(session) if f.wrong} == {"P1", "P2"}
    step.rollback()


def test_stock_below_zero_cannot_be_written(session: Session, world: PointsWorld) -> None:
    with pytest.raises(IntegrityError, match="never_below_zero"), session.begin_nested():
        session.execute(text("UPDATE points_goods_batches SET quantity_left = -1"))
