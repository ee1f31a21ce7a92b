"""The pages of shares of sales: what is typed wrongly, who may see what, and a way from the form to the statement."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock
from registry.models import Household, Region
from shop.benefit_links.models import BenefitLink, BenefitPayment, BenefitPaymentAnswer
from shop.catalogue.models import Product
from shop.orders.models import OrderLine
from shop.settlement.models import SettlementDispute
from tests.factories.benefit_shares import make_share, pay
from tests.factories.certification import make_home
from tests.factories.people import make_user
from tests.factories.settlement import Seller, deliver, make_officer, make_seller, variant_of
from tests.page_client import PageClient

DAY = timedelta(days=1)
LINKS = "/supplier/benefit-links"


def seen_as(app: Flask, session: Session, user: Any, language: str = "zh") -> PageClient:
    session.commit()
    return PageClient(app, session, language).sign_in(user)


def picture() -> BytesIO:
    kept = BytesIO()
    Image.new("RGB", (40, 30), "#2E6B4F").save(kept, "PNG")
    return BytesIO(kept.getvalue())


@pytest.fixture
def seller(session: Session) -> Seller:
    made = make_seller(session)
    session.commit()
    return made


def test_from_the_form_of_a_link_to_the_released_payment(
    app: Flask, session: Session, seller: Seller
) -> None:
    with clock.at(clock.now() - 50 * DAY):
        product = session.get_one(Product, variant_of(session, seller, 200_00).product_id)
    home = make_home(session, session.get_one(Region, product.village_id), "王建国", "13800138001")
    member = make_user(session, Role.HOUSEHOLD, household=home)
    supplier = seen_as(app, session, seller.user)
    data: dict[str, Any] = {
        "product": product.slug,
        "village": str(product.village_id),
        "householder": "王建国",
        "proof": "8001",
        "kind": "dividend",
        "valid_from": (clock.today() - 50 * DAY).isoformat(),
        "valid_until": (clock.today() + 300 * DAY).isoformat(),
        "promised": "2000",
        "share": "2.5",
        "share_of": "one",
    }
    form = supplier.get(f"{LINKS}/new").form("/new")
    sent = supplier.post(f"{LINKS}/new", {**form["fields"], **data}, content_type="multipart/form-data")
    page = supplier.follow(sent)
    assert "2.5%" in page.text
    link = session.scalars(select(BenefitLink)).one()
    household = seen_as(app, session, member)
    assert "2.5%" in household.get("/benefit-links/my").text
    household.post(f"/benefit-links/my/{link.public_id}/agree", {})
    deliver(seller)
    page = supplier.get(f"{LINKS}/{link.public_id}")
    assert "¥5.00" in page.text
    assert "从一次收货中留存" in page.text
    form = page.form("/payments")
    bare = supplier.post(
        f"{LINKS}/{link.public_id}/payments",
        {**form["fields"], "amount": "3.00"},
        422,
        content_type="multipart/form-data",
    )
    assert "请附上收据照片" in bare.text
    supplier.post(
        f"{LINKS}/{link.public_id}/payments",
        {**form["fields"], "amount": "3.00", "evidence": (picture(), "r.png")},
        content_type="multipart/form-data",
    )
    payment = session.scalars(select(BenefitPayment)).one()
    page = household.get("/benefit-links/my")
    assert "这笔钱收到了吗" in page.text
    answer = f"/benefit-links/my/{link.public_id}/payments/{payment.id}"
    household.post(f"{answer}/dispute", {"reason": ""}, status=422)
    household.post(f"{answer}/agree", {}, status=303)
    month = (clock.now() - 30 * DAY).astimezone(clock.CHINA).strftime("%Y-%m")
    statement = supplier.get(f"/supplier/settlement?month={month}")
    for amount in ("−¥5.00", "¥3.00", "¥198.00", "¥2.00"):
        assert amount in statement.text
    paper = supplier.get(f"/supplier/settlement/print?month={month}")
    assert "为农户留存" in paper.text
    answer_csv = supplier.client.get(f"/supplier/settlement/statement.csv?month={month}")
    rows = answer_csv.get_data(as_text=True).splitlines()
    assert "为农户留存（元）,已放行（元）" in rows[0]
    assert ",5.00,3.00,198.00," in rows[1]


@pytest.mark.parametrize("typed", ["0", "0.001", "101", "-1", "1e1", "二", "2,5", "9" * 9])
def test_what_is_no_percentage_is_refused_beside_its_field(
    app: Flask, session: Session, seller: Seller, typed: str
) -> None:
    link, _member = make_share(session, seller)
    supplier = seen_as(app, session, seller.user)
    page = supplier.post(f"{LINKS}/{link.public_id}/share", {"share": typed, "share_of": "one"}, 422)
    assert 'id="share-error"' in page.html
    assert session.scalars(select(BenefitLink.share_bps)).one() == 500


def test_a_share_that_the_price_does_not_bear_is_refused_beside_its_field(
    app: Flask, session: Session, seller: Seller
) -> None:
    make_share(session, seller, 3_000)
    link, _member = make_share(session, seller, 100)
    supplier = seen_as(app, session, seller.user, "en")
    page = supplier.post(f"{LINKS}/{link.public_id}/share", {"share": "30.01", "share_of": "all"}, 422)
    assert "may take 60% at most" in page.text
    assert "30% is still free" in page.text
    chosen = {"share": "30", "share_of": "some", "share_products": "no-such-product"}
    supplier.post(f"{LINKS}/{link.public_id}/share", chosen, status=422)
    none = supplier.post(f"{LINKS}/{link.public_id}/share", {"share": "30", "share_of": "some"}, 422)
    assert "Choose at least one of your products." in none.text
    supplier.post(f"{LINKS}/{link.public_id}/share", {"share": "30", "share_of": "all"}, status=303)
    session.expire_all()
    assert (link.share_bps, link.share_all, link.answer) == (3_000, True, "none")


def test_others_find_nothing(app: Flask, session: Session, seller: Seller) -> None:
    link, _member = make_share(session, seller)
    other = make_seller(session)
    stranger = make_user(
        session,
        Role.HOUSEHOLD,
        household=make_home(
            session, session.scalars(select(Region).where(Region.level == "village")).first()
        ),
    )
    session.commit()
    deliver(seller)
    payment = pay(seller, link.public_id, 1_00)
    foreign = seen_as(app, session, other.user)
    foreign.get(f"{LINKS}/{link.public_id}", status=404)
    foreign.post(f"{LINKS}/{link.public_id}/share", {"share": "1", "share_of": "one"}, status=404)
    foreign.get("/operator/payouts/shares", status=403)
    household = seen_as(app, session, stranger)
    path = f"/benefit-links/my/{link.public_id}/payments"
    household.post(f"{path}/{payment}/agree", {}, status=404)
    household.post(f"{path}/{2**64}/agree", {}, status=404)
    household.post(f"{path}/{payment}/forget", {}, status=404)
    household.post(f"/benefit-links/village/{link.public_id}/payments/{payment}/agree", {}, status=403)
    assert session.scalars(select(BenefitPaymentAnswer)).all() == []


def test_a_disputed_line_says_what_was_kept_of_it(app: Flask, session: Session, seller: Seller) -> None:
    make_share(session, seller)
    officer = make_officer(session)[0]
    session.commit()
    (part,) = deliver(seller)
    supplier = seen_as(app, session, seller.user)
    form = supplier.get(f"/supplier/settlement/parts/{part}").form("/disputes")["fields"]
    lines = session.scalars(select(OrderLine.id)).one()
    supplier.post(
        f"/supplier/settlement/parts/{part}/disputes",
        {"once": form["once"], "line": str(lines), "reason": "少了"},
    )
    dispute = session.scalars(select(SettlementDispute.public_id)).one()
    text = seen_as(app, session, officer).get(f"/operator/payouts/disputes/{dispute}").text
    # The columns add up to the net.
    for words in ("¥200.00", "−¥10.00", "¥190.00", "为农户留存"):
        assert words in text, words


def test_the_operator_reads_what_is_due_without_names(app: Flask, session: Session, seller: Seller) -> None:
    link, _member = make_share(session, seller)
    householder = session.get_one(Household, link.household_id).householder
    officer = make_officer(session)[0]
    session.commit()
    deliver(seller)
    finance = seen_as(app, session, officer)
    page = finance.get("/operator/payouts/shares")
    assert "¥10.00" in page.text
    page = finance.get(f"/operator/payouts/shares/{seller.organisation.public_id}")
    assert "¥10.00" in page.text
    assert "5%" in page.text
    assert householder not in page.text
    finance.get("/operator/payouts/shares/nobody", status=404)
    assert "¥10.00" not in finance.get("/operator/payouts/shares?page=99", status=None).text


def test_a_cadre_answers_for_the_household_with_how_it_was_asked(
    app: Flask, session: Session, seller: Seller
) -> None:
    link, _member = make_share(session, seller)
    village = session.get_one(Region, session.get_one(Household, link.household_id).village_id)
    cadre_user = make_user(session, Role.CADRE, region=village)
    session.commit()
    deliver(seller)
    payment = pay(seller, link.public_id, 10_00)
    cadre = seen_as(app, session, cadre_user)
    assert "¥10.00" in cadre.get("/benefit-links/village").text
    path = f"/benefit-links/village/{link.public_id}/payments/{payment}"
    cadre.post(f"{path}/agree", {"reason": ""}, 422)
    cadre.post(f"{path}/agree", {"reason": "上门问过，户主说已收到"}, status=303)
    answer = session.scalars(select(BenefitPaymentAnswer)).one()
    assert (answer.answer, answer.on_behalf, answer.released_fen) == ("agreed", True, 10_00)


def test_a_closed_pack_that_shares_do_not_bear_says_so(app: Flask, session: Session, seller: Seller) -> None:
    variant = variant_of(session, seller, 200_00)
    product = session.get_one(Product, variant.product_id)
    supplier = seen_as(app, session, seller.user, "en")
    url = f"/supplier/products/{product.slug}/packs/{variant.public_id}"
    supplier.post(url + "/close", {"version": supplier.get(url).form("/close")["fields"]["version"]})
    make_share(session, seller, 7_000)
    page = supplier.get(url)
    page = supplier.post(url + "/reopen", {"version": page.form("/reopen")["fields"]["version"]}, 422)
    assert "is ¥20.00 too low to bear them. Add a new pack size" in page.text
