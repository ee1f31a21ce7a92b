"""The pages of live sessions: what everybody sees, and the desk of hosts, suppliers and the operator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import clock, ids
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import ReturnTerms
from shop.certification.values import CertificateKind
from shop.live import services
from shop.live.models import LiveItem, LiveSession
from shop.stock import queries as stock_queries
from tests.conftest import StatementCounter
from tests.factories.live import edition_of, make_live, supplier_of
from tests.factories.orders import CHECKOUT, certify, make_variant, place
from tests.factories.people import make_organisation, make_user
from tests.page_client import Page, PageClient
from tests.shop.orders.test_refunding import paid_order


class World:
    """A supplier at its desk, with a pack size of its own."""

    def __init__(self, app: Flask, client: PageClient, session: Session) -> None:
        self.app, self.client, self.session = app, client, session
        self.supplier = make_organisation(session)
        self.variant = make_variant(
            session, stock=50, price_fen=40_00, supplier=self.supplier, name="运河小米"
        )
        self.actor = supplier_of(session, self.variant)
        self.slug = session.get_one(Product, self.variant.product_id).slug
        self.sign_in(Role.SUPPLIER, organisation=self.supplier)

    def sign_in(self, *roles: Role, organisation: Organisation | None = None) -> PageClient:
        user = make_user(self.session, *roles, organisation=organisation)
        self.session.commit()
        self.client = PageClient(self.app, self.session)
        return self.client.sign_in(user)

    def live(self, packs: int = 20, **more: Any) -> LiveSession:
        live = make_live(self.session, self.variant, packs, **more)
        self.session.commit()
        return live

    def left(self, variant: Variant) -> int:
        return stock_queries.available(self.session, [variant.id])[variant.id]

    def desk(self, live: LiveSession, rest: str = "") -> str:
        return f"/live-desk/{live.public_id}{rest}"

    def pack(self, live: LiveSession, rest: str = "") -> str:
        return self.desk(live, f"/goods/{self.variant.public_id}{rest}")


@pytest.fixture
def world(app: Flask, client: PageClient, session: Session) -> World:
    return World(app, client, session)


def plan_fields(world: World, **changes: str) -> dict[str, str]:
    start = clock.now().astimezone(clock.CHINA) + timedelta(days=1)
    fields = {
        "once": ids.public_id(20),
        "host": world.supplier.public_id,
        "title_zh": "小米专场",
        "title_en": "Millet evening",
        "starts_at": start.strftime("%Y-%m-%dT20:00"),
        "ends_at": start.strftime("%Y-%m-%dT22:00"),
        "about_zh": "第一行\n第二行",
        "watch_url": "https://live.example.org/7",
    }
    return fields | changes


def test_nothing_planned_says_what_to_do(client: PageClient) -> None:
    page = client.get("/shop/live")
    assert "目前没有直播安排" in page.text
    assert f'href="{"/shop/products"}"' in page.html


def test_an_open_session_shows_its_price_what_is_left_and_sells(world: World) -> None:
    live = world.live(price_fen=30_00, opened=True)
    edition = edition_of(world.session, live)
    place(world.session, (edition, 5))
    world.session.commit()
    visitor = PageClient(world.app, world.session)
    page = visitor.get(f"/shop/live/{live.public_id}")
    for words in ("商城价 ¥40.00", "留货 20 份，还剩 15 份", "正在直播", "证书"):
        assert words in page.text
    visitor.post("/shop/cart/add", {"variant": edition.public_id, "quantity": "2"})
    cart = visitor.get("/shop/cart")
    assert "直播专场" in cart.text
    assert "¥60.00" in cart.text
    services.end_session(world.session, world.actor, live.public_id)
    world.session.commit()
    cart = visitor.get("/shop/cart")
    assert "这个价格的直播专场已经结束。" in cart.text
    assert f'<a href="/shop/products/{world.slug}">到商城看这个产品</a>' in cart.html


def test_a_session_says_on_which_terms_its_goods_go_back(world: World) -> None:
    flawed = make_variant(
        world.session, supplier=world.supplier, terms=ReturnTerms.FLAWED, note=("外皮有疤", "Scarred skin")
    )
    plain, other = world.live(), make_live(world.session, flawed, 5)
    world.session.commit()
    visitor = PageClient(world.app, world.session)
    assert "支持七日无理由退货" in visitor.get(f"/shop/live/{plain.public_id}").text
    page = visitor.get(f"/shop/live/{other.public_id}")
    assert "外皮有疤" in page.text
    assert "下单时请您确认" in page.text


def test_sold_out_says_honestly_how_many_the_shop_has(world: World) -> None:
    live = world.live(opened=True)
    place(world.session, (edition_of(world.session, live), 20))
    world.session.commit()
    page = PageClient(world.app, world.session).get(f"/shop/live/{live.public_id}")
    assert "专场已售罄，平常库存还有 30 份。" in page.text
    assert "/shop/cart/add" not in page.html


def test_a_session_that_is_over_says_what_it_sold_and_which_villages_it_reached(world: World) -> None:
    live = world.live(opened=True)
    paid_order(world.session, (edition_of(world.session, live), 3))
    services.end_session(world.session, world.actor, live.public_id)
    world.session.commit()
    page = PageClient(world.app, world.session).get(f"/shop/live/{live.public_id}")
    assert "留货 20 份，这里卖出 3 份。" in page.text
    assert "惠及哪些村" in page.text
    assert "¥72.00" in page.text
    assert "已结束" in PageClient(world.app, world.session).get("/shop/live").text


def test_a_planned_and_a_called_off_session_sell_nothing(world: World) -> None:
    live = world.live()
    page = PageClient(world.app, world.session).get(f"/shop/live/{live.public_id}")
    assert "开播前谁也买不走" in page.text
    assert "/shop/cart/add" not in page.html
    services.call_off_session(world.session, world.actor, live.public_id, "停电了")
    world.session.commit()
    page = PageClient(world.app, world.session).get(f"/shop/live/{live.public_id}")
    assert "停电了" in page.text
    assert "卖出了多少" not in page.text


def test_the_product_and_the_home_page_lead_to_sessions_that_are_on_or_near(world: World) -> None:
    live = world.live()
    visitor = PageClient(world.app, world.session)
    address = f"/shop/live/{live.public_id}"
    for path in ("/", f"/shop/products/{world.slug}", "/shop/live"):
        assert f'href="{address}"' in visitor.get(path).html, path
    live.starts_at = clock.now() + timedelta(days=9)
    live.ends_at = live.starts_at + timedelta(hours=1)
    world.session.commit()
    for path in ("/", f"/shop/products/{world.slug}"):
        assert f'href="{address}"' not in visitor.get(path).html, path
    assert f'href="{address}"' in visitor.get("/shop/live").html


def test_what_is_no_session_is_not_found(client: PageClient) -> None:
    client.get("/shop/live/none", 404)
    client.get("/shop/live?page=7", 404)


def test_a_supplier_plans_sets_aside_opens_and_ends(world: World) -> None:
    client = world.client
    fields = plan_fields(world)
    for _ in range(2):
        answer = client.post("/live-desk/new", fields)
    live = world.session.scalars(select(LiveSession)).one()
    assert (answer.location or "").endswith(world.desk(live))
    assert "运河小米" in client.get(world.desk(live, "/goods?q=运河")).text
    token = ids.public_id(20)
    for _ in range(2):
        client.post(world.pack(live), {"once": token, "packs": "20", "price": "35"})
    edition = edition_of(world.session, live)
    assert (world.left(world.variant), world.left(edition), edition.price_fen) == (30, 20, 35_00)
    client.post(world.pack(live, "/take-back"), {"once": ids.public_id(20), "packs": "5"})
    assert (world.left(world.variant), world.left(edition)) == (35, 15)
    # What cannot be undone asks once more: its button lies behind a first tap.
    assert '<details class="once-more">' in client.get(world.desk(live)).html
    client.post(world.desk(live, "/open"), {})
    assert "正在直播" in client.get(world.desk(live)).text
    # The price of an open session stays.
    client.post(world.pack(live), {"once": ids.public_id(20), "packs": "1", "price": "1"})
    assert edition_of(world.session, live).price_fen == 35_00
    client.post(world.desk(live, "/end"), {})
    assert world.left(world.variant) == 50
    client.post(world.desk(live, "/open"), {}, 409)


def test_wrong_plans_come_back_with_what_was_typed(world: World) -> None:
    for changes, words in (
        ({"title_zh": " "}, "请填写"),
        ({"starts_at": "tomorrow"}, "请填写日期和时间"),
        ({"ends_at": "2020-01-01T10:00"}, "结束时间早于开始时间。"),
        ({"watch_url": "javascript:alert(1)"}, "请填写以 https:// 开头的网址，或者留空。"),
        ({"host": "somebody"}, ""),
        ({"once": "x"}, ""),
    ):
        page = world.client.post("/live-desk/new", plan_fields(world, **changes), 422)
        assert 'value="Millet evening"' in page.html
        assert words in page.text
    assert world.session.scalars(select(LiveSession)).all() == []


def test_two_people_who_change_one_plan_see_what_the_other_did(world: World) -> None:
    live = world.live()
    path = world.desk(live, "/edit")
    form = world.client.get(path)
    assert 'name="version" type="hidden" value="1"' in form.html
    fields = plan_fields(world, version="1", title_zh="先改的专场")
    world.client.post(path, fields, 303)
    page = world.client.post(path, fields | {"title_zh": "后改的专场", "about_en": "Of mine"}, 409)
    for words in ("别人改过这里", "青莲村小米专场", "先改的专场"):
        assert words in page.text
    assert 'value="后改的专场"' in page.html
    assert "Of mine" in page.text
    assert 'name="version" type="hidden" value="2"' in page.html
    world.session.refresh(live)
    assert live.title_zh == "先改的专场"
    world.client.post(path, fields | {"title_zh": "后改的专场", "version": "2"}, 303)
    world.session.refresh(live)
    assert live.title_zh == "后改的专场"
    # A form without a version of ours is as one that has seen nothing; one that makes no sense is refused.
    world.client.post(path, fields | {"title_zh": "再改", "version": ""}, 409)
    world.client.post(path, fields | {"title_zh": "再改", "version": "new"}, 422)


def test_a_plan_that_is_over_keeps_what_was_typed_on_the_page(world: World) -> None:
    live = world.live(opened=True)
    path = world.desk(live, "/edit")
    page = world.client.get(path)
    assert 'name="starts_at"' not in page.html
    services.end_session(world.session, world.actor, live.public_id)
    world.session.commit()
    page = world.client.post(path, plan_fields(world, version="2"), 409)
    assert "这场直播已经结束。" in page.text
    assert 'value="Millet evening"' in page.html
    world.client.get(path, 409)


def test_wrong_numbers_come_back_beside_their_field(world: World) -> None:
    live = world.live(packs=0)

    def post(status: int, packs: str, price: str = "30", rest: str = "") -> Page:
        fields = {"once": ids.public_id(20), "packs": packs, "price": price}
        return world.client.post(world.pack(live, rest), fields, status)

    for packs in ("0", "-1", "1.5", "1e3", "99999999999", "", "٣"):
        post(422, packs)
    page = post(409, "51")
    assert "目前只有 50 份可动。" in page.text
    page = post(422, "5", "40.01")
    assert "不能高于商城价 ¥40.00" in page.text
    post(303, "5")
    page = post(409, "6", rest="/take-back")
    assert "目前只有 5 份可动。" in page.text
    assert world.session.scalars(select(LiveItem.set_aside)).one() == 5


def test_a_limit_is_typed_at_the_desk_and_named_wherever_the_packs_are(world: World) -> None:
    live = world.live(packs=0)

    def aside(status: int, **fields: str) -> Page:
        typed = {"once": ids.public_id(20), "packs": "20", "price": "30"} | fields
        return world.client.post(world.pack(live), typed, status)

    for odd in ("0", "-1", "two", "1.5"):
        page = aside(422, most_per_buyer=odd)
        assert f'value="{odd}"' in page.html
    aside(303, most_per_buyer="2")
    assert "每位买家限购 2 份" in world.client.get(world.desk(live)).text
    assert 'name="most_per_buyer" type="text" value="2"' in world.client.get(world.pack(live)).html
    world.client.post(world.desk(live, "/open"), {})
    assert 'name="most_per_buyer"' not in world.client.get(world.pack(live)).html
    aside(303, packs="1", most_per_buyer="9")
    edition = edition_of(world.session, live)
    assert edition.most_per_buyer == 2
    visitor = PageClient(world.app, world.session)
    page = visitor.get(f"/shop/live/{live.public_id}")
    assert "每位买家限购 2 份" in page.text
    assert 'max="2"' in page.html
    page = visitor.post("/shop/cart/add", {"variant": edition.public_id, "quantity": "3"}, 409)
    assert "同一账号或收货手机号此前的订单也计入" in page.text
    visitor.post("/shop/cart/add", {"variant": edition.public_id, "quantity": "2"})
    for path in ("/shop/cart", "/shop/checkout"):
        assert "每位买家限购 2 份" in visitor.get(path).text


def test_a_form_that_shows_an_old_price_does_not_bring_it_back_unseen(world: World) -> None:
    live = world.live(packs=0)

    def aside(status: int, version: str, price: str, limit: str = "") -> Page:
        fields = {"once": ids.public_id(20), "packs": "5", "price": price, "most_per_buyer": limit}
        return world.client.post(world.pack(live), fields | {"version": version}, status)

    shown = world.client.get(world.pack(live)).form(world.pack(live))["fields"]["version"]
    assert shown == "0"
    aside(303, shown, "38")
    assert world.client.get(world.pack(live)).form(world.pack(live))["fields"]["version"] == "1"
    aside(303, "1", "30", "2")
    # A colleague opened the form before: more packs at the price of now are fine, the old price is not.
    page = aside(409, "1", "38")
    assert "下面是您填写的内容" in page.text
    assert 'value="38"' in page.html
    assert "¥30.00" in page.text
    edition = edition_of(world.session, live)
    assert (edition.price_fen, edition.most_per_buyer, world.left(edition)) == (30_00, 2, 10)
    aside(303, "1", "30", "2")
    again = page.form(world.pack(live))["fields"]["version"]
    aside(303, again, "38")
    edition = edition_of(world.session, live)
    assert (edition.price_fen, edition.most_per_buyer, world.left(edition)) == (38_00, None, 20)


def test_an_earlier_order_counts_and_the_refusal_keeps_what_was_typed(world: World) -> None:
    live = world.live(opened=True, most_per_buyer=2)
    edition = edition_of(world.session, live)
    place(world.session, (edition, 1))
    world.session.commit()
    visitor = PageClient(world.app, world.session)
    visitor.post("/shop/cart/add", {"variant": edition.public_id, "quantity": "2"})
    once = visitor.get("/shop/checkout").form("/shop/checkout")["fields"]["once"]
    page = visitor.post("/shop/checkout", CHECKOUT | {"once": once}, 409)
    assert "每位买家限购 2 份。同一账号或收货手机号此前的订单也计入。" in page.text
    assert "有商品刚刚发生了变化" not in page.text
    assert 'value="府前路 1 号"' in page.html or "府前路 1 号" in page.text
    visitor.post("/shop/cart/update", {"variant": edition.public_id, "quantity": "1"})
    visitor.post("/shop/checkout", CHECKOUT | {"once": once}, 303)


def test_calling_off_needs_a_reason_and_the_operator_may(world: World) -> None:
    live = world.live(opened=True)
    world.client.post(world.desk(live, "/call-off"), {"reason": " "}, 422)
    client = world.sign_in(
        Role.ADMIN, organisation=make_organisation(world.session, OrganisationKind.OPERATOR)
    )
    assert "小米专场" in client.get("/live-desk").text
    client.post(world.desk(live, "/end"), {}, 404)
    client.post(world.desk(live, "/call-off"), {"reason": "资质待核"})
    assert "资质待核" in client.get(world.desk(live)).text
    assert world.left(world.variant) == 50


def test_other_people_meet_a_session_nowhere_at_the_desk(world: World) -> None:
    live = world.live(opened=True)
    stranger = world.sign_in(Role.SUPPLIER, organisation=make_organisation(world.session))
    assert "小米专场" not in stranger.get("/live-desk").text
    for rest in ("", "/edit", "/goods", f"/goods/{world.variant.public_id}"):
        stranger.get(world.desk(live, rest), 404)
    for rest in ("/open", "/end", "/call-off", f"/goods/{world.variant.public_id}"):
        fields = {"reason": "x", "once": ids.public_id(20), "packs": "1", "price": "1"}
        stranger.post(world.desk(live, rest), fields, 404)
    PageClient(world.app, world.session).get("/live-desk", 302)
    world.sign_in().get("/live-desk", 403)


def test_a_supplier_takes_part_in_a_session_of_the_platform(world: World) -> None:
    platform = make_organisation(world.session, OrganisationKind.OPERATOR)
    supplier = world.client
    admin = world.sign_in(Role.ADMIN, organisation=platform)
    admin.post("/live-desk/new", plan_fields(world, host=platform.public_id, title_zh="县长来带货"))
    live = world.session.scalars(select(LiveSession)).one()
    assert "县长来带货" in supplier.get("/live-desk").text
    supplier.post(world.pack(live), {"once": ids.public_id(20), "packs": "7", "price": "40"})
    supplier.post(world.desk(live, "/open"), {}, 404)
    assert "运河小米" in admin.get(world.desk(live)).text
    admin.get(world.pack(live), 403)


def test_statements_do_not_grow_with_what_a_session_sells(world: World) -> None:
    live = world.live(opened=True)

    def asked(path: str, client: PageClient) -> int:
        with StatementCounter() as sent:
            client.get(path)
        return len(sent)

    visitor = PageClient(world.app, world.session)
    paths = (
        (f"/shop/live/{live.public_id}", visitor),
        ("/shop/live", visitor),
        (world.desk(live), world.client),
    )
    before = [asked(*one) for one in paths]
    for _ in range(3):
        more = make_variant(world.session, supplier=world.supplier)
        services.set_aside(
            world.session, world.actor, live.public_id, more.public_id, 2, once=ids.public_id(20)
        )
        make_live(world.session, more)
    world.session.commit()
    assert [asked(*one) for one in paths] == before
    assert before[0] <= 5


def test_a_local_product_is_never_labelled_as_aid_goods(world: World) -> None:
    local = make_variant(world.session, supplier=world.supplier, certified=False)
    certify(world.session, local.product_id, kind=CertificateKind.LOCAL_PRODUCT)
    live = make_live(world.session, local, 3)
    world.session.commit()
    page = PageClient(world.app, world.session).get(f"/shop/live/{live.public_id}")
    assert "已由县级认定为本地产品" in page.html
    assert "已由县级认定为帮扶产品" not in page.html


def test_the_page_of_an_order_says_which_goods_came_from_a_session(world: World) -> None:
    live = world.live(opened=True, price_fen=30_00)
    secret = ids.secret()
    place(world.session, (edition_of(world.session, live), 1), (world.variant, 1), guest_secret=secret)
    world.session.commit()
    reader = PageClient(world.app, world.session, "en")
    page = reader.get(f"/shop/orders/guest/{secret}")
    address = f"/shop/live/{live.public_id}"
    assert page.text.count("From the live session An evening of millet") == 1
    assert page.html.count(address) == 1
    reader.language = "zh"
    assert "来自直播专场 青莲村小米专场" in reader.get(f"/shop/orders/guest/{secret}").text
    services.end_session(world.session, world.actor, live.public_id)
    world.session.commit()
    reader.get(address)
