"""The zones of the counties."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from registry.models import Region
from shop.catalogue.models import Product, Variant
from shop.certification.values import CertificateKind
from shop.orders.models import OrderLine, SupplierOrder
from tests.conftest import StatementCounter
from tests.factories.orders import certify
from tests.factories.people import make_household, make_organisation, make_village
from tests.factories.products import make_product
from tests.page_client import PageClient
from tests.shop.catalogue.test_search import sell


def arrive(session: Session, product: Product) -> int:
    """Let what was sold of a product arrive, and return the producers' share in fen."""
    total = 0
    for line in session.scalars(select(OrderLine).where(OrderLine.product_id == product.id)):
        part = session.get_one(SupplierOrder, line.supplier_order_id)
        part.state, part.received_at = "received", clock.now()
        part.accepted_fen = part.goods_fen + part.freight_fen
        line.accepted_quantity = line.quantity
        total += line.producer_fen
    return total


def test_a_county_shows_its_products_villages_suppliers_and_what_reached_them(
    client: PageClient, session: Session
) -> None:
    here = make_village(session)
    other = make_village(session, "核桃峪村", suffix="102202")
    elsewhere = make_village(session, "小溪村", "370404")
    supplier = make_organisation(session, region=here)
    millet = make_product(session, here, supplier=supplier, name_zh="石磨小米")
    make_product(session, here, supplier=supplier, name_zh="花生油")
    walnut = make_product(session, other, name_zh="核桃", certified=False)
    certify(session, walnut.id, kind=CertificateKind.LOCAL_PRODUCT)
    make_product(session, other, name_zh="没认定的柿饼", certified=False)
    make_product(session, elsewhere, name_zh="别县的草编篮")
    make_household(session, here, "李春耕")
    sell(session, millet, 2, paid=True)
    sell(session, walnut, 1, paid=False)
    session.commit()
    page = client.get("/shop/counties/370406")
    assert page.title.startswith("山亭区")
    for words in (
        "其中 1 种是本地产品",
        "涉及村庄 2",
        "供应商 2",
        "青莲村 2 种",
        "核桃峪村 1 种",
    ):
        assert words in page.text, (words, page.text)
    assert "另有 ¥47.76 已付款" in page.text
    assert page.text.index("石磨小米") < page.text.index("花生油")
    for words in ("没认定的柿饼", "别县的草编篮", "李春耕"):
        assert words not in page.text
    assert 'href="/notices?county=370406"' in page.html
    assert 'href="/shop/products?county=370406"' in page.html


def test_what_arrived_counts_as_reached(session: Session, client: PageClient) -> None:
    millet = make_product(session)
    variant = session.scalars(select(Variant).where(Variant.product_id == millet.id)).one()
    assert variant.producer_fen == 2388
    with session.no_autoflush:
        sell(session, millet, 2, paid=True)
        savepoint = session.begin_nested()
        assert arrive(session, millet) == 4776
        session.flush()
        page = client.get("/shop/counties/370406").text
        assert "到农户手中 ¥47.76" in page
        assert "青莲村 1 种 已到 ¥47.76" in page
        assert "¥47.76 到农户" in client.get("/shop/counties").text
        savepoint.rollback()


def test_a_county_without_products_says_so_and_shows_the_way(client: PageClient, session: Session) -> None:
    make_product(session, make_village(session))
    make_village(session, "小溪村", "370404")
    session.commit()
    page = client.get("/shop/counties/370404")
    assert "峄城区还没有认定产品" in page.text
    assert 'href="/shop/counties"' in page.html
    index = client.get("/shop/counties")
    assert 'href="/shop/counties/370404"' in index.html
    assert 'href="/shop/counties/370406"' in index.html
    assert index.text.index("山亭区") < index.text.index("峄城区")


def test_without_any_county_the_list_says_so(client: PageClient) -> None:
    assert "还没有区县认定产品" in client.get("/shop/counties").text


@pytest.mark.parametrize(
    "code",
    ["999999", "37", "3704", "370406101", "370406101201", "abc", "٣٧٠٤٠٦", "3" * 5_000, "%00", "37040 6"],
)
def test_what_is_no_county_is_a_404(client: PageClient, session: Session, code: str) -> None:
    make_product(session)
    session.commit()
    client.get(f"/shop/counties/{code}", 404)


def test_the_pages_take_few_statements_and_may_be_kept(
    client: PageClient, session: Session, statements: StatementCounter
) -> None:
    for number in range(4):
        make_product(session, make_village(session, f"村{number}", suffix=f"10{number}201"))
    session.commit()
    for url in ("/shop/counties", "/shop/counties/370406"):
        with statements:
            answer = client.get(url).response
        assert len(statements) <= 6, statements.statements
        assert "public" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers
    assert "Its villages" in client.get("/shop/counties/370406", headers={"Accept-Language": "en"}).text


def test_home_lists_and_products_lead_there(client: PageClient, session: Session) -> None:
    product = make_product(session)
    session.commit()
    assert 'href="/shop/counties"' in client.get("/").html
    for url in ("/shop/products?county=370406", f"/shop/products/{product.slug}"):
        assert 'href="/shop/counties/370406"' in client.get(url).html


def test_a_county_that_was_renamed_is_the_one_of_today(client: PageClient, session: Session) -> None:
    village = make_village(session)
    county = session.get_one(Region, session.get_one(Region, village.parent_id).parent_id)
    county.valid_until = clock.today()
    session.commit()
    client.get("/shop/counties/370406", 404)
