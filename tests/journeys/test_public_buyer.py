"""A visitor buys a certified product: cart, checkout, payment, order page, mail; the supplier sends; it arrives."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import jobs
from core.mail import Mail
from ledger import queries as ledger_queries
from shop.orders.models import Order
from shop.stock import queries as stock_queries
from tests.factories.orders import CHECKOUT, make_variant
from tests.factories.people import make_organisation, make_user, make_village
from tests.page_client import Page, PageClient


def checkout(client: PageClient, **changes: str) -> Page:
    """Fill in the checkout form that the page shows, and send it."""
    form = client.get("/shop/checkout").form("/shop/checkout")
    return client.post("/shop/checkout", {**form["fields"], **CHECKOUT, **changes})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_guest_buys_and_receives(app: Flask, session: Session, language: str) -> None:
    village = make_village(session)
    supplier = make_organisation(session, OrganisationKind.SUPPLIER, region=village)
    variant = make_variant(session, stock=5, price_fen=64_00, supplier=supplier, village=village)
    seller = make_user(session, Role.SUPPLIER, organisation=supplier)
    client = PageClient(app, session, language)

    client.post("/shop/cart/add", {"variant": variant.public_id, "quantity": "2"})
    cart = client.get("/shop/cart")
    assert "¥128.00" in cart.text
    assert "¥76.80" in cart.text
    assert "青莲村" in cart.text or "Qinglian" in cart.text

    page = checkout(client)
    assert page.location is not None
    assert "/sandbox/pay/" in page.location
    assert stock_queries.available(session, [variant.id]) == {variant.id: 3}
    sandbox = client.follow(page)
    client.post(sandbox.form("/pay")["action"], {"method": "alipay"})
    jobs.run_due()

    order = session.scalars(select(Order)).one()
    session.refresh(order)
    assert order.state == "paid"
    assert ledger_queries.balance(session, "orders:prepaid").settled == 128_00
    assert ledger_queries.balance(session, "clearing:sandbox:operator").settled == 128_00

    mails = {mail.key.split(":")[0]: mail for mail in session.scalars(select(Mail))}
    assert "order-paid" in mails
    link = re.search(r"http://[^\s]+(/shop/orders/guest/\S+)", mails["order-paid"].text)
    assert link is not None
    path = link.group(1)
    shown = PageClient(app, session, language).get(path)
    assert order.number in shown.text
    PageClient(app, session).get(f"/shop/orders/{order.number}", 302)

    desk = PageClient(app, session, language).sign_in(seller)
    row = desk.get("/supplier/orders")
    assert order.number in row.text
    part = re.search(r"/supplier/orders/([0-9A-Z]{12})", row.html)
    assert part is not None
    desk.get(part.group(0))
    desk.post(f"{part.group(0)}/ship", {"carrier": "顺丰", "tracking_number": "SF1234567890"})
    jobs.run_due()
    assert any(mail.key.startswith("order-shipped") for mail in session.scalars(select(Mail)))

    shown = client.get(path)
    assert "SF1234567890" in shown.text
    form = shown.form("/receive")
    client.post(form["action"], form["fields"])
    session.refresh(order)
    assert order.state == "received"
    assert ledger_queries.balance(session, "orders:prepaid").settled == 0
    assert ledger_queries.balance(session, f"supplier:{supplier.public_id}:payable").settled == 128_00
    client.post(form["action"], form["fields"], 303)
    assert ledger_queries.balance(session, f"supplier:{supplier.public_id}:payable").settled == 128_00


def test_a_signed_in_buyer_declines_then_pays(app: Flask, session: Session) -> None:
    variant = make_variant(session, stock=5)
    buyer = make_user(session)
    client = PageClient(app, session)
    client.post("/shop/cart/add", {"variant": variant.public_id, "quantity": "1"})
    client.sign_in(buyer)
    assert "石磨小米" in client.get("/shop/cart").text
    page = checkout(client)
    sandbox = client.follow(page)
    client.post(sandbox.form("/decline")["action"])
    jobs.run_due()
    order = session.scalars(select(Order)).one()
    assert order.state == "placed"
    assert stock_queries.available(session, [variant.id]) == {variant.id: 4}
    shown = client.get(f"/shop/orders/{order.number}")
    again = client.post(shown.form("/pay")["action"])
    sandbox = client.follow(again)
    client.post(sandbox.form("/pay")["action"])
    jobs.run_due()
    session.refresh(order)
    assert order.state == "paid"
    assert order.number in client.get("/shop/orders").text
    assert client.post(f"/shop/orders/{order.number}/pay", {}).location == f"/shop/orders/{order.number}"
    # Nothing has been sent yet: the buyer may still call it off, and the money goes back.
    client.post(f"/shop/orders/{order.number}/cancel", {}, 303)
    jobs.run_due()
    session.refresh(order)
    assert order.state == "cancelled"
    assert ledger_queries.balance(session, "orders:prepaid").settled == 0
