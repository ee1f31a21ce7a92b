"""An order of which nothing was accepted: it ended, but nobody reads that it was received."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import clock, ids, jobs
from core.mail import Mail
from core.permissions import GUEST, Actor
from payments.sandbox import rehearsals
from shop.fulfilment import services as fulfilment
from shop.fulfilment.values import Acceptance
from shop.home import queries as home_queries
from shop.orders import queries
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.values import OrderFilter
from shop.reviews import jobs as review_jobs
from tests.factories.orders import make_variant, place
from tests.factories.people import actor_of, make_organisation, make_user
from tests.factories.reviews import buy
from tests.page_client import PageClient
from tests.shop.orders.test_refunding import paid_order, parts_of, seller


def sent(session: Session, actor: Actor = GUEST) -> tuple[Order, SupplierOrder]:
    """Return an order of one line that is on its way, with its part."""
    secret = ids.secret() if actor is GUEST else None
    placed = place(session, (make_variant(session), 1), actor=actor, guest_secret=secret)
    assert placed.payment_intent is not None
    session.commit()
    rehearsals.pay_intent(placed.payment_intent)
    session.expire_all()
    order = queries.lock_order(session, placed.order_id)
    (part,) = parts_of(session, order)
    fulfilment.ship_part(session, seller(session, part), part.public_id, "Post", "1")
    return order, part


def lose(session: Session, order: Order, part: SupplierOrder) -> None:
    fulfilment.note_nothing_arrived(session, GUEST, order, part.public_id, "The carrier has lost it")
    session.commit()
    jobs.run_due()


def desk_of(app: Flask, session: Session) -> PageClient:
    house = make_organisation(session, OrganisationKind.OPERATOR)
    return PageClient(app, session, "en").sign_in(make_user(session, Role.FINANCE, organisation=house))


def numbers(session: Session, state: str) -> set[str]:
    found = queries.list_orders(session, OrderFilter(state=state), limit=50)
    assert len(found) == queries.count_orders(session, OrderFilter(state=state))
    return {row.number for row in found}


def test_an_order_that_reached_nobody_says_so_to_its_buyer_and_the_operator(
    app: Flask, client: PageClient, session: Session
) -> None:
    owner = make_user(session)
    lost, part = sent(session, Actor(owner.id, owner.name))
    came = buy(session, actor=Actor(owner.id, owner.name))
    lose(session, lost, part)
    client.sign_in(owner)
    path = f"/shop/orders/{lost.number}"
    for language, arrived, missing, sentence in (
        ("zh", "已收货", "未送达", "这笔订单未能送达，您支付的款项（含运费）将原路退回。"),
        ("en", "Received", "Did not arrive", "This order did not arrive. What you paid goes back"),
    ):
        client.language = language
        page = client.get(path)
        assert arrived not in page.text
        # At the head, at the parcel, where its way ends, and in the steps.
        assert page.text.count(missing) == 4
        assert sentence in page.text
        listed = client.get("/shop/orders").text
        assert (listed.count(arrived), listed.count(missing)) == (1, 1)
    assert "To the growers" not in page.text
    assert f"{path}/reviews" not in page.html
    assert 'class="btn btn-primary" type="submit">Order the same again' in " ".join(page.html.split())
    client.post(f"{path}/again", {}, 303)
    desk = desk_of(app, session)
    assert "Did not arrive" in desk.get(f"/operator/orders/{lost.number}").text
    assert (numbers(session, "received"), numbers(session, "not_arrived")) == (
        {came.order.number},
        {lost.number},
    )
    assert numbers(session, "turned_back") == set()
    listed = desk.get("/operator/orders?state=not_arrived")
    assert lost.number in listed.text
    assert came.order.number not in listed.text
    sheet = desk.get("/operator/orders.csv").response.get_data(as_text=True)
    states = {row.split(",")[0]: row.split(",")[2] for row in sheet.splitlines()[1:]}
    assert states == {lost.number: "Did not arrive", came.order.number: "Received"}


def test_nobody_is_asked_to_review_what_did_not_arrive_and_no_village_counts_it(
    app: Flask, session: Session
) -> None:
    lost, part = sent(session)
    lose(session, lost, part)
    assert home_queries.arrivals(session) == []
    with clock.at(clock.now() + timedelta(days=8)):
        assert review_jobs.invite_to_reviews() == 0
        jobs.run_due()
    for mail in session.scalars(select(Mail)):
        assert not mail.key.startswith(("review-invitation:", "parcel-received:")), mail.key
    buy(session)
    assert [arrival.parcels for arrival in home_queries.arrivals(session)] == [1]


def test_an_order_of_which_one_parcel_was_lost_says_that_the_rest_arrived(
    client: PageClient, session: Session
) -> None:
    secret = ids.secret()
    order = paid_order(session, (make_variant(session), 1), (make_variant(session), 2), secret=secret)
    gone, here = parts_of(session, order)
    for part in (gone, here):
        fulfilment.ship_part(session, seller(session, part), part.public_id, "Post", "1")
    lose(session, order, gone)
    fulfilment.confirm_receipt(session, GUEST, order, here.public_id)
    session.commit()
    client.language = "en"
    page = client.get(f"/shop/orders/guest/{secret}")
    assert "Not everything of it arrived or was accepted, as you see below." in page.text
    assert "Everything has arrived" not in page.text
    assert (numbers(session, "received"), numbers(session, "not_arrived")) == ({order.number}, set())


def test_an_institution_that_accepted_nothing_reads_that(app: Flask, session: Session) -> None:
    school = make_organisation(session, OrganisationKind.INSTITUTION, name="山亭区第一小学")
    cook = make_user(session, Role.REQUESTER, organisation=school)
    requester = actor_of(cook, Role.REQUESTER, organisation=school)
    bought = buy(session, actor=requester, institution_id=school.id, received=False)
    fulfilment.ship_part(session, bought.seller, bought.part.public_id, "Post", "1")
    line = session.scalars(select(OrderLine).where(OrderLine.order_id == bought.order.id)).one()
    refused = Acceptance(((line.id, 0),), ("张三", "李四"), "全部霉变")
    fulfilment.accept_part(session, GUEST, bought.order, bought.part.public_id, refused)
    session.commit()
    client = PageClient(app, session, "en").sign_in(cook)
    assert "Nothing accepted" in client.get("/procurement/orders").text
    page = client.get(f"/procurement/orders/{bought.order.number}")
    assert "Nothing of it was accepted." in page.text
    assert "Received" not in page.text
    assert numbers(session, "turned_back") == {bought.order.number}
    assert session.scalar(select(func.count()).select_from(Order)) == 1
