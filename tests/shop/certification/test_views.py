from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import clock
from registry.models import Region
from shop.catalogue.models import Product
from tests.factories.orders import certify
from tests.factories.people import make_organisation, make_user, make_village
from tests.factories.products import make_product
from tests.page_client import PageClient


def signed_in_certifier(client: PageClient, session: Session, product: Product) -> None:
    county = session.get_one(Region, product.county_id)
    office = make_organisation(session, OrganisationKind.GOVERNMENT, "山亭区乡村振兴局", region=county)
    user = make_user(session, Role.CERTIFIER, region=county, name="周明审")
    session.info["office"] = office
    session.commit()
    client.sign_in(user)


def test_everybody_may_read_a_certificate(client: PageClient, session: Session) -> None:
    product = make_product(session, certified=False)
    number = certify(session, product.id)
    page = client.get(f"/shop/certificates/{number}")
    for words in (number, "石磨小米", "本证书在有效期内", "青莲村", "店子镇", "21 户", "有效期至"):
        assert words in page.text, words
    assert f"/shop/products/{product.slug}" in page.html
    assert (
        "21 households" in client.get(f"/shop/certificates/{number}", headers={"Accept-Language": "en"}).text
    )


def test_a_certificate_that_ran_out_says_so(client: PageClient, session: Session) -> None:
    product = make_product(session, certified=False)
    number = certify(session, product.id, clock.now() + timedelta(days=1))
    with clock.at(clock.now() + timedelta(days=2)):
        assert "本证书已到期" in client.get(f"/shop/certificates/{number}").text


@pytest.mark.parametrize("number", ["nothing", "%00", "x" * 2000])
def test_a_certificate_that_is_not_there_is_a_404(client: PageClient, session: Session, number: str) -> None:
    client.get(f"/shop/certificates/{number}", 404)


def test_the_desk_shows_the_county_and_what_waits_first(client: PageClient, session: Session) -> None:
    make_product(session, name_zh="已认定小米")
    waiting = make_product(session, certified=False, name_zh="待认定花生")
    make_product(session, make_village(session, "小溪村", "370404"), certified=False, name_zh="外县石榴")
    signed_in_certifier(client, session, waiting)
    page = client.get("/certification/products")
    assert page.text.index("待认定花生") < page.text.index("已认定小米")
    assert "外县石榴" not in page.text
    only = client.get("/certification/products?show=waiting").text
    assert "待认定花生" in only
    assert "已认定小米" not in only
    client.get("/certification/products?page=99", 404)


def test_a_certifier_suspends_lifts_and_revokes(client: PageClient, session: Session) -> None:
    product = make_product(session, certified=False)
    number = certify(session, product.id)
    signed_in_certifier(client, session, product)
    client.get(f"/shop/products/{product.slug}").form("/shop/cart/add")

    steps = f"/certification/certificates/{number}"
    assert "请写明事由" in client.post(f"{steps}/suspend", {"reason": "不"}, 422).text
    client.post(f"{steps}/suspend", {"reason": ""}, 422)
    page = client.follow(client.post(f"{steps}/suspend", {"reason": "抽检不合格，待复检"}))
    assert "抽检不合格，待复检" in page.text
    assert "不能作为帮扶产品下单" in client.get(f"/shop/products/{product.slug}").text
    assert "本证书已暂停" in client.get(f"/shop/certificates/{number}").text
    client.post(f"{steps}/suspend", {"reason": "抽检不合格"}, 409)
    client.post(f"{steps}/lift", {"reason": "复检合格"})
    client.get(f"/shop/products/{product.slug}").form("/shop/cart/add")
    client.post(f"{steps}/revoke", {"reason": "冒用产地"})
    assert "本证书已被撤销" in client.get(f"/shop/certificates/{number}").text
    client.post(f"{steps}/destroy", {"reason": "不存在的步骤"}, 404)


def test_no_single_person_issues_a_certificate(client: PageClient, session: Session) -> None:
    product = make_product(session, certified=False)
    signed_in_certifier(client, session, product)
    here = f"/certification/products/{product.slug}"
    page = client.get(here)
    assert not [form for form in page.forms if "issue" in (form["action"] or "")]
    client.post(f"{here}/issue", {"last_day": (clock.today() + timedelta(days=9)).isoformat()}, 404)


def test_other_counties_are_not_there(client: PageClient, session: Session) -> None:
    mine = make_product(session)
    other = make_product(session, make_village(session, "小溪村", "370404"), certified=False)
    number = certify(session, other.id)
    signed_in_certifier(client, session, mine)
    client.get(f"/certification/products/{other.slug}", 404)
    client.post(f"/certification/certificates/{number}/suspend", {"reason": "抽检不合格"}, 404)
    client.get("/certification/products/%00", 404)


def test_the_desk_is_for_certifiers(client: PageClient, session: Session) -> None:
    for address in ("/certification", "/certification/products", "/certification/alerts"):
        client.get(address, 302)
    client.sign_in(make_user(session, Role.SUPPLIER))
    for address in ("/certification", "/certification/products", "/certification/alerts"):
        client.get(address, 403)


def test_a_certifier_of_the_own_supplier_is_told_so(client: PageClient, session: Session) -> None:
    product = make_product(session, certified=False)
    number = certify(session, product.id)
    county = session.get_one(Region, product.county_id)
    user = make_user(session, Role.CERTIFIER, region=county)
    from accounts import services as accounts
    from core.permissions import SYSTEM

    accounts.grant_role(session, SYSTEM, user.id, Role.SUPPLIER, organisation_id=product.supplier_id)
    session.commit()
    client.sign_in(user)
    assert "须由他人认定" in client.get(f"/certification/products/{product.slug}").text
    client.post(f"/certification/certificates/{number}/suspend", {"reason": "抽检不合格"}, 403)
