"""Carts of visitors and of people, with every quantity that somebody might send."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core import clock, ids
from shop.cart import jobs, queries, services
from shop.cart.models import Cart, CartLine
from shop.cart.values import CartOwner
from shop.catalogue.models import Product
from shop.certification.models import Certificate
from shop.orders.models import OrderLine
from tests.conftest import StatementCounter
from tests.factories.orders import CHECKOUT, make_variant, place
from tests.factories.people import make_user
from tests.page_client import PageClient

BAD = [
    "0",
    "-1",
    "1.5",
    "1e3",
    "1e9",
    "1000000000",
    "1" + "0" * 30,
    "NaN",
    "inf",
    "٣",
    "",
    " ",
    "0x1",
    "1,0",
    "+1",
]


def lines(session: Session) -> dict[int, int]:
    rows = session.execute(select(CartLine.variant_id, CartLine.quantity))
    return {row.variant_id: row.quantity for row in rows}


def packs_of(session: Session, owner: CartOwner) -> dict[int, int]:
    return {line.goods.variant_id: line.quantity for line in queries.basket(session, owner).lines}


@pytest.mark.parametrize("quantity", BAD)
def test_quantities_that_are_none_are_422(client: PageClient, session: Session, quantity: str) -> None:
    variant = make_variant(session, stock=50)
    client.post("/shop/cart/add", {"variant": variant.public_id, "quantity": "2"})
    for action in ("add", "update"):
        client.post(f"/shop/cart/{action}", {"variant": variant.public_id, "quantity": quantity}, 422)
    assert lines(session) == {variant.id: 2}


@pytest.mark.parametrize("variant", ["", "nothing", "0" * 12, "a\x00", "' OR 1=1 --", "A" * 5000])
def test_a_pack_that_is_not_there_is_404(client: PageClient, variant: str) -> None:
    for action in ("add", "update", "remove", "save", "take"):
        client.post(f"/shop/cart/{action}", {"variant": variant, "quantity": "1"}, 404)


def test_packs_add_up_and_never_pass_what_is_there(client: PageClient, session: Session) -> None:
    variant = make_variant(session, stock=5)
    add = {"variant": variant.public_id, "quantity": "3"}
    client.post("/shop/cart/add", add)
    page = client.post("/shop/cart/add", add, 409)
    assert "仅剩 5 件" in page.text
    client.post("/shop/cart/update", {**add, "quantity": "5"})
    assert lines(session) == {variant.id: 5}
    client.post("/shop/cart/remove", {"variant": variant.public_id})
    assert lines(session) == {}
    assert "购物车还是空的" in client.get("/shop/cart").text


def test_pack_multiples_are_kept(client: PageClient, session: Session) -> None:
    variant = make_variant(session, stock=50, multiple=6)
    page = client.post("/shop/cart/add", {"variant": variant.public_id, "quantity": "4"}, 409)
    assert "6 件的倍数" in page.text
    client.post("/shop/cart/add", {"variant": variant.public_id, "quantity": "12"})


def test_what_cannot_be_bought_is_not_put_in(client: PageClient, session: Session) -> None:
    bare, sold = make_variant(session, certified=False), make_variant(session, stock=0)
    assert "认定" in client.post("/shop/cart/add", {"variant": bare.public_id, "quantity": "1"}, 409).text
    assert "售罄" in client.post("/shop/cart/add", {"variant": sold.public_id, "quantity": "1"}, 409).text


def test_what_changed_is_named_with_what_is_left(client: PageClient, session: Session) -> None:
    short, revoked, gone = (make_variant(session, stock=4) for _ in range(3))
    for variant in (short, revoked, gone):
        client.post("/shop/cart/add", {"variant": variant.public_id, "quantity": "3"})
    place(session, (short, 2))
    session.execute(
        update(Certificate).where(Certificate.product_id == revoked.product_id).values(revoked_at=clock.now())
    )
    session.execute(update(Product).where(Product.id == gone.product_id).values(listed_at=None))
    page = client.get("/shop/cart")
    for words in ("仅剩 2 件", "认定目前无效", "已下架"):
        assert words in page.text
    client.post("/shop/cart/fit")
    assert lines(session) == {short.id: 2}


def test_a_cart_costs_nothing_for_people_without_one(
    client: PageClient, session: Session, statements: StatementCounter
) -> None:
    with statements:
        client.get("/shop/cart")
    assert len(statements) == 0
    client.post("/shop/cart/add", {"variant": make_variant(session).public_id, "quantity": "1"})
    client.get("/shop/cart")  # today's freight is read once a day
    with statements:
        client.get("/shop/cart")
    assert len(statements) == 1


def test_a_basket_costs_the_same_for_one_line_and_for_twenty(
    client: PageClient, session: Session, statements: StatementCounter
) -> None:
    counts = []
    client.post("/shop/cart/add", {"variant": make_variant(session).public_id, "quantity": "1"})
    client.get("/shop/cart")  # today's freight is read once a day
    for number in (1, 20):
        for _ in range(number):
            client.post("/shop/cart/add", {"variant": make_variant(session).public_id, "quantity": "1"})
        with statements:
            client.get("/shop/cart")
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_visitors_cart_comes_along_at_sign_in(app: Flask, client: PageClient, session: Session) -> None:
    shared, own, visited = (make_variant(session, stock=90) for _ in range(3))
    person = make_user(session)
    owner = CartOwner(user_id=person.id)
    services.add_to_cart(session, owner, shared.public_id, 2)
    services.add_to_cart(session, owner, own.public_id, 1)
    for variant, quantity in ((shared, "3"), (visited, "4")):
        client.post("/shop/cart/add", {"variant": variant.public_id, "quantity": quantity})
    client.sign_in(person)
    assert len(queries.basket(session, owner).lines) == 2
    page = client.get("/shop/cart")
    for variant in (shared, own, visited):
        assert variant.public_id in page.html
    client.post("/shop/cart/update", {"variant": own.public_id, "quantity": "2"})
    assert packs_of(session, owner) == {shared.id: 5, own.id: 2, visited.id: 4}
    assert session.scalar(select(func.count()).select_from(Cart)) == 1
    client.post("/sign-out", {})
    assert "购物车还是空的" in client.get("/shop/cart").text
    elsewhere = PageClient(app, session).sign_in(person)
    assert own.public_id in elsewhere.get("/shop/cart").html


def test_merging_twice_merges_once_and_stays_within_a_line(session: Session) -> None:
    variant = make_variant(session, stock=20_000)
    person, token = make_user(session), ids.secret()
    for owner in (CartOwner(user_id=person.id), CartOwner(token=token)):
        services.add_to_cart(session, owner, variant.public_id, 6000)
    services.merge_carts(session, person.id, token)
    services.merge_carts(session, person.id, token)
    assert packs_of(session, CartOwner(user_id=person.id)) == {variant.id: 9999}


def test_the_secret_of_a_cart_is_kept_as_its_digest(client: PageClient, session: Session) -> None:
    client.post("/shop/cart/add", {"variant": make_variant(session).public_id, "quantity": "1"})
    kept = session.scalars(select(Cart.token_hash)).one()
    with client.client.session_transaction() as visitor:
        assert kept == ids.digest(visitor["cart"])


def test_a_cart_sends_nobody_to_another_site(client: PageClient, session: Session) -> None:
    variant = make_variant(session)
    for target in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        page = client.post("/shop/cart/add", {"variant": variant.public_id, "quantity": "1", "next": target})
        assert page.location == "/shop/cart"


def test_carts_change_by_forms_of_ours_only(client: PageClient, session: Session) -> None:
    variant = make_variant(session)
    client.get("/shop/cart")
    for action in ("add", "update", "remove", "fit"):
        client.post(f"/shop/cart/{action}", {"variant": variant.public_id, "quantity": "1"}, 403, token=False)
        client.get(f"/shop/cart/{action}?variant={variant.public_id}&quantity=1", 405)
    assert lines(session) == {}


def test_old_carts_of_visitors_are_forgotten(session: Session) -> None:
    variant = make_variant(session)
    services.add_to_cart(session, CartOwner(token="old"), variant.public_id, 1)
    services.add_to_cart(session, CartOwner(user_id=make_user(session).id), variant.public_id, 1)
    with clock.at(clock.now() + services.KEEP_VISITORS * 2):
        services.add_to_cart(session, CartOwner(token="new"), variant.public_id, 1)
        session.flush()
        jobs.forget_old_carts()
    assert session.scalar(select(func.count()).select_from(Cart)) == 2


# --- saved for later ---------------------------------------------------------------------------------------


def saved(session: Session) -> dict[int, bool]:
    rows = session.execute(select(CartLine.variant_id, CartLine.saved_at))
    return {row.variant_id: row.saved_at is not None for row in rows}


def test_a_visitor_saves_for_later_and_puts_it_back(client: PageClient, session: Session) -> None:
    client.language = "en"
    kept, other = make_variant(session), make_variant(session)
    for variant in (kept, other):
        client.post("/shop/cart/add", {"variant": variant.public_id, "quantity": "2"})
    client.post("/shop/cart/save", {"variant": kept.public_id})
    page = client.get("/shop/cart")
    assert "Saved for later" in page.text
    assert "Things in it: 1" in page.text
    assert saved(session) == {kept.id: True, other.id: False}
    client.post("/shop/cart/take", {"variant": kept.public_id})
    assert "Things in it: 2" in client.get("/shop/cart").text
    client.post("/shop/cart/take", {"variant": kept.public_id}, 404)
    client.post("/shop/cart/save", {"variant": kept.public_id})
    client.post("/shop/cart/add", {"variant": kept.public_id, "quantity": "1"})
    assert lines(session) == {kept.id: 1, other.id: 2}
    assert saved(session) == {kept.id: False, other.id: False}


def test_what_is_saved_is_neither_ordered_nor_forgotten(client: PageClient, session: Session) -> None:
    client.language = "en"
    person = make_user(session)
    client.sign_in(person)
    kept, bought = make_variant(session), make_variant(session, price_fen=120_00)
    for variant in (kept, bought):
        client.post("/shop/cart/add", {"variant": variant.public_id, "quantity": "1"})
    client.post("/shop/cart/save", {"variant": kept.public_id})
    form = client.get("/shop/checkout").form("/shop/checkout")["fields"]
    client.post("/shop/checkout", {**form, **CHECKOUT})
    assert [row.variant_id for row in session.scalars(select(OrderLine))] == [bought.id]
    page = client.get("/shop/cart")
    assert "Your cart is empty" in page.text
    assert kept.public_id in page.html
    client.post("/shop/cart/save", {"variant": kept.public_id})
    assert client.get("/shop/checkout", 303).location == "/shop/cart"


def test_what_is_saved_says_why_it_cannot_be_bought_now(client: PageClient, session: Session) -> None:
    client.language = "en"
    variant = make_variant(session, stock=3)
    client.post("/shop/cart/add", {"variant": variant.public_id, "quantity": "3"})
    client.post("/shop/cart/save", {"variant": variant.public_id})
    place(session, (variant, 2))
    assert "Packs left: 1." in client.get("/shop/cart").text
    page = client.post("/shop/cart/take", {"variant": variant.public_id}, 409)
    assert "Packs left: 1." in page.text
    session.execute(update(Certificate).values(revoked_at=clock.now()))
    page = client.get("/shop/cart")
    assert "Its certificate does not hold at the moment" in page.text
    client.post("/shop/cart/remove", {"variant": variant.public_id})
    assert lines(session) == {}


def test_what_two_carts_saved_comes_together_at_sign_in(session: Session) -> None:
    both, mine, theirs = (make_variant(session, stock=90) for _ in range(3))
    person, token = make_user(session), ids.secret()
    own, visitor = CartOwner(user_id=person.id), CartOwner(token=token)
    for owner, variant, quantity, aside in (
        (own, both, 2, True),
        (own, mine, 1, True),
        (own, theirs, 4, False),
        (visitor, both, 3, False),
        (visitor, mine, 5, True),
        (visitor, theirs, 6, True),
    ):
        services.add_to_cart(session, owner, variant.public_id, quantity)
        if aside:
            services.save_for_later(session, owner, variant.public_id)
    services.merge_carts(session, person.id, token)
    assert lines(session) == {both.id: 3, mine.id: 6, theirs.id: 4}
    assert saved(session) == {both.id: False, mine.id: True, theirs.id: False}
    assert packs_of(session, own) == {both.id: 3, theirs.id: 4}
    assert queries.count(session, own) == (2, 1)
