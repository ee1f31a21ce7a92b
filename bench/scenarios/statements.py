"""SQL statements: of each page, and of a checkout and a redemption with few lines and with many."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial
from urllib.parse import quote, urlsplit

import search
from bench.load import Wrong
from bench.measuring import Bench, Stage, Statements, Visitor, hidden, scenario
from bench.scenarios.checkout import DELIVERY
from bench.scenarios.index import engines
from bench.world import PASSWORD, SMALL
from core import jobs
from core.db import reading
from payments.sandbox import jobs as sandbox_jobs

LINES = (1, 20, 200)
PER_SUPPLIER = ("confirm_payment_and_mail", "checkout")
#: What placing an order may take, and a page at any size of the catalogue.
MOST_PLACING = 40
MOST = {"list": 6, "product": 8, "search_whoosh": 6, "search_postgres": 6}


def count(bench: Bench, name: str, act: Callable[[], object]) -> int | None:
    """Write down how many statements an act sends once it is warm; None when it cannot be done."""
    try:
        act()
        with Statements() as sent:
            act()
    except (Wrong, KeyError, AssertionError) as error:
        bench.missing(f"statements.{name}", str(error))
        return None
    bench.record(f"statements.{name}", len(sent), "statements")
    return len(sent)


@scenario(Stage.STILL_SMALL, Stage.STILL_LARGE, Stage.STILL_HUGE, order=20)
def page_statements(bench: Bench) -> None:
    """Count the statements of pages; those of lists must not grow with the rows."""
    visitor = Visitor(bench.app)
    pages = {
        # A parameter that no page knows: the page is made anew and not taken from memory (decision 9).
        "home": "/?visit=1",
        "list": "/shop/products?page=2&visit=1",
        "product": f"/shop/products/{bench.world.slugs[-1]}?visit=1",
        "search_whoosh": f"/shop/search?q={quote('小米')}&visit=1",
        "search_postgres": f"/shop/search?q={quote('小米')}&visit=1",
        "open_books": "/open-books",
    }
    if bench.world.campaign:
        pages["campaign"] = f"/charity/campaigns/{bench.world.campaign}"
    else:
        bench.missing("statements.campaign", bench.world.missing.get("campaign", "there is no campaign"))
    pages["list_kept"] = "/shop/products?page=2"
    usual, built = search.engine(), dict(engines(bench))
    for name, path in pages.items():
        engine = name.removeprefix("search_")
        if name != engine and engine not in built:
            continue
        search.use(built.get(engine, usual))
        found = count(bench, f"{name}_{bench.size}", partial(visitor.get, path))
        before = bench.sheet.metrics.get(f"statements.{name}_{SMALL}")
        if found is not None and before is not None and bench.world.products > SMALL:
            bench.must(
                found <= before["value"],
                f"{name}: {before['value']} statements at {SMALL} products, {found} at {bench.size}",
            )
        if found is not None and name in MOST:
            bench.must(found <= MOST[name], f"{name}: {found} statements, {MOST[name]} are allowed")


@scenario(Stage.STILL_SMALL, order=30)
def checkout_statements(bench: Bench) -> None:
    """Count the statements of a checkout with one line and with many: the counts must be equal; time the largest."""
    counts = {}
    for lines in LINES:
        try:
            counts[lines] = _checkout(bench, lines)
        except Exception as error:
            bench.missing(f"statements.checkout_{lines}_lines", f"{type(error).__name__}: {error}")
            return
    few = counts[LINES[0]]
    for lines in LINES:
        for part, found in counts[lines].items():
            bench.record(f"statements.{part}_{lines}_lines", found, "statements")
            # Each supplier gets a mail of its own: these grow with the suppliers, whom 20 lines have met already.
            least = LINES[1] if part in PER_SUPPLIER else LINES[0]
            bench.must(
                lines < least or found <= counts[least][part],
                f"{part}: {counts[least][part]} statements with {least} lines, {found} with {lines}",
            )
    bench.must(
        few["place_order"] <= MOST_PLACING,
        f"placing: {few['place_order']} statements, {MOST_PLACING} are allowed",
    )


def _checkout(bench: Bench, lines: int) -> dict[str, int]:
    """Buy that many things and return the statements of each part."""
    visitor = Visitor(bench.app, f"192.0.2.{lines + 1}")
    for slug in bench.world.slugs[:lines]:
        page = visitor.get(f"/shop/products/{slug}")
        visitor.post("/shop/cart/add", {"variant": hidden(page, "variant"), "quantity": "1"})
    jobs.run_due()
    parts: dict[str, int] = {}
    with Statements() as sent:
        visitor.get("/shop/cart")
    parts["cart_page"] = len(sent)
    started = time.perf_counter()
    with Statements() as sent:
        visitor.post("/shop/cart/update", {"variant": hidden(page, "variant"), "quantity": "2"})
        visitor.get("/shop/cart")
    parts["cart_change"] = len(sent)
    bench.record(f"basket_{lines}.change", 1000 * (time.perf_counter() - started), "ms")
    with Statements() as sent:
        page = visitor.get("/shop/checkout")
    parts["checkout_page"] = len(sent)
    form = {name: hidden(page, name) for name in ("once", "seen_total")} | DELIVERY
    started = time.perf_counter()
    with Statements() as sent:
        sandbox = visitor.post("/shop/checkout", form)
    parts["place_order"] = len(sent)
    bench.record(f"basket_{lines}.place", 1000 * (time.perf_counter() - started), "ms")
    jobs.run_due()
    visitor.get(urlsplit(sandbox).path)
    waiting = visitor.post(f"{urlsplit(sandbox).path}/pay", {"method": "card"})
    before = sandbox_jobs.deliver_by(
        lambda path, body, headers: (
            bench.app.test_client().post(path, data=body, headers=dict(headers)).status_code
        )
    )
    try:
        with Statements() as sent:
            while jobs.run_due():
                pass
        parts["confirm_payment_and_mail"] = len(sent)
    finally:
        sandbox_jobs.deliver_by(before)
    answer = visitor.client.get(urlsplit(waiting).path, headers=visitor.headers)
    if answer.status_code != 303:
        raise Wrong(f"the payment was not confirmed: {answer.status_code}")
    with Statements() as sent:
        visitor.get(urlsplit(str(answer.headers["Location"])).path)
    parts["order_page"] = len(sent)
    parts["checkout"] = sum(parts.values())
    return parts


@scenario(Stage.STILL_SMALL, order=40)
def till_statements(bench: Bench) -> None:
    """Count the statements of the till, with one kind of goods and with ten."""
    if not bench.world.tills:
        bench.missing("statements.till", "there are no stores")
        return
    till = bench.world.tills[0]
    visitor = Visitor(bench.app, "192.0.2.99")
    visitor.get("/sign-in")
    visitor.post("/sign-in", {"login": till.email, "password": PASSWORD})
    count(bench, "till", lambda: visitor.get("/points/till"))
    counts = []
    for index, kinds in enumerate((1, 1, 10)):  # the first one warms up
        page = visitor.get("/points/till")
        visitor.post("/points/till", {"store": hidden(page, "store"), "code": till.cards[index]})
        with Statements() as sent:
            page = visitor.get("/points/till/basket")
        bench.record("statements.till_basket", len(sent), "statements")
        goods = re.findall(r'name="(q-[0-9A-Z]+)"', page)[:kinds]
        form = {name: hidden(page, name) for name in ("card", "once")} | dict.fromkeys(goods, "1")
        with Statements() as sent:
            visitor.post("/points/till/basket", form)
        bench.record(f"statements.redeem_{kinds}_kinds", len(sent), "statements")
        counts.append(len(sent))
    bench.must(
        counts[2] <= counts[1],
        f"redemption: {counts[1]} statements with 1 kind of goods, {counts[2]} with 10",
    )


@scenario(Stage.STILL_SMALL, Stage.STILL_LARGE, order=99)
def books_balance(bench: Bench) -> None:
    """Prove the books after what was done so far."""
    from ledger import checks

    with reading() as session:
        wrong = [finding for finding in checks.run(session) if finding.wrong]
    bench.must(not wrong, f"the books do not hold: {wrong}")
