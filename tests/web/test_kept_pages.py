"""Kept pages: a page that is true costs one statement, and what changed anywhere is seen at the very next request."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from core import clock, stamps
from core.db import reading, transaction
from core.permissions import SYSTEM
from registry.models import Region
from search import indexing
from shop.catalogue import services as catalogue
from shop.catalogue.models import Product, Variant
from shop.certification import services as certification
from shop.certification.models import Certificate
from shop.live import services as live_services
from shop.live.models import LiveSession
from shop.stock import services as stock
from tests.conftest import StatementCounter
from tests.factories.live import edition_of, make_live, supplier_of
from tests.factories.orders import certifier_of, place
from tests.factories.people import make_village
from tests.factories.products import make_product, pack, sell_out
from web.kept_pages import KeptPages

NAME = "石磨小米面粉"
LIST, SEARCH = "/shop/products", "/shop/search?q=石磨"


class Visitor:
    """Somebody who only looks: no cookies, and statements are counted."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.statements = 0

    def open(self, path: str, method: str = "GET", **headers: str) -> TestResponse:
        """Open a page with headers such as `accept_language`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with StatementCounter() as sent:
            answer = self.app.test_client(use_cookies=False).open(
                path, method=method, headers={"Accept-Language": "zh-CN"} | named
            )
        self.statements = len(sent)
        return answer

    def read(self, path: str, **headers: str) -> str:
        """Return the page."""
        return self.open(path, **headers).get_data(as_text=True)

    def is_kept(self, path: str, **headers: str) -> bool:
        """Open a page and say whether it came from memory: then one statement proved it true."""
        return self.open(path, **headers).status_code == 200 and self.statements == 1


@pytest.fixture
def visitor(app: Flask, live_database: Any) -> Visitor:
    """Return a visitor of a shop that really commits."""
    pages(app).forget()
    return Visitor(app)


@pytest.fixture
def product(live_database: Any) -> Product:
    """Return a product on sale with twenty packs of each of two sizes."""
    with transaction() as session:
        return make_product(
            session, make_village(session), name_zh=NAME, variants=(pack(3980), pack(7960, label="5kg 袋装"))
        )


def pages(app: Flask) -> KeptPages:
    """Return what the application keeps."""
    kept = app.wsgi_app
    assert isinstance(kept, KeptPages)
    return kept


def price_in(page: str) -> int:
    """Return the first price of a page in fen."""
    found = re.search(r'¥</span>(\d+)(?:<span class="price-cents">\.(\d\d)</span>)?', page)
    assert found is not None
    return int(found[1]) * 100 + int(found[2] or 0)


def page_of(product: Product) -> str:
    """Return the address of a product."""
    return f"/shop/products/{product.slug}"


def open_session(session: Session, product: Product) -> LiveSession:
    """Return an open live session with five packs of a product."""
    variants = select(Variant).where(Variant.product_id == product.id).order_by(Variant.id).limit(1)
    return make_live(session, session.scalars(variants).one(), 5, opened=True, price_fen=3000)


def test_the_page_of_a_live_session_counts_what_is_left_and_ends_with_it(
    visitor: Visitor, product: Product
) -> None:
    with transaction() as session:
        live = open_session(session, product)
        public_id, edition = live.public_id, edition_of(session, live).id
        host = supplier_of(session, session.get_one(Variant, edition))
    path = f"/shop/live/{public_id}"
    assert "还剩 5 份" in visitor.read(path)
    for kept in (path, page_of(product), "/shop/live"):
        visitor.read(kept)
        assert visitor.is_kept(kept)
    with transaction() as session:
        place(session, (edition, 2))
    assert "还剩 3 份" in visitor.read(path)
    # The packs of the session are none of those that the product's page counts.
    assert visitor.is_kept(page_of(product))
    assert path in visitor.read(page_of(product))
    with transaction() as session:
        live_services.end_session(session, host, public_id)
    assert "正在直播" not in visitor.read(path)
    assert path not in visitor.read(page_of(product))


def test_a_page_that_is_still_true_costs_one_statement(visitor: Visitor, product: Product) -> None:
    for path in (LIST, page_of(product)):
        first = visitor.open(path)
        assert visitor.statements > 1
        again = visitor.open(path)
        assert visitor.statements == 1
        assert (again.data, again.status, list(again.headers)) == (
            first.data,
            first.status,
            list(first.headers),
        )


def test_county_pages_are_kept_and_a_revoked_certificate_leaves_them_at_once(
    visitor: Visitor, product: Product
) -> None:
    with transaction() as session:
        county = session.get_one(Region, product.county_id)
        certificate = session.scalars(select(Certificate).where(Certificate.product_id == product.id)).one()
        number, certifier = certificate.number, certifier_of(county)
    zone = f"/shop/counties/{county.code}"
    for path in ("/shop/counties", zone):
        first = visitor.read(path)
        assert visitor.is_kept(path)
        assert visitor.read(path) == first
    assert NAME in visitor.read(zone)
    with transaction() as session:
        certification.revoke_certificate(session, certifier, number, "抽检不合格")
    assert NAME not in visitor.read(zone)
    visitor.read("/shop/counties")
    assert visitor.statements > 1


def test_another_price_is_seen_at_once_whoever_wrote_it(
    visitor: Visitor, product: Product, live_database: Any
) -> None:
    for path in (LIST, page_of(product)):
        assert price_in(visitor.read(path)) == 3980
        assert visitor.is_kept(path)
    url = live_database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as other:
        other.execute(
            "UPDATE shop_variants SET price_fen = 4120, producer_fen = producer_fen + 140 WHERE price_fen = 3980"
        )
        # Nothing is committed yet.
        assert price_in(visitor.read(LIST)) == 3980
        assert visitor.is_kept(page_of(product))
    for path in (LIST, page_of(product)):
        assert price_in(visitor.read(path)) == 4120


def test_a_suspended_a_revoked_and_an_unlisted_product_disappear_at_once(
    visitor: Visitor, product: Product
) -> None:
    with transaction() as session:
        certificate = session.scalars(select(Certificate).where(Certificate.product_id == product.id)).one()
        number, certifier = certificate.number, certifier_of(session.get_one(Region, product.county_id))
    assert NAME in visitor.read(LIST)
    assert "/shop/cart/add" in visitor.read(page_of(product))
    with transaction() as session:
        certification.suspend_certificate(session, certifier, number, "抽检农药残留不合格")
    assert NAME not in visitor.read(LIST)
    assert "/shop/cart/add" not in visitor.read(page_of(product))
    with transaction() as session:
        certification.lift_suspension(session, certifier, number, "整改以后复检合格")
    assert NAME in visitor.read(LIST)
    assert "/shop/cart/add" in visitor.read(page_of(product))
    with transaction() as session:
        certification.revoke_certificate(session, certifier, number, "查实以外地产品冒充本地产品")
    assert NAME not in visitor.read(LIST)
    assert "/shop/cart/add" not in visitor.read(page_of(product))
    assert visitor.is_kept(page_of(product))
    with transaction() as session:
        catalogue.unlist_product(session, SYSTEM, product.id)
    assert visitor.open(page_of(product)).status_code == 404


def test_a_certificate_ends_at_its_moment_without_anybody_doing_anything(visitor: Visitor) -> None:
    end = clock.now() + timedelta(hours=1)
    with transaction() as session:
        made = make_product(session, name_zh=NAME, until=end)
    for path in (LIST, page_of(made)):
        visitor.read(path)
    last_moment = end - timedelta(milliseconds=1)
    with clock.at(clock.now() + timedelta(minutes=5)):
        assert visitor.is_kept(LIST)
    with clock.at(last_moment):
        assert NAME in visitor.read(LIST)
        assert visitor.is_kept(LIST)
        assert "/shop/cart/add" in visitor.read(page_of(made))
    with clock.at(end):
        assert NAME not in visitor.read(LIST)
        assert "/shop/cart/add" not in visitor.read(page_of(made))


def test_what_is_sold_or_set_aside_is_seen_at_once(visitor: Visitor, product: Product) -> None:
    assert "已售罄" not in visitor.read(LIST)
    visitor.read(page_of(product))
    before = _stamp()
    with transaction() as session:
        sell_out(session, session.get_one(Product, product.id))
    assert _stamp() == before, "sales do not throw every page away"
    assert visitor.read(LIST) != ""
    assert "/shop/cart/add" not in visitor.read(page_of(product))
    assert "is-sold-out" in visitor.read(LIST)
    with transaction() as session:
        variant_id = session.scalars(
            select(Variant.id).where(Variant.product_id == product.id).order_by(Variant.id)
        ).first()
        stock.receive_stock(session, SYSTEM, int(variant_id or 0), 3, "delivered")
    assert "is-sold-out" not in visitor.read(LIST)
    assert "/shop/cart/add" in visitor.read(page_of(product))


def test_a_page_counts_the_last_packs_and_stays_as_it_is_while_there_are_more(
    visitor: Visitor, product: Product
) -> None:
    with reading() as session:
        variant_ids = session.scalars(select(Variant.id).where(Variant.product_id == product.id)).all()

    def count(packs: int) -> str:
        with transaction() as session:
            for variant_id in variant_ids:
                stock.count_stock(session, SYSTEM, variant_id, packs, "counted")
        return visitor.read(page_of(product))

    assert "仅剩" not in count(5000)
    with transaction() as session:
        stock.count_stock(session, SYSTEM, variant_ids[0], 11, "counted")
    assert visitor.is_kept(page_of(product)), "of more than ten packs a page does not say how many there are"
    assert "仅剩 10 份" in count(10)
    assert "仅剩 9 份" in count(9)
    assert "/shop/cart/add" not in count(0)
    assert "仅剩" not in count(11)


def test_the_empty_checkout_is_drawn_once_for_each_language_until_a_region_changes(
    app: Flask, product: Product
) -> None:
    with reading() as session:
        variant = session.scalars(select(Variant).where(Variant.product_id == product.id)).first()
        province = session.scalars(select(Region).where(Region.level == "province")).first()
    assert variant is not None
    assert province is not None
    client = app.test_client()
    headers = {"Accept-Language": "zh-CN", "Sec-Fetch-Site": "same-origin"}
    put = {"variant": variant.public_id, "quantity": "1"}
    assert client.post("/shop/cart/add", data=put, headers=headers).status_code == 303

    def options(language: str) -> list[str]:
        page = client.get("/shop/checkout", headers={"Accept-Language": language}).get_data(as_text=True)
        assert page.count('name="once"') == 1
        return re.findall(r"<option[^>]*>([^<]+)</option>", page)

    assert province.name_zh in options("zh-CN")
    assert province.name_zh in options("zh-CN")
    assert province.name_en in options("en")
    with transaction() as session:
        session.execute(update(Region).where(Region.id == province.id).values(name_zh="新省"))
    assert "新省" in options("zh-CN")
    assert province.name_zh not in options("zh-CN")


def _stamp() -> int:
    with reading() as session:
        found = stamps.current(session)
    assert found is not None
    return found.number


def test_each_language_has_its_own_page(visitor: Visitor, product: Product) -> None:
    assert 'lang="zh-Hans-CN"' in visitor.read(LIST)
    assert 'lang="en"' in visitor.read(LIST, accept_language="en-GB")
    assert 'lang="zh-Hans-CN"' in visitor.read(LIST, accept_language="fr")
    assert 'lang="en"' in visitor.read(LIST, cookie="yigou_language=en")
    assert visitor.is_kept(LIST, cookie="yigou_language=en")
    assert 'lang="zh-Hans-CN"' in visitor.read(LIST, cookie="yigou_language=zh_Hans_CN", accept_language="en")


def test_the_order_of_parameters_does_not_matter_but_which_comes_first_does(
    visitor: Visitor, product: Product
) -> None:
    visitor.read(f"{LIST}?sort=price-up&category=grain_oil")
    assert visitor.is_kept(f"{LIST}?category=grain_oil&sort=price-up")
    assert visitor.open(f"{LIST}?page=1&page=9").status_code == 200
    assert visitor.open(f"{LIST}?page=9&page=1").status_code == 404


@pytest.mark.parametrize(
    "path", [f"{LIST}?utm_source=x", f"{LIST}?page=1&n=2", "/shop/products/nothing-here"]
)
def test_what_is_asked_for_in_other_words_is_not_kept(visitor: Visitor, product: Product, path: str) -> None:
    visitor.read(path)
    assert not visitor.is_kept(path)


@pytest.mark.parametrize("cookie", ["yigou=abc", "yigou_language=en; yigou=abc", "other=1"])
def test_whoever_carries_another_cookie_gets_a_page_of_their_own(
    app: Flask, visitor: Visitor, product: Product, cookie: str
) -> None:
    visitor.read(LIST)
    assert not visitor.is_kept(LIST, cookie=cookie)
    used = pages(app).used
    visitor.read(page_of(product), cookie=cookie)
    assert pages(app).used == used


def test_nothing_with_a_cookie_of_its_own_is_kept(app: Flask, visitor: Visitor, product: Product) -> None:
    client = app.test_client()
    headers = {"Accept-Language": "zh-CN", "Sec-Fetch-Site": "same-origin"}
    page = client.get(page_of(product), headers=headers).get_data(as_text=True)
    variant = page.split('name="variant"')[1].split('value="')[1].split('"')[0]
    answer = client.post("/shop/cart/add", data={"variant": variant, "quantity": "1"}, headers=headers)
    assert answer.status_code == 303
    mine = client.get(LIST, headers=headers)
    assert 'class="cart-count"' in mine.get_data(as_text=True)
    assert "public" not in mine.headers["Cache-Control"]
    assert 'class="cart-count"' not in visitor.read(LIST)
    assert "csrf_token" not in visitor.read(page_of(product))


def test_a_browser_that_has_the_page_gets_304_and_head_gets_no_body(
    visitor: Visitor, product: Product
) -> None:
    has = visitor.open(LIST).headers["ETag"]
    for _ in range(2):
        answer = visitor.open(LIST, if_none_match=has)
        assert (answer.status_code, answer.data) == (304, b"")
        assert "Content-Length" not in answer.headers
        assert answer.headers["Cache-Control"].startswith("public")
    assert visitor.statements == 1
    assert visitor.open(LIST, if_none_match='"other"').status_code == 200
    head = visitor.open(LIST, "HEAD")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == has
    fresh = visitor.open(f"{LIST}?category=grain_oil", if_none_match='"other"')
    assert fresh.status_code == 200
    assert visitor.is_kept(f"{LIST}?category=grain_oil")


def test_memory_is_bounded_and_the_least_used_goes_first(app: Flask, visitor: Visitor) -> None:
    with transaction() as session:
        village = make_village(session)
        made = [make_product(session, village, name_zh=f"{NAME}{number}") for number in range(6)]
    kept = pages(app)
    visitor.read(LIST)
    room, kept._room = kept._room, kept.used * 4
    try:
        for one in made:
            visitor.read(page_of(one))
            assert visitor.is_kept(LIST)
        assert kept.used <= kept._room
        assert not visitor.is_kept(page_of(made[0]))
    finally:
        kept._room = room
        kept.forget()


def test_a_search_is_made_anew_once_the_index_has_what_changed(visitor: Visitor, product: Product) -> None:
    indexing.drain()
    assert NAME in _plain(visitor.read(SEARCH))
    with transaction() as session:
        other = make_product(session, name_zh="石磨豆浆粉")
    visitor.read(SEARCH)
    indexing.drain()
    assert other.name_zh in _plain(visitor.read(SEARCH))


def _plain(page: str) -> str:
    return page.replace("<mark>", "").replace("</mark>", "")


@pytest.mark.concurrency
def test_nobody_sees_an_old_price_after_it_was_changed(
    visitor: Visitor, product: Product, app: Flask
) -> None:
    """Four visitors read while prices rise; a page asked for after a change never shows the price before it."""
    price, wrong, looked, stop = [3980], [], [], threading.Event()

    def look() -> None:
        reader = Visitor(app)
        while not stop.is_set():
            least = price[0]
            page = reader.app.test_client(use_cookies=False).get(page_of(product)).get_data(as_text=True)
            shown = price_in(page)
            looked.append(shown)
            if shown < least:
                wrong.append((least, shown))

    readers = [threading.Thread(target=look) for _ in range(4)]
    for reader in readers:
        reader.start()
    for step in range(1, 13):
        with transaction() as session:
            session.execute(
                update(Variant)
                .where(Variant.product_id == product.id, Variant.price_fen < 7000)
                .values(price_fen=Variant.price_fen + 10, producer_fen=Variant.producer_fen + 10)
            )
        price[0] = 3980 + 10 * step
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert len(looked) >= 4


@pytest.mark.concurrency
def test_many_steps_that_change_the_catalogue_do_not_wait_for_each_other(
    visitor: Visitor, live_database: Any
) -> None:
    with transaction() as session:
        made = [make_product(session) for _ in range(8)]
    before = _stamp()
    url = live_database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    open_steps = [psycopg.connect(url) for _ in made]
    for step, one in zip(open_steps, made, strict=True):
        step.execute("SET lock_timeout = '2s'")
        step.execute("UPDATE shop_products SET households_count = 7 WHERE id = %s", [one.id])
        step.execute("UPDATE shop_products SET households_count = 8 WHERE id = %s", [one.id])
    assert _stamp() == before
    for number, step in enumerate(open_steps, 1):
        step.commit()
        step.close()
        assert _stamp() == before + number


#: Tables that kept pages read and that move no number, each for a reason.
NOT_WATCHED = {
    "core_page_stamps": "the number itself",
    "shop_stock": "what is in stock is asked again before each answer",
    "shop_stock_holds": "what is in stock is asked again before each answer",
    "shop_orders": "the order by sales, and what reached villages, are kept for a minute only",
    "shop_order_lines": "the order by sales, and what reached villages, are kept for a minute only",
    "shop_supplier_orders": "what reached villages is kept for a minute only",
    "shop_order_refunds": "what reached villages is kept for a minute only",
}


@pytest.mark.parametrize(
    "path",
    [
        LIST,
        f"{LIST}?page=1&sort=price-up",
        SEARCH,
        "/shop/products/{slug}",
        "/shop/counties",
        "/shop/counties/370406",
        "/shop/live",
        "/shop/live/{live}",
    ],
)
def test_every_table_that_a_kept_page_reads_is_watched(
    visitor: Visitor, product: Product, live_database: Any, path: str
) -> None:
    with transaction() as session:
        live = open_session(session, product).public_id
    with StatementCounter() as sent:
        visitor.app.test_client(use_cookies=False).get(path.format(slug=product.slug, live=live))
        read = set(re.findall(r"\b(?:FROM|JOIN) ([a-z]+_[a-z_]+)", " ".join(sent.statements)))
    with live_database.connect() as connection:
        tables = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relkind = 'r'")))
        watched = set(
            connection.scalars(
                text(
                    "SELECT tgrelid::regclass::text FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
                    "WHERE proname = 'move_page_stamp'"
                )
            )
        )
    assert "shop_products" in read
    assert read & tables - watched - set(NOT_WATCHED) == set()
