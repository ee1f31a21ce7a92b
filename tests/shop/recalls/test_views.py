"""The pages of recalls: who may open them, what they ask, and what buyers read."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import ids, jobs
from shop.orders.models import Order
from shop.recalls import services
from shop.recalls.models import Recall
from tests.factories.after_sales import line_of, received_order
from tests.factories.orders import make_variant, place
from tests.factories.people import make_organisation, make_user
from tests.factories.tracing import seller_of
from tests.page_client import Page, PageClient
from tests.shop.recalls.test_services import REASON, batch_of, mails, paid_order, product_of, recall


def seller(app: Flask, session: Session, supplier_id: int) -> PageClient:
    supplier = session.get_one(Organisation, supplier_id)
    return PageClient(app, session).sign_in(make_user(session, Role.SUPPLIER, organisation=supplier))


def clerk(app: Flask, session: Session, role: Role = Role.FINANCE) -> PageClient:
    operator = make_organisation(session, OrganisationKind.OPERATOR)
    return PageClient(app, session).sign_in(make_user(session, role, organisation=operator))


def html(page: Page) -> str:
    return str(page.response.get_data(as_text=True))


def test_a_supplier_reads_what_happens_and_then_recalls(app: Flask, session: Session) -> None:
    variant = make_variant(session, stock=60)
    code = batch_of(session, variant, packs=20)
    received_order(session, (variant, 3))
    supplier_id = product_of(session, variant).supplier_id
    browser = seller(app, session, supplier_id)
    here = f"/supplier/batches/{code}"
    assert f"{here}/recall" in html(browser.get(here))
    page = browser.get(f"{here}/recall")
    assert "将通知的订单" in page.text
    browser.post(f"{here}/recall", {"reason": "", "sure": "y"}, 422)
    page = browser.post(f"{here}/recall", {"reason": REASON}, 422)
    assert "请确认您已知晓" in page.text
    assert REASON in page.text
    browser.post(f"{here}/recall", {"reason": "字" * 301, "sure": "y"}, 422)
    page = browser.follow(browser.post(f"{here}/recall", {"reason": REASON, "sure": "y"}))
    assert "从库存扣除 20 件" in page.text
    assert "已从库存扣除" in page.text
    page = browser.follow(browser.post(f"{here}/recall", {"reason": "again", "sure": "y"}))
    assert "不会重复通知" in page.text
    assert session.scalars(select(Recall.packs_taken)).all() == [20]
    assert browser.get(f"{here}/recall", 303).response.location.endswith(here)
    trace = PageClient(app, session).get(f"/trace/{code}").text
    assert REASON in trace
    assert "请勿" in trace


def test_the_batch_of_another_supplier_is_not_found(app: Flask, session: Session) -> None:
    variant, other = make_variant(session, stock=5), make_variant(session)
    code = batch_of(session, variant)
    browser = seller(app, session, product_of(session, other).supplier_id)
    browser.get(f"/supplier/batches/{code}/recall", 404)
    browser.post(f"/supplier/batches/{code}/recall", {"reason": REASON, "sure": "y"}, 404)
    browser.get("/supplier/batches/NOSUCHCODE/recall", 404)
    browser.get("/supplier/batches/%00/recall", 404)
    assert session.scalars(select(Recall)).all() == []


def test_the_page_of_an_order_warns_its_guest(app: Flask, session: Session) -> None:
    variant = make_variant(session, stock=60)
    code = batch_of(session, variant, number="QL-9", packs=9)
    secret = ids.secret()
    order = received_order(session, (variant, 3), secret=secret)
    door = f"/shop/orders/guest/{secret}"
    browser = PageClient(app, session)
    assert "已召回" not in browser.get(door).text
    recall(session, variant, code)
    page = browser.get(door)
    assert "已召回，请勿食用" in page.text
    assert "QL-9" in page.text
    assert REASON in page.text
    assert f"{door}/claims/new?kind=quality&line={line_of(session, order).id}" in html(page).replace(
        "&amp;", "&"
    )
    assert "已召回，请勿食用" in clerk(app, session).get(f"/operator/orders/{order.number}").text
    late = ids.secret()
    received_order(session, (variant, 1), secret=late)
    assert "已召回" not in browser.get(f"/shop/orders/guest/{late}").text


def test_the_page_of_a_cancelled_order_says_why(app: Flask, session: Session) -> None:
    variant = make_variant(session, stock=4)
    secret = ids.secret()
    place(session, (variant, 3), guest_secret=secret)
    recall(session, variant, batch_of(session, variant, packs=9))
    session.commit()
    jobs.run_due()
    page = PageClient(app, session).get(f"/shop/orders/guest/{secret}")
    assert "已停售" in page.text
    assert "没有扣款" in page.text


def test_the_operator_sees_who_got_it(app: Flask, session: Session) -> None:
    variant = make_variant(session, stock=60)
    order = received_order(session, (variant, 3))
    found = recall(session, variant, batch_of(session, variant))
    browser = clerk(app, session)
    assert "/operator/recalls" in html(browser.get("/operator/orders"))
    here = f"/operator/recalls/{found.public_id}"
    assert here in html(browser.get("/operator/recalls"))
    page = browser.get(here)
    assert order.number in page.text
    assert "13800138000" in page.text
    assert page.response.headers["Cache-Control"] == "no-store"
    sheet = browser.get(f"{here}.csv")
    lines = sheet.response.get_data(as_text=True).splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(f"{order.number},3,")
    assert "13800138000" in lines[1]
    assert browser.follow(browser.post(f"{here}/seen", {})).status == 200
    assert session.scalars(select(Recall.seen_at)).one() is not None
    browser.get("/operator/recalls/NOSUCH", 404)
    browser.get("/operator/recalls/%00.csv", 404)
    browser.post("/operator/recalls/NOSUCH/seen", {}, 404)


def test_the_list_is_not_public(app: Flask, session: Session) -> None:
    variant = make_variant(session, stock=60)
    found = recall(session, variant, batch_of(session, variant))
    supplier = seller(app, session, product_of(session, variant).supplier_id)
    county = make_organisation(session, OrganisationKind.CHARITY)
    stranger = PageClient(app, session).sign_in(make_user(session, Role.FINANCE, organisation=county))
    for address in ("", f"/{found.public_id}", f"/{found.public_id}.csv"):
        supplier.get(f"/operator/recalls{address}", 403)
        stranger.get(f"/operator/recalls{address}", 403)
        PageClient(app, session).get(f"/operator/recalls{address}", 302)


def test_the_mail_leads_to_the_order_in_the_language_of_its_buyer(session: Session) -> None:
    variant = make_variant(session, stock=60)
    placed = place(session, (variant, 1), locale="en", email="en@example.org")
    session.commit()
    from payments.sandbox import rehearsals

    assert placed.payment_intent is not None
    rehearsals.pay_intent(placed.payment_intent)
    paid_order(session, variant, 1)
    services.recall_batch(
        session,
        seller_of(product_of(session, variant).supplier_id),
        batch_of(session, variant),
        "<b>too moist</b>",
    )
    session.commit()
    jobs.run_due()
    (english,) = [mail for mail in mails(session) if mail.recipient == "en@example.org"]
    assert english.subject.startswith("Do not eat it")
    assert "<b>too moist" not in english.html
    assert "/shop/orders/guest/" in english.text
    number = session.scalars(select(Order.number).where(Order.id == placed.order_id)).one()
    assert number in english.subject
    assert pytest.approx(len(mails(session)), abs=3) == 2
