"""Nothing is wider than a phone: every desk and public page stays within 390 pixels, and so do its tables.

With the text at twice its size only the tables may be wider: they scroll in their frames.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.clicking import overhang_of, sign_in
from tests.browser.conftest import PHONE, OpenPage, Site

pytestmark = pytest.mark.browser

#: The pages that a person of each kind sees most; "" is somebody who is not signed in.
PAGES = {
    "": (
        "/",
        "/shop/products",
        "/shop/cart",
        "/shop/live",
        "/charity/campaigns",
        "/points/stores",
        "/notices",
        "/open-books",
        "/open-books/entries",
        "/sign-up",
        "/styleguide",
        "/nowhere",
    ),
    "buyer": ("/shop/orders", "/account", "/charity/my-gifts", "/operator/mail"),
    "requester": ("/procurement/orders", "/procurement/goods", "/procurement/orders/new"),
    "supplier": (
        "/supplier/orders",
        "/supplier/products",
        "/supplier/products/new",
        "/supplier/applications",
        "/supplier/benefit-links",
        "/supplier/settlement",
        "/supplier/settlement/account",
        "/supplier/claims",
        "/live-desk",
        "/live-desk/new",
    ),
    "certifier": ("/certification", "/certification/products", "/certification/alerts", "/notices/desk"),
    "finance": (
        "/operator/bank-transfers",
        "/operator/payment-events",
        "/operator/orders",
        "/operator/claims",
        "/operator/refunds",
        "/operator/payouts",
        "/operator/reconciliation/payouts/new",
    ),
    "charity": ("/charity/desk",),
    "cadre": ("/points/claims", "/points/claims/new"),
    "committee": ("/points/committee", "/points/committee/decided"),
    "keeper": ("/points/till",),
    "household": ("/points/my", "/benefit-links/my"),
    "admin": (
        "/operator/audit",
        "/operator/jobs",
        "/operator/mail",
        "/operator/return-terms?terms=seven_days",
        "/operator/freight",
        "/operator/freight/new",
        "/operator/vouchers/new",
        "/operator/nodes",
    ),
}


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind or "nobody")
def test_no_page_is_wider_than_a_phone(site: Site, open_page: OpenPage, kind: str) -> None:
    page = open_page(PHONE)
    # Their places are kept by width and height; the pictures themselves only take time.
    page.route("**/media/**", lambda route: route.fulfill(status=200, content_type="image/svg+xml", body=""))
    if kind:
        sign_in(page, site.people[kind], site.password, PAGES[kind][0])
    wide = {}
    for path in PAGES[kind]:
        page.goto(path, wait_until="domcontentloaded")
        if overhang_of(page) > 0 or tables_that_scroll(page):
            wide[path] = (overhang_of(page), tables_that_scroll(page))
    assert not wide, f"wider than the window (by so many pixels, with these tables): {wide}"


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind or "nobody")
def test_no_page_is_wider_than_a_phone_whose_text_is_twice_its_size(
    site: Site, open_page: OpenPage, kind: str, locale: str
) -> None:
    page = open_page(PHONE, locale=locale)
    # What the browser's own setting does: every rem, also those of the media queries, counts 32 pixels.
    large = {"fontSizes": {"standard": 32, "fixed": 26}}
    page.context.new_cdp_session(page).send("Page.setFontSizes", large)
    page.route("**/media/**", lambda route: route.fulfill(status=200, content_type="image/svg+xml", body=""))
    # The style guide shows parts as wide as a desk needs them.
    paths = [path for path in PAGES[kind] if path != "/styleguide"]
    if kind:
        sign_in(page, site.people[kind], site.password, paths[0])
    else:
        paths += [f"/shop/products/{site.products[0]['slug']}", f"/shop/live/{site.live}", "/sign-in"]
    wide = {}
    for path in paths:
        page.goto(path, wait_until="domcontentloaded")
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        if overhang_of(page) > 0:
            wide[path] = overhang_of(page)
    assert not wide, f"wider than the window (by so many pixels): {wide}"


def test_beside_the_rail_of_a_desk_there_is_room_for_what_one_reads(site: Site, open_page: OpenPage) -> None:
    page = open_page((1024, 768))
    sign_in(page, site.people["finance"], site.password, "/operator/orders")
    page.locator("main td a").first.click()
    page.wait_for_url("**/operator/orders/*")
    for path in (page.url, "/operator/bank-transfers", "/operator/refunds"):
        page.goto(path, wait_until="domcontentloaded")
        assert not tables_that_scroll(page)
        for column in page.locator(".split > *").all():
            assert column.evaluate("one => one.clientWidth") > 600


def tables_that_scroll(page: Page) -> list[str]:
    """Return the names of the tables of a page that one must scroll sideways."""
    names: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(".table-frame")]
            .filter(frame => frame.scrollWidth > frame.clientWidth + 1)
            .map(frame => frame.getAttribute("aria-label") || "?")"""
    )
    return names
