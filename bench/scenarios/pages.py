"""List, product and search pages, and the home page, as visitors without a cart see them."""

from __future__ import annotations

from urllib.parse import quote

from bench.load import Browser
from bench.measuring import Bench, Stage, scenario

WORDS = ("小米", "核桃", "石磨 苹果", "蜂蜜", "青莲", "土鸡蛋", "xiaomi", "手工 草编篮")


@scenario(Stage.SERVED_SMALL, Stage.SERVED_LARGE, order=10)
def pages(bench: Bench) -> None:
    """Measure requests a second, p50, p95 and processor time of the pages."""
    slugs = bench.world.slugs
    last_page = max(1, min(20, len(slugs) // 24))

    def open_list(browser: Browser, visitor: int, number: int) -> None:
        browser.get(f"/shop/products?page={(visitor + number) % last_page + 1}")

    def open_product(browser: Browser, visitor: int, number: int) -> None:
        browser.get(f"/shop/products/{slugs[(visitor * 7919 + number) % len(slugs)]}")

    def search(browser: Browser, visitor: int, number: int) -> None:
        browser.get(f"/shop/search?q={quote(WORDS[(visitor + number) % len(WORDS)])}")

    def open_home(browser: Browser, _visitor: int, _number: int) -> None:
        browser.get("/")

    for name, action in (
        ("list", open_list),
        ("product", open_product),
        ("search", search),
        ("home", open_home),
    ):
        bench.measure(f"{name}_{bench.size}", action)
