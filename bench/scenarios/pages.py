"""List, product and search pages, and the home page, as visitors without a cart see them.

Visitors come without cookies and look at many different pages, some of them often (Zipf: the n-th most visited page is
visited 1/n times as often as the first). Finished pages are kept in memory (decision 9), so three figures are taken: pages
that are all made anew (`_miss`: a parameter that no page knows keeps them out of memory), the mix, and pages that are kept
(`_hit`).

The mix is measured after the same crowd has looked around for a while, with other draws: a measured visitor meets in
memory what others have looked at before, as in an open shop. `from_memory` is the share that was, reckoned from the
processor time of the three.
"""

from __future__ import annotations

import random
from itertools import accumulate
from urllib.parse import quote

from bench.load import Action, Browser
from bench.measuring import Bench, Stage, scenario
from bench.world import _MANNERS, _PLACES, _THINGS

PER_PAGE, LAST_PAGE = 24, 1000
HOT = 10


def queries() -> list[str]:
    """Return some hundreds of things that people type: a thing, a place, both, a manner."""
    found = [*_THINGS, *_PLACES, *(f"{manner} {thing}" for manner in _MANNERS for thing in _THINGS)]
    return [*found, *(f"{place} {thing}" for place in _PLACES for thing in _THINGS)]


@scenario(Stage.SERVED_SMALL, Stage.SERVED_LARGE, Stage.SERVED_HUGE, order=10)
def pages(bench: Bench) -> None:
    """Measure requests a second, p50, p95 and processor time of the pages; searches are Whoosh's."""
    pages_there = max(1, min(LAST_PAGE, len(bench.world.slugs) // PER_PAGE))
    lists = [f"/shop/products?page={number}" for number in range(1, pages_there + 1)]
    measure_kind(bench, f"list_{bench.size}", lists)
    measure_kind(bench, f"product_{bench.size}", [f"/shop/products/{slug}" for slug in bench.world.slugs])
    if bench.world.indexed:
        measure_kind(bench, f"search_whoosh_{bench.size}", searches())
    bench.measure(f"home_{bench.size}", one_by_one(["/"]), seconds=3)


@scenario(Stage.SEARCHED_SMALL, Stage.SEARCHED_LARGE, Stage.SEARCHED_HUGE, order=10)
def postgres_search(bench: Bench) -> None:
    """Measure the same searches with PostgreSQL's engine."""
    measure_kind(bench, f"search_postgres_{bench.size}", searches())


def searches() -> list[str]:
    """Return the addresses of what people look for."""
    return [f"/shop/search?q={quote(words)}" for words in queries()]


def measure_kind(bench: Bench, name: str, paths: list[str]) -> None:
    """Measure pages made anew, the mix, and kept pages of one kind."""
    kind, _, rest = name.partition("_")
    miss, hit = f"{kind}_miss_{rest}", f"{kind}_hit_{rest}"
    # What keeps nothing comes first: it warms the code and not the memory.
    made = bench.measure(miss, mixed(paths, unknown=True), seconds=4, warm_up=1.5)
    crowd = bench.measure(name, mixed(paths), seconds=8, warm_up=4)
    found = bench.measure(hit, one_by_one(paths[:HOT]), seconds=3, warm_up=1.5)
    if made.cpu_ms > found.cpu_ms > 0:
        share = (made.cpu_ms - crowd.cpu_ms) / (made.cpu_ms - found.cpu_ms)
        bench.record(f"{name}.from_memory", 100 * min(max(share, 0.0), 1.0), "%")


def mixed(paths: list[str], *, unknown: bool = False) -> Action:
    """Return what opens pages as a Zipf-like crowd does; with `unknown` none of them is kept."""
    liked = list(paths)
    random.Random(7).shuffle(liked)
    weights = list(accumulate(1 / place for place in range(1, len(liked) + 1)))
    # Each process of each run draws anew: a measured crowd that repeated its warm-up would meet kept pages only.
    draw = random.SystemRandom()

    def open_page(browser: Browser, _visitor: int, number: int) -> None:
        path = draw.choices(liked, cum_weights=weights)[0]
        browser.get(f"{path}{'&' if '?' in path else '?'}visit={number}" if unknown else path)

    return open_page


def one_by_one(paths: list[str]) -> Action:
    """Return what opens a few pages again and again."""

    def open_page(browser: Browser, visitor: int, number: int) -> None:
        browser.get(paths[(visitor + number) % len(paths)])

    return open_page
