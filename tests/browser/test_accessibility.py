"""Every page for everybody: axe finds nothing serious by WCAG 2.2 AA, and nothing scrolls sideways."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.clicking import describe, overhang_of, put_into_cart, sign_in
from tests.browser.conftest import DESK, PHONE, OpenPage, Site

pytestmark = pytest.mark.browser

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SERIOUS = ("serious", "critical")


def _at(path: str) -> Any:
    def go(page: Page, _site: Site) -> None:
        page.goto(path)

    return go


def _at_product(page: Page, site: Site) -> None:
    page.goto(f"/shop/products/{site.products[5]['slug']}")


def _at_cart(page: Page, site: Site) -> None:
    put_into_cart(page, site.products[0])


def _at_checkout(page: Page, site: Site) -> None:
    put_into_cart(page, site.products[5])
    page.goto("/shop/checkout")


def _at_refused_checkout(page: Page, site: Site) -> None:
    _at_checkout(page, site)
    page.locator("form.checkout .sticky-actions button[type=submit]").click()
    page.locator(".error-summary").wait_for()


def _at_campaign(page: Page, site: Site) -> None:
    page.goto(f"/charity/campaigns/{site.campaign}")


def _at_live(page: Page, site: Site) -> None:
    page.goto(f"/shop/live/{site.live}")


def _at_live_desk(page: Page, site: Site) -> None:
    sign_in(page, site.people["supplier"], site.password, f"/live-desk/{site.live}")


def _at_refused_packs(page: Page, site: Site) -> None:
    _at_live_desk(page, site)
    page.get_by_role("link", name="再留一些").first.click()
    page.locator("main form button[type=submit]").click()
    page.locator(".error-summary").wait_for()


def _at_till(page: Page, site: Site) -> None:
    sign_in(page, site.keeper, site.password, "/points/till")


def _at_basket(page: Page, site: Site) -> None:
    _at_till(page, site)
    page.locator("[name=code]").fill(site.card)
    page.locator("[name=code]").press("Enter")
    page.wait_for_url("**/points/till/basket")


def _at_workbench(page: Page, site: Site) -> None:
    sign_in(
        page,
        site.people["supplier"],
        site.password,
        f"/supplier/products/{site.products[0]['slug']}",
    )


def _at_pack(page: Page, site: Site) -> None:
    _at_workbench(page, site)
    page.locator(".own-pack a").first.click()
    page.locator("#step_packs_1").wait_for()


def _at_refused_pack(page: Page, site: Site) -> None:
    _at_workbench(page, site)
    page.goto(f"/supplier/products/{site.products[0]['slug']}/packs/new")
    page.locator("main form button[type=submit]").click()
    page.locator(".error-summary").wait_for()


PAGES = {
    "home": _at("/"),
    "list": _at("/shop/products"),
    "search": _at("/shop/search?q=小米"),
    "product": _at_product,
    "cart": _at_cart,
    "checkout": _at_checkout,
    "refused-checkout": _at_refused_checkout,
    "campaigns": _at("/charity/campaigns"),
    "campaign": _at_campaign,
    "live-sessions": _at("/shop/live"),
    "live-session": _at_live,
    "live-desk": _at_live_desk,
    "refused-packs": _at_refused_packs,
    "till": _at_till,
    "basket": _at_basket,
    "open-books": _at("/open-books"),
    "sign-in": _at("/sign-in"),
    "styleguide": _at("/styleguide"),
    "workbench": _at_workbench,
    "pack": _at_pack,
    "refused-pack": _at_refused_pack,
}


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1280", "390"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_serious_barrier(
    site: Site, open_page: OpenPage, name: str, size: tuple[int, int]
) -> None:
    page = open_page(size)
    PAGES[name](page, site)
    violations = barriers_of(page)
    assert not violations, describe(violations)
    assert overhang_of(page) <= 0, f"the page is {overhang_of(page)} px wider than the window"


def barriers_of(page: Page) -> list[dict[str, Any]]:
    """Return what axe finds serious or critical on a page."""
    found = Axe().run(
        page, options={"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": STANDARD}}
    )
    return [one for one in found.response["violations"] if one["impact"] in SERIOUS]


def test_barriers_are_noticed(site: Site, open_page: OpenPage) -> None:
    page = open_page(PHONE)
    page.goto("/sign-in")
    page.evaluate(
        """() => {
            for (const label of document.querySelectorAll("label")) label.remove();
            const wide = document.createElement("div");
            wide.style.width = "900px";
            wide.style.height = "1px";
            document.body.append(wide);
        }"""
    )
    assert "label" in {one["id"] for one in barriers_of(page)}
    assert overhang_of(page) > 0
