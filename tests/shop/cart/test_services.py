"""Putting into a cart together what was ordered together."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shop.cart import queries, services
from shop.cart.values import CartOwner
from shop.stock.values import Problem
from tests.factories.orders import make_variant
from tests.factories.people import make_user


def test_putting_in_again_says_how_many_kinds_lie_there_and_of_what_there_is_less(session: Session) -> None:
    whole, short, gone = (make_variant(session, stock=packs) for packs in (9, 4, 0))
    owner = CartOwner(user_id=make_user(session).id)
    for _ in range(2):
        put = services.put_again(session, owner, {whole.id: 2, short.id: 6, gone.id: 1})
        assert put.kinds == 2
        assert {told.goods.variant_id: told.problem for told in put.problems} == {
            short.id: Problem.SHORT,
            gone.id: Problem.SOLD_OUT,
        }
    basket = queries.basket(session, owner)
    assert {line.goods.variant_id: line.quantity for line in basket.lines} == {whole.id: 2, short.id: 4}


def test_putting_in_again_what_is_sold_out_leaves_the_cart_as_it_is(session: Session) -> None:
    there, gone = make_variant(session, stock=9), make_variant(session, stock=0)
    owner = CartOwner(user_id=make_user(session).id)
    services.add_to_cart(session, owner, there.public_id, 3)
    put = services.put_again(session, owner, {gone.id: 5})
    assert (put.kinds, len(put.problems)) == (0, 1)
    basket = queries.basket(session, owner)
    assert [(line.goods.variant_id, line.quantity) for line in basket.lines] == [(there.id, 3)]
