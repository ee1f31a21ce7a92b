"""Checkout and order pages: what people see, and what those who try the door handles get."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock, ids
from core.permissions import GUEST, SYSTEM, Actor, Grant
from payments import gateways
from payments import services as payment_services
from payments.errors import GatewayFailed
from payments.models import Refund
from payments.sandbox import rehearsals
from payments.values import Purpose
from shop.cart.models import CartLine
from shop.catalogue import services as catalogue
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import NewVariant, ReturnTerms
from shop.fulfilment import services as fulfilment
from shop.orders import jobs as order_jobs
from shop.orders import queries, services
from shop.orders.models import Order, SupplierOrder
from shop.orders.values import PlacedOrder
from shop.orders.views.buyer import TOLD
from shop.stock import queries as stock_queries
from tests.conftest import StatementCounter
from tests.factories.orders import CHECKOUT, make_variant, place
from tests.factories.people import make_user
from tests.page_client import PageClient
from tests.shop.orders.test_services import close_intents, pay


def fill_cart(client: PageClient, *wanted: tuple[Variant, int]) -> None:
    for variant, quantity in wanted:
        client.post("/shop/cart/add", {"variant": variant.public_id, "quantity": str(quantity)})


def form_of(client: PageClient) -> dict[str, str]:
    return {**client.get("/shop/checkout").form("/shop/checkout")["fields"], **CHECKOUT}


def orders(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Order)) or 0


def test_a_checkout_costs_the_same_statements_for_one_line_and_for_twenty(
    client: PageClient, session: Session, statements: StatementCounter
) -> None:
    counts = []
    for lines in (1, 20):
        fill_cart(client, *((make_variant(session), 2) for _ in range(lines)))
        form = {**form_of(client), "csrf_token": client.csrf_token()}
        with statements:
            page = client.post("/shop/checkout", form)
        assert page.location is not None
        assert "/sandbox/pay/" in page.location
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 40, "\n".join(statements.statements)


def test_order_pages_cost_the_same_statements_for_one_line_and_for_twenty(
    client: PageClient, session: Session, statements: StatementCounter
) -> None:
    counts = []
    for lines in (1, 20):
        secret = ids.secret()
        place(session, *((make_variant(session), 1) for _ in range(lines)), guest_secret=secret)
        with statements:
            client.get(f"/shop/orders/guest/{secret}")
        counts.append(len(statements))
    assert counts == [1, 1]


def test_a_double_click_and_a_second_tab_make_one_order(client: PageClient, session: Session) -> None:
    variant = make_variant(session, stock=9)
    fill_cart(client, (variant, 2))
    form = form_of(client)
    first = client.post("/shop/checkout", form)
    again = client.post("/shop/checkout", form)
    assert first.location == again.location
    assert orders(session) == 1
    changed = client.post("/shop/checkout", {**form, "note": "another"}, 409)
    assert "YG-" not in changed.text
    client.post("/shop/checkout", {**form, "once": ids.public_id(20)}, 422)
    assert orders(session) == 1


def test_the_token_of_another_visitor_opens_nothing(app: Flask, client: PageClient, session: Session) -> None:
    variant = make_variant(session, stock=9)
    fill_cart(client, (variant, 1))
    form = form_of(client)
    first = client.post("/shop/checkout", form)
    other = PageClient(app, session)
    fill_cart(other, (variant, 1))
    theirs = other.post("/shop/checkout", {**form_of(other), "once": form["once"]})
    assert theirs.location != first.location
    assert orders(session) == 2


@pytest.mark.parametrize(
    "forged",
    [
        {"price": "1", "total": "1", "total_fen": "1", "goods_fen": "1", "freight_fen": "0"},
        {"state": "paid", "paid": "1", "paid_at": "2026-01-01", "status": "paid"},
        {"user_id": "1", "buyer_user_id": "1", "institution_id": "1", "kind": "institution", "role": "admin"},
        {
            "wanted": "1",
            "cart": "1",
            "guest_secret": "x",
            "idem_key": "x",
            "number": "YG-1",
            "currency": "USD",
        },
    ],
)
def test_what_a_client_adds_to_the_form_is_ignored(
    client: PageClient, session: Session, forged: dict[str, str]
) -> None:
    fill_cart(client, (make_variant(session, price_fen=100_00), 2))
    client.post("/shop/checkout", {**form_of(client), **forged})
    order = session.scalars(select(Order)).one()
    assert (order.total_fen, order.state, order.kind, order.buyer_user_id) == (
        200_00,
        "placed",
        "public",
        None,
    )
    assert order.paid_at is None
    assert order.number != "YG-1"


def test_a_changed_price_is_shown_before_anything_is_ordered(client: PageClient, session: Session) -> None:
    variant = make_variant(session, price_fen=100_00)
    fill_cart(client, (variant, 1))
    form = form_of(client)
    session.execute(
        update(Variant).values(price_fen=120_00, producer_fen=120_00, logistics_fen=0, other_fen=0)
    )
    page = client.post("/shop/checkout", form, 409)
    assert "¥100.00" in page.text
    assert "¥120.00" in page.text
    assert orders(session) == 0
    client.post("/shop/checkout", {**page.form("/shop/checkout")["fields"], **CHECKOUT})
    assert session.scalars(select(Order.total_fen)).one() == 120_00


def test_every_short_line_is_named_and_the_form_keeps_what_was_typed(
    client: PageClient, session: Session
) -> None:
    one, two, fine = (
        make_variant(session, stock=3),
        make_variant(session, stock=3),
        make_variant(session, stock=3),
    )
    fill_cart(client, (one, 3), (two, 2), (fine, 1))
    form = form_of(client)
    place(session, (one, 1), (two, 3))
    page = client.post("/shop/checkout", {**form, "note": "放在门卫处"}, 409)
    assert "仅剩 2 件" in page.text
    assert "售罄" in page.text
    assert "放在门卫处" in page.html
    assert 'value="张三"' in page.html
    assert orders(session) == 1
    cart = client.get("/shop/cart")
    assert "仅剩 2 件" in cart.text
    client.get("/shop/checkout", 303)
    client.post(cart.form("/fit")["action"])
    client.post("/shop/checkout", form_of(client))
    assert stock_queries.available(session, [one.id, fine.id]) == {one.id: 0, fine.id: 2}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recipient", ""),
        ("recipient", "   "),
        ("recipient", "x" * 41),
        ("recipient", "a\x00b"),
        ("phone", "12"),
        ("phone", "+1 212 555 0100"),
        ("phone", "DROP TABLE"),
        ("province", "Atlantis"),
        ("province", ""),
        ("province", "99"),
        ("county", ""),
        ("county", "370499"),
        ("county", "\x07"),
        ("county", "37"),
        ("town", "370406999"),
        ("village", "370406101201"),
        ("way", "drone"),
        ("address", "   "),
        ("address", "a\x00b"),
        ("invoice", "cat"),
        ("address", ""),
        ("email", "nobody"),
        ("email", "a@b\r\nBcc: c@d.example"),
        ("email", "x" * 300 + "@example.org"),
        ("note", "x" * 301),
        ("note", "4242 4242 4242 4242"),
        ("recipient", "张三 4242424242424242"),
        ("address", "4242-4242-4242-4242"),
        ("once", "lower case"),
        ("once", ""),
        ("seen_total", "1e3"),
    ],
)
def test_a_form_that_cannot_be_is_422_and_orders_nothing(
    client: PageClient, session: Session, field: str, value: str
) -> None:
    fill_cart(client, (make_variant(session), 1))
    page = client.post("/shop/checkout", {**form_of(client), field: value}, 422)
    assert orders(session) == 0
    assert page.form("/shop/checkout")


def test_the_summary_of_what_is_wrong_follows_the_page(client: PageClient, session: Session) -> None:
    fill_cart(client, (make_variant(session), 1))
    empty = dict.fromkeys(("recipient", "phone", "province", "address", "email"), "")
    page = client.post("/shop/checkout", {**form_of(client), **empty}, 422)
    summary = page.html.split('class="error-summary"')[1].split("</div>")[0]
    assert re.findall(r'href="#(\w+)"', summary) == ["recipient", "phone", "province", "address", "email"]


def test_fresh_goods_are_confirmed_by_hand(client: PageClient, session: Session) -> None:
    fill_cart(client, (make_variant(session, terms=ReturnTerms.FRESH), 1))
    form = form_of(client)
    assert "no_return_fresh" not in form
    page = client.post("/shop/checkout", form, 422)
    assert page.html.count("no_return_fresh-error") >= 1
    client.post("/shop/checkout", {**form, "no_return_fresh": "y"})
    assert session.scalars(select(Order.no_return_confirmed)).one()


def test_an_empty_cart_leads_back(client: PageClient) -> None:
    assert client.get("/shop/checkout", 303).location == "/shop/cart"
    fields = {**CHECKOUT, "once": ids.public_id(20)}
    client.post("/shop/checkout", fields, 422)


def test_a_silent_provider_leaves_the_order_payable(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object, **__: object) -> str:
        raise GatewayFailed

    fill_cart(client, (make_variant(session), 1))
    form = form_of(client)
    with monkeypatch.context() as patched:
        patched.setattr(gateways.current(), "create_checkout", silent)
        page = client.post("/shop/checkout", form)
    assert page.location is not None
    assert page.location.startswith("/shop/orders/guest/")
    shown = client.follow(page)
    paying = client.post(shown.form("/pay")["action"])
    assert "/sandbox/pay/" in str(paying.location)


def test_orders_of_others_look_like_none_at_all(app: Flask, client: PageClient, session: Session) -> None:
    owner, thief = make_user(session), make_user(session)
    client.sign_in(owner)
    fill_cart(client, (make_variant(session), 1))
    client.post("/shop/checkout", form_of(client))
    number = session.scalars(select(Order.number)).one()
    guest_secret = ids.secret()
    guest = place(session, (make_variant(session), 1), guest_secret=guest_secret).number
    stranger = PageClient(app, session).sign_in(thief)
    for path in (f"/shop/orders/{number}", f"/shop/orders/{guest}", "/shop/orders/YG-0000-0000"):
        page = stranger.get(path, 404)
        assert "没有找到" in page.text or "404" in page.text
        for action in ("pay", "cancel", "receive"):
            stranger.post(f"{path}/{action}", {"part": "ABC"}, 404)
    for secret in (ids.secret(), guest, guest_secret[:-1], "x", "%00", "a" * 5000):
        stranger.get(f"/shop/orders/guest/{secret}", 404)
        stranger.post(f"/shop/orders/guest/{secret}/cancel", {}, 404)
    assert number not in stranger.get("/shop/orders").text
    nobody = PageClient(app, session)
    assert "/sign-in" in str(nobody.get(f"/shop/orders/{number}", 302).location)
    nobody.post(f"/shop/orders/{number}/cancel", {}, 403)
    assert session.scalars(select(Order.state).distinct()).all() == ["placed"]


def test_orders_change_by_forms_of_ours_only(client: PageClient, session: Session) -> None:
    secret = ids.secret()
    place(session, (make_variant(session), 1), guest_secret=secret)
    client.get("/shop/cart")
    for action in ("pay", "cancel", "receive"):
        client.post(f"/shop/orders/guest/{secret}/{action}", {}, 403, token=False)
        client.get(f"/shop/orders/guest/{secret}/{action}", 405)
        foreign = {"Origin": "https://evil.example"}
        client.post(f"/shop/orders/guest/{secret}/{action}", {}, 403, headers=foreign)
    assert session.scalars(select(Order.state)).one() == "placed"


def test_a_guest_gives_an_order_up(client: PageClient, session: Session) -> None:
    variant = make_variant(session, stock=3)
    secret = ids.secret()
    place(session, (variant, 2), guest_secret=secret)
    path = f"/shop/orders/guest/{secret}"
    page = client.get(path)
    assert page.response.headers["Cache-Control"] == "no-store"
    assert page.html.count('<details class="once-more">') == 1
    assert "取消后货品不再为您保留" in page.text
    client.post(page.form("/cancel")["action"])
    assert stock_queries.available(session, [variant.id]) == {variant.id: 3}
    assert "已取消" in client.get(path).text
    assert "已取消" in client.post(f"{path}/pay", {}, 409).text
    client.post(f"{path}/receive", {"part": ids.public_id()}, 404)


def test_an_order_called_off_after_paying_promises_no_village_its_money(
    client: PageClient, session: Session
) -> None:
    secret = ids.secret()
    placed = place(session, (make_variant(session), 1), guest_secret=secret)
    bring_to(session, placed, "paid")
    path = f"/shop/orders/guest/{secret}"
    assert re.search(r"本单 ¥[0-9.]+ 到达", client.get(path).text)
    client.post(f"{path}/cancel")
    text = client.get(path).text
    assert "到达" not in text
    assert "到农户" not in text
    assert "订单金额" in text
    assert "已付款" in text
    assert "发货前取消。" in text


def test_the_way_of_what_was_received_has_no_step_to_come(client: PageClient, session: Session) -> None:
    secret = ids.secret()
    placed = place(session, (make_variant(session), 1), guest_secret=secret)
    bring_to(session, placed, "shipped")
    path = f"/shop/orders/guest/{secret}"
    assert "is-now" in client.get(path).response.text
    part = session.scalars(select(SupplierOrder.public_id)).one()
    client.post(f"{path}/receive", {"part": part})
    page = client.get(path)
    assert "is-now" not in page.response.text
    assert "is-next" not in page.response.text


def test_the_list_of_orders_is_read_in_pages(client: PageClient, session: Session) -> None:
    owner = make_user(session)
    client.sign_in(owner)
    assert "还没有订单" in client.get("/shop/orders").text
    variant = make_variant(session, stock=50)
    for _ in range(21):
        place(session, (variant, 1), actor=Actor(owner.id, owner.name), guest_secret=None)
    first = client.get("/shop/orders")
    assert len(re.findall(r'href="/shop/orders/YG-', first.html)) == 20
    assert len(re.findall(r'href="/shop/orders/YG-', client.get("/shop/orders?page=2").html)) == 1
    client.get("/shop/orders?page=3", 404)
    client.get("/shop/orders?page=-1", 404)


def test_the_list_shows_the_first_goods_of_each_order(client: PageClient, session: Session) -> None:
    owner = make_user(session)
    client.sign_in(owner)
    goods = [make_variant(session, name=f"山货{number}") for number in range(6)]
    first = session.get_one(Product, goods[0].product_id)
    first.picture = "ab" * 20
    larger = NewVariant("LARGER", "5kg 箱装", "5 kg box", 5_000, None, 70_00, 50_00, 10_00, 10_00, 1, 9)
    other_pack = catalogue.add_variant(session, SYSTEM, first.id, larger)
    place(
        session,
        *((variant, 1) for variant in (*goods, other_pack)),
        actor=Actor(owner.id, owner.name),
        guest_secret=None,
    )
    page = client.get("/shop/orders")
    shown = re.findall(r'<p class="goods-row">(.*?)</p>', page.html)
    assert len(shown) == 1
    pictures = re.findall(
        r'<img src="([^"]*)" alt="([^"]*)" width="40" height="40" loading="lazy">', shown[0]
    )
    assert [name for _url, name in pictures] == ["山货0", "山货1", "山货2", "山货3"]
    assert pictures[0][0].endswith("-320.webp")
    assert pictures[1][0].endswith("product-placeholder.svg")
    # Two pack sizes of one product are one picture.
    assert shown[0].endswith('aria-hidden="true">+2</span>')


def test_the_list_costs_the_same_statements_for_one_order_and_for_twenty(
    client: PageClient, session: Session, statements: StatementCounter
) -> None:
    owner = make_user(session)
    client.sign_in(owner)
    client.get("/shop/orders")
    counts = []
    for orders_of_one in (1, 19):
        for _ in range(orders_of_one):
            wanted = [(make_variant(session), 1) for _ in range(orders_of_one)]
            place(session, *wanted, actor=Actor(owner.id, owner.name), guest_secret=None)
        with statements:
            page = client.get("/shop/orders")
        counts.append(len(statements))
    assert page.html.count('<p class="goods-row">') == 20
    assert counts[0] == counts[1], "\n".join(statements.statements)


def test_the_next_order_knows_where_the_last_one_went(client: PageClient, session: Session) -> None:
    client.sign_in(make_user(session))
    variant = make_variant(session, stock=9)
    fill_cart(client, (variant, 1))
    client.post("/shop/checkout", form_of(client))
    fill_cart(client, (variant, 1))
    page = client.get("/shop/checkout")
    assert 'value="府前路 1 号"' in page.html
    assert re.search(r'<option selected value="37"', page.html)
    assert re.search(r'<option selected value="370406"', page.html)


ANSWERS = {
    # state: (pay, cancel, receive); what has been done before leads to the order as well
    "placed": (303, 303, 409),
    "paid": (303, 303, 409),
    "shipped": (303, 409, 303),
    "received": (303, 409, 303),
    "cancelled": (409, 303, 409),
    "expired": (409, 409, 409),
    "needs_review": (409, 409, 409),
}


@pytest.mark.parametrize("state", list(ANSWERS))
@pytest.mark.parametrize("action", ["pay", "cancel", "receive"])
def test_each_state_answers_each_button_as_the_table_says(
    client: PageClient, session: Session, state: str, action: str
) -> None:
    secret = ids.secret()
    placed = place(session, (make_variant(session), 1), guest_secret=secret)
    bring_to(session, placed, state)
    part = session.scalars(select(SupplierOrder.public_id)).one()
    expected = ANSWERS[state][("pay", "cancel", "receive").index(action)]
    client.post(
        f"/shop/orders/guest/{secret}/{action}", {"part": part} if action == "receive" else {}, expected
    )
    client.get(f"/shop/orders/guest/{secret}")


def bring_to(session: Session, placed: PlacedOrder, state: str) -> None:
    """Lead a fresh order to a state by the services."""
    if state in ("cancelled", "expired"):
        close_intents(session, placed)
        if state == "cancelled":
            services.cancel_order(session, GUEST, placed.order_id)
            return
        with clock.at(clock.now() + timedelta(minutes=31)):
            assert services.expire_order(session, placed.order_id)
        return
    if state == "needs_review":
        assert pay(session, placed, amount=1)
        return
    if state == "placed":
        return
    assert placed.payment_intent is not None
    session.commit()
    rehearsals.pay_intent(placed.payment_intent)
    if state == "paid":
        return
    part = session.scalars(select(SupplierOrder).execution_options(populate_existing=True)).one()
    grant = Grant(Role.SUPPLIER, part.supplier_id)
    fulfilment.ship_part(session, Actor(None, "seller", (grant,)), part.public_id, "顺丰", "SF1234")
    if state == "received":
        order = queries.lock_order(session, placed.order_id)
        fulfilment.confirm_receipt(session, GUEST, order, part.public_id)


def said_again(client: PageClient, path: str, action: str, **form: str) -> str:
    """Send a form of an order's page whose first answer was lost, and return what the page says in English."""
    client.language = "en"
    answer = client.post(f"{path}/{action}", form, 303)
    assert answer.location == path
    return client.follow(answer).text


@pytest.mark.parametrize("signed_in", [True, False])
def test_cancelling_once_more_leads_to_the_order_and_refunds_nothing_twice(
    client: PageClient, session: Session, signed_in: bool
) -> None:
    owner = make_user(session)
    if signed_in:
        client.sign_in(owner)
    for paid in (False, True):
        secret = None if signed_in else ids.secret()
        actor = Actor(owner.id, owner.name) if signed_in else GUEST
        placed = place(session, (make_variant(session, stock=5), 2), actor=actor, guest_secret=secret)
        path = f"/shop/orders/guest/{secret}" if secret else f"/shop/orders/{placed.number}"
        if paid:
            bring_to(session, placed, "paid")
        client.post(f"{path}/cancel", {}, 303)
        assert "This order had already been cancelled." in said_again(client, path, "cancel")
        assert session.get_one(Order, placed.order_id, populate_existing=True).state == "cancelled"
        # The other actions of a tab that stayed open are refused.
        assert "the order stands at “Cancelled”" in client.post(f"{path}/pay", {}, 409).text
        part = session.scalars(
            select(SupplierOrder.public_id).where(SupplierOrder.order_id == placed.order_id)
        ).one()
        assert "“Cancelled”" in client.post(f"{path}/receive", {"part": part}, 409).text
    refunded = session.scalars(select(Refund.amount_fen)).all()
    assert list(refunded) == [session.get_one(Order, placed.order_id).total_fen]


def test_calling_a_part_off_once_more_is_no_harm_though_the_rest_was_sent(
    client: PageClient, session: Session
) -> None:
    secret = ids.secret()
    placed = place(session, (make_variant(session), 1), (make_variant(session), 2), guest_secret=secret)
    assert placed.payment_intent is not None
    session.commit()
    rehearsals.pay_intent(placed.payment_intent)
    path = f"/shop/orders/guest/{secret}"
    sent, gone = queries.lock_parts(session, placed.order_id)
    client.post(f"{path}/cancel", {"part": gone.public_id}, 303)
    assert "This part had already been called off." in said_again(client, path, "cancel", part=gone.public_id)
    seller = Actor(None, "seller", (Grant(Role.SUPPLIER, sent.supplier_id),))
    fulfilment.ship_part(session, seller, sent.public_id, "顺丰", "SF1234")
    session.commit()
    assert "This part had already been called off." in said_again(client, path, "cancel", part=gone.public_id)
    assert "“On its way”" in client.post(f"{path}/cancel", {"part": sent.public_id}, 409).text
    assert "“On its way”" in client.post(f"{path}/cancel", {}, 409).text
    assert session.scalar(select(func.count()).select_from(Refund)) == 1


def test_paying_and_confirming_once_more_lead_to_the_order(client: PageClient, session: Session) -> None:
    secret = ids.secret()
    placed = place(session, (make_variant(session), 1), guest_secret=secret)
    bring_to(session, placed, "shipped")
    path = f"/shop/orders/guest/{secret}"
    assert "This order has been paid already. You do not need to pay again." in said_again(
        client, path, "pay"
    )
    part = session.scalars(select(SupplierOrder.public_id)).one()
    client.post(f"{path}/receive", {"part": part}, 303)
    said = said_again(client, path, "receive", part=part)
    assert "This had already been confirmed as received." in said
    assert "“Received”" in client.post(f"{path}/cancel", {}, 409).text


def test_what_was_noted_as_lost_is_not_confirmed_from_an_old_page(
    client: PageClient, session: Session
) -> None:
    secret = ids.secret()
    placed = place(session, (make_variant(session), 1), guest_secret=secret)
    bring_to(session, placed, "shipped")
    part = session.scalars(select(SupplierOrder.public_id)).one()
    order = queries.lock_order(session, placed.order_id)
    fulfilment.note_nothing_arrived(session, GUEST, order, part, "Lost")
    session.commit()
    client.language = "en"
    page = client.post(f"/shop/orders/guest/{secret}/receive", {"part": part}, 409)
    assert "this reached nobody, and what you paid for it goes back" in page.text


def test_an_order_that_cannot_be_ended_now_holds_nobody_up(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, fine = (place(session, (make_variant(session), 1)) for _ in range(2))
    real = payment_services.cancel_open_intents

    def silent_for_one(purpose: Purpose, subject_id: int) -> str:
        if subject_id == stuck.order_id:
            raise GatewayFailed
        return real(purpose, subject_id)

    monkeypatch.setattr(payment_services, "cancel_open_intents", silent_for_one)
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert order_jobs.expire_unpaid_orders() == 1
    states = dict(session.execute(select(Order.id, Order.state)).all())
    assert states == {stuck.order_id: "placed", fine.order_id: "expired"}


def in_cart(session: Session) -> dict[int, int]:
    return {
        row.variant_id: row.quantity
        for row in session.execute(select(CartLine.variant_id, CartLine.quantity))
    }


def test_an_order_that_was_not_paid_in_time_is_put_into_the_cart_again(
    client: PageClient, session: Session
) -> None:
    apples, millet = make_variant(session, stock=9), make_variant(session, stock=9)
    secret = ids.secret()
    placed = place(session, (apples, 2), (millet, 3), guest_secret=secret)
    path = f"/shop/orders/guest/{secret}"
    assert f"{path}/again" not in client.get(path).html
    close_intents(session, placed)
    with clock.at(clock.now() + timedelta(hours=1)):
        order_jobs.expire_unpaid_orders()
    assert f"{path}/again" in client.get(path).html
    client.post("/shop/cart/add", {"variant": apples.public_id, "quantity": "4"})
    for _ in range(2):
        page = client.post(f"{path}/again", {})
        assert page.location == "/shop/cart"
        assert in_cart(session) == {apples.id: 4, millet.id: 3}
    assert "按今天的价格" in client.follow(page).text
    client.post("/shop/checkout", form_of(client))
    assert orders(session) == 2


def test_of_what_there_is_less_today_so_much_is_put_into_the_cart_and_the_rest_named(
    client: PageClient, session: Session
) -> None:
    short, gone, whole = (make_variant(session, stock=packs) for packs in (10, 2, 9))
    secret = ids.secret()
    place(session, (short, 6), (gone, 2), (whole, 2), guest_secret=secret)
    page = client.follow(client.post(f"/shop/orders/guest/{secret}/again", {}))
    assert in_cart(session) == {short.id: 4, whole.id: 2}
    assert page.text.count("按今天的价格") == 1
    assert "剩" in page.text


def test_an_order_of_which_nothing_is_left_stays_where_it_is(client: PageClient, session: Session) -> None:
    variants = [make_variant(session, stock=2) for _ in range(TOLD + 2)]
    secret = ids.secret()
    place(session, *((variant, 2) for variant in variants), guest_secret=secret)
    page = client.post(f"/shop/orders/guest/{secret}/again", {})
    assert page.location == f"/shop/orders/guest/{secret}"
    shown = client.follow(page).text
    assert "目前都买不到" in shown
    assert "另有 2 种商品" in shown
    assert in_cart(session) == {}
    client.post(f"/shop/orders/guest/{ids.secret()}/again", {}, 404)
    client.sign_in(make_user(session))
    client.post("/shop/orders/YG-NOBODY/again", {}, 404)


def test_ordering_again_costs_the_same_statements_for_one_line_and_for_twenty(
    client: PageClient, session: Session, statements: StatementCounter
) -> None:
    counts = []
    for lines in (1, 20):
        secret = ids.secret()
        place(session, *((make_variant(session, stock=9), 1) for _ in range(lines)), guest_secret=secret)
        token = client.csrf_token()
        with statements:
            client.post(f"/shop/orders/guest/{secret}/again", {"csrf_token": token})
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8
