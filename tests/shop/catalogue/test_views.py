from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy.orm import Session

import search
from accounts.values import Role
from core import db
from registry.models import Region
from search import WhooshEngine, indexing
from shop.catalogue.values import STATED, ReturnTerms
from shop.certification import services as certification
from tests.conftest import StatementCounter
from tests.factories.orders import certifier_of, certify
from tests.factories.people import make_organisation, make_user, make_village
from tests.factories.products import make_product, pack, sell_out
from tests.page_client import PageClient


@pytest.fixture(autouse=True)
def _own_index(app: Flask, tmp_path: Path) -> Iterator[None]:
    usual = search.engine()
    search.use(WhooshEngine(tmp_path / "index"))
    yield
    search.use(usual)


def index(session: Session) -> None:
    session.commit()
    indexing.drain()


def test_the_list_shows_cards_with_price_unit_price_and_impact(client: PageClient, session: Session) -> None:
    make_product(session, name_zh="店子镇石磨小米")
    page = client.get("/shop/products")
    for words in ("店子镇石磨小米", "¥15.92/kg", "每袋 ¥23.88 到 21 户", "山亭区 · 青莲村", "认定"):
        assert words in page.text
    assert (
        client.get("/shop/products", headers={"Accept-Language": "en"}).text.count("Stone-milled millet") == 1
    )


def test_an_empty_shop_says_what_to_do(client: PageClient) -> None:
    assert "还没有在售产品" in client.get("/shop/products").text


def test_filters_are_links_and_an_empty_result_offers_the_way_back(
    client: PageClient, session: Session
) -> None:
    make_product(session, name_zh="石磨小米")
    make_product(session, make_village(session, "小溪村", "370404"), category="crafts", name_zh="草编篮")
    make_product(session, make_village(session, "大溪村", "370405"), category="crafts", name_zh="竹编筐")
    page = client.get("/shop/products?category=crafts")
    assert "草编篮" in page.text
    assert "石磨小米" not in page.text
    assert 'href="/shop/products?category=crafts&amp;county=370404"' in page.html
    assert "石磨小米" in client.get("/shop/products?county=370406").text
    nothing = client.get("/shop/products?category=crafts&county=370406")
    assert "没有符合条件的产品" in nothing.text
    assert 'href="/shop/products"' in nothing.html


def test_twenty_four_a_page(client: PageClient, session: Session) -> None:
    for _ in range(25):
        make_product(session)
    assert client.get("/shop/products").html.count("product-card") == 24
    assert client.get("/shop/products?page=2").html.count("product-card") == 1
    client.get("/shop/products?page=3", 404)


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=1000000000",
        "page=1e3",
        "page=٢",
        "page=",
        "page=" + "9" * 5000,
        "page=%00",
        "category=weapons",
        "category=%00",
        "category=" + "x" * 5000,
        "county=370499",
        "county=37",
        "county=abc",
        "county=%D9%A3",
        "county=%00",
        "sort=random()",
        "sort=relevance",
        "in_stock=2",
    ],
)
def test_an_unknown_page_or_choice_is_a_404(client: PageClient, session: Session, query: str) -> None:
    make_product(session)
    client.get(f"/shop/products?{query}", 404)


def test_unknown_arguments_are_ignored(client: PageClient, session: Session) -> None:
    make_product(session)
    client.get("/shop/products?utm_source=x&price=1&page=1&category=")


@pytest.mark.parametrize(
    "typed",
    [
        "小米",
        "xiaomi",
        "xm",
        "millet",
        "青莲村",
        "*",
        "大*",
        "的",
        "",
        "%",
        "_",
        "\\",
        "x:y",
        "'; --",
        "🍎",
        "小米" * 5000,
    ],
)
def test_the_search_answers_whatever_is_typed(client: PageClient, session: Session, typed: str) -> None:
    make_product(session, name_zh="店子镇石磨小米")
    index(session)
    page = client.get(f"/shop/search?q={quote(typed)}")
    assert ("店子镇石磨小米" in page.text) == (
        typed in ("小米", "xiaomi", "xm", "millet", "青莲村", "小米" * 5000)
    )


@pytest.mark.parametrize(
    "query",
    [
        *("q=%00", "q=a%00b", "q=%FF%FE", "q=" + "x" * 10_000, "q=a&q=b", "q[]=1"),
        *("q=%ED%A0%80", "q=%22%E5%B0%8F%E7%B1%B3", "q=a*", "q=" + "*+" * 2_000, "q=%01%1B%7F"),
    ],
)
def test_odd_queries_are_harmless(client: PageClient, session: Session, query: str) -> None:
    make_product(session)
    client.get(f"/shop/search?{query}")


def test_what_was_typed_is_shown_and_never_run(client: PageClient) -> None:
    page = client.get("/shop/search?q=" + quote('<script>alert(1)</script>"'))
    assert "<script>alert" not in page.html
    assert "没有找到" in page.text


def test_a_part_of_a_name_is_found_by_comparing_names(client: PageClient, session: Session) -> None:
    make_product(session, name_zh="冷榨油茶籽油")
    index(session)
    assert "冷榨油茶籽油" in client.get("/shop/search?q=" + quote("茶油")).text


def test_without_an_index_names_are_compared_and_the_page_says_so(
    client: PageClient, session: Session
) -> None:
    make_product(session, name_zh="店子镇石磨小米")
    page = client.get("/shop/search?q=" + quote("小米"))
    assert "店子镇石磨小米" in page.text
    assert "搜索索引正在准备" in page.text


def test_a_lagging_index_sells_no_revoked_product(client: PageClient, session: Session) -> None:
    product = make_product(session, name_zh="店子镇石磨小米", certified=False)
    number = certify(session, product.id)
    index(session)
    assert "店子镇石磨小米" in client.get("/shop/search?q=xm").text
    county = session.get_one(Region, product.county_id)
    certification.revoke_certificate(session, certifier_of(county), number, "抽检不合格")
    session.commit()
    assert "店子镇石磨小米" not in client.get("/shop/search?q=xm").text


def test_search_results_can_be_narrowed_and_sorted(client: PageClient, session: Session) -> None:
    make_product(session, name_zh="石磨小米", variants=(pack(2000),))
    make_product(session, name_zh="黄小米", variants=(pack(1000),))
    make_product(session, name_zh="小米锅巴", category="snacks", variants=(pack(3000),))
    index(session)
    cheap_first = client.get("/shop/search?q=" + quote("小米") + "&sort=price-up").text
    assert cheap_first.index("黄小米") < cheap_first.index("石磨小米") < cheap_first.index("小米锅巴")
    snacks = client.get("/shop/search?q=" + quote("小米") + "&category=snacks").text
    assert "小米锅巴" in snacks
    assert "黄小米" not in snacks
    assert "没有符合条件的产品" in client.get("/shop/search?q=" + quote("小米") + "&category=crafts").text


def test_a_product_page_tells_where_it_comes_from_and_where_the_price_goes(
    client: PageClient, session: Session
) -> None:
    product = make_product(session, return_terms=ReturnTerms.FRESH)
    neighbour = make_product(session, name_zh="枣花蜜")
    page = client.get(f"/shop/products/{product.slug}")
    assert page.title.startswith("石磨小米")
    for words in (
        "青莲村", "店子镇", "山亭区", "¥39.80", "¥15.92/kg", "每袋 ¥23.88 到 21 户", "到农户", "60%", "县内运输", "¥8.75",
        "不适用七日无理由退货", "370406-", "枣花蜜", "村里的石磨转了三代",
    ):  # fmt: skip
        assert words in page.text, words
    form = page.form("/shop/cart/add")
    assert set(form["fields"]) == {"variant", "quantity"}
    assert f"/shop/products/{neighbour.slug}" in page.html


def test_the_form_of_a_product_page_fills_the_cart(client: PageClient, session: Session) -> None:
    product = make_product(session)
    session.commit()
    form = client.get(f"/shop/products/{product.slug}").form("/shop/cart/add")
    client.post("/shop/cart/add", {**form["fields"], "quantity": "2"})
    assert "石磨小米" in client.get("/shop/cart").text


def test_what_may_be_sent_back_says_so(client: PageClient, session: Session) -> None:
    product = make_product(session)
    assert "支持七日无理由退货" in client.get(f"/shop/products/{product.slug}").text


@pytest.mark.parametrize("slug", ["nothing", "%00", "x" * 3000, "%E5%B0%8F%E7%B1%B3", "..", "a%0Ab"])
def test_a_product_that_is_not_there_is_a_404(client: PageClient, session: Session, slug: str) -> None:
    client.get(f"/shop/products/{slug}", 404)


def test_a_product_that_is_not_listed_is_a_404(client: PageClient, session: Session) -> None:
    client.get(f"/shop/products/{make_product(session, listed=False).slug}", 404)


def test_a_sold_out_product_says_so_and_has_no_form(client: PageClient, session: Session) -> None:
    product = make_product(session)
    sell_out(session, product)
    page = client.get(f"/shop/products/{product.slug}")
    assert "暂时售完" in page.text
    assert "/shop/cart/add" not in page.html


def test_a_product_without_a_certificate_in_force_says_so_and_has_no_form(
    client: PageClient, session: Session
) -> None:
    product = make_product(session, certified=False)
    number = certify(session, product.id)
    county = session.get_one(Region, product.county_id)
    certification.suspend_certificate(session, certifier_of(county), number, "抽检不合格")
    page = client.get(f"/shop/products/{product.slug}")
    assert "目前不能作为帮扶产品下单" in page.text
    assert "暂停" in page.text
    assert "/shop/cart/add" not in page.html
    assert "尚未取得认定" in client.get(f"/shop/products/{make_product(session, certified=False).slug}").text


@pytest.mark.parametrize("many", [3, 60])
def test_statements_do_not_grow_with_the_shop(
    client: PageClient, session: Session, statements: StatementCounter, many: int
) -> None:
    for number in range(many):
        product = make_product(session, variants=tuple(pack(1000 + number) for _ in range(1 + number % 3)))
    index(session)
    for url, most in (
        ("/", 14),
        ("/shop/products", 6),
        ("/shop/products?category=grain_oil&county=370406&sort=price-up&in_stock=1", 6),
        (f"/shop/products/{product.slug}", 8),
        ("/shop/search?q=xm", 6),
        ("/shop/search?q=" + quote("米石"), 6),
    ):
        with statements:
            client.get(url)
        assert len(statements) <= most, (url, statements.statements)


@pytest.mark.parametrize("url", ["/", "/shop/products", "/shop/search?q=xm"])
def test_visitors_get_no_cookie_from_lists(client: PageClient, session: Session, url: str) -> None:
    make_product(session)
    assert "Set-Cookie" not in client.get(url).response.headers


def test_a_supplier_sees_its_products_and_no_others(client: PageClient, session: Session) -> None:
    village = make_village(session)
    own = make_organisation(session, region=village)
    product = make_product(session, village, supplier=own, name_zh="自家小米")
    make_product(session, village, name_zh="别家花生")
    session.commit()
    client.sign_in(make_user(session, Role.SUPPLIER, organisation=own))
    page = client.get("/supplier/products")
    assert "自家小米" in page.text
    assert "别家花生" not in page.text
    assert "有效" in page.text
    client.post(f"/supplier/products/{product.slug}/unlist")
    assert "已下架" in client.get("/supplier/products").text
    client.get(f"/shop/products/{product.slug}", 404)
    client.post(f"/supplier/products/{product.slug}/list")
    client.get(f"/shop/products/{product.slug}")


def test_another_suppliers_product_cannot_be_taken_off_sale(client: PageClient, session: Session) -> None:
    product = make_product(session)
    client.sign_in(make_user(session, Role.SUPPLIER, organisation=make_organisation(session)))
    client.post(f"/supplier/products/{product.slug}/unlist", status=404)
    client.post("/supplier/products/%00/unlist", status=404)
    client.get(f"/shop/products/{product.slug}")


def test_the_supplier_desk_is_for_suppliers(client: PageClient, session: Session) -> None:
    assert client.get("/supplier/products", 302).location == "/sign-in?next=/supplier/products"
    client.sign_in(make_user(session))
    client.get("/supplier/products", 403)


def test_changes_reach_the_index_through_the_outbox(client: PageClient, session: Session) -> None:
    index(session)
    make_product(session, name_zh="核桃峪板栗")
    session.commit()
    assert indexing.waiting() > 0
    indexing.drain()
    assert indexing.waiting() == 0
    with db.reading():
        assert "核桃峪板栗" in client.get("/shop/search?q=banli").text


def test_a_product_page_leads_on_to_the_village_the_supplier_and_the_shelf(
    client: PageClient, session: Session
) -> None:
    here, there = make_village(session), make_village(session, "小溪村", "370404")
    supplier = make_organisation(session, region=here)
    product = make_product(session, here, supplier=supplier)
    make_product(session, here, name_zh="同村的花生", category="snacks")
    make_product(session, there, name_zh="外村的大米")
    make_product(session, there, name_zh="外村的草编篮", category="crafts")
    make_product(session, there, name_zh="没认定的豆子", certified=False)
    session.commit()
    page = client.get(f"/shop/products/{product.slug}")
    village, shelf = page.text.index("同村的花生"), page.text.index("外村的大米")
    assert page.text.index("青莲村的更多好物") < village < page.text.index("同类产品") < shelf
    assert "外村的草编篮" not in page.text
    assert "没认定的豆子" not in page.text
    assert f'href="/shop/products?supplier={supplier.public_id}"' in page.html
    assert "归农户的部分到青莲村" in page.text
    assert 'href="/shop/counties/370406"' in page.html


@pytest.mark.parametrize(
    ("terms", "zh", "en"),
    [
        (
            ReturnTerms.SEVEN_DAYS,
            "支持七日无理由退货",
            "May be sent back within seven days of arrival without",
        ),
        (ReturnTerms.FRESH, "鲜活易腐产品", "Fresh goods: they cannot be sent back"),
        (ReturnTerms.MADE_TO_ORDER, "按您的要求定作", "Made to your order"),
        (ReturnTerms.ONLY_UNOPENED, "未拆封可在签收后七日内", "while the pack is unopened"),
        (ReturnTerms.NEAR_END, "临近保质期： 十二月底到期。", "shelf life: Best before the end of December."),
        (ReturnTerms.FLAWED, "有瑕疵： 十二月底到期。", "With a flaw: Best before the end of December."),
    ],
)
def test_a_product_says_on_which_terms_it_goes_back(
    client: PageClient, session: Session, terms: ReturnTerms, zh: str, en: str
) -> None:
    product = make_product(
        session,
        return_terms=terms,
        return_note_zh="十二月底到期。",
        return_note_en="Best before the end of December.",
    )
    for language, words in (("zh", zh), ("en", en)):
        client.language = language
        page = client.get(f"/shop/products/{product.slug}")
        assert words in page.text
        note = "十二月底到期。" if language != "en" else "Best before the end of December."
        assert (note in page.text) is (terms in STATED)
