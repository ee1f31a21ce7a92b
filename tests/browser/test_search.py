"""Searching with the suggestions under the field, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clicking import overhang_of
from tests.browser.conftest import DESK, PHONE, OpenPage, Site

pytestmark = pytest.mark.browser


def type_into_search(page: Page, typed: str) -> None:
    page.goto("/")
    page.locator("#site-search").press_sequentially(typed, delay=20)


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_suggestion_is_chosen_with_the_keyboard(
    site: Site, open_page: OpenPage, size: tuple[int, int]
) -> None:
    page = open_page(size)
    type_into_search(page, "小米")
    field = page.get_by_role("combobox")
    expect(field).to_have_attribute("aria-expanded", "true")
    option = page.get_by_role("option").first
    expect(option).to_contain_text("小米")
    assert overhang_of(page) <= 0
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press_sequentially(" ")
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "site-suggestion-0")
    expect(option).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    page.wait_for_url("**/shop/products/*")
    expect(page.locator("h1")).to_contain_text("小米")


def test_a_suggestion_is_chosen_by_touch_and_enter_alone_searches(site: Site, open_page: OpenPage) -> None:
    page = open_page(PHONE)
    type_into_search(page, "xm")
    page.get_by_role("option").first.tap()
    page.wait_for_url("**/shop/products/*")
    type_into_search(page, "xm")
    expect(page.get_by_role("option").first).to_be_visible()
    page.get_by_role("combobox").press("Enter")
    page.wait_for_url("**/shop/search?q=xm")
    expect(page.locator("main")).to_contain_text("小米")


def test_without_scripts_the_field_searches(site: Site, open_page: OpenPage) -> None:
    page = open_page(DESK, scripts=False)
    page.goto("/")
    page.locator("#site-search").fill("小米")
    page.locator("#site-search").press("Enter")
    page.wait_for_url("**/shop/search?**")
    expect(page.locator("mark").first).to_have_text("小米")
