"""A buyer meets a live session on a phone, without a mouse: the list, the session, its packs, the paid order."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from shop.live.models import LiveItem, LiveSession
from shop.orders.models import Order, OrderLine
from shop.orders.values import State
from tests.browser.clicking import (
    expect_paid_order,
    fill_delivery,
    go_to_checkout,
    overhang_of,
    pay_at_sandbox,
    place_button,
    press_until_focused,
)
from tests.browser.conftest import PHONE, OpenPage, Site

pytestmark = pytest.mark.browser

TITLE = "青莲村小米专场"


def put_two_packs_into_the_cart_by_key(page: Page, *, scripts: bool) -> None:
    """Go from the list of sessions to the cart with Tab and Enter only."""
    page.goto("/shop/live")
    expect(page.locator("main")).to_contain_text("正在直播")
    link = page.get_by_role("link", name=TITLE)
    press_until_focused(page, link)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/shop/live/\w+"))
    assert overhang_of(page) <= 0
    packs = page.locator(".live-item [name=quantity]").first
    press_until_focused(page, packs)
    if scripts:
        page.keyboard.press("ArrowUp")
    else:
        page.keyboard.type("2")
    expect(packs).to_have_value("2")
    press_until_focused(page, page.locator(".live-item .btn-wheat").first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/shop/cart")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_guest_buys_a_pack_of_a_session_on_a_phone(site: Site, open_page: OpenPage, scripts: bool) -> None:
    email = f"watching-{scripts}@browser.example".lower()
    page = open_page(PHONE, scripts=scripts)
    put_two_packs_into_the_cart_by_key(page, scripts=scripts)
    main = page.locator("main")
    expect(main).to_contain_text("直播专场")
    expect(main).to_contain_text("¥35.00")
    go_to_checkout(page)
    expect(page.locator("main")).to_contain_text("¥35.00")
    fill_delivery(page, email)
    place_button(page).focus()
    page.keyboard.press("Enter")
    pay_at_sandbox(page)
    expect_paid_order(page)
    assert overhang_of(page) <= 0
    assert site.ask(select(Order.state).where(Order.email == email)) == State.PAID
    edition = (
        select(LiveItem.variant_id)
        .join(LiveSession, LiveSession.id == LiveItem.session_id)
        .where(LiveSession.public_id == site.live)
        .scalar_subquery()
    )
    of_order = OrderLine.order_id == select(Order.id).where(Order.email == email).scalar_subquery()
    assert site.ask(select(OrderLine.quantity).where(of_order, OrderLine.variant_id == edition)) == 2
