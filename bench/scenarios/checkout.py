"""The complete checkout of a guest with the sandbox: from the product page to the paid order, as a browser does it."""

from __future__ import annotations

import re
import time
from urllib.parse import urlsplit
from uuid import uuid4

from bench import load
from bench.load import Browser, Wrong
from bench.measuring import Bench, Stage, hidden, problem_in, scenario, token_of

DELIVERY = {
    "recipient": "张三",
    "phone": "13800138000",
    "province": "37",
    "county": "370406",
    "town": "",
    "village": "",
    "way": "door",
    "address": "府前路 1 号",
    "email": "buyer@bench.example",
    "note": "",
}
#: For how long a visitor waits for the confirmation, in seconds; how often the browser looks, the page itself says.
LOOK_FOR = 30.0
_REFRESH = re.compile(r'http-equiv="refresh" content="(\d+)')


def buy(browser: Browser, slug: str, look_for: float = LOOK_FOR) -> str:
    """Buy one pack: product, cart, checkout, sandbox, confirmed by the signed event, paid order; return its path."""
    with browser.mark("before_paying"):
        page = browser.get(f"/shop/products/{slug}")
        variant = hidden(page, "variant")
        form = token_of(page) | {"variant": variant, "quantity": "1"}
        browser.get(browser.post("/shop/cart/add", form, problem_in))
        page = browser.get("/shop/checkout")
        form = token_of(page) | {name: hidden(page, name) for name in ("once", "seen_total")}
        # Somebody else each time: unpaid orders of one e-mail address are limited and placed one after the other.
        form |= DELIVERY | {"email": f"buyer-{uuid4().hex}@bench.example"}
        with browser.mark("placing"):
            sandbox = browser.post("/shop/checkout", form, problem_in)
    page = browser.get(sandbox)
    form = token_of(page) | {"method": "card"}
    waiting = browser.post(f"{urlsplit(sandbox).path}/pay", form, problem_in)
    with browser.mark("confirmation"):
        until = time.perf_counter() + look_for
        while True:
            status, location, page = browser.send("GET", waiting)
            if status == 303:
                break
            if status != 200 or time.perf_counter() > until:
                raise Wrong(f"GET {waiting}: {status}, not confirmed")
            told = _REFRESH.search(page)
            time.sleep(float(told[1]) if told else 1.0)
    page = browser.get(location)
    if not re.search("已付款|已支付|待发货|备货|准备发货|付款成功", page):
        raise Wrong(f"the order at {location} does not say that it is paid")
    return urlsplit(location).path


#: So many buyers at once, and so many products among which they choose.
BUYERS, SPREAD = 16, 200


@scenario(Stage.SERVED_SMALL, Stage.SERVED_LARGE, order=30)
def checkout(bench: Bench) -> None:
    """Measure complete orders a second over many products and over one: p50, p95, the last step, processor time."""
    size = bench.size
    slugs = bench.world.slugs[:SPREAD]

    def look(browser: Browser, visitor: int, number: int) -> None:
        browser.get(f"/shop/products/{slugs[(visitor * 29 + number) % len(slugs)]}")

    # Many look before somebody buys: every process has the pages in memory.
    load.run(look, bench.port, [], clients=8, seconds=bench.seconds(5))
    measure_orders(bench, f"checkout_{size}", slugs)
    measure_orders(bench, f"checkout_hot_{size}", bench.world.slugs[-1:])
    spread, hot = (
        bench.sheet.metrics.get(f"{name}.per_second", {"value": 0})["value"]
        for name in (f"checkout_{size}", f"checkout_hot_{size}")
    )
    if spread:
        bench.record(f"checkout_hot_{size}.share_of_spread", 100 * hot / spread, "%")


def measure_orders(bench: Bench, name: str, slugs: list[str]) -> None:
    """Let `BUYERS` guests at once buy one pack after the other, each order somebody new from another address."""

    def order(browser: Browser, visitor: int, number: int) -> None:
        browser.become(f"10.{100 + visitor}.{number // 250 % 250}.{number % 250 + 1}")
        buy(browser, slugs[(visitor * 17 + number) % len(slugs)])

    figures = bench.measure(
        name,
        order,
        clients=BUYERS,
        seconds=20,
        thing="order",
        roots=("web", "worker", "postgres"),
        warm_up=8,
    )
    for part, (p50, p95) in figures.marks.items():
        bench.record_time(f"{name}.{part}", p50, "p50", "ms")
        bench.record_time(f"{name}.{part}", p95, "p95", "ms")
