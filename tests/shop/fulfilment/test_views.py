"""The pages of suppliers, keepers and the operator: what they show, and to whom they stay shut."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import clock, documents, ids, money
from core.permissions import SYSTEM
from shop.fulfilment import codes, exports, queries, services
from shop.fulfilment.forms import ShipForm
from shop.fulfilment.models import Node, Parcel
from shop.fulfilment.values import NewNode, Paper, Way
from tests.factories.nodes import bring_to_point, make_chain, paid_part, send
from tests.factories.people import make_organisation, make_user
from tests.page_client import PageClient


def picture() -> BytesIO:
    made = BytesIO()
    Image.new("RGB", (60, 40), "green").save(made, "JPEG", exif=b"Exif\0\0secret place")
    made.seek(0)
    return made


def test_a_keeper_notes_a_parcel_by_its_code_and_hears_what_comes_first(
    app: Flask, client: PageClient, session: Session
) -> None:
    chain = make_chain(session)
    sent = send(session, paid_part(session, chain))
    town = PageClient(app, session).sign_in(chain.keepers[1])
    page = town.post("/handover", {"node": chain.nodes[1].public_id, "parcel": sent.code}, 409)
    assert chain.nodes[0].name_zh in page.text
    client.sign_in(chain.keepers[0])
    page = client.get(f"/handover?parcel={sent.code.lower()}")
    assert f'value="{sent.code}"' in page.html
    assert "**** 8000" in page.text
    assert "13800138000" not in page.text
    assert "府前路" not in page.text
    fields = page.form("/handover")["fields"]
    for expected in ("已在山亭县级仓登记", "此前已在这里登记"):
        done = client.post("/handover", fields, 303)
        assert expected in client.follow(done).text
    assert client.post("/handover", {**fields, "parcel": "YG-0000-0000-1"}, 422)
    assert client.post("/handover", {**fields, "parcel": ""}, 422)
    assert client.post("/handover", {**fields, "node": chain.nodes[1].public_id}, 404)


def test_a_parcel_is_handed_out_against_its_code_and_wrong_ones_are_slowed(
    client: PageClient, session: Session
) -> None:
    chain = make_chain(session)
    sent = send(session, paid_part(session, chain))
    bring_to_point(session, chain, sent)
    client.sign_in(chain.keepers[2])
    assert "13800138000" in client.get(f"/handover/{sent.code}").text
    way = f"/handover/{sent.code}/pick-up"
    right = codes.pickup_code(sent.code)
    mistyped = right[:-1] + str((int(right[-1]) + 1) % 10)
    for _ in range(20):
        client.post(way, {"code": mistyped}, 422)
    wrong = codes.pickup_code("YG-XXXX-XXXX-9")
    answers = [client.post(way, {"code": wrong}, None).status for _ in range(8)]
    assert answers[0] == 422
    assert answers[-1] == 429
    assert client.post(way, {"code": right}, 429).response.headers["Retry-After"]
    with clock.at(clock.now() + timedelta(hours=2)):
        client.sign_in(chain.keepers[2])
        done = client.post(way, {"code": f"{right[:3]} {right[3:6]} {right[6:]}"}, 303)
        assert "取件码正确" in client.follow(done).text
        client.get(f"/handover/{sent.code}", 404)
    assert session.scalars(select(Parcel.proof)).one() == "code"


def test_a_door_delivery_keeps_a_photo_that_only_the_right_people_open(
    app: Flask, client: PageClient, session: Session
) -> None:
    chain = make_chain(session)
    secret = ids.secret()
    sent = send(session, paid_part(session, chain, pickup=False, guest_secret=secret))
    bring_to_point(session, chain, sent)
    keeper = PageClient(app, session).sign_in(chain.keepers[2])
    way = f"/handover/{sent.code}/deliver"
    assert keeper.post(way, {"receiver": " "}, 422)
    assert keeper.post(way, {"receiver": "李四", "photo": (BytesIO(b"no picture"), "x.jpg")}, 422)
    done = keeper.post(way, {"receiver": "李四", "photo": (picture(), "door.jpg")}, 303)
    assert "已登记签收人" in keeper.follow(done).text
    photo = f"/parcels/{sent.part.public_id}/photo"
    key = session.scalars(select(Parcel.photo)).one()
    assert key is not None
    assert b"secret place" not in documents.document_path(key).read_bytes()
    assert client.get(photo, None).status == 302
    school = make_organisation(session, OrganisationKind.INSTITUTION)
    of_school = make_user(session, Role.FINANCE, Role.SUPPLIER, organisation=school)
    strangers = (make_user(session), chain.keepers[2], of_school)
    for stranger in strangers:
        assert PageClient(app, session).sign_in(stranger).get(photo, 404)
    for allowed in (sent.seller_user, make_user(session, Role.ADMIN)):
        answer = PageClient(app, session).sign_in(allowed).get(photo)
        assert answer.response.mimetype == "image/webp"
        assert "no-store" in answer.response.headers["Cache-Control"]
    guest = f"/shop/orders/guest/{secret}"
    page = client.get(guest)
    assert f"{guest}/parcels/{sent.part.public_id}/photo" in page.html
    assert "李四" in page.text
    assert client.get(f"{guest}/parcels/{sent.part.public_id}/photo").response.mimetype == "image/webp"
    assert client.get(f"{guest}/parcels/{ids.public_id()}/photo", 404)


def test_the_buyer_sees_the_way_the_code_and_the_day(client: PageClient, session: Session) -> None:
    chain = make_chain(session)
    secret = ids.secret()
    sent = send(session, paid_part(session, chain, guest_secret=secret))
    page = client.get(f"/shop/orders/guest/{secret}")
    for node in chain.nodes:
        assert node.name_zh in page.text
    assert codes.pickup_code(sent.code)[:3] + " " not in page.text
    assert "凭您的取件码取走后" in page.text
    bring_to_point(session, chain, sent)
    page = client.get(f"/shop/orders/guest/{secret}")
    code = codes.pickup_code(sent.code)
    assert f"{code[:3]} {code[3:6]} {code[6:]}" in page.text
    # Whoever noted it at a node is told to the desk, not to the buyer.
    assert chain.keepers[0].name not in page.text
    plain = ids.secret()
    send(session, paid_part(session, chain, pickup=False, guest_secret=plain), Way.CARRIER)
    assert "如果您未操作" in client.get(f"/shop/orders/guest/{plain}").text


def test_a_supplier_picks_packs_and_sends_through_the_nodes(client: PageClient, session: Session) -> None:
    chain = make_chain(session)
    sent = paid_part(session, chain)
    client.sign_in(sent.seller_user)
    pick = client.get("/supplier/orders/pick-list")
    assert "2.5kg 袋装" in pick.text
    listing = client.get("/supplier/orders")
    assert sent.part.public_id in listing.html
    show = f"/supplier/orders/{sent.part.public_id}"
    assert "山亭县级仓 → 店子镇网点 → 青莲村服务点" in client.get(show).text
    assert client.post(f"{show}/ship", {"way": "carrier", "carrier": " "}, 422)
    assert client.post(f"{show}/ship", {"way": "own"}, 303)
    page = client.get(show)
    assert sent.code in page.text
    assert client.post(f"{show}/proof", {"receiver": "李四"}, 409)


def test_a_carrier_is_optional_only_where_our_nodes_lead(app: Flask) -> None:
    with app.test_request_context("/"):
        for nodes in ([], ["山亭县级仓"]):
            form = ShipForm(formdata=None)
            form.offer(nodes)
            assert form.carrier.flags.required == (not nodes)


def test_a_waybill_typed_wide_is_kept_narrow(client: PageClient, session: Session) -> None:
    sent = paid_part(session, make_chain(session), pickup=False)
    client.sign_in(sent.seller_user)
    number = "".join(chr(ord(c) + 0xFEE0) for c in "SF1234567890")
    client.post(
        f"/supplier/orders/{sent.part.public_id}/ship",
        {"way": "carrier", "carrier": "顺丰", "tracking_number": number},
        303,
    )
    session.refresh(sent.part)
    assert sent.part.tracking_number == "SF1234567890"


def test_a_carriers_delivery_is_proved_by_its_supplier(client: PageClient, session: Session) -> None:
    chain = make_chain(session)
    sent = send(session, paid_part(session, chain, pickup=False), Way.CARRIER)
    client.sign_in(sent.seller_user)
    show = f"/supplier/orders/{sent.part.public_id}"
    assert client.post(f"{show}/proof", {"receiver": ""}, 422)
    done = client.post(f"{show}/proof", {"receiver": "门卫老赵", "photo": (picture(), "a.jpg")}, 303)
    assert "门卫老赵" in client.follow(done).text
    # Whoever noted it first stands there; the second is not told that another name was written down.
    again = client.follow(client.post(f"{show}/proof", {"receiver": "别的人"}, 303)).text
    assert "此前已经交付" in again
    assert "门卫老赵" in again
    assert "别的人" not in again


def test_packing_slips_come_as_one_pdf_and_only_of_the_own_parts(
    app: Flask, client: PageClient, session: Session
) -> None:
    chain = make_chain(session)
    sent, other = paid_part(session, chain), paid_part(session, chain)
    client.sign_in(sent.seller_user)
    answer = client.get(f"/supplier/orders/slips.pdf?paper=a5&part={sent.part.public_id}")
    assert answer.response.mimetype == "application/pdf"
    assert answer.response.data.startswith(b"%PDF-")
    assert answer.response.headers["Cache-Control"] == "no-store"
    assert client.get("/supplier/orders/slips.pdf?paper=a4&prices=yes").response.data.startswith(b"%PDF-")
    assert client.get(f"/supplier/orders/slips.pdf?part={other.part.public_id}", 404)
    for bad in ("paper=a3", "prices=2", "part=" + "X" * 30, "&".join(["part=A"] * 101)):
        assert client.get(f"/supplier/orders/slips.pdf?{bad}", 400)
    send(session, sent)
    assert client.get("/supplier/orders/slips.pdf", 303)


def test_a_packing_slip_with_prices_says_what_goods_and_freight_are_together(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = paid_part(session, make_chain(session))
    written: list[str] = []
    monkeypatch.setattr(exports, "write_right", lambda _pdf, words, *_where: written.append(words))
    slips = queries.slips_of(session, sent.seller, [sent.part.public_id])
    for prices in (True, False):
        written.clear()
        exports.make_slips(slips, Paper.A5, prices=prices, english=False, scan_url="x", made_at=clock.now())
        whole = money.format_fen(sent.part.goods_fen + sent.part.freight_fen)
        assert (written[-2] == whole) == prices


def test_the_operator_sets_nodes_up_and_closes_them(client: PageClient, session: Session) -> None:
    chain = make_chain(session)
    keeper = make_user(session)
    client.sign_in(make_user(session, Role.ADMIN))
    assert chain.point.name_zh in client.get("/operator/nodes").text
    typed = {
        "province": "37",
        "county": "370406",
        "town": "",
        "village": "",
        "name_zh": "山亭二号仓",
        "name_en": "Second depot",
        "address": "工业路 2 号",
        "hours": "08:00-18:00",
        "keeper": "",
        "courier": "",
    }
    assert "店子镇" in client.post("/operator/nodes/new", {**typed, "action": "open"}, 200).text
    page = client.post("/operator/nodes/new", {**typed, "county": "", "address": ""}, 422)
    for field in ("county", "address"):
        assert f'id="{field}-error"' in page.html
    assert client.post("/operator/nodes/new", {**typed, "hours": "morning"}, 422)
    assert client.post("/operator/nodes/new", {**typed, "keeper": "nobody@example.org"}, 422)
    assert client.post("/operator/nodes/new", {**typed, "keeper": keeper.email or ""}, 303)
    node = session.scalars(select(Node).where(Node.name_zh == "山亭二号仓")).one()
    assert (node.kind, node.keeper_user_id) == ("county", keeper.id)
    page = client.get(f"/operator/nodes/{node.public_id}")
    fields = page.form(f"/operator/nodes/{node.public_id}")["fields"]
    assert fields["keeper"] == keeper.email
    assert client.post(f"/operator/nodes/{node.public_id}", {**fields, "name_en": "Depot 2"}, 303)
    assert client.post(f"/operator/nodes/{node.public_id}", {**fields, "courier": "x@y.z"}, 422)
    assert client.post(f"/operator/nodes/{node.public_id}/close", {"action": "close"}, 303)
    session.refresh(node)
    assert node.closed_at is not None
    assert client.post(f"/operator/nodes/{node.public_id}/close", {"action": "reopen"}, 303)
    paid_part(session, chain)
    refused = client.post(f"/operator/nodes/{chain.point.public_id}/close", {"action": "close"}, 409)
    assert "全部交付后才能停用" in refused.text


def test_the_days_of_receipt_are_set_for_days_to_come(client: PageClient, session: Session) -> None:
    client.sign_in(make_user(session, Role.ADMIN))
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    way = "/operator/nodes/receipt-days"
    for days, day in (
        ("2", tomorrow),
        ("61", tomorrow),
        ("x", tomorrow),
        ("7", clock.today().isoformat()),
        ("7", "2020-01-01"),
        ("7", ""),
    ):
        assert client.post(way, {"days": days, "remind_days": "4", "valid_from": day}, 422)
    for remind in ("0", "31", ""):
        assert client.post(way, {"days": "7", "remind_days": remind, "valid_from": tomorrow}, 422)
    assert client.post(way, {"days": "7", "remind_days": "4", "valid_from": tomorrow}, 303)
    assert re.search(r"起：7 天", client.get("/operator/nodes").text)
    assert queries.receipt_days_on(session, clock.today() + timedelta(days=1)) == 7
    assert queries.remind_days_on(session, clock.today() + timedelta(days=1)) == 4


def test_nobody_else_gets_in(app: Flask, client: PageClient, session: Session) -> None:
    chain = make_chain(session)
    sent = send(session, paid_part(session, chain))
    client.sign_in(make_user(session, Role.STOREKEEPER))
    for path in ("/handover", f"/handover/{sent.code}", "/operator/nodes", "/supplier/orders/pick-list"):
        assert client.get(path, 403)
    # Another county's keeper sees the pages, and nothing of this parcel.
    elsewhere = make_user(session)
    services.add_node(
        session,
        SYSTEM,
        chain.village.id,
        NewNode("另一处", "Other", "1", "", keeper=elsewhere.email or ""),
    )
    other = PageClient(app, session).sign_in(elsewhere)
    assert sent.code not in other.get("/handover").text
    bring_to_point(session, chain, sent)
    assert other.get(f"/handover/{sent.code}", 404)
    assert other.post(f"/handover/{sent.code}/pick-up", {"code": codes.pickup_code(sent.code)}, 404)
    assert other.post(f"/handover/{sent.code}/deliver", {"receiver": "x"}, 404)
