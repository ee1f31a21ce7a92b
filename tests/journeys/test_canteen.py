"""A canteen orders 50 kg of rice on account; finance records the transfer; the supplier sends; two people accept."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation, User
from accounts.values import OrganisationKind, Role
from core import clock, jobs
from core.mail import Mail
from ledger import queries as ledger_queries
from shop.catalogue.models import Variant
from shop.orders.models import Order, SupplierOrder
from shop.stock import queries as stock_queries
from tests.factories.orders import CHECKOUT, make_variant
from tests.factories.people import make_organisation, make_user, make_village
from tests.page_client import PageClient


@dataclass
class Canteen:
    """Everybody who has a part in it."""

    school: Organisation
    supplier: Organisation
    rice: Variant
    requester: User
    approver: User
    finance: User
    seller: User


@pytest.fixture
def canteen(session: Session) -> Canteen:
    """Return a school with its canteen, a co-operative with rice, and the operator's finance officer."""
    village = make_village(session)
    school = make_organisation(session, OrganisationKind.INSTITUTION, "山亭区第一中学", village)
    supplier = make_organisation(session, OrganisationKind.SUPPLIER, "青莲水稻合作社", village)
    operator = make_organisation(session, OrganisationKind.OPERATOR, "益购平台运营中心")
    return Canteen(
        school,
        supplier,
        make_variant(
            session,
            stock=40,
            price_fen=148_00,
            grams=25_000,
            supplier=supplier,
            village=village,
            name="青莲大米",
        ),
        make_user(session, Role.REQUESTER, organisation=school, name="李食堂"),
        make_user(session, Role.APPROVER, organisation=school, name="孙校长"),
        make_user(session, Role.FINANCE, organisation=operator, name="钱会计"),
        make_user(session, Role.SUPPLIER, organisation=supplier, name="周社长"),
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_canteen_orders_on_account(app: Flask, session: Session, canteen: Canteen, language: str) -> None:
    kitchen = PageClient(app, session, language).sign_in(canteen.requester)
    goods = kitchen.get("/procurement/goods?q=青莲 大米")
    assert "148.00" in goods.text
    kitchen.post(
        "/shop/cart/add",
        {"variant": canteen.rice.public_id, "quantity": "2", "next": "/procurement/goods"},
    )
    form = kitchen.get("/procurement/orders/new").form("/procurement/orders/new")
    fields = {**form["fields"], **CHECKOUT, "institution": canteen.school.public_id}
    placed = kitchen.post("/procurement/orders/new", fields)
    assert placed.location is not None
    shown = kitchen.follow(placed)
    order = session.scalars(select(Order)).one()
    assert order.kind == "institution"
    assert order.total_fen == 296_00
    assert (order.hold_expires_at - order.placed_at).days == 30
    assert str(order.payment_code) in shown.text
    notice = kitchen.get(f"{placed.location}/notice")
    assert str(order.payment_code) in notice.text
    assert "¥296.00" in notice.text
    assert stock_queries.available(session, [canteen.rice.id]) == {canteen.rice.id: 38}
    jobs.run_due()
    mail = session.scalars(select(Mail)).one()
    assert str(order.payment_code) in mail.text

    # The second sending of the same form shows the first order.
    assert kitchen.post("/procurement/orders/new", fields).location == placed.location

    stranger = make_user(
        session, Role.REQUESTER, organisation=make_organisation(session, OrganisationKind.INSTITUTION)
    )
    assert PageClient(app, session).sign_in(stranger).get(placed.location, 404)
    looker = PageClient(app, session, language).sign_in(canteen.approver)
    assert order.number in looker.get("/procurement/orders").text
    looker.get(placed.location)
    looker.get("/procurement/goods", 403)
    looker.post(f"{placed.location}/cancel", {}, 403)

    desk = PageClient(app, session, language).sign_in(canteen.seller)
    assert order.number not in desk.get("/supplier/orders").text

    office = PageClient(app, session, language).sign_in(canteen.finance)
    transfer = {"amount": "296.00", "received_on": clock.today().isoformat(), "bank_reference": "ICBC-1"}
    office.post(
        "/operator/bank-transfers",
        {**transfer, "code": order.payment_code, "amount": "295.99", "bank_reference": "X1"},
    )
    session.refresh(order)
    assert order.state == "placed"
    office.post("/operator/bank-transfers", {**transfer, "code": str(order.payment_code).lower()})
    session.refresh(order)
    assert order.state == "paid"
    # The money that did not fit lies at the bank too, kept apart until somebody decides about it.
    assert ledger_queries.balance(session, "bank:operator").settled == 296_00 + 295_99
    assert ledger_queries.balance(session, "held:operator").settled == 295_99
    assert ledger_queries.balance(session, "orders:prepaid").settled == 296_00

    part = session.scalars(select(SupplierOrder)).one()
    session.refresh(part)
    desk.post(f"/supplier/orders/{part.public_id}/ship", {"carrier": "合作社货车", "tracking_number": ""})
    accept = kitchen.get(f"{placed.location}/accept")
    fields = accept.form("/accept")["fields"]
    assert fields["accepted_0"] == "2"
    assert kitchen.post(f"{placed.location}/accept", {**fields, "second_inspector": "李 食堂"}, 422)
    assert kitchen.post(
        f"{placed.location}/accept", {**fields, "accepted_0": "3", "second_inspector": "王厨"}, 422
    )
    assert kitchen.post(
        f"{placed.location}/accept", {**fields, "accepted_0": "1", "second_inspector": "王厨"}, 422
    )
    kitchen.post(
        f"{placed.location}/accept",
        {**fields, "accepted_0": "1", "second_inspector": "王厨", "note": "一袋受潮"},
    )
    session.refresh(order)
    assert order.state == "received"
    assert ledger_queries.balance(session, f"supplier:{canteen.supplier.public_id}:payable").settled == 148_00
    assert ledger_queries.balance(session, "orders:prepaid").settled == 148_00
    shown = kitchen.get(placed.location)
    assert re.search(r"王厨", shown.text)
    assert "一袋受潮" in shown.text
    kitchen.post(
        f"{placed.location}/accept",
        {**fields, "accepted_0": "1", "second_inspector": "王厨", "note": "x"},
        409,
    )
    assert "¥148.00" in desk.get(f"/supplier/orders/{part.public_id}").text
