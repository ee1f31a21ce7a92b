"""Narrowing lists and searches: by every filter, alone and together, with counts, chips and wrong input."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

import search
from accounts.models import Organisation
from core import clock
from core.errors import NotFound
from search import PostgresEngine, WhooshEngine, indexing
from shop.catalogue import filters, queries
from shop.catalogue.filters import PriceProblem
from shop.catalogue.models import Product
from shop.catalogue.queries import cards
from shop.catalogue.values import Facets, Narrowing, PackSize, Sort
from shop.certification.values import CertificateKind
from tests.conftest import StatementCounter
from tests.factories.orders import certify
from tests.factories.people import make_organisation, make_village
from tests.factories.products import make_product, pack, sell_out
from tests.page_client import PageClient
from tests.shop.catalogue.test_queries import WORDS


def listed(session: Session, narrowing: Narrowing, ids: list[int] | None = None) -> queries.ProductList:
    return queries.read_list(session, WORDS, narrowing, sort=Sort.NEWEST, limit=24, offset=0, ids=ids)


def titles(session: Session, narrowing: Narrowing) -> list[str]:
    found = listed(session, narrowing)
    assert found.total == len(found.cards)
    return sorted(card.title for card in found.cards)


@pytest.fixture
def shelf(session: Session) -> dict[str, Product]:
    """Put four products of two counties, three suppliers and both kinds on sale."""
    here, there = make_village(session), make_village(session, "小溪村", "370404")
    first = make_organisation(session, name="青莲合作社", region=here)
    second = make_organisation(session, name="小溪合作社", region=there)
    made = {
        "millet": make_product(
            session, here, supplier=first, name_zh="小米", variants=(pack(1000, net_grams=500), pack(9000))
        ),
        "oil": make_product(
            session, here, supplier=first, name_zh="花生油", variants=(pack(6000, net_grams=5000),)
        ),
        "baskets": make_product(
            session,
            there,
            supplier=second,
            name_zh="草编篮",
            category="crafts",
            variants=(pack(4500, net_grams=None, pieces=2),),
        ),
        "honey": make_product(
            session,
            there,
            name_zh="枣花蜜",
            category="snacks",
            certified=False,
            variants=(pack(3000, net_grams=501),),
        ),
    }
    certify(session, made["honey"].id, kind=CertificateKind.LOCAL_PRODUCT)
    sell_out(session, made["oil"])
    session.commit()
    return made


def supplier_of(session: Session, product: Product) -> str:
    return session.get_one(Organisation, product.supplier_id).public_id


@pytest.mark.parametrize(
    ("narrowing", "expected"),
    [
        (Narrowing(), ["小米", "枣花蜜", "花生油", "草编篮"]),
        (Narrowing(kind="local_product"), ["枣花蜜"]),
        (Narrowing(kind="aid_product"), ["小米", "花生油", "草编篮"]),
        (Narrowing(size=PackSize.TO_500_G), ["小米"]),
        (Narrowing(size=PackSize.TO_2_KG), ["枣花蜜"]),
        (Narrowing(size=PackSize.TO_5_KG), ["小米", "花生油"]),
        (Narrowing(size=PackSize.OVER_5_KG), []),
        (Narrowing(size=PackSize.PIECES), ["草编篮"]),
        (Narrowing(price_from=3000), ["枣花蜜", "花生油", "草编篮"]),
        (Narrowing(price_to=3000), ["小米", "枣花蜜"]),
        (Narrowing(price_from=3000, price_to=4500), ["枣花蜜", "草编篮"]),
        (Narrowing(in_stock=True, size=PackSize.TO_5_KG), ["小米"]),
        (Narrowing(county="370404", kind="aid_product"), ["草编篮"]),
        (Narrowing(county="370406", category="grain_oil", price_to=2000, in_stock=True), ["小米"]),
    ],
)
def test_each_filter_narrows_alone_and_with_others(
    session: Session, shelf: dict[str, Product], narrowing: Narrowing, expected: list[str]
) -> None:
    assert titles(session, narrowing) == expected


def test_a_list_is_narrowed_to_a_supplier(session: Session, shelf: dict[str, Product]) -> None:
    supplier = supplier_of(session, shelf["millet"])
    assert titles(session, Narrowing(supplier=supplier)) == ["小米", "花生油"]
    found = listed(session, Narrowing(supplier=supplier, category="crafts"))
    assert (found.total, found.supplier and found.supplier.name_zh) == (0, "青莲合作社")
    with pytest.raises(NotFound):
        listed(session, Narrowing(supplier="nobody"))
    charity = make_organisation(session, name="不是供应商")
    charity.kind = "charity"
    session.flush()
    with pytest.raises(NotFound):
        listed(session, Narrowing(supplier=charity.public_id))


def test_each_choice_is_counted_with_the_other_filters_on(
    session: Session, shelf: dict[str, Product]
) -> None:
    everything = queries.facets(session)
    assert everything.total == 4
    assert everything.categories == {"grain_oil": 2, "crafts": 1, "snacks": 1}
    assert everything.kinds == {"aid_product": 3, "local_product": 1}
    assert [(county.key, county.count) for county in everything.counties] == [("370404", 2), ("370406", 2)]
    assert next((one.name_zh, one.count) for one in everything.suppliers) == ("青莲合作社", 2)
    local = queries.facets(session, Narrowing(kind="local_product"))
    assert (local.total, local.categories, local.kinds) == (
        1,
        {"snacks": 1},
        {"aid_product": 3, "local_product": 1},
    )
    dear = queries.facets(session, Narrowing(price_from=4000, county="370406"))
    assert (dear.total, dear.categories) == (1, {"grain_oil": 1})
    assert [(county.key, county.count) for county in dear.counties] == [("370404", 1), ("370406", 1)]
    found = queries.facets(session, ids=[shelf["millet"].id, shelf["honey"].id])
    assert (found.total, found.kinds) == (2, {"aid_product": 1, "local_product": 1})
    assert queries.facets(session, ids=[]) == Facets()


def test_the_suppliers_named_are_few_and_the_chosen_one_is_among_them(session: Session) -> None:
    village = make_village(session)
    for _ in range(cards.MOST_SUPPLIERS + 3):
        make_product(session, village)
    last = make_product(session, village)
    session.flush()
    assert len(queries.facets(session).suppliers) == cards.MOST_SUPPLIERS
    chosen = supplier_of(session, last)
    assert chosen in {
        supplier.key for supplier in queries.facets(session, Narrowing(supplier=chosen)).suppliers
    }


@pytest.mark.parametrize(
    ("low", "high", "problem", "fen"),
    [
        ("", "", None, (None, None)),
        ("20", "", None, (2000, None)),
        ("", "39.80", None, (None, 3980)),
        ("¥20", " 30 ", None, (2000, 3000)),
        ("20", "20", None, (2000, 2000)),
        ("30", "20", PriceProblem.REVERSED, (None, None)),
        ("cheap", "", PriceProblem.NOT_AN_AMOUNT, (None, None)),
        ("-1", "", PriceProblem.NOT_AN_AMOUNT, (None, None)),
        ("1e3", "", PriceProblem.NOT_AN_AMOUNT, (None, None)),
        ("0.001", "", PriceProblem.NOT_AN_AMOUNT, (None, None)),
        ("2.", "", None, (200, None)),
        ("1.2.3", "", PriceProblem.NOT_AN_AMOUNT, (None, None)),
        (".", "", PriceProblem.NOT_AN_AMOUNT, (None, None)),
        ("٢٠", "", PriceProblem.NOT_AN_AMOUNT, (None, None)),
        ("9" * 5_000, "", PriceProblem.NOT_AN_AMOUNT, (None, None)),
        ("", "1000000.01", PriceProblem.NOT_AN_AMOUNT, (None, None)),
        ("\x00", "\x00", None, (None, None)),
    ],
)
def test_prices_are_read_as_they_are_typed(
    low: str, high: str, problem: PriceProblem | None, fen: tuple[int | None, int | None]
) -> None:
    asked = filters.read("/shop/products", {"price_from": low, "price_to": high})
    assert asked.price_problem is problem
    assert (asked.narrowing.price_from, asked.narrowing.price_to) == fen


def test_a_reversed_range_is_answered_and_nothing_typed_is_lost(
    client: PageClient, shelf: dict[str, Product]
) -> None:
    page = client.get("/shop/products?category=crafts&in_stock=1&price_from=50&price_to=20", 422)
    assert "最低价高于最高价" in page.text
    assert 'value="50"' in page.html
    assert 'value="20"' in page.html
    assert "草编篮" in page.text
    form = next(form for form in page.forms if "price_from" in form["fields"])
    assert form["fields"] == {
        "category": "crafts",
        "in_stock": "1",
        "price_from": "50",
        "price_to": "20",
    }
    assert "no-cache" in page.response.headers["Cache-Control"]
    assert "请用数字填写价格" in client.get("/shop/products?price_from=%3Cb%3E", 422).text


def test_what_is_chosen_stands_above_the_list_and_goes_one_by_one(
    client: PageClient, session: Session, shelf: dict[str, Product]
) -> None:
    supplier = supplier_of(session, shelf["baskets"])
    rest = f"supplier={supplier}&size=pieces&price_from=40&price_to=50&in_stock=1"
    page = client.get(f"/shop/products?category=crafts&county=370404&kind=aid_product&{rest}")
    above = page.html[page.html.index("chosen-filters") : page.html.index("list-bar")]
    for label in ("手工", "峄城区", "帮扶产品", "小溪合作社", "按件", "40—50 元", "有货", "清除全部条件"):
        assert label in above, label
    assert above.count('class="chip') == 7
    escaped = rest.replace("&size", "&kind=aid_product&size").replace("&", "&amp;")
    assert f'href="/shop/products?county=370404&amp;{escaped}"' in above
    assert 'href="/shop/products"' in above
    assert 'class="chip' not in client.get("/shop/products").html.split("list-bar")[0]


def test_the_filters_fold_without_scripts(client: PageClient, shelf: dict[str, Product]) -> None:
    page = client.get("/shop/products").html
    assert '<details class="filters">' in page
    assert '<summary class="filters-summary">' in page
    assert '<details class="filters" open>' in client.get("/shop/products?price_from=2&price_to=1", 422).html


@pytest.mark.parametrize(
    "query",
    [
        "kind=gold",
        "kind=%00",
        "size=huge",
        "size=pieces,to-500g",
        "supplier=nobody",
        "supplier=%00",
        "supplier=' OR 1=1",
        "supplier=" + "x" * 5_000,
        "page=1000000000",
    ],
)
def test_a_choice_that_cannot_be_is_a_404(client: PageClient, shelf: dict[str, Product], query: str) -> None:
    client.get("/shop/products?" + query.replace(" ", "%20"), 404)
    client.get("/shop/search?q=x&" + query.replace(" ", "%20"), 404)


def test_local_products_carry_their_own_seal(
    client: PageClient, session: Session, shelf: dict[str, Product]
) -> None:
    page = client.get("/shop/products?kind=local_product")
    assert "已由县级认定为本地产品" in page.text
    assert "已由县级认定为帮扶产品" not in page.text
    one = client.get(f"/shop/products/{shelf['honey'].slug}")
    assert "已由县级认定为本地产品" in one.text
    number = one.html.split("/shop/certificates/")[1].split('"')[0]
    assert "本地产品认定证书" in client.get(f"/shop/certificates/{number}").text
    assert "已由县级认定为帮扶产品" in client.get(f"/shop/products/{shelf['millet'].slug}").text


@pytest.fixture(params=["whoosh", "postgres"])
def _index(
    app: Flask, session: Session, shelf: dict[str, Product], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[None]:
    usual = search.engine()
    search.use(PostgresEngine("page") if request.param == "postgres" else WhooshEngine(tmp_path / "index"))
    indexing.drain()
    yield
    search.use(usual)


@pytest.mark.usefixtures("_index")
def test_searches_are_narrowed_and_counted_alike(client: PageClient, session: Session) -> None:
    where = "/shop/search?q=" + quote("小溪村")
    page = client.get(where)
    assert "帮扶产品 1" in page.text
    assert "本地产品 1" in page.text
    assert "枣花蜜" not in client.get(where + "&kind=aid_product").text.split("清空")[0].split("共 1")[1]
    assert "共 1 种认定产品" in client.get(where + "&size=pieces").text
    assert "共 1 种认定产品" in client.get(where + "&price_to=40").text
    reversed_range = client.get(where + "&price_from=9&price_to=1", 422)
    assert "最低价高于最高价" in reversed_range.text
    assert "草编篮" in reversed_range.text


@pytest.mark.usefixtures("_index")
def test_a_long_query_and_one_of_stop_words_are_told_so(client: PageClient) -> None:
    page = client.get("/shop/search?q=" + "小米" * 5_000)
    assert "只按前 100 个字搜索" in page.text
    assert "小米" in page.text
    for nothing in ("的", "的 了 the of", "!!", "*"):
        answer = client.get("/shop/search?q=" + quote(nothing))
        assert "单独搜索没有结果" in answer.text
        assert f'value="{nothing}"' in answer.html


@pytest.mark.parametrize(
    "query",
    [
        "",
        "category=crafts&county=370404&kind=aid_product&supplier={supplier}&size=pieces&price_from=1&in_stock=1",
        "sort=sales&county=370406",
        "county=370406&category=plants&supplier={supplier}",
    ],
)
def test_statements_stay_few_whatever_is_chosen(
    client: PageClient, session: Session, shelf: dict[str, Product], statements: StatementCounter, query: str
) -> None:
    query = query.format(supplier=supplier_of(session, shelf["baskets"]))
    for url in (f"/shop/products?{query}", "/shop/search?q=" + quote("小溪村") + "&" + query):
        with statements:
            client.get(url)
        assert len(statements) <= 6, statements.statements


def test_every_filter_has_an_index_that_is_used_at_ten_thousand_products(live_database: Any) -> None:
    now = clock.now()
    values: dict[str, Any] = {"now": now, "sold_since": now, "limit": 24, "offset": 0, "ids": None}
    with live_database.connect() as connection:
        _fill(connection, 10_000)
        one = connection.execute(text("SELECT county_id, supplier_id FROM shop_products LIMIT 1")).one()

        def plan(sort: Sort, **chosen: Any) -> str:
            shape = cards._Shape(**{key: key != "size" or value for key, (value, _v) in chosen.items()})
            given = {**values}
            for _key, (_shape, bound) in chosen.items():
                given.update(bound)
            statement = cards._cards_statement(shape, sort)
            compiled = statement.compile(dialect=connection.dialect)
            rows = connection.exec_driver_sql(
                "EXPLAIN " + str(compiled), {key: given.get(key) for key in compiled.params}
            )
            return "\n".join(row[0] for row in rows)

        newest = Sort.NEWEST
        plans = {
            "ix_shop_products_listed": plan(newest),
            "ix_shop_products_category": plan(newest, category=(True, {"category": "crafts"})),
            "ix_shop_products_county": plan(newest, county=(True, {"county_id": one.county_id})),
            "ix_shop_products_supplier": plan(newest, supplier=(True, {"supplier_id": one.supplier_id})),
            "ix_shop_certificates_kind": plan(newest, kind=(True, {"kind": "local_product"})),
            "ix_shop_variants_grams": plan(newest, size=("grams", {"grams_over": 5_000, "grams_to": 10**9})),
            "ix_shop_variants_pieces": plan(newest, size=("pieces", {})),
            "ix_shop_products_price": plan(
                Sort.PRICE_UP, price_from=(True, {"price_from": 100}), price_to=(True, {"price_to": 120})
            ),
            "shop_stock": plan(newest, in_stock=(True, {})),
        }
    for index, told in plans.items():
        assert index in told, (index, told)
        for table in ("shop_products", "shop_variants", "shop_certificates", "shop_stock"):
            # As a whole word: nothing is held here, and an empty table is read as it is.
            assert not re.search(rf"Seq Scan on {table}\b", told), (index, told)


def _fill(connection: Any, products: int) -> None:
    """Put products of fifty counties and two hundred suppliers there, with packs, stock and certificates."""
    for statement in (
        "INSERT INTO registry_regions (code, level, name_zh, name_en, path, valid_from) "
        "SELECT (370000 + n)::text, 'county', '县' || n, '', '/' || n || '/', '2020-01-01' FROM generate_series(1, 50) n",
        "INSERT INTO registry_regions (code, level, name_zh, name_en, path, parent_id, valid_from) "
        "SELECT code || '101201', 'village', '村', '', path || id || '/', id, '2020-01-01' FROM registry_regions",
        "INSERT INTO accounts_organisations (public_id, kind, name_zh, name_en, contact, about_zh, about_en, created_at) "
        "SELECT 's' || n, 'supplier', '社' || n, '', '', '', '', now() FROM generate_series(1, 200) n",
        "INSERT INTO shop_products (slug, supplier_id, village_id, county_id, category, name_zh, name_en, summary_zh, "
        "summary_en, story_zh, story_en, storage_zh, storage_en, households_count, from_price_fen, "
        "created_at, listed_at) SELECT 'p' || n, (SELECT min(id) FROM accounts_organisations) + n % 200, v.id, "
        "v.parent_id, (ARRAY['fruit_vegetables','grain_oil','snacks','daily_goods','cooked_food','plants','crafts'])"
        "[1 + n % 7], '产品' || n, '', '', '', '', '', '', '', 3, 100 + n % 9000, now(), "
        f"now() - n * interval '1 minute' FROM generate_series(1, {products}) n "
        "JOIN LATERAL (SELECT id, parent_id FROM registry_regions WHERE level = 'village' "
        "ORDER BY id LIMIT 1 OFFSET n % 50) v ON true",
        "INSERT INTO shop_variants (public_id, product_id, sku, label_zh, label_en, net_grams, pieces, price_fen, "
        "producer_fen, logistics_fen, other_fen, pack_multiple) SELECT 'v' || p.id || '-' || k, p.id, 'k' || p.id || '-' "
        "|| k, '袋', '', CASE WHEN p.id % 500 = 7 AND k = 1 THEN NULL WHEN p.id % 600 = 9 THEN 6000 ELSE 400 * k END, "
        "CASE WHEN p.id % 500 = 7 AND k = 1 THEN 3 END, p.from_price_fen * k, p.from_price_fen * k, 0, 0, 1 "
        "FROM shop_products p, generate_series(1, 2) k",
        "INSERT INTO shop_stock (variant_id, on_hand) SELECT id, 20 FROM shop_variants",
        "INSERT INTO shop_certificates (number, product_id, issuer_id, valid_from, valid_until, kind) "
        "SELECT 'n' || id, id, supplier_id, now() - interval '1 day', now() + interval '300 days', "
        "CASE WHEN id % 400 = 3 THEN 'local_product' ELSE 'aid_product' END FROM shop_products",
        "ANALYZE",
    ):
        connection.execute(text(statement))
