from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock
from shop.benefit_links.models import BenefitLink, BenefitPayment
from tests.factories.certification import agreed_link, make_home, make_link, make_world
from tests.factories.people import make_user, make_village
from tests.page_client import PageClient

DAY = timedelta(days=1)


def seen_as(app: Flask, session: Session, user: Any, language: str = "zh") -> PageClient:
    session.commit()
    return PageClient(app, session, language).sign_in(user)


def picture() -> BytesIO:
    kept = BytesIO()
    Image.new("RGB", (40, 30), "#2E6B4F").save(kept, "PNG")
    return BytesIO(kept.getvalue())


def fields(world: Any, **changes: Any) -> dict[str, Any]:
    return {
        "product": world.product.slug,
        "village": str(world.village.id),
        "householder": "王建国",
        "proof": "8001",
        "kind": "wage",
        "valid_from": clock.today().isoformat(),
        "valid_until": (clock.today() + 300 * DAY).isoformat(),
        "promised": "6000",
        **changes,
    }


def test_a_supplier_enters_and_the_household_agrees(app: Flask, session: Session) -> None:
    world = make_world(session, households=0)
    home = make_home(session, world.village, "王建国", "13800138001")
    member = make_user(session, Role.HOUSEHOLD, household=home)
    supplier = seen_as(app, session, world.seller)
    form = supplier.get(f"/supplier/benefit-links/new?product={world.product.slug}").form("/new")
    data = {**form["fields"], **fields(world), "evidence": (picture(), "contract.png")}
    page = supplier.follow(
        supplier.post("/supplier/benefit-links/new", data, content_type="multipart/form-data")
    )
    assert "待农户确认" in page.text
    assert "王建国" not in page.text
    link = session.scalars(select(BenefitLink)).one()
    assert (link.promised_fen, link.household_id) == (600_000, home.id)
    assert link.evidence is not None

    household = seen_as(app, session, member)
    page = household.get("/benefit-links/my")
    assert world.supplier.name_zh in page.text
    assert 'class="desk household"' in page.html
    household.post(f"/benefit-links/my/{link.public_id}/agree")
    assert "农户已确认" in supplier.get("/supplier/benefit-links").text

    once = supplier.get(f"/supplier/benefit-links/{link.public_id}").form("/payments")["fields"]["once"]
    paid = {"once": once, "amount": "1500.50", "paid_on": clock.today().isoformat()}
    for _ in range(2):
        supplier.post(f"/supplier/benefit-links/{link.public_id}/payments", paid)
    session.expire_all()
    assert link.paid_fen == 150_050
    assert "¥1,500.50" in household.get("/benefit-links/my").text

    household.post(f"/benefit-links/my/{link.public_id}/dispute", {"reason": ""}, 422)
    page = household.post(f"/benefit-links/my/{link.public_id}/dispute", {"reason": "不"}, 422)
    assert "请写明原因" in page.text
    household.post(f"/benefit-links/my/{link.public_id}/dispute", {"reason": "只拿到一半"})
    assert "只拿到一半" in supplier.get(f"/supplier/benefit-links/{link.public_id}").text
    household.post(f"/benefit-links/my/{link.public_id}/maybe", {}, 404)


def test_pages_speak_english_too(app: Flask, session: Session) -> None:
    world = make_world(session, households=1)
    link = make_link(session, world)
    supplier = seen_as(app, session, world.seller, "en")
    for address, words in (
        ("/supplier/benefit-links", "Wages"),
        ("/supplier/benefit-links/new", "Enter a link"),
        (f"/supplier/benefit-links/{link.public_id}", "Record a payment"),
    ):
        assert words in supplier.get(address).text
    cadre = seen_as(app, session, make_user(session, Role.CADRE, region=world.village), "en")
    assert "Answer for the household" in cadre.get("/benefit-links/village").text


@pytest.mark.parametrize(
    "changes",
    [
        {"householder": "李建国"},
        {"proof": "0000"},
        {"proof": ""},
        {"village": "0"},
        {"product": "nothing"},
        {"kind": "gift"},
        {"valid_until": "2020-01-01"},
        {"valid_until": "soon"},
        {"promised": "0"},
        {"promised": "-5"},
        {"promised": "1e3"},
        {"once": "x"},
        {"householder": "王\x00建国"},
    ],
)
def test_a_bad_link_comes_back(app: Flask, session: Session, changes: dict[str, str]) -> None:
    world = make_world(session, households=0)
    make_home(session, world.village, "王建国", "13800138001")
    supplier = seen_as(app, session, world.seller)
    once = supplier.get("/supplier/benefit-links/new").form("/new")["fields"]["once"]
    page = supplier.post("/supplier/benefit-links/new", {"once": once, **fields(world), **changes}, 422)
    assert "error-summary" in page.html
    assert session.scalar(select(func.count()).select_from(BenefitLink)) == 0


def test_an_overlap_is_told_beside_its_field(app: Flask, session: Session) -> None:
    world = make_world(session, households=0)
    home = make_home(session, world.village, "王建国", "13800138001")
    make_link(session, world, home)
    supplier = seen_as(app, session, world.seller)
    once = supplier.get("/supplier/benefit-links/new").form("/new")["fields"]["once"]
    page = supplier.post("/supplier/benefit-links/new", {"once": once, **fields(world)}, 422)
    assert "时间重叠" in page.text


def test_guessing_households_is_slowed_down(app: Flask, session: Session) -> None:
    world = make_world(session, households=0)
    supplier = seen_as(app, session, world.seller)
    once = supplier.get("/supplier/benefit-links/new").form("/new")["fields"]["once"]
    statuses = [
        supplier.post(
            "/supplier/benefit-links/new", {"once": once, **fields(world, proof=f"{n:04}")}, None
        ).status
        for n in range(22)
    ]
    assert statuses[0] == 422
    assert statuses[-1] == 429


def test_what_is_no_picture_is_refused(app: Flask, session: Session) -> None:
    world = make_world(session, households=0)
    link = make_link(session, world)
    supplier = seen_as(app, session, world.seller)
    once = supplier.get(f"/supplier/benefit-links/{link.public_id}").form("/payments")["fields"]["once"]
    data = {
        "once": once,
        "amount": "10",
        "paid_on": clock.today().isoformat(),
        "evidence": (BytesIO(b"<script>"), "receipt.png"),
    }
    page = supplier.post(
        f"/supplier/benefit-links/{link.public_id}/payments", data, 422, content_type="multipart/form-data"
    )
    assert "这不是可以显示的图片" in page.text
    assert session.scalar(select(func.count()).select_from(BenefitPayment)) == 0


@pytest.mark.parametrize(
    "changes",
    [{"amount": ""}, {"amount": "0"}, {"paid_on": "2999-01-01"}, {"paid_on": "1999-01-01"}, {"once": ""}],
)
def test_a_bad_payment_comes_back(app: Flask, session: Session, changes: dict[str, str]) -> None:
    world = make_world(session, households=0)
    link = make_link(session, world)
    supplier = seen_as(app, session, world.seller)
    once = supplier.get(f"/supplier/benefit-links/{link.public_id}").form("/payments")["fields"]["once"]
    data = {"once": once, "amount": "10", "paid_on": clock.today().isoformat(), **changes}
    supplier.post(f"/supplier/benefit-links/{link.public_id}/payments", data, 422)


def test_a_supplier_takes_a_link_back(app: Flask, session: Session) -> None:
    world = make_world(session, households=0)
    link = make_link(session, world)
    supplier = seen_as(app, session, world.seller)
    here = f"/supplier/benefit-links/{link.public_id}"
    supplier.post(f"{here}/withdraw", {"reason": ""}, 422)
    supplier.post(f"{here}/withdraw", {"reason": "录入有误"})
    assert "已撤回" in supplier.get(here).text
    supplier.post(f"{here}/withdraw", {"reason": "录入有误"}, 422)


def test_a_cadre_answers_for_the_households_of_the_village(app: Flask, session: Session) -> None:
    world = make_world(session, households=1)
    home = make_home(session, world.village, "孙桂英")
    link = make_link(session, world, home)
    cadre = seen_as(app, session, make_user(session, Role.CADRE, region=world.village))
    page = cadre.get("/benefit-links/village")
    assert "孙桂英" in page.text
    assert "王建国" not in page.text
    assert "王建国" in cadre.get("/benefit-links/village?show=all").text
    here = f"/benefit-links/village/{link.public_id}/agree"
    assert "请写明原因" in cadre.post(here, {"reason": ""}, 422).text
    cadre.post(here, {"reason": "入户当面问过，属实"})
    assert "农户都已答复" in cadre.get("/benefit-links/village").text
    session.expire_all()
    assert (link.answer, link.on_behalf) == ("agreed", True)


def test_nobody_reaches_what_is_not_theirs(app: Flask, session: Session) -> None:
    world, far = make_world(session, households=0), make_world(session, county="370404", households=0)
    link = agreed_link(session, world)
    seller = seen_as(app, session, far.seller)
    here = f"/supplier/benefit-links/{link.public_id}"
    seller.get(here, 404)
    seller.post(f"{here}/withdraw", {"reason": "录入有误"}, 404)
    seller.get("/supplier/benefit-links/%00", 404)
    seller.get("/benefit-links/my", 403)
    seller.get("/benefit-links/village", 403)
    cadre = seen_as(
        app, session, make_user(session, Role.CADRE, region=make_village(session, "小溪村", "370404"))
    )
    cadre.post(f"/benefit-links/village/{link.public_id}/dispute", {"reason": "与我无关"}, 404)
    neighbour = seen_as(
        app, session, make_user(session, Role.HOUSEHOLD, household=make_home(session, world.village))
    )
    neighbour.post(f"/benefit-links/my/{link.public_id}/dispute", {"reason": "不是我家"}, 404)
    assert "没有要确认的事" in neighbour.get("/benefit-links/my").text


def test_no_public_page_names_a_household(app: Flask, session: Session) -> None:
    world = make_world(session, households=0)
    home = make_home(session, world.village, "欧阳建国", "13800138001")
    make_link(session, world, home)
    session.commit()
    visitor = PageClient(app, session)
    page = visitor.get(f"/shop/products/{world.product.slug}")
    assert "欧阳" not in page.html
    assert "13800138001" not in page.html
