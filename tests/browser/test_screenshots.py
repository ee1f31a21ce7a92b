"""`make screenshots` takes small pictures of loaded pages, and says clearly when it cannot."""

from __future__ import annotations

import socket
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser

from demo import screenshots
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ["home", "checkout"])
def test_a_picture_is_small_and_as_wide_as_the_window(site: Site, chromium: Browser, name: str) -> None:
    screenshots.check_demo(site.address)
    width, height = screenshots.SIZES[1]
    picture = screenshots.shrink(screenshots.take(chromium, site.address, name, width, height))
    assert len(picture) <= screenshots.LARGEST
    with Image.open(BytesIO(picture)) as opened:
        assert opened.size == (width, height)
        assert len(opened.getcolors(1_000_000) or []) > 50, "the page is blank"


def test_without_a_demo_a_sentence_says_how_to_start_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(screenshots.CannotTake, match="make demo"):
            screenshots.check_demo(address)
