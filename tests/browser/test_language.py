"""Two languages, one page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, OpenPage, Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_switching_the_language_keeps_the_page(
    site: Site, open_page: OpenPage, size: tuple[int, int]
) -> None:
    page = open_page(size)
    path = "/shop/products?category=grain_oil&sort=price-up"
    page.goto(path)
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans-CN")
    page.get_by_role("link", name="English").first.click()
    page.wait_for_url(f"**{path}")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).not_to_contain_text("小米")
    page.get_by_role("link", name="中文").first.click()
    page.wait_for_url(f"**{path}")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans-CN")


def test_a_browser_that_asks_for_english_gets_english(site: Site, open_page: OpenPage) -> None:
    page = open_page(DESK, locale="en-GB")
    page.goto("/open-books")
    expect(page.locator("html")).to_have_attribute("lang", "en")
