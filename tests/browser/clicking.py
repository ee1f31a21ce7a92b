"""What visitors do again and again, by clicks and keys only."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

DELIVERY = {
    "recipient": "张三",
    "phone": "13800138000",
    "address": "府前路 1 号",
}


def put_into_cart(page: Page, product: dict[str, str]) -> None:
    """Open a product page and put one pack into the cart."""
    page.goto(f"/shop/products/{product['slug']}")
    page.get_by_role("button", name="加入购物车").click()
    page.wait_for_url("**/shop/cart")


def go_to_checkout(page: Page) -> None:
    """Go from the cart to the checkout."""
    page.get_by_role("link", name="去结算").click()
    page.wait_for_url("**/shop/checkout")


def fill_delivery(page: Page, email: str) -> None:
    """Fill in where the goods go; a list opens when the one above it is picked, without scripts by the button."""
    for name, value in DELIVERY.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=email]").fill(email)
    page.locator("[name=province]").select_option(label="山东省")
    button = page.get_by_role("button", name="展开下一级")
    if button.count():
        button.click()
    county = page.locator("[name=county]")
    expect(county.locator("option").nth(1)).to_be_attached()
    county.select_option(label="山亭区")


def place_button(page: Page) -> Locator:
    """Return the button that places the order."""
    return page.get_by_role("button", name="提交订单并支付")


def pay_at_sandbox(page: Page) -> None:
    """Pay on the rehearsal page."""
    page.wait_for_url("**/sandbox/pay/**")
    page.locator("form[action$='/pay'] button[type=submit]").click()


def expect_paid_order(page: Page) -> None:
    """Wait for the order page that says that it is paid."""
    page.wait_for_url(re.compile(r"/shop/orders/"), timeout=20_000)
    expect(page.locator("main")).to_contain_text("已付款")


def press_until_focused(page: Page, target: Locator, key: str = "Tab", most: int = 60) -> None:
    """Press a key until an element has the focus, as somebody without a mouse does."""
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{most} times {key} do not reach {target}")


def sign_in(page: Page, login: str, password: str, then: str) -> None:
    """Sign in through the form and go on."""
    page.goto(f"/sign-in?next={then}")
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"**{then}")


def overhang_of(page: Page) -> int:
    """Return how many pixels a page is wider than its window, once there is a page."""
    page.wait_for_load_state("domcontentloaded")
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def describe(violations: list[dict[str, Any]]) -> str:
    """Return what axe found, short enough to read."""
    return "\n".join(
        f"{found['impact']} {found['id']}: {found['help']}\n"
        + "\n".join(
            f"    {node['html'][:160]}\n      {(node.get('failureSummary') or '').replace(chr(10), ' ')[:300]}"
            for node in found["nodes"][:4]
        )
        for found in violations
    )
