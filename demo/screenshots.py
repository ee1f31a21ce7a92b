"""`make screenshots`: takes the pages that people see first from the running demo into docs/screenshots/."""

from __future__ import annotations

import argparse
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from demo.accounts import CARD_CODE, DOMAIN, PASSWORD
from demo.chromium import FLAGS, HOW_TO_INSTALL, find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
#: Width and height of the window, in CSS pixels.
SIZES = ((1280, 900), (390, 844))
#: The millet of the first line of the home page.
PRODUCT = "shimo-xiaomi"
#: Bytes that a picture may have.
LARGEST = 120_000


class CannotTake(Exception):
    """The pictures cannot be taken; the message says why."""


def show_home(page: Page) -> None:
    """Show the home page."""
    _open(page, "/")


def show_product(page: Page) -> None:
    """Show the page of one product, always the same."""
    _open(page, f"/shop/products/{_product(page)}")


def show_checkout(page: Page) -> None:
    """Put something into the cart and show the checkout."""
    slug = _product(page)
    _open(page, f"/shop/products/{slug}")
    page.locator("form.buy button[type=submit]").click()
    page.wait_for_url("**/shop/cart")
    _open(page, "/shop/checkout")


def show_campaign(page: Page) -> None:
    """Show the first campaign that takes gifts."""
    _open(page, "/charity/campaigns")
    link = page.locator("main a[href^='/charity/campaigns/']").first.get_attribute("href")
    if link is None:
        raise CannotTake("The demo shows no campaign.")
    _open(page, link)


def show_till(page: Page) -> None:
    """Sign in as the storekeeper, read the printed card, and show the shelf with two things chosen."""
    _open(page, "/sign-in?next=/points/till")
    page.locator("[name=login]").fill(f"keeper@{DOMAIN}")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/points/till*")
    page.locator("[name=code]").fill(CARD_CODE)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/points/till/basket")
    pictures = page.locator("[data-goods] [data-add]")
    for index in range(min(2, pictures.count())):
        pictures.nth(index).click()
    page.evaluate("scrollTo(0, 0)")


def show_open_books(page: Page) -> None:
    """Show the open books."""
    _open(page, "/open-books")


PAGES: dict[str, Callable[[Page], None]] = {
    "home": show_home,
    "product": show_product,
    "checkout": show_checkout,
    "campaign": show_campaign,
    "till": show_till,
    "open-books": show_open_books,
}


def take(browser: Browser, address: str, name: str, width: int, height: int, *, whole: bool = False) -> bytes:
    """Return a page as PNG, with its pictures loaded; `whole` takes all of it, not the first window only."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        has_touch=width < 600,
        is_mobile=width < 600,
    )
    try:
        page = context.new_page()
        page.set_default_timeout(15_000)
        PAGES[name](page)
        _settle(page)
        return page.screenshot(full_page=whole, animations="disabled", caret="hide")
    finally:
        context.close()


def shrink(picture: bytes) -> bytes:
    """Return a PNG as a WebP of at most `LARGEST` bytes."""
    with Image.open(BytesIO(picture)) as opened:
        image = opened.convert("RGB")
    for quality in (82, 72, 62, 50, 38):
        kept = BytesIO()
        image.save(kept, "WEBP", quality=quality, method=6)
        if kept.tell() <= LARGEST:
            break
    return kept.getvalue()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a Chromium without a window; raises `CannotTake` when there is none."""
    path = find_chromium()
    if path is None:
        raise CannotTake(HOW_TO_INSTALL)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def check_demo(address: str) -> None:
    """Refuse when no demo answers there."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(f"{address}/readyz", timeout=10).close()
    except (OSError, urllib.error.URLError) as error:
        raise CannotTake(
            f"No demo answers at {address} ({error}). Start it with `make demo` in another terminal,"
            " and name its port here: `make screenshots PORT=8080`."
        ) from error


def _product(page: Page) -> str:
    """Return the address part of `PRODUCT`, or of the first product that can be bought when it is sold out."""
    answer = page.goto(f"/shop/products/{PRODUCT}")
    if answer is not None and answer.status == 200 and page.locator(".buy-row").count():
        return PRODUCT
    _open(page, "/shop/products?in_stock=1")
    link = page.locator("main a[href^='/shop/products/']").first.get_attribute("href")
    if link is None:
        raise CannotTake("The demo has no product that can be bought.")
    return link.rsplit("/", 1)[1].split("?")[0]


def _open(page: Page, path: str) -> None:
    answer = page.goto(path, wait_until="load")
    if answer is None or answer.status != 200:
        raise CannotTake(f"{path} answers {answer.status if answer else 'nothing'}.")


def _settle(page: Page) -> None:
    """Load what is loaded late, and wait until every picture and letter is there."""
    page.evaluate(
        """async () => {
            for (const picture of document.querySelectorAll("img[loading=lazy]")) picture.loading = "eager";
            await Promise.all([...document.images].map((picture) => picture.decode().catch(() => null)));
            await document.fonts.ready;
            document.activeElement?.blur();
        }"""
    )
    page.wait_for_load_state("networkidle")


def main() -> int:
    """Take the pictures; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo.screenshots", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=8000, help="port of the running demo (default: %(default)s)"
    )
    parser.add_argument("--into", type=Path, default=FOLDER, help="folder to write to")
    parser.add_argument(
        "--only", choices=sorted(PAGES), action="append", help="only this page; may be repeated"
    )
    parser.add_argument("--whole", action="store_true", help="the whole page, not only the first window")
    choice = parser.parse_args()
    address = f"http://127.0.0.1:{choice.port}"
    failures = 0
    try:
        check_demo(address)
        choice.into.mkdir(parents=True, exist_ok=True)
        with chromium() as browser:
            for name in choice.only or PAGES:
                for width, height in SIZES:
                    target = choice.into / f"{name}-{width}.webp"
                    try:
                        picture = shrink(take(browser, address, name, width, height, whole=choice.whole))
                    except Exception as error:
                        failures += 1
                        print(f"  {target.name}: {str(error).splitlines()[0]}", file=sys.stderr)
                        continue
                    target.write_bytes(picture)
                    print(f"  {target.name}: {len(picture) / 1000:.0f} KB", flush=True)
    except CannotTake as error:
        print(error, file=sys.stderr)
        return 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
