"""The one checkout page: lists of regions, the village point, the invoice, what is confirmed by name, who holds back."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, ids
from registry import services as registry
from registry.models import Region
from registry.values import NewRegion, RegionLevel
from shop.catalogue.models import Product
from shop.catalogue.values import STATED, ReturnTerms
from shop.fulfilment.models import Node
from shop.orders import addresses, rules
from shop.orders.forms import no_return_field
from shop.orders.models import Order, OrderLine
from shop.orders.values import Delivery, Pickup
from tests.factories.certification import make_credit_code
from tests.factories.orders import CHECKOUT, make_variant
from tests.factories.people import make_user, make_village
from tests.page_client import Page, PageClient
from tests.shop.orders.test_views import fill_cart, form_of, orders


def options(page: Page, name: str) -> list[str]:
    """Return the values that a list of the page offers."""
    found = re.search(rf'<select[^>]* id="{name}".*?</select>', page.html, re.DOTALL)
    assert found is not None
    return re.findall(r'<option (?:selected )?value="([^"]*)"', found.group(0))


def far_away(session: Session) -> None:
    """Add a municipality and a remote province with a county each."""
    registry.add_regions(
        session,
        [
            NewRegion("11", RegionLevel.PROVINCE, "北京市", "Beijing", None),
            NewRegion("110108", RegionLevel.COUNTY, "海淀区", "", "11"),
            NewRegion("54", RegionLevel.PROVINCE, "西藏自治区", "Xizang", None),
            NewRegion("5401", RegionLevel.PREFECTURE, "拉萨市", "", "54"),
            NewRegion("540102", RegionLevel.COUNTY, "城关区", "", "5401"),
        ],
        date(2020, 1, 1),
    )


def make_point(session: Session, village: Region) -> Node:
    """Return a place of a village where parcels can be picked up."""
    node = Node(
        public_id=ids.public_id(),
        kind="village",
        region_id=village.id,
        name_zh="青莲村便民服务站",
        name_en="Qinglian service point",
        address="青莲村委会东侧",
        hours="08:00-18:00",
        opened_at=clock.now(),
    )
    session.add(node)
    session.flush()
    return node


def test_each_list_opens_below_the_one_that_was_picked_and_nothing_is_lost(
    client: PageClient, session: Session
) -> None:
    fill_cart(client, (make_variant(session, terms=ReturnTerms.FRESH), 1))
    page = client.get("/shop/checkout")
    assert options(page, "province") == ["", "37"]
    assert options(page, "county") == [""]
    typed = {
        **page.form("/shop/checkout")["fields"],
        **CHECKOUT,
        "county": "",
        "note": "放门卫",
        "invoice": "company",
        "invoice_title": "某某公司",
        "no_return_fresh": "y",
        "action": "open",
    }
    page = client.post("/shop/checkout", typed, 200)
    assert options(page, "county") == ["", "370406"]
    assert "放门卫" in page.html
    assert 'value="某某公司"' in page.html
    assert re.search(r'<input[^>]*checked[^>]*name="no_return_fresh"', page.html)
    page = client.post("/shop/checkout", {**typed, "county": "370406"}, 200)
    assert options(page, "town") == ["", "370406101"]
    page = client.post("/shop/checkout", {**typed, "county": "370406", "town": "370406101"}, 200)
    assert options(page, "village") == ["", "370406101201"]
    assert orders(session) == 0


def test_an_order_keeps_the_names_down_to_the_village(client: PageClient, session: Session) -> None:
    far_away(session)
    fill_cart(client, (make_variant(session), 1))
    client.post("/shop/checkout", {**form_of(client), "town": "370406101", "village": "370406101201"})
    order = session.scalars(select(Order)).one()
    assert addresses.read_delivery(order.delivery) == Delivery(
        "张三",
        "13800138000",
        "山东省",
        "枣庄市",
        "山亭区",
        "府前路 1 号",
        "店子镇",
        "青莲村",
        "370406101201",
        "Qinglian Village, Dianzi Town, County 370406, Zaozhuang, Shandong",
    )
    fill_cart(client, (make_variant(session), 1))
    page = client.post("/shop/checkout", {**form_of(client), "province": "11", "county": "110108"})
    newest = session.scalars(select(Order).order_by(Order.id.desc())).first()
    assert newest is not None
    assert newest.delivery["city"] == ""
    assert addresses.read_delivery(newest.delivery).region == "北京市海淀区"
    assert page.location is not None


def test_a_list_that_does_not_fit_the_one_above_is_named(client: PageClient, session: Session) -> None:
    far_away(session)
    fill_cart(client, (make_variant(session), 1))
    page = client.post("/shop/checkout", {**form_of(client), "province": "11"}, 422)
    assert "county-error" in page.html
    assert options(page, "county") == ["", "110108"]
    assert 'value="张三"' in page.html
    assert orders(session) == 0


def test_dearer_freight_of_a_region_is_seen_before_anything_is_ordered(
    client: PageClient, session: Session
) -> None:
    far_away(session)
    fill_cart(client, (make_variant(session, price_fen=10_00, grams=500), 1))
    form = {**form_of(client), "province": "54", "county": "540102"}
    page = client.post("/shop/checkout", form, 409)
    assert "¥28.00" in page.text
    assert orders(session) == 0
    seen = client.post("/shop/checkout", {**form, "action": "open"}, 200).form("/shop/checkout")["fields"]
    client.post("/shop/checkout", {**form, "seen_total": seen["seen_total"]})
    assert session.scalars(select(Order.freight_fen)).one() == 18_00


def test_goods_are_fetched_at_a_point_of_the_county(client: PageClient, session: Session) -> None:
    node = make_point(session, make_village(session))
    fill_cart(client, (make_variant(session), 1))
    form = {**form_of(client), "way": "pickup", "address": ""}
    page = client.post("/shop/checkout", {**form, "action": "open"}, 200)
    assert options(page, "pickup") == ["", node.public_id]
    for wrong in ("", "NOWHERE", "\x00"):
        page = client.post("/shop/checkout", {**form, "pickup": wrong}, 422)
        assert "pickup-error" in page.html
    answer = client.post("/shop/checkout", {**form, "pickup": node.public_id})
    order = session.scalars(select(Order)).one()
    delivery = addresses.read_delivery(order.delivery)
    assert delivery.pickup == Pickup(
        node.public_id, "青莲村便民服务站", "Qinglian service point", "青莲村委会东侧", "08:00-18:00"
    )
    assert delivery.address == ""
    assert answer.location is not None


@pytest.mark.parametrize(
    ("typed", "beside"),
    [
        ({"invoice": "person", "invoice_title": " "}, "invoice_title-error"),
        ({"invoice": "company", "invoice_title": "某某公司", "invoice_code": ""}, "invoice_code-error"),
        ({"invoice": "company", "invoice_title": "某某公司", "invoice_code": "123"}, "invoice_code-error"),
        (
            {"invoice": "company", "invoice_title": "某某公司", "invoice_code": "93370406YGDEM0010R"},
            "invoice_code-error",
        ),
        ({"invoice": "company", "invoice_title": "", "invoice_code": "x" * 50}, "invoice_title-error"),
    ],
)
def test_an_invoice_that_cannot_be_is_said_beside_the_field(
    client: PageClient, session: Session, typed: dict[str, str], beside: str
) -> None:
    fill_cart(client, (make_variant(session), 1))
    page = client.post("/shop/checkout", {**form_of(client), **typed}, 422)
    assert beside in page.html
    assert orders(session) == 0


def test_the_invoice_stands_on_the_order_and_fills_the_next_form(
    client: PageClient, session: Session
) -> None:
    client.sign_in(make_user(session))
    code = make_credit_code()
    wanted = {"invoice": "company", "invoice_title": "青莲小学", "invoice_code": f" {code.lower()} "}
    fill_cart(client, (make_variant(session), 1))
    client.post("/shop/checkout", {**form_of(client), **wanted})
    order = session.scalars(select(Order)).one()
    assert order.invoice == {"kind": "company", "title": "青莲小学", "code": code}
    page = client.get(f"/shop/orders/{order.number}")
    assert "青莲小学" in page.text
    assert code in page.text
    fill_cart(client, (make_variant(session), 1))
    page = client.get("/shop/checkout")
    assert f'value="{code}"' in page.html
    client.post(
        "/shop/checkout",
        {**form_of(client), "invoice": "person", "invoice_title": "张三", "invoice_code": code},
    )
    newest = session.scalars(select(Order).order_by(Order.id.desc())).first()
    assert newest is not None
    assert newest.invoice == {"kind": "person", "title": "张三", "code": ""}


def test_what_cannot_be_sent_back_is_confirmed_by_name_and_kept_on_its_line(
    client: PageClient, session: Session
) -> None:
    peach, millet = make_variant(session, terms=ReturnTerms.FRESH, name="鲜桃"), make_variant(session)
    fill_cart(client, (peach, 1), (millet, 1))
    form = {**form_of(client), "no_return_fresh": "y"}
    assert form["no_return_for"] == f"{peach.public_id}.fresh"
    assert "鲜桃" in client.get("/shop/checkout").text
    # Something fresh that comes into the cart in another tab was not confirmed.
    plum = make_variant(session, terms=ReturnTerms.FRESH, name="鲜李")
    fill_cart(client, (plum, 1))
    form = {**form, "seen_total": form_of(client)["seen_total"]}
    page = client.post("/shop/checkout", form, 422)
    assert "no_return_fresh-error" in page.html
    assert "鲜李" in page.text
    assert not re.search(r'<input[^>]*checked[^>]*name="no_return_fresh"', page.html)
    assert orders(session) == 0
    client.post("/shop/checkout", {**form_of(client), "no_return_fresh": "y"})
    rows = session.execute(select(OrderLine.variant_id, OrderLine.no_return_confirmed))
    assert dict(rows.all()) == {peach.id: True, plum.id: True, millet.id: False}


def test_an_earlier_address_is_filled_in_by_its_button(client: PageClient, session: Session) -> None:
    far_away(session)
    client.sign_in(make_user(session))
    variant = make_variant(session, stock=9)
    for changes in ({"address": "甲路 1 号"}, {"province": "11", "county": "110108", "address": "乙路 2 号"}):
        fill_cart(client, (variant, 1))
        client.post("/shop/checkout", {**form_of(client), **changes})
    fill_cart(client, (variant, 1))
    page = client.get("/shop/checkout")
    assert 'value="乙路 2 号"' in page.html
    assert options(page, "saved") == ["0", "1"]
    fields = page.form("/shop/checkout")["fields"]
    page = client.post("/shop/checkout", {**fields, "saved": "1", "note": "轻放", "action": "fill"}, 200)
    assert 'value="甲路 1 号"' in page.html
    assert 'value="370406"' in page.html
    assert "轻放" in page.html
    for wrong in ("7", "-1", "x", "\x00", "٣"):
        page = client.post("/shop/checkout", {**fields, "saved": wrong, "action": "fill"}, 200)
        assert 'value="乙路 2 号"' in page.html


def test_addresses_of_others_are_offered_to_nobody(app: Flask, client: PageClient, session: Session) -> None:
    client.sign_in(make_user(session))
    variant = make_variant(session, stock=9)
    fill_cart(client, (variant, 1))
    client.post("/shop/checkout", form_of(client))
    for other in (PageClient(app, session), PageClient(app, session).sign_in(make_user(session))):
        fill_cart(other, (variant, 1))
        fields = form_of(other)
        page = other.post("/shop/checkout", {**fields, "address": "", "saved": "0", "action": "fill"}, 200)
        assert "府前路 1 号" not in page.html


def test_orders_from_before_the_lists_still_open(client: PageClient, session: Session) -> None:
    owner = make_user(session)
    client.sign_in(owner)
    variant = make_variant(session, stock=9)
    fill_cart(client, (variant, 1))
    client.post("/shop/checkout", form_of(client))
    order = session.scalars(select(Order)).one()
    old = ("recipient", "phone", "province", "city", "district", "address")
    order.delivery = {name: order.delivery[name] for name in old}
    session.flush()
    assert "山东省枣庄市山亭区" in client.get(f"/shop/orders/{order.number}").text
    fill_cart(client, (variant, 1))
    page = client.get("/shop/checkout")
    assert re.search(r'<option selected value="37"', page.html)
    assert options(page, "county") == ["", "370406"]


def test_no_account_holds_the_stock_with_orders_that_are_not_paid(
    app: Flask, client: PageClient, session: Session
) -> None:
    variant = make_variant(session, stock=90)
    member = PageClient(app, session).sign_in(make_user(session))
    for _ in range(rules.MOST_UNPAID):
        fill_cart(member, (variant, 1))
        last = form_of(member)
        member.post("/shop/checkout", last)
    member.post("/shop/checkout", last)
    fill_cart(member, (variant, 1))
    page = member.post("/shop/checkout", form_of(member), 429)
    assert "待付款" in page.text
    assert 'value="张三"' in page.html
    assert orders(session) == rules.MOST_UNPAID
    # Guests are not counted: anybody may type the address of somebody else, and many share a network.
    for _ in range(rules.MOST_UNPAID + 1):
        fill_cart(client, (variant, 1))
        client.post("/shop/checkout", form_of(client))
    assert orders(session) == 2 * rules.MOST_UNPAID + 1


@pytest.mark.parametrize("seen", ["", " ", "\n"])
def test_a_total_of_nothing_but_spaces_is_none(client: PageClient, session: Session, seen: str) -> None:
    fill_cart(client, (make_variant(session), 1))
    client.post("/shop/checkout", {**form_of(client), "seen_total": seen})
    assert orders(session) == 1


@pytest.mark.parametrize("name", ["recipient", "phone", "email"])
def test_nothing_but_spaces_is_an_empty_field(client: PageClient, session: Session, name: str) -> None:
    fill_cart(client, (make_variant(session), 1))
    page = client.post("/shop/checkout", {**form_of(client), name: " \u3000 "}, 422)
    assert "请填写此项。" in page.text
    assert orders(session) == 0


NOTE = ("瓶底有一处灰斑。", "A grey mark on the base.")


def test_each_kind_of_terms_is_confirmed_by_a_box_of_its_own(client: PageClient, session: Session) -> None:
    goods = {
        terms: make_variant(session, terms=terms, note=NOTE if terms in STATED else ("", ""))
        for terms in ReturnTerms
    }
    fill_cart(client, *((variant, 1) for variant in goods.values()))
    page = client.get("/shop/checkout")
    assert page.text.count("瓶底有一处灰斑。") == 2
    boxes = [no_return_field(terms) for terms in ReturnTerms if terms is not ReturnTerms.SEVEN_DAYS]
    assert all(f'name="{box}"' in page.html for box in boxes)
    assert no_return_field(ReturnTerms.SEVEN_DAYS) not in page.html
    ticked = dict.fromkeys(boxes, "y")
    for missing in boxes:
        typed = {**form_of(client), **ticked, "note": "绣“平安”二字"}
        del typed[missing]
        page = client.post("/shop/checkout", typed, 422)
        assert re.findall(r'id="(no_return_\w+)-error"', page.html) == [missing]
        assert "绣“平安”二字" in page.html
        others = re.findall(r'<input[^>]*checked[^>]*name="(no_return_\w+)"', page.html)
        assert others == [box for box in boxes if box != missing]
    page = client.post("/shop/checkout", {**form_of(client), "recipient": ""}, 422)
    assert set(re.findall(r'id="(\w+)-error"', page.html)) == {"recipient", *boxes}
    page = client.post("/shop/checkout", {**form_of(client), "action": "open"}, 200)
    assert "-error" not in page.html
    assert orders(session) == 0
    client.post("/shop/checkout", {**form_of(client), **ticked})
    lines = {line.variant_id: line for line in session.scalars(select(OrderLine))}
    for terms, variant in goods.items():
        line = lines[variant.id]
        assert line.return_terms == terms
        assert line.no_return_confirmed is (terms is not ReturnTerms.SEVEN_DAYS)
        assert (line.return_note_zh, line.return_note_en) == (NOTE if terms in STATED else ("", ""))


def test_a_confirmation_counts_for_what_was_shown_and_for_nothing_else(
    client: PageClient, session: Session
) -> None:
    vase = make_variant(session, terms=ReturnTerms.FLAWED, note=NOTE, name="黑陶瓶")
    other = make_variant(session, terms=ReturnTerms.FLAWED, note=NOTE)
    fill_cart(client, (vase, 1))
    form = form_of(client)
    shown = form["no_return_for"]
    mark = shown.rpartition(".")[2]
    forged = (
        "",
        vase.public_id,
        f"{vase.public_id}.flawed",
        f"{vase.public_id}.fresh",
        f"{other.public_id}.flawed.{mark}",
    )
    for named in forged:
        page = client.post(
            "/shop/checkout",
            {**form, "no_return_for": named, "no_return_flawed": "y", "no_return_fresh": "y"},
            422,
        )
        assert "no_return_flawed-error" in page.html, named
        assert not re.search(r'<input[^>]*checked[^>]*name="no_return_flawed"', page.html)
    # The box of another kind confirms nothing of this one.
    client.post("/shop/checkout", {**form, "no_return_fresh": "y"}, 422)
    # Nor does a flaw that was confirmed cover one that was named since.
    product = session.get_one(Product, vase.product_id)
    product.return_note_zh = "瓶口有裂。"
    session.commit()
    page = client.post("/shop/checkout", {**form, "no_return_flawed": "y"}, 422)
    assert "瓶口有裂。" in page.text
    assert orders(session) == 0
    client.post("/shop/checkout", {**form_of(client), "no_return_flawed": "y"})
    assert session.scalars(select(OrderLine.return_note_zh)).one() == "瓶口有裂。"


def test_the_boxes_speak_the_readers_language(client: PageClient, session: Session) -> None:
    fill_cart(client, (make_variant(session, terms=ReturnTerms.ONLY_UNOPENED), 1))
    assert "拆封后不适用七日无理由退货，未拆封的仍可在七日内退回" in client.get("/shop/checkout").text
    client.language = "en"
    assert "unopened I may still send them back within seven days" in client.get("/shop/checkout").text
