"""Guests buy: in Chinese, without scripts, impatiently, and in two tabs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from shop.orders.models import Order
from shop.orders.values import State
from tests.browser.clicking import (
    expect_paid_order,
    fill_delivery,
    go_to_checkout,
    pay_at_sandbox,
    place_button,
    put_into_cart,
)
from tests.browser.conftest import DESK, PHONE, OpenPage, Site

pytestmark = pytest.mark.browser


def orders_of(site: Site, email: str) -> int:
    """Return how many orders were placed with an address."""
    return int(site.ask(select(func.count()).select_from(Order).where(Order.email == email)))


def test_a_guest_finds_a_product_buys_it_and_sees_the_paid_order(site: Site, open_page: OpenPage) -> None:
    page = open_page(DESK)
    page.goto("/")
    page.get_by_role("combobox").fill("小米")
    page.get_by_role("combobox").press("Enter")
    page.wait_for_url("**/shop/search?q=*")
    page.locator("main").get_by_role("link", name="石磨小米").first.click()
    page.wait_for_url(f"**/shop/products/{site.products[0]['slug']}")
    page.get_by_role("button", name="加入购物车").click()
    page.wait_for_url("**/shop/cart")
    expect(page.locator("main")).to_contain_text("石磨小米")
    go_to_checkout(page)
    fill_delivery(page, "guest@browser.example")
    place_button(page).click()
    pay_at_sandbox(page)
    expect_paid_order(page)
    assert site.ask(select(Order.state).where(Order.email == "guest@browser.example")) == State.PAID


def test_a_phone_user_is_told_what_is_missing_beside_the_field(site: Site, open_page: OpenPage) -> None:
    page = open_page(PHONE)
    put_into_cart(page, site.products[1])
    go_to_checkout(page)
    fill_delivery(page, "forgetful@browser.example")
    page.locator("[name=phone]").fill("123")
    place_button(page).click()
    expect(page.locator("#phone-error")).to_be_visible()
    expect(page.locator("[name=recipient]")).to_have_value("张三")
    expect(page.locator(".error-summary")).to_be_focused()
    assert orders_of(site, "forgetful@browser.example") == 0


def test_the_whole_purchase_works_without_scripts(site: Site, open_page: OpenPage) -> None:
    page = open_page(PHONE, scripts=False)
    put_into_cart(page, site.products[2])
    page.locator("[name=quantity]").fill("2")
    page.locator("form[action='/shop/cart/update'] button[type=submit]:not([data-step])").click()
    page.wait_for_url("**/shop/cart")
    go_to_checkout(page)
    fill_delivery(page, "plain@browser.example")
    place_button(page).click()
    pay_at_sandbox(page)
    expect_paid_order(page)
    assert orders_of(site, "plain@browser.example") == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_the_terms_of_return_are_confirmed_by_key(site: Site, open_page: OpenPage, scripts: bool) -> None:
    email = f"confirming-{scripts}@browser.example".lower()
    page = open_page(PHONE, scripts=scripts)
    page.goto(f"/shop/products/{site.products[5]['slug']}")
    expect(page.locator("main")).to_contain_text("有的切片厚薄不匀。")
    put_into_cart(page, site.products[5])
    go_to_checkout(page)
    fill_delivery(page, email)
    place_button(page).click()
    expect(page.locator("#no_return_flawed-error")).to_be_visible()
    expect(page.locator("[name=recipient]")).to_have_value("张三")
    assert orders_of(site, email) == 0
    box = page.get_by_role("checkbox", name="有上述瑕疵")
    box.focus()
    box.press("Space")
    place_button(page).click()
    pay_at_sandbox(page)
    expect_paid_order(page)
    expect(page.locator("main")).to_contain_text("有的切片厚薄不匀。（不适用七日无理由退货，下单时已确认）")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_double_click_places_one_order(site: Site, open_page: OpenPage, scripts: bool) -> None:
    email = f"impatient-{scripts}@browser.example".lower()
    page = open_page(DESK, scripts=scripts)
    put_into_cart(page, site.products[3])
    go_to_checkout(page)
    fill_delivery(page, email)
    place_button(page).dblclick()
    page.wait_for_url("**/sandbox/pay/**")
    assert orders_of(site, email) == 1


def test_two_tabs_at_the_checkout_place_one_order(site: Site, open_page: OpenPage) -> None:
    first = open_page(DESK)
    put_into_cart(first, site.products[4])
    go_to_checkout(first)
    fill_delivery(first, "tabs@browser.example")
    second = first.context.new_page()
    second.goto("/shop/checkout")
    fill_delivery(second, "tabs@browser.example")
    place_button(first).click()
    first.wait_for_url("**/sandbox/pay/**")
    place_button(second).click()
    second.wait_for_load_state()
    expect(second.locator("main")).not_to_contain_text("已付款")
    assert "/sandbox/" not in second.url
    assert orders_of(site, "tabs@browser.example") == 1
    pay_at_sandbox(first)
    expect_paid_order(first)
