"""List, product and search pages, and the home page, as visitors without a cart see them.

Visitors come without cookies and look at many different pages, some of them often (Zipf: the n-th most visited page is
visited 1/n times as often as the first). Finished pages are kept in memory (decision 9), so three figures are taken:
the mix from cold, pages that are kept (`_hit`), and pages that are all made anew (`_miss`: a parameter that no page knows
keeps them out of memory).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import accumulate
from urllib.parse import quote

from bench.load import Action, Browser
from bench.measuring import Bench, Stage, scenario
from bench.world import _MANNERS, _PLACES, _THINGS

PER_PAGE, LAST_PAGE = 24, 1000
HOT = 10


def zipf(paths: list[str], seed: int) -> Callable[[], str]:
    """Return what draws addresses, the n-th with a weight of 1/n."""
    draw = random.Random(seed)
    mixed = list(paths)
    random.Random(7).shuffle(mixed)
    weights = list(accumulate(1 / place for place in range(1, len(mixed) + 1)))
    return lambda: draw.choices(mixed, cum_weights=weights)[0]


def queries() -> list[str]:
    """Return some hundreds of things that people type: a thing, a place, both, a manner."""
    found = [*_THINGS, *_PLACES, *(f"{manner} {thing}" for manner in _MANNERS for thing in _THINGS)]
    return [*found, *(f"{place} {thing}" for place in _PLACES for thing in _THINGS)]


@scenario(Stage.SERVED_SMALL, Stage.SERVED_LARGE, Stage.SERVED_HUGE, order=10)
def pages(bench: Bench) -> None:
    """Measure requests a second, p50, p95 and processor time of the pages."""
    pages_there = max(1, min(LAST_PAGE, len(bench.world.slugs) // PER_PAGE))
    kinds = {
        "list": [f"/shop/products?page={number}" for number in range(1, pages_there + 1)],
        "product": [f"/shop/products/{slug}" for slug in bench.world.slugs],
        "search": [f"/shop/search?q={quote(words)}" for words in queries()],
    }
    if not bench.world.indexed:
        del kinds["search"]
        bench.missing(
            f"search_{bench.size}",
            "the index of so many products takes longer to build than the run may last",
        )
    for kind, paths in kinds.items():
        # First what keeps nothing: it warms the code and not the memory, so the mix begins cold.
        bench.measure(f"{kind}_miss_{bench.size}", mixed(paths, unknown=True), seconds=3, warm_up=1)
        bench.measure(f"{kind}_{bench.size}", mixed(paths), warm_up=0)
        bench.measure(f"{kind}_hit_{bench.size}", one_by_one(paths[:HOT]), seconds=3, warm_up=2)
    bench.measure(f"home_{bench.size}", one_by_one(["/"]), seconds=3)


def mixed(paths: list[str], *, unknown: bool = False) -> Action:
    """Return what opens pages as a Zipf-like crowd does; with `unknown` none of them is kept."""
    draws: dict[int, Callable[[], str]] = {}

    def open_page(browser: Browser, visitor: int, number: int) -> None:
        if visitor not in draws:
            draws[visitor] = zipf(paths, visitor)
        path = draws[visitor]()
        browser.get(f"{path}{'&' if '?' in path else '?'}visit={number}" if unknown else path)

    return open_page


def one_by_one(paths: list[str]) -> Action:
    """Return what opens a few pages again and again."""

    def open_page(browser: Browser, visitor: int, number: int) -> None:
        browser.get(paths[(visitor + number) % len(paths)])

    return open_page
