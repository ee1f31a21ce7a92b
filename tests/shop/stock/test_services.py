"""Holding, taking, releasing and counting packs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.permissions import SYSTEM
from shop.stock import queries, services
from shop.stock.errors import OutOfStock, StockFormSentBefore
from shop.stock.models import Stock, StockMovement
from tests.factories.orders import make_variant, place


def test_a_hold_is_all_or_nothing_and_names_what_is_short(session: Session) -> None:
    one, two = make_variant(session, stock=5), make_variant(session, stock=1)
    order = place(session, (make_variant(session), 1)).order_id
    with pytest.raises(OutOfStock) as refused:
        services.hold_stock(session, order, {one.id: 2, two.id: 3}, clock.now(), payable=True)
    assert [(s.variant_id, s.wanted, s.available) for s in refused.value.short] == [(two.id, 3, 1)]
    assert queries.available(session, [one.id, two.id]) == {one.id: 5, two.id: 1}


def test_a_payable_hold_outlives_its_time_and_another_does_not(session: Session) -> None:
    variant = make_variant(session, stock=10)
    order = place(session, (make_variant(session), 1)).order_id
    until = clock.now() + timedelta(minutes=5)
    services.hold_stock(session, order, {variant.id: 2}, until, payable=True)
    services.hold_stock(session, order, {variant.id: 3}, until, payable=False)
    assert queries.available(session, [variant.id]) == {variant.id: 5}
    with clock.at(until):
        assert queries.available(session, [variant.id]) == {variant.id: 8}
        assert services.lock_stock(session, [variant.id]) == {variant.id: 8}
    services.release_held_stock(session, order)


def test_taking_twice_takes_once(session: Session) -> None:
    variant = make_variant(session, stock=10)
    order = place(session, (variant, 4)).order_id
    assert services.take_held_stock(session, SYSTEM, order) == []
    assert services.take_held_stock(session, SYSTEM, order) == []
    assert session.get_one(Stock, variant.id).on_hand == 6
    movements = session.scalars(
        select(StockMovement.change).where(StockMovement.variant_id == variant.id)
    ).all()
    assert movements == [10, -4]


def test_what_is_received_is_more_than_nothing(session: Session) -> None:
    variant = make_variant(session, stock=0)
    services.receive_stock(session, SYSTEM, variant.id, 7, "harvest")
    assert queries.available(session, [variant.id]) == {variant.id: 7}
    for amount in (0, -1):
        with pytest.raises(ValueError, match="more than nothing"):
            services.receive_stock(session, SYSTEM, variant.id, amount, "nothing")


def test_a_count_never_goes_below_what_is_held(session: Session) -> None:
    variant = make_variant(session, stock=10)
    place(session, (variant, 6))
    assert services.count_stock(session, SYSTEM, variant.id, 8, "stock count") == -2
    assert services.count_stock(session, SYSTEM, variant.id, 8, "stock count") == 0
    with pytest.raises(OutOfStock):
        services.count_stock(session, SYSTEM, variant.id, 5, "stock count")
    assert queries.available(session, [variant.id]) == {variant.id: 2}


def test_the_database_itself_refuses_less_than_nothing(session: Session) -> None:
    variant = make_variant(session, stock=1)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(Stock.__table__.update().where(Stock.variant_id == variant.id).values(on_hand=-1))


def test_a_variant_without_stock_has_none(session: Session) -> None:
    assert services.lock_stock(session, [10**9]) == {10**9: 0}
    assert queries.available(session, []) == {}


def test_a_form_sent_again_with_other_packs_is_refused(session: Session) -> None:
    one, two = make_variant(session, stock=5), make_variant(session, stock=5)
    for _ in range(2):
        services.receive_stock(session, SYSTEM, one.id, 7, "harvest", once="A" * 20)
    for variant, packs in ((one, 9), (two, 7)):
        with pytest.raises(StockFormSentBefore):
            services.receive_stock(session, SYSTEM, variant.id, packs, "harvest", once="A" * 20)
    assert services.move_stock(session, SYSTEM, one.id, two.id, 3, "moved", once="B" * 20)
    assert not services.move_stock(session, SYSTEM, one.id, two.id, 3, "moved", once="B" * 20)
    with pytest.raises(StockFormSentBefore):
        services.move_stock(session, SYSTEM, one.id, two.id, 4, "moved", once="B" * 20)
    assert services.lock_stock(session, [one.id, two.id]) == {one.id: 9, two.id: 8}


def test_a_count_sent_twice_undoes_no_sale_in_between(session: Session) -> None:
    variant = make_variant(session, stock=30)
    for counted, lies in ((20, 20), (20, 18), (19, 19)):
        services.count_stock(session, SYSTEM, variant.id, counted, "counted", once="A" * 20)
        assert services.lock_stock(session, [variant.id])[variant.id] == lies
        if counted == lies == 20:
            services.withdraw_stock(session, SYSTEM, variant.id, 2, "sold", once="B" * 20)
