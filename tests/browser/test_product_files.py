"""A supplier takes the product list out, changes a price, adds a product with a slip, and sends the list back."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.clicking import overhang_of, sign_in
from tests.browser.conftest import DESK, PHONE, OpenPage, Site

pytestmark = pytest.mark.browser


def changed(path: Path, name: str, label_en: str) -> bytes:
    """Return the list with one label changed and a new product whose price parts are a yuan short."""
    rows = list(csv.reader(StringIO(path.read_text("utf-8-sig"))))
    header, first = rows[0], rows[1]
    place = {column: index for index, column in enumerate(header)}
    first[place["规格（英文）"]] = label_en
    new = dict.fromkeys(header, "") | {
        "产品名称（中文）": name,
        "品类": "粮油米面",
        "产地村代码": first[place["产地村代码"]],
        "规格（中文）": "1kg 袋装",
        "净重（克）": "1000",
        "售价（元）": "20",
        "归种植户（元）": "12",
        "县内运输（元）": "4",
        "包装及其他（元）": "3",
    }
    out = StringIO(newline="")
    csv.writer(out).writerows([header, first, [new[column] for column in header]])
    return out.getvalue().encode("gb18030")


@pytest.mark.parametrize(("size", "scripts"), [(DESK, True), (PHONE, False)])
def test_a_list_is_changed_and_sent_back(
    site: Site, open_page: OpenPage, tmp_path: Path, size: tuple[int, int], scripts: bool
) -> None:
    page = open_page(size, scripts=scripts)
    sign_in(page, site.people["supplier"], site.password, "/supplier/products")
    page.goto("/supplier/products")
    page.get_by_role("link", name="产品清单导入导出").click()
    expect(page.locator("h1")).to_have_text("产品清单导入导出")
    assert overhang_of(page) <= 0
    with page.expect_download() as download:
        page.get_by_role("link", name="文本表格（CSV）").click()
    taken = tmp_path / "list.csv"
    download.value.save_as(taken)

    label = f"A bag of {size[0]}"
    sent = {"name": "清单.csv", "mimeType": "text/csv", "buffer": changed(taken, f"新米{size[0]}", label)}
    page.locator("#file").set_input_files(sent)  # type: ignore[arg-type]
    page.get_by_role("button", name="先看会改动什么").click()
    expect(page.locator("p[role=status]")).to_contain_text("已读取，尚未导入", timeout=20_000)
    expect(page.get_by_text("三部分之和比售价少 ¥1.00")).to_be_visible()
    assert overhang_of(page) <= 0
    page.get_by_role("link", name="改动 1").click()
    expect(page.locator("ins")).to_have_text(label)
    assert overhang_of(page) <= 0
    page.get_by_role("button", name="导入 1 行").click()
    expect(page.locator("p[role=status]")).to_contain_text("已导入", timeout=20_000)
    with page.expect_download() as refused:
        page.get_by_role("link", name="CSV", exact=True).click()
    refused.value.save_as(tmp_path / "refused.csv")
    assert "三部分之和比售价少 ¥1.00" in (tmp_path / "refused.csv").read_text("utf-8-sig")
    assert overhang_of(page) <= 0
    page.goto("/supplier/products/files")
    expect(page.get_by_role("link", name="清单.csv").first).to_be_visible()
