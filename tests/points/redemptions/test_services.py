"""The till: one step, or nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock, ids
from core.errors import NotFound
from core.permissions import SYSTEM, Actor
from ledger import queries as ledger_queries
from points import books
from points.redemptions import queries, services
from points.redemptions.errors import (
    BadQuantity,
    CardBlocked,
    EmptyBasket,
    KeeperHadAHand,
    KeepersOwnHousehold,
    NotOnShelf,
    OnceReused,
    ServesOthers,
    TooFewPoints,
    UnknownGoods,
)
from points.redemptions.models import Redemption
from points.redemptions.values import Basket, BasketLine
from points.supermarkets import queries as store_queries
from points.supermarkets.models import GoodsBatch
from tests.conftest import StatementCounter
from tests.factories.people import actor_of, make_household, make_organisation, make_user, make_village
from tests.factories.points import PointsWorld, basket, give_points, make_points_world, stock_goods


def balance(session: Session, world: PointsWorld) -> int:
    return queries.points_balance(session, world.household.ledger_ref)


def left(session: Session, world: PointsWorld, key: str) -> int:
    return int(
        session.scalar(
            select(func.sum(GoodsBatch.quantity_left)).where(GoodsBatch.goods_id == world.goods[key].id)
        )
        or 0
    )


def redemptions(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Redemption)) or 0


def test_points_and_goods_move_in_one_step(session: Session, world: PointsWorld) -> None:
    slip = services.redeem_goods(session, world.keeper, basket(world, rice=3, salt=2))
    assert slip.points == 34
    assert balance(session, world) == 66
    assert (left(session, world, "rice"), left(session, world, "salt")) == (17, 48)
    worth = ledger_queries.balance(session, books.store_goods(world.store.public_id).code).settled
    assert worth == 17 * 1200 + 48 * 250
    assert ledger_queries.balance(session, books.redeemed(world.store.public_id).code).settled == 34


def test_the_same_token_gives_the_same_slip(session: Session, world: PointsWorld) -> None:
    wanted = basket(world, rice=1)
    first = services.redeem_goods(session, world.keeper, wanted)
    assert services.redeem_goods(session, world.keeper, wanted).id == first.id
    assert balance(session, world) == 90


def test_the_same_token_with_another_basket_is_refused(session: Session, world: PointsWorld) -> None:
    services.redeem_goods(session, world.keeper, basket(world, "token", rice=1))
    with pytest.raises(OnceReused):
        services.redeem_goods(session, world.keeper, basket(world, "token", rice=2))
    assert balance(session, world) == 90


def test_another_keepers_token_is_another_token(session: Session, world: PointsWorld) -> None:
    user = make_user(session, Role.STOREKEEPER, organisation=world.organisation)
    other = actor_of(user, Role.STOREKEEPER, organisation=world.organisation)
    first = services.redeem_goods(session, world.keeper, basket(world, "token", rice=1))
    assert services.redeem_goods(session, other, basket(world, "token", rice=2)).id != first.id


def test_too_few_points_names_how_many_are_missing(session: Session, world: PointsWorld) -> None:
    with pytest.raises(TooFewPoints) as refused, session.begin_nested():
        services.redeem_goods(session, world.keeper, basket(world, rice=11))
    assert (refused.value.available, refused.value.wanted, refused.value.missing) == (100, 110, 10)
    assert balance(session, world) == 100
    assert left(session, world, "rice") == 20
    assert redemptions(session) == 0


def test_sold_out_goods_are_named_and_nothing_moves(session: Session, world: PointsWorld) -> None:
    stock_goods(session, world, "soap", "肥皂", 1, 300, 2)
    with pytest.raises(NotOnShelf) as refused, session.begin_nested():
        services.redeem_goods(session, world.keeper, basket(world, soap=3, rice=1))
    assert [(line.name_zh, line.wanted, line.available) for line in refused.value.missing] == [("肥皂", 3, 2)]
    assert balance(session, world) == 100
    assert left(session, world, "rice") == 20


def test_expired_goods_are_blocked(session: Session, world: PointsWorld) -> None:
    with clock.at(clock.now() - timedelta(days=40)):
        stock_goods(session, world, "milk", "牛奶", 1, 300, 5, clock.today() + timedelta(days=30))
    with pytest.raises(NotOnShelf) as refused, session.begin_nested():
        services.redeem_goods(session, world.keeper, basket(world, milk=1))
    assert refused.value.missing[0].expired == 5


def test_the_batch_that_expires_first_goes_first(session: Session, world: PointsWorld) -> None:
    today = clock.today()
    goods = stock_goods(session, world, "oil", "食用油", 1, 100, 3, today + timedelta(days=90))
    stock_goods(session, world, "oil", "食用油", 1, 100, 3, None)
    stock_goods(session, world, "oil", "食用油", 1, 100, 3, today)
    services.redeem_goods(session, world.keeper, basket(world, oil=4))
    rows = session.execute(
        select(GoodsBatch.expires_on, GoodsBatch.quantity_left).where(GoodsBatch.goods_id == goods.id)
    )
    assert {row[0]: row[1] for row in rows} == {today: 0, today + timedelta(days=90): 2, None: 3}


def test_points_that_run_out_first_are_spent_first(session: Session) -> None:
    world = make_points_world(session, points=20)
    give_points(session, world, world.household, 15, months=1)
    services.redeem_goods(session, world.keeper, basket(world, rice=2))
    rows = session.execute(
        __import__("sqlalchemy").text("SELECT amount, remaining FROM ledger_lots ORDER BY amount")
    ).all()
    assert [tuple(row) for row in rows] == [(15, 0), (20, 15)]


@pytest.mark.parametrize("quantity", [-1, 100, 10**9, 10**30, True, 1.5])
def test_a_quantity_that_is_none_is_refused(session: Session, world: PointsWorld, quantity: Any) -> None:
    with pytest.raises(BadQuantity):
        services.redeem_goods(session, world.keeper, basket(world, rice=quantity))


def test_the_same_goods_on_many_lines_are_added_up(session: Session, world: PointsWorld) -> None:
    line = BasketLine(world.goods["salt"].public_id, 60)
    with pytest.raises(BadQuantity):
        services.redeem_goods(
            session, world.keeper, Basket(world.store.id, world.card_id, (line, line), ids.public_id(20))
        )


def test_an_empty_basket_is_refused(session: Session, world: PointsWorld) -> None:
    with pytest.raises(EmptyBasket):
        services.redeem_goods(session, world.keeper, basket(world, rice=0))


def test_goods_of_another_store_are_unknown(session: Session, world: PointsWorld) -> None:
    other = make_points_world(session)
    mixed = Basket(
        world.store.id, world.card_id, (BasketLine(other.goods["rice"].public_id, 1),), ids.public_id(20)
    )
    with pytest.raises(UnknownGoods):
        services.redeem_goods(session, world.keeper, mixed)


def test_a_keeper_cannot_run_the_till_of_another_store(session: Session, world: PointsWorld) -> None:
    other = make_organisation(session)
    user = make_user(session, Role.STOREKEEPER, organisation=other)
    with pytest.raises(NotFound):
        services.redeem_goods(
            session, actor_of(user, Role.STOREKEEPER, organisation=other), basket(world, rice=1)
        )


def test_a_keeper_does_not_serve_the_own_household(session: Session, world: PointsWorld) -> None:
    own = Actor(world.keeper.user_id, "赵店长", world.keeper.grants, world.household.id)
    with pytest.raises(KeepersOwnHousehold):
        services.redeem_goods(session, own, basket(world, rice=1))


def test_who_awarded_the_points_does_not_hand_out_the_goods(session: Session, world: PointsWorld) -> None:
    both = Actor(world.committee.user_id, "孙评议", world.keeper.grants)
    with pytest.raises(KeeperHadAHand):
        services.redeem_goods(session, both, basket(world, rice=1))


def test_a_replaced_card_is_refused(session: Session, world: PointsWorld) -> None:
    services.issue_card(session, SYSTEM, world.household.id)
    with pytest.raises(CardBlocked):
        services.redeem_goods(session, world.keeper, basket(world, rice=1))


def test_a_household_of_elsewhere_is_refused(session: Session, world: PointsWorld) -> None:
    far = make_village(session, "石门村", county="370404", suffix="101202")
    household = make_household(session, far)
    card, _ = services.issue_card(session, SYSTEM, household.id)
    with pytest.raises(ServesOthers):
        services.redeem_goods(session, world.keeper, basket(world, card_id=card.id, rice=1))


def test_a_card_is_found_however_it_is_copied(session: Session, world: PointsWorld) -> None:
    services.issue_card(session, SYSTEM, world.household.id, code="YG-7K30-1QF2")
    store = store_queries.keepers_store(session, world.keeper, world.store.id)
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in "YG-7K30-1QF2")
    for typed in ("YG-7K30-1QF2", "yg7k3o lqf2", full_width, " 7K30–IQF2 ".replace("–", "-"), "YG 7K30 1QF2"):
        assert services.check_card(session, world.keeper, store, typed).household_id == world.household.id


def test_the_statements_do_not_grow_with_the_basket(
    session: Session, world: PointsWorld, statements: StatementCounter
) -> None:
    for number in range(30):
        stock_goods(session, world, f"thing{number}", f"杂货{number}", 1, 100, 5)
    services.redeem_goods(session, world.keeper, basket(world, rice=1))
    with statements:
        services.redeem_goods(session, world.keeper, basket(world, rice=1))
    one = len(statements)
    with statements:
        services.redeem_goods(session, world.keeper, basket(world, **{f"thing{n}": 2 for n in range(30)}))
    assert len(statements) == one <= 20
