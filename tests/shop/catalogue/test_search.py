"""The search page and its suggestions, with either engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

import search
from core import clock, jobs
from ledger.values import AccountKind, AccountSpec, Policy, Unit
from registry.models import Region
from search import PostgresEngine, WhooshEngine, indexing, words
from shop.catalogue.models import Product, Variant
from shop.catalogue.queries import lists
from shop.catalogue.views import PAGE_SIZE
from shop.certification import services as certification
from shop.orders import services as order_services
from shop.orders.errors import BasketRefused
from shop.orders.models import Order
from shop.orders.values import Received
from tests.conftest import StatementCounter
from tests.factories import orders
from tests.factories.orders import certify
from tests.factories.people import make_village
from tests.factories.products import make_product, pack, sell_out
from tests.page_client import PageClient

MONEY = AccountSpec("tests:money", Unit.CNY, AccountKind.ASSET, Policy.OPEN, "tests")


@pytest.fixture(autouse=True, params=["whoosh", "postgres"])
def _own_index(app: Flask, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    usual = search.engine()
    search.use(PostgresEngine("page") if request.param == "postgres" else WhooshEngine(tmp_path / "index"))
    words.sounds("小米")
    yield
    search.use(usual)


def index(session: Session) -> None:
    session.commit()
    indexing.drain()


def find(client: PageClient, typed: str, more: str = "") -> str:
    return client.get(f"/shop/search?q={quote(typed)}{more}").html


def suggest(client: PageClient, typed: str, language: str = "zh") -> list[str]:
    answer = client.get(f"/shop/search/suggest?q={quote(typed)}", headers={"Accept-Language": language})
    return [one["title"] for one in json.loads(answer.response.get_data(as_text=True))["suggestions"]]


@pytest.mark.parametrize("typed", ["小米", "xiaomi", "xm", "xiomi", "millte", "粟米", "millet 小米"])
def test_names_slips_and_other_names_find_it(client: PageClient, session: Session, typed: str) -> None:
    make_product(session)
    make_product(
        session, name_zh="核桃酥", name_en="Walnut shortbread", summary_zh="入口化渣。", summary_en="Crumbly."
    )
    index(session)
    page = find(client, typed)
    assert "<mark>小米</mark>" in page or (typed == "millte" and "石磨小米" in page)
    assert "Walnut" not in page
    assert "核桃酥" not in page


def test_what_a_supplier_writes_stays_text(client: PageClient, session: Session) -> None:
    make_product(
        session,
        name_zh="小米<script>alert(1)</script>",
        summary_zh='熬粥的小米"><img src=x onerror=alert(1)>',
    )
    index(session)
    page = find(client, "小米")
    assert "<mark>小米</mark>&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "熬粥的<mark>小米</mark>&#34;&gt;&lt;img" in page
    assert suggest(client, "小米") == ["小米<script>alert(1)</script>"]


def test_the_summary_is_shown_where_it_has_the_word_and_only_in_a_search(
    client: PageClient, session: Session
) -> None:
    make_product(session, summary_zh="慢磨，熬粥起油皮。")
    index(session)
    assert "<mark>熬粥</mark>" in find(client, "熬粥")
    assert "product-summary" not in find(client, "石磨")
    assert "product-summary" not in client.get("/shop/products").html


def test_facets_count_what_each_choice_would_leave(client: PageClient, session: Session) -> None:
    make_product(session)
    make_product(session, name_zh="小米锅巴", category="snacks")
    make_product(session, make_village(session, "小溪村", "370404"), name_zh="黄小米")
    index(session)
    text_of_page = client.get("/shop/search?q=" + quote("小米")).text
    assert "粮油米面 2" in text_of_page
    assert "零食" in text_of_page
    assert "峄城区 1" in text_of_page
    narrowed = client.get("/shop/search?q=" + quote("小米") + "&county=370404").text
    assert "共 1 种认定产品" in narrowed
    for bad in ("&category=weapons", "&county=999999", "&sort=random", "&in_stock=yes"):
        client.get("/shop/search?q=" + quote("小米") + bad, 404)


def test_results_are_sorted_as_asked(client: PageClient, session: Session) -> None:
    first = make_product(session, name_zh="小米甲", variants=(pack(2000),))
    second = make_product(session, name_zh="小米乙", variants=(pack(1000),))
    third = make_product(session, name_zh="小米丙", variants=(pack(3000),))
    sell(session, first, 1, paid=True)
    sell(session, second, 5, paid=True)
    sell(session, third, 9, paid=False)
    index(session)

    def order(sort: str) -> str:
        page = client.get("/shop/search?q=" + quote("小米") + f"&sort={sort}").text
        return "".join(sorted("甲乙丙", key=page.index))

    assert order("sales") == "乙甲丙"
    assert order("price-up") == "乙甲丙"
    assert order("price-down") == "丙甲乙"
    assert order("newest") == "丙乙甲"
    assert "销量最高" in client.get("/shop/products?sort=sales").text


def test_what_was_sold_long_ago_no_longer_counts(client: PageClient, session: Session) -> None:
    old = make_product(session, name_zh="小米甲")
    new = make_product(session, name_zh="小米乙")
    sell(session, old, 9, paid=True, days_ago=120)
    sell(session, new, 1, paid=True)
    index(session)
    page = client.get("/shop/search?q=" + quote("小米") + "&sort=sales").text
    assert page.index("小米乙") < page.index("小米甲")


def sell(session: Session, product: Product, packs: int, *, paid: bool, days_ago: int = 0) -> None:
    variant = session.scalars(select(Variant).where(Variant.product_id == product.id)).one()
    placed = orders.place(session, (variant, packs))
    if paid:
        order = session.get_one(Order, placed.order_id)
        moment = clock.now() - timedelta(days=days_ago)
        order_services.mark_order_paid(
            session, order.id, Received(order.total_fen, "tests", f"P{order.id}", moment), MONEY
        )


def test_suggestions_come_by_name_pinyin_and_initials(client: PageClient, session: Session) -> None:
    make_product(session, name_zh="小米锅巴", name_en="Millet crisps")
    make_product(session, name_zh="石磨小米", name_en="Stone-milled millet")
    make_product(
        session, name_zh="核桃酥", name_en="Walnut shortbread", summary_zh="入口化渣。", summary_en="Crumbly."
    )
    index(session)
    assert suggest(client, "小") == ["小米锅巴", "石磨小米"]
    assert suggest(client, "小米") == ["小米锅巴", "石磨小米"]
    assert set(suggest(client, "xiaom")) == {"小米锅巴", "石磨小米"}
    assert "石磨小米" in suggest(client, "smxm")
    assert suggest(client, "hets") == ["核桃酥"] or suggest(client, "hts") == ["核桃酥"]
    assert suggest(client, "mil", "en") == ["Millet crisps", "Stone-milled millet"]
    assert suggest(client, "walnit", "en") == ["Walnut shortbread"]


@pytest.mark.parametrize(
    "typed", ["", " ", "*", "%", "_", "\x00", "的", "🍎", "'", "\\", "小米" * 5_000, "x" * 10_000]
)
def test_suggestions_answer_whatever_is_typed(client: PageClient, session: Session, typed: str) -> None:
    make_product(session)
    index(session)
    suggest(client, typed)


def test_suggestions_are_few_cacheable_and_of_what_is_on_sale(client: PageClient, session: Session) -> None:
    for number in range(12):
        make_product(session, name_zh=f"小米{number}号")
    make_product(session, name_zh="小米不卖", listed=False)
    make_product(session, name_zh="小米未认定", certified=False)
    index(session)
    found = suggest(client, "小米")
    assert len(found) == 8
    assert not {"小米不卖", "小米未认定"} & set(found)
    answer = client.get("/shop/search/suggest?q=xm").response
    assert answer.mimetype == "application/json"
    assert "public" in answer.headers["Cache-Control"]
    assert "ETag" in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert len(answer.data) < 4_000


@pytest.mark.parametrize(
    "typed", ["小米", "xiaomi", "xiomi", "xiomi qqqqq 手机壳", "米石", "qqqqqqq wwwww", "糖炒栗子"]
)
def test_a_search_takes_six_statements_at_most(
    client: PageClient, session: Session, statements: StatementCounter, typed: str
) -> None:
    for _ in range(30):
        make_product(session)
    index(session)
    for url in (f"/shop/search?q={quote(typed)}", f"/shop/search/suggest?q={quote(typed)}"):
        with statements:
            client.get(url)
        assert len(statements) <= 6, statements.statements


def test_a_search_stops_at_page_fifty(client: PageClient, session: Session) -> None:
    make_product(session)
    index(session)
    for page in ("51", "1001", "1000000000", "0", "-1"):
        client.get("/shop/search?q=" + quote("小米") + f"&page={page}", 404)


def test_no_more_than_fifty_pages_are_asked_for() -> None:
    assert lists.MOST_FOUND == 50 * PAGE_SIZE


def test_a_missing_index_stops_neither_page_nor_suggestions(client: PageClient, session: Session) -> None:
    make_product(session)
    session.commit()
    assert "石磨小米" in client.get("/shop/search?q=" + quote("小米")).text
    assert suggest(client, "小米") == ["石磨小米"]


def test_a_broken_index_stops_neither_page_nor_suggestions(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_product(session)
    index(session)

    def broken(*_: object) -> list[int]:
        raise search.SearchUnavailable

    monkeypatch.setattr(search.engine(), "search", broken)
    page = client.get("/shop/search?q=" + quote("小米"))
    assert "石磨" in page.text
    assert "搜索索引正在准备" in page.text
    assert suggest(client, "小米") == ["石磨小米"]


def test_price_and_stock_are_of_this_moment_though_the_index_lags(
    client: PageClient, session: Session
) -> None:
    product = make_product(session, variants=(pack(3980),))
    index(session)
    session.execute(
        text(
            "UPDATE shop_variants SET price_fen = 4980, producer_fen = producer_fen + 1000 WHERE product_id = :id"
        ),
        {"id": product.id},
    )
    sell_out(session, product)
    session.commit()
    page = client.get("/shop/search?q=xm").text
    assert "¥19.92/kg" in page
    assert "已售罄" in page


def test_a_lagging_index_neither_shows_nor_sells_what_was_revoked(
    client: PageClient, session: Session
) -> None:
    product = make_product(session, certified=False)
    number = certify(session, product.id)
    index(session)
    assert "石磨小米" in client.get("/shop/search?q=xm").text
    county = session.get_one(Region, product.county_id)
    certification.revoke_certificate(session, orders.certifier_of(county), number, "抽检不合格")
    session.commit()
    assert search.engine().search("xm", 10) == [product.id]
    assert "没有找到" in client.get("/shop/search?q=xm").text
    assert suggest(client, "xm") == []
    variant = session.scalars(select(Variant).where(Variant.product_id == product.id)).one()
    with pytest.raises(BasketRefused):
        orders.place(session, (variant, 1))


def test_phrases_come_first_and_typing_is_marked_as_text(client: PageClient, session: Session) -> None:
    make_product(session, name_zh="米的石磨小样")
    make_product(session, name_zh="石磨小米")
    index(session)
    page = client.get("/shop/search?q=" + quote("石磨 小米")).text
    assert page.index("石磨小米") < (page.index("米的石磨小样") if "米的石磨小样" in page else 10**6)


def test_the_indexer_runs_often_enough_for_ten_seconds() -> None:
    assert jobs._periodic["search.jobs.index_changes"].every <= timedelta(seconds=5)
