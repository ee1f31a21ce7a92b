"""The canteen's desk: who may come in, what they find, and what is refused."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import Organisation, User
from accounts.values import OrganisationKind, Role
from core import clock
from shop.orders import services as order_services
from shop.orders.models import Order
from shop.orders.values import Received
from shop.stock import queries as stock_queries
from tests.factories.orders import CHECKOUT, make_variant, place
from tests.factories.people import actor_of, make_organisation, make_user
from tests.page_client import PageClient
from tests.shop.orders.test_services import MONEY


@pytest.fixture
def school(session: Session) -> Organisation:
    """Return an institution."""
    return make_organisation(session, OrganisationKind.INSTITUTION, "山亭区第一中学")


@pytest.fixture
def cook(session: Session, school: Organisation) -> User:
    """Return its requester."""
    return make_user(session, Role.REQUESTER, organisation=school, name="李食堂")


def on_account(session: Session, school: Organisation, cook: User, *wanted: object) -> Order:
    actor = actor_of(cook, Role.REQUESTER, organisation=school)
    placed = place(session, *wanted, actor=actor, institution_id=school.id, guest_secret=None)  # type: ignore[arg-type]
    return session.get_one(Order, placed.order_id)


def test_packs_are_found_by_their_words(client: PageClient, session: Session, cook: User) -> None:
    make_variant(session, name="青莲大米", grams=25_000)
    make_variant(session, name="礼盒小米", grams=500)
    make_variant(session, name="无认定大米", grams=25_000, certified=False)
    client.sign_in(cook)
    page = client.get("/procurement/goods?q=大米")
    assert "青莲大米" in page.text
    assert "无认定大米" not in page.text
    assert "礼盒小米" not in client.get("/procurement/goods").text
    assert "礼盒小米" in client.get("/procurement/goods?size=all").text
    for words in ("%25", "_", "%5C", "'", "a%00b", "a" * 500):
        assert "青莲大米" not in client.get(f"/procurement/goods?q={words}").text
    client.get("/procurement/goods?page=2", 404)


def test_an_order_for_another_institution_is_no_choice(
    client: PageClient, session: Session, cook: User
) -> None:
    other = make_organisation(session, OrganisationKind.INSTITUTION)
    client.sign_in(cook)
    client.post("/shop/cart/add", {"variant": make_variant(session).public_id, "quantity": "1"})
    form = client.get("/procurement/orders/new").form("/procurement/orders/new")["fields"]
    client.post("/procurement/orders/new", {**form, **CHECKOUT, "institution": other.public_id}, 422)
    client.post("/procurement/orders/new", {**form, **CHECKOUT, "institution": ""}, 422)
    assert session.scalar(select(func.count()).select_from(Order)) == 0


def test_short_lines_are_named_and_nothing_changes(
    client: PageClient, session: Session, cook: User, school: Organisation
) -> None:
    variant = make_variant(session, stock=5)
    client.sign_in(cook)
    client.post("/shop/cart/add", {"variant": variant.public_id, "quantity": "5"})
    form = client.get("/procurement/orders/new").form("/procurement/orders/new")["fields"]
    place(session, (variant, 2))
    fields = {**form, **CHECKOUT, "institution": school.public_id}
    page = client.post("/procurement/orders/new", fields, 409)
    assert "仅剩 3 件" in page.text
    assert 'value="张三"' in page.html


def test_the_desk_is_for_the_institutions_own_people(
    app: Flask, session: Session, cook: User, school: Organisation
) -> None:
    order = on_account(session, school, cook, (make_variant(session), 1))
    paths = [f"/procurement/orders/{order.number}", f"/procurement/orders/{order.number}/notice"]
    other = make_organisation(session, OrganisationKind.INSTITUTION)
    stranger = PageClient(app, session).sign_in(make_user(session, Role.REQUESTER, organisation=other))
    for path in [*paths, f"{paths[0]}/accept"]:
        stranger.get(path, 404)
    for action in ("cancel", "accept"):
        stranger.post(f"{paths[0]}/{action}", {"part": "X"}, 404)
    assert order.number not in stranger.get("/procurement/orders").text
    buyer = PageClient(app, session).sign_in(make_user(session))
    for path in [*paths, "/procurement/orders", "/procurement/goods", "/procurement/orders/new"]:
        buyer.get(path, 403)
    own = PageClient(app, session).sign_in(cook)
    for path in paths:
        own.get(path)
    # The order of the school is no order of the person who placed it.
    own.get(f"/shop/orders/{order.number}", 404)
    assert order.number not in own.get("/shop/orders").text
    assert session.scalars(select(Order.state)).one() == "placed"


def test_somebody_whose_role_ended_sees_nothing_more(
    app: Flask, session: Session, school: Organisation
) -> None:
    person = make_user(session, Role.REQUESTER)
    order = on_account(session, school, person, (make_variant(session), 1))
    client = PageClient(app, session).sign_in(person)
    client.get(f"/procurement/orders/{order.number}", 404)


def test_an_unpaid_order_is_given_up_and_its_code_closed(
    client: PageClient, session: Session, cook: User, school: Organisation
) -> None:
    variant = make_variant(session, stock=4)
    order = on_account(session, school, cook, (variant, 3))
    client.sign_in(cook)
    client.post(f"/procurement/orders/{order.number}/cancel")
    assert stock_queries.available(session, [variant.id]) == {variant.id: 4}
    again = client.post(f"/procurement/orders/{order.number}/cancel")
    assert "该订单此前已经取消" in client.follow(again).text
    assert "请勿" in client.get(f"/procurement/orders/{order.number}/notice").text


def test_a_payment_notice_says_who_pays_what_and_when(
    client: PageClient, session: Session, cook: User, school: Organisation
) -> None:
    order = on_account(session, school, cook, (make_variant(session, price_fen=40_05), 1))
    text = client.sign_in(cook).get(f"/procurement/orders/{order.number}/notice").text
    assert order.total_fen == 52_05
    for words in (school.name_zh, order.number, order.payment_code, "¥52.05", "伍拾贰元零伍分", "下单日期"):
        assert words in text, words
    # Nothing is in the open books yet.
    assert "公开账本" not in text


@pytest.mark.parametrize("accepted", ["-1", "1.5", "1e3", "٣", "", "5", "1" * 40, "NaN"])
def test_odd_numbers_are_not_accepted(
    client: PageClient, session: Session, cook: User, school: Organisation, accepted: str
) -> None:
    supplier = make_organisation(session, OrganisationKind.SUPPLIER)
    order = on_account(session, school, cook, (make_variant(session, supplier=supplier), 4))
    order_services.mark_order_paid(
        session, order.id, Received(order.total_fen, "tests", "T", clock.now()), MONEY
    )
    seller = PageClient(client.app, session).sign_in(make_user(session, Role.SUPPLIER, organisation=supplier))
    part = re.search(r"/supplier/orders/([0-9A-Z]{12})", seller.get("/supplier/orders").html)
    assert part is not None
    ship = {"carrier": "顺丰", "tracking_number": "SF1234"}
    for bad in (
        {**ship, "tracking_number": "<b>"},
        {**ship, "carrier": "   "},
        {"tracking_number": "SF1234"},
        {},
    ):
        seller.post(f"{part.group(0)}/ship", bad, 422)
    plate = {"carrier": "自有货车", "tracking_number": "鲁D·12345"}
    seller.post(f"{part.group(0)}/ship", plate)
    assert "鲁D·12345" in seller.get(part.group(0)).text
    seller.post(f"{part.group(0)}/ship", ship, 409)
    client.sign_in(cook)
    path = f"/procurement/orders/{order.number}/accept"
    fields = {**client.get(path).form("/accept")["fields"], "second_inspector": "王厨", "note": "x"}
    client.post(path, {**fields, "accepted_0": accepted}, 422)
    client.post(path, {**fields, "part": "ANOTHER"}, 404)
    client.post(path, {key: value for key, value in fields.items() if key != "accepted_0"}, 422)
    for people in ("", cook.name):
        short = client.post(path, {**fields, "accepted_0": "3", "second_inspector": people, "note": ""}, 422)
        assert {"note", "second_inspector"} <= set(re.findall(r'href="#([a-z_]+)"', short.html))
    client.post(path, {**fields, "accepted_0": "4", "accepted_fen": "1", "state": "paid"})
    client.get(path, 303)
