"""Donors give."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from charity.donations.models import Donation
from tests.browser.clicking import pay_at_sandbox
from tests.browser.conftest import PHONE, OpenPage, Site

pytestmark = pytest.mark.browser


def test_a_donor_gives_and_holds_the_acknowledgement(site: Site, open_page: OpenPage) -> None:
    page = open_page(PHONE)
    page.goto("/charity/campaigns")
    page.locator(f"main a[href='/charity/campaigns/{site.campaign}']").first.click()
    page.wait_for_url(f"**/charity/campaigns/{site.campaign}")
    page.locator("[name=own_amount]").fill("66.6")
    page.locator("[name=donor_name]").fill("王建国")
    page.locator("[name=email]").fill("giver@browser.example")
    page.get_by_role("button", name="去支付").click()
    pay_at_sandbox(page)
    page.wait_for_url("**/charity/donations/**", timeout=20_000)
    expect(page.locator("main")).to_contain_text("捐赠致谢函")
    expect(page.locator("main")).to_contain_text("66.60")
    number = site.ask(select(Donation.acknowledgement_no).where(Donation.email == "giver@browser.example"))
    expect(page.locator("main")).to_contain_text(number)
    page.goto(f"/charity/campaigns/{site.campaign}")
    expect(page.locator("main")).to_contain_text("王**")
    expect(page.locator("main")).not_to_contain_text("王建国")
