"""A bare page, and one indexed SELECT rendered: what everything else is compared to."""

from __future__ import annotations

from bench.load import Browser
from bench.measuring import Bench, Stage, scenario


@scenario(Stage.SERVED_SMALL, order=0)
def baselines(bench: Bench) -> None:
    """Measure the two."""
    for name, path in (("bare", "/bench/bare"), ("select", "/bench/select")):

        def open_page(browser: Browser, _visitor: int, _number: int, path: str = path) -> None:
            browser.get(path)

        bench.measure(name, open_page)
