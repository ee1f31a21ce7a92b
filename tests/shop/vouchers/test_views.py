"""The operator's vouchers in the browser: made, looked at again, opened, handed out, withdrawn."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import clock
from core import jobs as core_jobs
from core.mail import Mail
from shop.orders.models import Order
from shop.orders.views.buyer import SHARED_ADDRESS
from shop.vouchers.models import Voucher, VoucherBatch
from tests.conftest import StatementCounter
from tests.factories.orders import CHECKOUT, make_variant, place
from tests.factories.people import make_organisation, make_user
from tests.factories.vouchers import make_codes
from tests.page_client import Page, PageClient
from tests.shop.orders.test_refunding import officer_page

FORM = {
    "name_zh": "秋收券",
    "name_en": "Harvest voucher",
    "kind": "fixed",
    "amount": "20",
    "percent": "",
    "minimum": "100",
    "valid_from": "2026-01-01",
    "codes": "5",
    "uses_each": "1",
    "for_email": "",
}


NEW = "/operator/vouchers/new"


def desk(client: PageClient, session: Session, role: Role = Role.FINANCE) -> PageClient:
    officer = officer_page(client, session, role)
    officer.language = "en"
    return officer


def once_of(officer: PageClient) -> str:
    return str(officer.get(NEW).form(NEW)["fields"]["once"])


def filled(**changes: str) -> dict[str, str]:
    return {**FORM, "valid_until": (clock.today() + timedelta(days=60)).isoformat(), **changes}


def test_a_batch_is_made_looked_at_opened_handed_out_and_withdrawn(
    client: PageClient, session: Session
) -> None:
    officer = desk(client, session)
    assert "No vouchers yet" in officer.get("/operator/vouchers").text
    page = officer.follow(officer.post(NEW, filled(once=once_of(officer))))
    batch = session.scalars(select(VoucherBatch)).one()
    path = f"/operator/vouchers/{batch.public_id}"
    code = session.scalars(select(Voucher.code).order_by(Voucher.id)).first() or ""
    for words in ("¥20 off goods of ¥100 or more", "may cost ¥100.00 in all", "Waits for a second look"):
        assert words in page.text
    assert code not in page.text
    officer.get(f"{path}/codes.csv", 404)
    page = officer.follow(officer.post(f"{path}/open"))
    assert code in page.text
    assert "The vouchers can be used now." in page.text
    officer.post(f"{path}/open", status=409)
    assert officer.get(f"{path}/codes.csv").html.count("YH-") == 5
    officer.post(f"{path}/withdraw", {"reason": ""}, 422)
    page = officer.follow(officer.post(f"{path}/withdraw", {"reason": "Printed wrongly"}))
    assert "Orders that have used one keep it." in page.text
    officer.post(f"{path}/withdraw", {"reason": "Again"}, 409)
    text = officer.get("/operator/vouchers").text
    assert "Harvest voucher" in text
    assert "0 / 5" in text


def test_above_the_limit_somebody_else_opens_them(client: PageClient, session: Session) -> None:
    finance = desk(client, session)
    page = finance.follow(finance.post(NEW, filled(once=once_of(finance), codes="100")))
    assert "Somebody else of the operator opens them" in page.text
    assert "¥2,000.00" in page.text
    path = f"/operator/vouchers/{session.scalars(select(VoucherBatch.public_id)).one()}"
    finance.post(f"{path}/open", status=403)
    admin = desk(client, session, Role.ADMIN)
    assert "Can be used" in admin.follow(admin.post(f"{path}/open")).text


def test_the_second_small_batch_says_that_it_counts_with_the_first(
    client: PageClient, session: Session
) -> None:
    finance = desk(client, session)
    page = finance.follow(finance.post(NEW, filled(once=once_of(finance), codes="20")))
    assert "Somebody else" not in page.text
    page = finance.follow(finance.post(NEW, filled(once=once_of(finance), codes="6")))
    assert "Counted with the vouchers that you issued alone within 30 days" in page.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "96"}, "at least ¥5.00 more"),
        ({"kind": "percent"}, "Please fill this in."),
        ({"kind": "percent", "percent": "96"}, "from 1 to 95"),
        ({"valid_until": "2020-01-01"}, "today or a later day"),
        ({"valid_from": "2099-01-01"}, "The last day lies before the first."),
        ({"codes": "501"}, "from 1 to 500"),
        ({"codes": "0"}, "from 1 to 500"),
        ({"uses_each": "1e3"}, "whole number"),
        ({"minimum": "4.99"}, "¥5"),
        ({"name_zh": "x" * 41}, "At most 40"),
        ({"name_en": "a\x00b"}, "cannot be stored"),
        ({"for_email": "nobody"}, "e-mail address"),
        ({"kind": "free"}, ""),
        ({"once": "short"}, ""),
    ],
)
def test_terms_that_cannot_be_are_said_beside_their_field(
    client: PageClient, session: Session, changes: dict[str, str], words: str
) -> None:
    officer = desk(client, session)
    page = officer.post(NEW, {**filled(once=once_of(officer)), **changes}, 422)
    assert words in page.text
    assert session.scalars(select(VoucherBatch)).all() == []


def test_the_same_form_sent_twice_makes_one_batch(client: PageClient, session: Session) -> None:
    officer = desk(client, session)
    once = once_of(officer)
    officer.post(NEW, filled(once=once))
    officer.post(NEW, filled(once=once))
    officer.post(NEW, filled(once=once, codes="6"), 409)
    assert len(session.scalars(select(VoucherBatch)).all()) == 1


@pytest.mark.parametrize("path", ["/operator/vouchers", NEW])
def test_others_stay_outside(app: Flask, client: PageClient, session: Session, path: str) -> None:
    assert client.get(path, None).status != 200
    school = make_organisation(session, OrganisationKind.INSTITUTION)
    PageClient(app, session).sign_in(make_user(session, Role.FINANCE, organisation=school)).get(path, 403)
    desk(client, session).get("/operator/vouchers/NOTHING", 404)


# --- at the checkout ---------------------------------------------------------------------------------------


def basket_of(client: PageClient, session: Session, price_fen: int = 120_00) -> None:
    variant = make_variant(session, price_fen=price_fen)
    client.post("/shop/cart/add", {"variant": variant.public_id, "quantity": "1"})


def fields_of(page: Page) -> dict[str, str]:
    return {**page.form("/shop/checkout")["fields"], **CHECKOUT}


def test_a_voucher_is_tried_out_and_pays_a_part(
    client: PageClient, session: Session, statements: StatementCounter
) -> None:
    client.language = "en"
    (code,) = make_codes(session, amount_fen=20_00)
    basket_of(client, session)
    page = client.get("/shop/checkout")
    wish = {**fields_of(page), "recipient": "李四", "voucher": code.lower()}
    page = client.post("/shop/checkout", {**wish, "action": "voucher"}, 200)
    assert "Harvest voucher takes ¥20.00 off." in page.text
    assert "Order and pay ¥100.00" in page.text
    assert page.form("/shop/checkout")["fields"]["recipient"] == "李四"
    assert page.form("/shop/checkout")["fields"]["voucher"] == code.lower()
    with statements:
        client.post("/shop/checkout", {**wish, **fields_of(page), "voucher": code}, token=False)
    assert len(statements) <= 40
    order = session.scalars(select(Order)).one()
    assert (order.discount_fen, order.total_fen) == (20_00, 100_00)
    core_jobs.run_due()
    text = session.scalars(select(Mail.text).where(Mail.key.like("order-placed:%"))).one()
    assert "¥20.00" in text
    assert code in desk(client, session).get(f"/operator/orders/{order.number}").text


@pytest.mark.parametrize(
    ("terms", "typed", "words", "status"),
    [
        ({}, "YH-0000-0000-0000", "We know no voucher with this code.", 422),
        ({}, "%s\x00", "cannot be stored", 422),
        ({"minimum_fen": 200_00}, "%s", "yours come to ¥120.00. ¥80.00 are missing.", 409),
        ({"per_person": True}, "%s", "Please sign in", 409),
        ({"for_email": "somebody@example.org"}, "%s", "Please sign in", 409),
        ({"valid_from": date(2099, 1, 1), "valid_until": date(2099, 2, 1)}, "%s", "can be used from", 409),
        ({"valid_until": date(2021, 1, 1)}, "%s", "could be used until", 409),
    ],
)
def test_a_voucher_that_cannot_be_used_is_refused_beside_its_field(
    client: PageClient, session: Session, terms: dict[str, Any], typed: str, words: str, status: int
) -> None:
    client.language = "en"
    (code,) = make_codes(session, **terms)
    basket_of(client, session)
    fields = fields_of(client.get("/shop/checkout"))
    wish = {**fields, "voucher": typed % code if "%s" in typed else typed}
    tried = client.post("/shop/checkout", {**wish, "action": "voucher"}, 422)
    assert words in tried.text or "\x00" in wish["voucher"]
    page = client.post("/shop/checkout", wish, status)
    assert words in page.text
    assert session.scalars(select(Order)).all() == []
    client.post("/shop/checkout", {**fields, "voucher": ""})


def test_a_voucher_that_somebody_was_faster_with_keeps_the_cart(client: PageClient, session: Session) -> None:
    client.language = "en"
    (code,) = make_codes(session)
    basket_of(client, session)
    wish = {**fields_of(client.get("/shop/checkout")), "voucher": code}
    page = client.post("/shop/checkout", {**wish, "action": "voucher"}, 200)
    place(session, (make_variant(session), 1), voucher=code)
    session.commit()
    page = client.post("/shop/checkout", {**wish, **fields_of(page), "voucher": code}, 409)
    assert "This voucher has been used up." in page.text
    assert "Order and pay ¥120.00" in page.text


def test_guessing_vouchers_is_slowed_down(client: PageClient, session: Session) -> None:
    client.language = "en"
    (code,) = make_codes(session)
    basket_of(client, session)
    fields = fields_of(client.get("/shop/checkout"))
    guess = {**fields, "voucher": "YH-0000-0000-0000"}
    for _ in range(SHARED_ADDRESS * 3):
        assert "We know no voucher" in client.post("/shop/checkout", guess, 422).text
    for _ in range(SHARED_ADDRESS * 2):
        assert "We know no voucher" in client.post("/shop/checkout", {**guess, "action": "voucher"}, 422).text
    # Nothing is said of a right one, either, and the form keeps what was typed.
    page = client.post("/shop/checkout", {**fields, "voucher": code, "action": "voucher"}, 422)
    assert "Too many attempts. Please wait" in page.text
    assert "takes ¥20.00 off" not in page.text
    page = client.post("/shop/checkout", {**fields, "voucher": code}, 429)
    assert page.response.headers["Retry-After"]
    assert page.form("/shop/checkout")["fields"]["voucher"] == code
    assert session.scalars(select(Order)).all() == []
    # Whoever has no voucher orders all the same.
    client.post("/shop/checkout", fields)
    with clock.at(clock.now() + timedelta(hours=2)):
        basket_of(client, session)
        fields = fields_of(client.get("/shop/checkout"))
        client.post("/shop/checkout", {**fields, "voucher": code})
    assert len(session.scalars(select(Order)).all()) == 2


def test_an_account_that_guesses_vouchers_slows_nobody_else(
    app: Flask, client: PageClient, session: Session
) -> None:
    client.language = "en"
    (code,) = make_codes(session)
    member = PageClient(app, session).sign_in(make_user(session))
    member.language = "en"
    for buyer in (member, client):
        basket_of(buyer, session)
    guess = {**fields_of(member.get("/shop/checkout")), "voucher": "YH-0000-0000-0000", "action": "voucher"}
    for _ in range(5):
        assert "We know no voucher" in member.post("/shop/checkout", guess, 422).text
    assert "Too many attempts" in member.post("/shop/checkout", guess, 422).text
    wish = {**fields_of(client.get("/shop/checkout")), "voucher": code, "action": "voucher"}
    for _ in range(SHARED_ADDRESS * 6):
        assert "Harvest voucher takes" in client.post("/shop/checkout", wish, 200).text
