from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.values import Role
from core import clock, ids
from core.permissions import GUEST, SYSTEM
from publicity import jobs as publicity_jobs
from publicity import services as publicity_services
from publicity.models import Notice
from publicity.values import NewObjection
from shop.applications.models import Application
from shop.applications.values import Stage
from shop.benefit_links import services as links
from shop.benefit_links.values import Answer
from shop.certification.models import Certificate
from tests.factories.certification import (
    OPINION,
    CertificationWorld,
    agreed_link,
    make_home,
    make_link,
    make_world,
    member_of,
    pass_stage,
    published,
    submitted,
)
from tests.factories.orders import certify
from tests.factories.people import make_user
from tests.page_client import PageClient

DAY = timedelta(days=1)
GOOD = {"outcome": "pass", "opinion": OPINION}


def seen_as(app: Flask, session: Session, user: Any) -> PageClient:
    session.commit()
    return PageClient(app, session).sign_in(user)


def address(application: Application, stage: str = "") -> str:
    return f"/certification/applications/{application.public_id}" + (f"/{stage}" if stage else "")


def test_a_product_walks_from_the_supplier_to_the_certificate(app: Flask, session: Session) -> None:
    world = make_world(session)
    supplier = seen_as(app, session, world.seller)
    page = supplier.get("/supplier/applications")
    assert "申请认定" in page.text
    page = supplier.follow(supplier.post(f"/supplier/products/{world.product.slug}/apply"))
    assert "材料齐全" in page.text
    here = page.form("/submit")["action"]
    page = supplier.follow(supplier.post(here, {"statement": "合作社自有基地三百亩。"}))
    assert "镇（街道）初审中" in page.text
    application = session.scalars(select(Application)).one()

    township = seen_as(app, session, world.township_user)
    assert world.product.name_zh in township.get("/certification").text
    page = township.get(address(application))
    assert "合作社自有基地三百亩" in page.text
    assert "王**" in page.text
    township.post(address(application, "township"), GOOD)
    assert "没有待您审核的申请" in township.get("/certification").text

    sector = seen_as(app, session, world.sector_user)
    sector.post(address(application, "sector"), GOOD)
    assert "须由他人审核" in sector.get(address(application)).text
    sector.post(address(application, "county"), {**GOOD, "issuer": str(world.office.id)}, 403)

    county = seen_as(app, session, world.county_user)
    county.post(address(application, "county"), GOOD, 422)
    county.post(address(application, "county"), {**GOOD, "issuer": str(world.office.id)})
    session.expire_all()
    notice = session.get_one(Notice, application.notice_id)
    page = supplier.get(f"/supplier/applications/{application.public_id}")
    assert "公示中" in page.text
    assert f"/notices/{notice.public_id}" in page.html
    public = PageClient(app, session).get(f"/notices/{notice.public_id}")
    assert "3 户" in public.text
    with clock.at(notice.ends_at):
        assert publicity_jobs.end_due_notices() == 1
        number = session.scalars(select(Certificate.number)).one()
        page = PageClient(app, session).get(f"/shop/certificates/{number}")
        for words in ("认定经过", "镇（街道）初审", "区农业农村局", "本证书在有效期内"):
            assert words in page.text, words
        for name in ("孟青山", "柳若溪", "卞知远"):
            assert name not in page.text
        supplier = seen_as(app, session, world.seller)
        assert number in supplier.get(f"/supplier/applications/{application.public_id}").text
        county = seen_as(app, session, world.county_user)
        assert "已认定" in county.get("/certification/ended").text


def test_pages_speak_english_too(app: Flask, session: Session) -> None:
    world = make_world(session)
    application = published(session, world)
    session.commit()
    for user, addresses in (
        (world.seller, ("/supplier/applications", f"/supplier/applications/{application.public_id}")),
        (
            world.county_user,
            (
                "/certification",
                "/certification/running",
                "/certification/ended",
                "/certification/alerts",
                "/certification/products",
                address(application),
            ),
        ),
    ):
        visitor = PageClient(app, session, "en").sign_in(user)
        for found in addresses:
            page = visitor.get(found)
            assert "Certif" in page.text or "certif" in page.text, found


def test_the_supplier_reads_what_is_missing(app: Flask, session: Session) -> None:
    world = make_world(session, households=1)
    world.supplier.credit_code = None
    supplier = seen_as(app, session, world.seller)
    page = supplier.follow(supplier.post(f"/supplier/products/{world.product.slug}/apply"))
    assert "统一社会信用代码没有登记" in page.text
    assert "目前确认 1 户" in page.text
    page = supplier.post(page.form("/submit")["action"], {"statement": "请审核"}, 422)
    assert "材料还不齐全" in page.text
    assert "请审核" in page.html


def test_the_reason_of_a_refusal_reaches_the_supplier(app: Flask, session: Session) -> None:
    world = make_world(session)
    application = submitted(session, world)
    township = seen_as(app, session, world.township_user)
    township.post(address(application, "township"), {"outcome": "refuse", "opinion": "产地证明与实际不符"})
    supplier = seen_as(app, session, world.seller)
    page = supplier.get(f"/supplier/applications/{application.public_id}")
    assert "产地证明与实际不符" in page.text
    assert "未通过" in page.text
    assert "申请认定" in supplier.get("/supplier/applications").text


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": ""},
        {"outcome": "maybe"},
        {"opinion": ""},
        {"opinion": "同意"},
        {"opinion": "字" * 501},
        {"opinion": "有\x00字符在里面"},
    ],
)
def test_a_bad_decision_comes_back_with_what_was_typed(
    app: Flask, session: Session, changes: dict[str, str]
) -> None:
    world = make_world(session)
    application = submitted(session, world)
    township = seen_as(app, session, world.township_user)
    page = township.post(address(application, "township"), {**GOOD, **changes}, 422)
    assert "error-summary" in page.html
    session.expire_all()
    assert application.state == "submitted"


@pytest.mark.parametrize("issuer", ["", "0", "-1", "x", "9" * 30, "１"])
def test_a_forged_issuer_is_refused(app: Flask, session: Session, issuer: str) -> None:
    world = make_world(session)
    application = submitted(session, world)
    pass_stage(session, world, application, Stage.TOWNSHIP)
    pass_stage(session, world, application, Stage.SECTOR)
    county = seen_as(app, session, world.county_user)
    county.post(address(application, "county"), {**GOOD, "issuer": issuer}, 422)


def test_who_comes_second_is_told(app: Flask, session: Session) -> None:
    world = make_world(session)
    application = submitted(session, world)
    township = seen_as(app, session, world.township_user)
    township.post(address(application, "township"), GOOD)
    page = township.post(address(application, "township"), GOOD, 409)
    assert "刚才已有人处理了这份申请" in page.text
    township.post(address(application, "nonsense"), GOOD, 404)
    township.post(address(application, "publicity"), GOOD, 409)


def test_other_counties_and_other_roles_find_nothing(app: Flask, session: Session) -> None:
    world, far = make_world(session), make_world(session, county="370404")
    application = submitted(session, world)
    stranger = seen_as(app, session, far.county_user)
    stranger.get(address(application), 404)
    stranger.post(address(application, "township"), GOOD, 404)
    assert world.product.name_zh not in stranger.get("/certification/running").text
    seller = seen_as(app, session, far.seller)
    seller.get(f"/supplier/applications/{application.public_id}", 404)
    seller.post(f"/supplier/applications/{application.public_id}/submit", {}, 404)
    seller.post(f"/supplier/products/{world.product.slug}/apply", {}, 404)
    seller.get("/certification", 403)
    seller.get(address(application), 403)
    for bad in ("%00", "x", "x" * 3000):
        stranger.get(f"/certification/applications/{bad}", 404)
        seller.get(f"/supplier/applications/{bad}", 404)


def test_a_renewal_too_early_is_told_its_day(app: Flask, session: Session) -> None:
    world = make_world(session)
    certify(session, world.product.id, clock.now() + 100 * DAY)
    supplier = seen_as(app, session, world.seller)
    assert "起可续证" in supplier.get("/supplier/applications").text
    assert "可以申请续证" in supplier.post(f"/supplier/products/{world.product.slug}/apply", {}, 409).text


def test_the_clock_goes_red(app: Flask, session: Session) -> None:
    world = make_world(session)
    submitted(session, world)
    township = seen_as(app, session, world.township_user)
    assert "第 0 天（限 5 天）" in township.get("/certification").text
    with clock.at(clock.now() + 8 * DAY):
        township = seen_as(app, session, world.township_user)
        assert "超期 3 天" in township.get("/certification").text


def test_an_open_objection_is_shown_to_those_who_decide(app: Flask, session: Session) -> None:
    world = make_world(session)
    application = published(session, world)
    notice = session.get_one(Notice, application.notice_id)
    publicity_services.object_to_notice(
        session, GUEST, notice.public_id, NewObjection("带动户数不实", ids.public_id(20))
    )
    county = seen_as(app, session, world.county_user)
    assert "1 条异议待答复" in county.get(address(application)).text


def test_the_alerts_page_masks_and_links(app: Flask, session: Session) -> None:
    world = make_world(session)
    county = seen_as(app, session, world.county_user)
    assert "暂无预警" in county.get("/certification/alerts").text
    with clock.at(clock.now() - 300 * DAY):
        agreed_link(session, world)
    home = make_home(session, world.village, "欧阳建国")
    link = make_link(session, world, home)
    links.answer_link(session, member_of(session, home), link.public_id, Answer.DISPUTED, "没有拿到过钱")
    county = seen_as(app, session, world.county_user)
    page = county.get("/certification/alerts")
    for words in ("超过 6 个月未兑付", "从未兑付", "没有拿到过钱", "欧**"):
        assert words in page.text, words
    assert "欧阳建国" not in page.text


def test_lists_need_the_same_statements_however_long(app: Flask, session: Session, statements: Any) -> None:
    world = make_world(session)
    submitted(session, world)
    session.commit()
    county = seen_as(app, session, world.township_user)
    supplier = seen_as(app, session, world.seller)

    def count(visitor: PageClient, where: str) -> int:
        visitor.get(where)
        with statements:
            visitor.get(where)
        return len(statements)

    few = (count(county, "/certification"), count(supplier, "/supplier/applications"))
    for _ in range(3):
        more = make_world(session)
        submitted(session, more)
        grant_seller(session, world, more)
    session.commit()
    assert (count(county, "/certification"), count(supplier, "/supplier/applications")) == few


def grant_seller(session: Session, world: CertificationWorld, more: CertificationWorld) -> None:
    accounts.grant_role(session, SYSTEM, world.seller.id, Role.SUPPLIER, organisation_id=more.supplier.id)


def test_the_operator_sets_the_rules_from_a_day_on(app: Flask, session: Session) -> None:
    admin = seen_as(app, session, make_user(session, Role.ADMIN))
    page = admin.get("/certification/settings")
    assert "最少确认农户数" in page.text
    tomorrow = (clock.today() + DAY).isoformat()
    good = {"name": "households_needed", "value": "5", "valid_from": tomorrow}
    for changes in (
        {"value": "0"},
        {"value": "1001"},
        {"value": "x"},
        {"name": "colour"},
        {"valid_from": "2020-01-01"},
        {"valid_from": ""},
    ):
        admin.post("/certification/settings", {**good, **changes}, 422)
    admin.post("/certification/settings", good)
    admin.post("/certification/settings", {**good, "value": "6"})
    page = admin.get("/certification/settings")
    assert "调整记录" in page.text
    supplier = seen_as(app, session, make_user(session, Role.CERTIFIER))
    supplier.get("/certification/settings", 403)
    supplier.post("/certification/settings", good, 403)


def test_the_township_reads_what_the_county_decides(app: Flask, session: Session) -> None:
    world = make_world(session)
    number = certify(session, world.product.id)
    here = f"/certification/products/{world.product.slug}"
    township = seen_as(app, session, world.township_user)
    page = township.get(here)
    assert "王**" in page.text
    assert not [form for form in page.forms if number in (form["action"] or "")]
    township.post(f"/certification/certificates/{number}/suspend", {"reason": "抽检不合格"}, 404)
    county = seen_as(app, session, world.county_user)
    county.get(here).form(f"/certification/certificates/{number}/suspend")
