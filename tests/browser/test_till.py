"""The storekeeper at the till, with an old phone and a keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.clicking import press_until_focused
from tests.browser.conftest import PHONE, OpenPage, Site

pytestmark = pytest.mark.browser


def test_a_keeper_redeems_with_the_keyboard_only(site: Site, open_page: OpenPage) -> None:
    page = open_page(PHONE)
    page.goto("/points/till")
    page.wait_for_url(re.compile("/sign-in"))
    press_until_focused(page, page.locator("[name=login]"))
    page.keyboard.type(site.keeper)
    press_until_focused(page, page.locator("[name=password]"))
    page.keyboard.type(site.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/points/till")
    code = page.locator("[name=code]")
    expect(code).to_be_focused()
    page.keyboard.type("yg 0000 0000")
    page.keyboard.press("Enter")
    expect(page.locator("#code-error")).to_be_visible()
    press_until_focused(page, code)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(site.card.lower().replace("-", " "))
    page.keyboard.press("Enter")
    page.wait_for_url("**/points/till/basket")
    expect(page.locator(".till-balance strong")).to_have_text("100")
    salt = page.locator("[data-goods]", has_text="食盐").locator("input.stepper-value")
    press_until_focused(page, salt)
    page.keyboard.type("3")
    expect(page.locator("[data-total]")).to_have_text("6")
    press_until_focused(page, page.locator("[data-confirm]"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/points/slips/**")
    slip = page.locator("main")
    expect(slip).to_contain_text("兑换成功")
    expect(slip).to_contain_text("食盐")
    expect(slip.locator(".slip-rest dd")).to_have_text("94")
    press_until_focused(page, page.locator("a[href^='/points/till']"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/points/till"))
    expect(page.locator("[name=code]")).to_be_focused()
