"""Registering an organisation through the pages, and deciding on it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.licences.models import Licence
from accounts.models import Organisation
from accounts.registrations.models import Registration
from accounts.values import Role
from core import clock
from tests.factories.certification import make_credit_code
from tests.factories.licences import PDF, complete, make_licence, picture, waiting
from tests.factories.people import actor_of, make_organisation, make_user, make_village
from tests.page_client import PageClient


def licence_form(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "once": "A" * 20,
        "renews": "",
        "kind": "business",
        "number": "91370406",
        "valid_from": clock.today().isoformat(),
        "valid_until": "",
        "long_term": "y",
        "document": (BytesIO(PDF), "licence.pdf"),
    }
    return {**values, **changes}


def begin(client: PageClient, code: str, **changes: Any) -> Any:
    once = client.get("/registrations/new").form("/registrations/new")["fields"]["once"]
    values = {
        "once": once,
        "legal_form": "cooperative",
        "name_zh": "青溪合作社",
        "name_en": "",
        "credit_code": code,
    }
    return client.post("/registrations/new", {**values, **changes}, None)


def test_a_buyer_registers_a_cooperative_and_sells_for_it_when_it_is_approved(
    client: PageClient, app: Flask, session: Session
) -> None:
    make_village(session)
    client.sign_in(make_user(session, name="李青溪"))
    code = make_credit_code()
    assert "/registrations/new" in client.get("/registrations").html
    page = begin(client, f" {code.lower()} ")
    assert page.status == 303
    home = page.location.removesuffix("/place")
    # Without scripts each list opens by a button, and what was picked stays.
    page = client.post(f"{home}/place", {"province": "37", "action": "open"}, 200)
    assert '<optgroup label="枣庄市">' in page.html
    page = client.post(f"{home}/place", {"province": "37", "county": "370406", "action": "open"}, 200)
    assert "店子镇" in page.text
    assert "青莲村" not in page.text
    codes = {"province": "37", "county": "370406", "town": "370406101", "village": "370406101201"}
    page = client.post(f"{home}/place", codes, 303)
    assert page.location == f"{home}/contact"
    page = client.get(f"{home}/contact")
    assert 'value="李青溪"' in page.html
    page = client.post(f"{home}/contact", {"contact_name": "李青溪", "contact_phone": "0632-8812345"}, 303)
    assert page.location == f"{home}/licences"
    client.post(f"{home}/licences", licence_form(), 303)
    page = client.get(home)
    assert "0632 881 2345" in page.text
    assert code in page.text
    client.post(f"{home}/send", {}, 303)
    assert "审核中" in client.get(home).text
    assert "/place" not in client.get(home).html

    desk = PageClient(app, session).sign_in(make_user(session, Role.ADMIN, name="平台管理员"))
    public_id = home.rsplit("/", 1)[1]
    assert "青溪合作社" in desk.get("/operator/registrations").text
    page = desk.get(f"/operator/registrations/{public_id}")
    licence = session.scalars(select(Licence)).one()
    document = desk.client.get(f"/licences/{licence.public_id}/document")
    assert document.data == PDF
    assert document.headers["Content-Disposition"].startswith("attachment")
    assert document.headers["X-Content-Type-Options"] == "nosniff"
    assert document.headers["Cache-Control"] == "no-store"
    assert "sandbox" in document.headers["Content-Security-Policy"]
    desk.post(f"/operator/registrations/{public_id}", {"round": "1", "outcome": "approve", "reason": ""}, 303)
    assert "青溪合作社" in desk.get("/operator/registrations?show=decided").text

    page = client.get(home)
    assert "已完成入驻" in page.text
    client.get("/supplier/products")
    assert "营业执照" in client.get("/supplier/licences").text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("9337", "代码应为18位，这里是4位"),
        ("93370406YGDEM0010R", "校验位不符"),
        ("93370406YGDEM001OP", "含有代码中不会出现的字符"),
    ],
)
def test_each_fault_of_a_code_has_its_own_sentence_and_what_was_typed_stays(
    client: PageClient, session: Session, code: str, words: str
) -> None:
    client.sign_in(make_user(session))
    page = begin(client, code, name_zh="溪边公司")
    assert page.status == 422
    assert words in page.text
    assert 'value="溪边公司"' in page.html
    assert f'value="{code}"' in page.html


def test_a_registered_code_is_told_without_its_owner_and_guessing_has_to_wait(
    client: PageClient, session: Session
) -> None:
    code = make_credit_code()
    make_organisation(session, name="秘密合作社").credit_code = code
    session.flush()
    client.sign_in(make_user(session))
    page = begin(client, code)
    assert page.status == 422
    assert "该代码已经入驻，或正在审核中" in page.text
    assert "秘密" not in page.text
    statuses = {begin(client, code).status for _ in range(25)}
    assert statuses == {422, 429}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"document": (BytesIO(b"<html>"), "licence.pdf")}, "这不是能读取的PDF或图片"),
        ({"document": (BytesIO(b""), "licence.pdf")}, "文件是空的"),
        ({"document": (BytesIO(PDF), "")}, "请填写"),
        ({"long_term": ""}, "请填写截止日期，或勾选“长期”"),
        ({"valid_until": "2199-01-01"}, "请填写截止日期，或勾选“长期”"),
        ({"valid_from": "2020-01-01", "valid_until": "2021-01-01", "long_term": ""}, "该证照已过期"),
        ({"kind": "nonsense"}, ""),
        ({"valid_from": "31.2.2024"}, ""),
        ({"number": "9" * 61}, ""),
        ({"number": "a\x00b"}, ""),
        ({"once": "<script>"}, ""),
    ],
)
def test_a_licence_that_cannot_be_is_told_beside_its_field(
    client: PageClient, session: Session, changes: dict[str, Any], words: str
) -> None:
    user = make_user(session)
    registration = complete(session, actor_of(user), make_credit_code(), make_village(session))
    client.sign_in(user)
    page = client.post(f"/registrations/{registration.public_id}/licences", licence_form(**changes), 422)
    assert words in page.text
    if words:
        assert "field-error" in page.html


def test_a_picture_is_taken_too_and_can_be_taken_out_before_sending(
    client: PageClient, session: Session
) -> None:
    user = make_user(session)
    registration = complete(session, actor_of(user), make_credit_code(), make_village(session))
    client.sign_in(user)
    home = f"/registrations/{registration.public_id}"
    upload = (BytesIO(picture()), "licence.jpg")
    client.post(f"{home}/licences", licence_form(kind="quality", document=upload), 303)
    kept = session.scalars(select(Licence).where(Licence.kind == "quality")).one()
    assert kept.document_type == "image/webp"
    client.post(f"{home}/licences/{kept.public_id}/remove", {}, 303)
    assert client.client.get(f"/licences/{kept.public_id}/document").status_code == 404


def test_place_and_contact_say_what_is_wrong(client: PageClient, session: Session) -> None:
    make_village(session)
    client.sign_in(make_user(session))
    home = begin(client, make_credit_code()).location.removesuffix("/place")
    for codes in ({}, {"province": "37"}, {"province": "37", "county": "999999"}, {"province": "x\x00"}):
        assert "至少选到县" in client.post(f"{home}/place", codes, 422).text
    page = client.post(f"{home}/contact", {"contact_name": "李", "contact_phone": "12345"}, 422)
    assert "中国大陆的电话号码" in page.text
    page = client.post(f"{home}/send", {}, 422)
    assert "单位所在地" in page.text


def test_the_lists_of_regions_are_filled_for_the_script(client: PageClient, session: Session) -> None:
    make_village(session)
    assert client.client.get("/registrations/regions").status_code == 302
    client.sign_in(make_user(session))
    levels = client.client.get("/registrations/regions?province=37&county=370406&town=nonsense").json
    assert levels is not None
    counties = {group["group"]: group["options"] for group in levels["county"]}
    assert counties["枣庄市"] == [["370406", "山亭区"]]
    assert ["370406101", "店子镇"] in levels["town"][0]["options"]
    assert [value for value, _label in levels["village"][0]["options"]] == [""]


def test_somebody_elses_registration_is_not_there(client: PageClient, session: Session) -> None:
    owner = actor_of(make_user(session))
    registration = waiting(session, owner, make_credit_code(), make_village(session))
    licence = session.scalars(select(Licence)).one()
    client.sign_in(make_user(session))
    home = f"/registrations/{registration.public_id}"
    for address in (home, f"{home}/organisation", f"{home}/place", f"{home}/contact", f"{home}/licences"):
        client.get(address, 404)
    client.post(f"{home}/send", {}, 404)
    client.post(f"{home}/licences/{licence.public_id}/remove", {}, 404)
    assert client.client.get(f"/licences/{licence.public_id}/document").status_code == 404
    client.get("/operator/registrations", 403)


def test_what_is_being_looked_at_cannot_be_changed(client: PageClient, session: Session) -> None:
    user = make_user(session)
    registration = waiting(session, actor_of(user), make_credit_code(), make_village(session))
    client.sign_in(user)
    home = f"/registrations/{registration.public_id}"
    client.get(f"{home}/contact", 409)
    client.post(f"{home}/contact", {"contact_name": "李", "contact_phone": "13800138000"}, 409)
    assert "审核中" in client.post(f"{home}/send", {}, 409).text


def test_sending_back_needs_a_reason_which_the_applicant_reads_and_mends(
    client: PageClient, app: Flask, session: Session
) -> None:
    user = make_user(session)
    registration = waiting(session, actor_of(user), make_credit_code(), make_village(session))
    desk = PageClient(app, session).sign_in(make_user(session, Role.ADMIN))
    address = f"/operator/registrations/{registration.public_id}"
    desk.post(address, {"round": "1"}, 422)
    page = desk.post(address, {"round": "1", "outcome": "refuse", "reason": ""}, 422)
    assert "请写明需要补正的地方" in page.text
    desk.post(address, {"round": "1", "outcome": "refuse", "reason": "<b>证照照片</b>看不清。"}, 303)
    desk.post(address, {"round": "1", "outcome": "approve"}, 409)
    client.sign_in(user)
    home = f"/registrations/{registration.public_id}"
    page = client.get(home)
    assert "&lt;b&gt;证照照片&lt;/b&gt;看不清。" in page.html
    client.post(f"{home}/licences", licence_form(number="NEW"), 303)
    client.post(f"{home}/send", {}, 303)
    desk.post(address, {"round": "1", "outcome": "approve"}, 409)  # the page of the first round
    desk.post(address, {"round": "2", "outcome": "approve"}, 303)
    assert session.scalars(select(Registration.state)).one() == "approved"
    assert session.scalars(select(Organisation.legal_form)).one() == "cooperative"


def test_a_certifier_reads_and_does_not_decide(client: PageClient, session: Session) -> None:
    village = make_village(session)
    registration = waiting(session, actor_of(make_user(session)), make_credit_code(), village)
    elsewhere = waiting(
        session, actor_of(make_user(session)), make_credit_code(), make_village(session, county="370404")
    )
    client.sign_in(make_user(session, Role.CERTIFIER, region=village))
    page = client.get(f"/operator/registrations/{registration.public_id}")
    assert 'name="outcome"' not in page.html
    client.post(
        f"/operator/registrations/{registration.public_id}", {"round": "1", "outcome": "approve"}, 403
    )
    client.get(f"/operator/registrations/{elsewhere.public_id}", 404)


def test_a_buyer_at_the_desks_of_others_learns_how_to_get_there(client: PageClient, session: Session) -> None:
    assert client.get("/procurement", 302).location.startswith("/sign-in")
    client.sign_in(make_user(session))
    for address in ("/procurement", "/procurement/orders", "/procurement/goods"):
        page = client.get(address, 403)
        assert "食堂单位" in page.text
        assert 'href="/registrations"' in page.html
    for address in ("/supplier/products", "/supplier/orders", "/supplier/licences"):
        page = client.get(address, 403)
        assert "供应商工作台" in page.text
        assert 'href="/registrations"' in page.html
    assert 'href="/registrations"' not in client.get("/operator/mail", 403).html.split("<main")[1]
    page = client.post("/procurement/orders/new", {}, 403)
    assert "食堂单位" not in page.text


def test_pages_read_well_in_english(app: Flask, session: Session) -> None:
    user = make_user(session)
    registration = complete(session, actor_of(user), make_credit_code(), make_village(session))
    client = PageClient(app, session, language="en").sign_in(user)
    home = f"/registrations/{registration.public_id}"
    for address in ("/registrations", "/registrations/new", home, f"{home}/place", f"{home}/licences"):
        assert "组" not in client.get(address).text.replace("中文", "")
    assert "Step 2 of 5: Place" in client.get(f"{home}/place").text


def test_a_supplier_hands_in_renews_and_sees_what_was_replaced(client: PageClient, session: Session) -> None:
    supplier = make_organisation(session)
    user = make_user(session, Role.SUPPLIER, organisation=supplier)
    client.sign_in(user)
    assert "还没有证照" in client.get("/supplier/licences").text
    client.post("/supplier/licences/new", licence_form(number="FIRST"), 303)
    first = session.scalars(select(Licence)).one()
    page = client.get(f"/supplier/licences/new?renew={first.public_id}")
    assert 'value="FIRST"' in page.html
    once = page.form("/supplier/licences/new")["fields"]["once"]
    client.post(
        "/supplier/licences/new", licence_form(number="SECOND", renews=first.public_id, once=once), 303
    )
    page = client.get("/supplier/licences")
    assert "已替换的证照（1）" in page.text
    assert client.client.get(f"/licences/{first.public_id}/document").data == PDF
    other = make_licence(session, make_organisation(session))
    assert client.client.get(f"/licences/{other.public_id}/document").status_code == 404
    client.get(f"/supplier/licences/new?renew={other.public_id}", 404)
    client.get("/licences/NOSUCH/document", 404)
