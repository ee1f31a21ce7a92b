"""A supplier adds a product on a phone: texts, a pack size with a ladder, a picture; a buyer sees all of it."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from shop.catalogue.models import Picture, Product, Variant
from tests.browser.clicking import overhang_of, sign_in
from tests.browser.conftest import PHONE, OpenPage, Site

pytestmark = pytest.mark.browser


def picture() -> dict[str, object]:
    """Return a photograph as a phone would send it."""
    kept = BytesIO()
    Image.new("RGB", (1600, 1200), "peru").save(kept, "JPEG")
    return {"name": "IMG_0042.jpg", "mimeType": "image/jpeg", "buffer": kept.getvalue()}


def test_a_product_with_a_picture_and_a_ladder_is_added_on_a_phone(site: Site, open_page: OpenPage) -> None:
    page = open_page(PHONE)
    sign_in(page, site.people["supplier"], site.password, "/supplier/products")
    page.goto("/supplier/products")
    page.get_by_role("link", name="添加商品").click()
    page.locator("#name_zh").fill("河滩绿豆")
    page.locator("#name_en").fill("River Mung Beans")
    page.locator("#category").select_option("grain_oil")
    page.locator("#village").select_option(label="青莲村")
    page.locator("#summary_zh").fill("粒粒饱满")
    page.locator("#shelf_life").fill("365")
    assert overhang_of(page) <= 0
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_url("**/supplier/products/river-mung-beans")

    page.locator("#pictures").set_input_files(picture())  # type: ignore[arg-type]
    page.locator("#alt_zh").fill("一把绿豆")
    page.get_by_role("button", name="添加图片").click()
    expect(page.locator(".own-picture img")).to_have_attribute("alt", "一把绿豆")

    page.get_by_role("link", name="添加规格").click()
    page.locator("#label_zh").fill("1kg 袋装")
    page.locator("#amount").fill("1")
    for name, amount in (("price", "16.80"), ("producer", "11"), ("logistics", "3"), ("other", "2")):
        page.locator(f"#{name}").fill(amount)
    page.locator("#stock").fill("80")
    page.locator("#step_packs_1").fill("5")
    page.locator("#step_price_1").fill("15.90")
    page.get_by_role("button", name="添加规格").click()
    expect(page.locator("#producer-error")).to_contain_text("¥0.80")
    expect(page.locator("#step_price_1")).to_have_value("15.90")
    page.locator("#other").fill("2.80")
    assert overhang_of(page) <= 0
    page.get_by_role("button", name="添加规格").click()
    page.wait_for_url(re.compile(r"/supplier/products/river-mung-beans(#packs)?$"))
    expect(page.locator(".own-pack")).to_contain_text("¥16.80/kg")
    expect(page.locator(".own-pack")).to_contain_text("5 份起 ¥15.90")
    page.get_by_role("button", name="上架").click()
    page.get_by_role("link", name="看看买家看到的页面").click()
    page.wait_for_url("**/shop/products/river-mung-beans")
    expect(page.locator(".ladder-table")).to_contain_text("¥15.90")
    expect(page.locator(".product-page-picture img").first).to_have_attribute("alt", "一把绿豆")
    assert overhang_of(page) <= 0

    product = select(Product.id).where(Product.slug == "river-mung-beans").scalar_subquery()
    assert site.ask(select(Variant.ladder).where(Variant.product_id == product)) == [[5, 15_90]]
    assert site.ask(select(Picture.alt_zh).where(Picture.product_id == product)) == "一把绿豆"


def test_a_supplier_receives_stock_without_scripts(site: Site, open_page: OpenPage) -> None:
    page = open_page(PHONE, scripts=False)
    sign_in(page, site.people["supplier"], site.password, "/supplier/products")
    page.goto("/supplier/products")
    page.get_by_role("link", name="石磨小米", exact=True).first.click()
    page.get_by_role("link", name="价格和库存").first.click()
    page.locator("#packs").fill("12")
    page.locator("#reason").fill("本周新收")
    page.get_by_role("button", name="记下").click()
    expect(page.locator("main")).to_contain_text("库存已记下")
