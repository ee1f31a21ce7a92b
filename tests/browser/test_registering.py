"""A cooperative is registered on a phone, with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from accounts.models import User
from accounts.registrations.models import Registration
from tests.browser.clicking import overhang_of, sign_in
from tests.browser.conftest import PHONE, OpenPage, Site
from tests.factories.certification import make_credit_code
from tests.factories.licences import PDF

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False])
def test_a_cooperative_is_registered_on_a_phone(site: Site, open_page: OpenPage, scripts: bool) -> None:
    page = open_page(PHONE, scripts=scripts)
    email = f"grower-{scripts}@browser.example".lower()
    page.goto("/sign-up")
    for name, text in (("name", "李青溪"), ("email", email), ("password", site.password)):
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/sign-in")
    sign_in(page, email, site.password, "/supplier/products")
    page.get_by_role("link", name="办理供应商入驻").click()
    page.get_by_role("link", name="开始登记").click()
    assert overhang_of(page) <= 0
    page.locator("[name=legal_form]").select_option("cooperative")
    page.locator("[name=name_zh]").fill("青溪种植专业合作社")
    page.locator("[name=credit_code]").fill("93370406YGDEM0010R")
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("#credit_code-error")).to_contain_text("校验位不符")
    code = make_credit_code()
    page.locator("[name=credit_code]").fill(code)
    page.get_by_role("button", name="下一步").click()

    page.wait_for_url("**/place")
    for name, label in (("province", "山东省"), ("county", "山亭区"), ("town", "店子镇")):
        page.locator(f"[name={name}]").select_option(label=label)
        if not scripts:
            page.get_by_role("button", name="展开下一级").click()
        below = {"province": "county", "county": "town", "town": "village"}[name]
        expect(page.locator(f"[name={below}] option").nth(1)).to_be_attached()
    page.locator("[name=village]").select_option(index=1)
    assert overhang_of(page) <= 0
    page.get_by_role("button", name="下一步").click()

    page.wait_for_url("**/contact")
    page.locator("[name=contact_phone]").fill("138 0013 8000")
    page.get_by_role("button", name="下一步").click()

    page.wait_for_url("**/licences")
    page.locator("[name=kind]").select_option("business")
    page.locator("[name=number]").fill(code)
    page.locator("[name=valid_from]").fill("2021-04-06")
    page.locator("[name=long_term]").check()
    page.locator("[name=document]").set_input_files(
        {"name": "licence.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="上传").click()
    assert overhang_of(page) <= 0
    page.get_by_role("link", name="下一步：核对并提交").click()
    assert overhang_of(page) <= 0
    page.get_by_role("button", name="提交登记").click()
    expect(page.locator("main")).to_contain_text("审核中")
    buyer = select(User.id).where(User.email == email).scalar_subquery()
    state = select(Registration.state).where(Registration.user_id == buyer, Registration.credit_code == code)
    assert site.ask(state) == "submitted"
