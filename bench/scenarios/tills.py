"""Twenty love supermarkets redeem at the same time: card, shelf, redemption, slip."""

from __future__ import annotations

import re

from bench.load import Browser, Wrong
from bench.measuring import Bench, Stage, hidden, problem_in, scenario, token_of
from bench.world import PASSWORD, Till


def sign_in(browser: Browser, till: Till) -> None:
    """Sign the keeper in."""
    page = browser.get("/sign-in")
    form = token_of(page) | {"login": till.email, "password": PASSWORD}
    browser.post("/sign-in", form, problem_in)
    browser.kept["keeper"] = till.email


def redeem(browser: Browser, card: str, number: int) -> None:
    """Serve one household: two kinds of goods."""
    page = browser.get("/points/till")
    store = hidden(page, "store")
    form = token_of(page) | {"store": store, "code": card}
    page = browser.get(browser.post("/points/till", form, problem_in))
    goods = re.findall(r'name="(q-[0-9A-Z]+)"', page)
    if len(goods) < 2:
        raise Wrong("the shelf shows no goods")
    chosen = {goods[number % len(goods)]: "1", goods[(number + 1) % len(goods)]: "2"}
    form = token_of(page) | {name: hidden(page, name) for name in ("card", "once")}
    browser.get(browser.post("/points/till/basket", form | chosen, problem_in))


@scenario(Stage.SERVED_SMALL, order=40)
def tills(bench: Bench) -> None:
    """Measure redemptions a second, p50, p95 and processor time a redemption at 20 parallel tills."""
    tills = bench.world.tills
    if not tills:
        bench.missing("redemption", bench.world.missing.get("tills", "there are no stores"))
        return

    def serve(browser: Browser, visitor: int, number: int) -> None:
        till = tills[visitor % len(tills)]
        if browser.kept.get("keeper") != till.email:
            sign_in(browser, till)
        redeem(browser, till.cards[number % len(till.cards)], number)

    bench.measure("redemption", serve, clients=len(tills), seconds=12, thing="redemption", warm_up=4)
