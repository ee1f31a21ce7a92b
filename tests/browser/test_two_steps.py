"""Somebody turns two-step sign-in on, on a phone and at a desk, and signs in with the keyboard alone."""

from __future__ import annotations

import re

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.clicking import describe, overhang_of, sign_in
from tests.browser.conftest import DESK, PHONE, OpenPage, Site
from tests.browser.test_accessibility import SERIOUS, STANDARD

pytestmark = pytest.mark.browser


def look_at(page: Page, scripts: bool) -> None:
    """Nothing sticks out, and axe, which needs scripts, finds nothing serious."""
    assert overhang_of(page) <= 0
    if not scripts:
        return
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": STANDARD}})
    serious = [one for one in found.response["violations"] if one["impact"] in SERIOUS]
    assert not serious, describe(serious)


@pytest.mark.parametrize(("size", "scripts"), [(PHONE, False), (DESK, True)], ids=["phone", "desk"])
def test_two_steps_are_set_up_and_taken(
    site: Site, open_page: OpenPage, size: tuple[int, int], scripts: bool
) -> None:
    page = open_page(size, scripts=scripts)
    email = f"two-steps-{scripts}@browser.example".lower()
    page.goto("/sign-up")
    for name, text in (("name", "李青溪"), ("email", email), ("password", site.password)):
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/sign-in")
    sign_in(page, email, site.password, "/account")
    page.get_by_role("link", name="开启").click()
    look_at(page, scripts)
    page.locator("[name=password]").fill(site.password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/set-up")
    look_at(page, scripts)
    expect(page.get_by_role("img", name=re.compile("二维码"))).to_be_visible()
    app = pyotp.TOTP(page.locator(".factor-secret").inner_text().replace(" ", ""))
    page.locator("[name=code]").fill("000000")
    page.locator("[name=code]").press("Enter")
    expect(page.locator("#code-error")).to_be_visible()
    look_at(page, scripts)
    page.locator("[name=code]").fill(app.now())
    page.locator("[name=code]").press("Enter")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    look_at(page, scripts)
    code = page.locator(".recovery-codes code").first.inner_text()
    page.get_by_role("link", name="我已保存，继续").click()
    look_at(page, scripts)
    page.get_by_role("button", name="退出").click()

    page.goto("/sign-in?next=/account")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(site.password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/sign-in/code?**")
    look_at(page, scripts)
    page.get_by_role("link", name="使用恢复码").click()
    look_at(page, scripts)
    # The field has the focus: a keyboard is enough.
    page.keyboard.type(code.lower().replace("-", " "))
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    page.get_by_role("link", name="恢复码、更换手机").click()
    expect(page.locator("main")).to_contain_text("9")
    page.get_by_role("link", name="关闭").click()
    look_at(page, scripts)
