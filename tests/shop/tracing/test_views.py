from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import ids, jobs
from core.mail import Mail
from publicity.complaints.models import Complaint, ComplaintPicture
from registry.models import Household, Region
from shop.certification import queries as certification_queries
from shop.certification import services as certification
from shop.recalls import services as recalls
from shop.stock.models import Stock
from shop.tracing import queries, rules, services
from shop.tracing.models import Batch
from shop.tracing.values import BatchFacts, Closing
from tests.factories.certification import agreed_link, make_home, make_link, make_world
from tests.factories.orders import certifier_of, certify
from tests.factories.people import make_user
from tests.factories.products import make_product
from tests.factories.tracing import code_of, days, make_batch, new_batch, seller_of
from tests.page_client import PageClient

ONE = "0000000001"


def seen_as(app: Flask, session: Session, user: Any, language: str = "zh") -> PageClient:
    session.commit()
    return PageClient(app, session, language).sign_in(user)


def seller(app: Flask, session: Session, product: Any) -> PageClient:
    from accounts.models import Organisation

    supplier = session.get_one(Organisation, product.supplier_id)
    return seen_as(app, session, make_user(session, Role.SUPPLIER, organisation=supplier))


def batch_form(session: Session, product: Any, **changes: object) -> dict[str, object]:
    return {
        "once": ids.public_id(20),
        "variant": str(new_batch(session, product).variant_id),
        "number": "QL-2026-11",
        "made_on": days(-3).isoformat(),
        "best_before": "",
        "packs": "240",
        "storage_zh": "",
        "storage_en": "",
        "inspection_number": "",
        "inspected_on": "",
        **changes,
    }


def photo() -> BytesIO:
    kept = BytesIO()
    Image.new("RGB", (2000, 1500), "wheat").save(kept, "JPEG", exif=b"Exif\x00\x00secret-place")
    return BytesIO(kept.getvalue())


# What everybody sees


def test_a_visitor_reads_what_stands_behind_a_code(client: PageClient, session: Session) -> None:
    product = make_product(session)
    code = make_batch(session, product, number="QL-2026-11", inspection_number="J-7", inspected_on=days(-2))
    session.commit()
    page = client.get(f"/trace/{code}")
    for words in (
        "石磨小米",
        "QL-2026-11",
        "帮扶产品",
        "今日有效",
        "青莲村",
        "山东省",
        "J-7",
        "阴凉干燥处",
        "我要举报",
    ):
        assert words in page.text, words
    number = session.execute(select(certification_queries.Certificate.number)).scalar_one()
    assert f"/shop/certificates/{number}" in page.response.get_data(as_text=True)
    english = PageClient(client.app, session, "en").get(f"/trace/{code}")
    assert "Stone-milled millet" in english.text
    assert "holds today" in english.text


def test_the_page_can_lie_in_a_cache_and_sets_no_cookie(client: PageClient, session: Session) -> None:
    code = make_batch(session, make_product(session))
    session.commit()
    for address in (f"/trace/{code}", "/trace"):
        response = client.get(address).response
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cache-Control"].startswith("public")
        assert response.headers["ETag"]


def test_few_statements_are_enough(client: PageClient, session: Session, statements: Any) -> None:
    product = make_product(session)
    code = make_batch(session, product)
    session.commit()
    client.get(f"/trace/{code}")
    with statements:
        client.get(f"/trace/{code}")
    assert len(statements) <= 6, statements.statements


def test_a_typed_code_leads_to_its_page_however_it_is_written(client: PageClient, session: Session) -> None:
    code = make_batch(session, make_product(session))
    session.commit()
    typed = rules.shown_code(code).lower().replace("0", "o")
    assert client.get("/trace", query_string={"code": f" {typed} "}, status=302).location == f"/trace/{code}"
    assert client.get(f"/trace/{typed}", 302).location == f"/trace/{code}"
    assert client.get(f"/trace/{rules.shown_code(code)}", 302).location == f"/trace/{code}"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (rules.with_check("ABCDEFGHJ"), "本站从未发放过"),
        (ONE, "可能有一位字母或数字输错了"),
        ("6901234567892", "十位字母和数字"),
        ("%00", "十位字母和数字"),
        ("x" * 5000, "十位字母和数字"),
    ],
)
def test_an_unknown_code_says_what_to_check_and_offers_to_report(
    client: PageClient, code: str, words: str
) -> None:
    page = client.get(f"/trace/{code}", 404)
    assert words in page.text
    assert "举报假标签" in page.text


def test_a_strange_code_is_shown_as_text_only(client: PageClient) -> None:
    page = client.get("/trace", 404, query_string={"code": "<script>alert(1)</script>"})
    assert "<script>alert" not in page.response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("step", "words"),
    [("suspend", "暂停其证书"), ("revoke", "撤销其证书")],
)
def test_a_certificate_that_does_not_hold_is_said_in_red(
    client: PageClient, session: Session, step: str, words: str
) -> None:
    product = make_product(session)
    code = make_batch(session, product)
    number = session.execute(select(certification_queries.Certificate.number)).scalar_one()
    officer = certifier_of(session.get_one(Region, product.county_id))
    action = {"suspend": certification.suspend_certificate, "revoke": certification.revoke_certificate}[step]
    action(session, officer, number, "抽检不合格，责令整改")
    session.commit()
    html = client.get(f"/trace/{code}").response.get_data(as_text=True)
    assert words in html
    assert "notice-bad" in html
    assert "今日有效" not in html
    assert "trace-seal" not in html


def test_an_expired_certificate_is_said_in_red(client: PageClient, session: Session) -> None:
    from datetime import timedelta

    from core import clock

    product = make_product(session, certified=False)
    code = make_batch(session, product, best_before=days(400))
    certify(session, product.id, clock.now() + timedelta(days=30))
    session.commit()
    assert "今日有效" in client.get(f"/trace/{code}").text
    with clock.at(clock.now() + timedelta(days=31)):
        assert "到期，尚未续期" in client.get(f"/trace/{code}").text


def test_a_product_without_a_certificate_is_no_local_product_either(
    client: PageClient, session: Session
) -> None:
    product = make_product(session, certified=False)
    session.commit()
    page = client.get(f"/trace/{code_of(session, product)}")
    assert "不得称“帮扶产品”或“本地产品”" in page.text
    assert "未认定" in page.text


def test_recalled_and_old_batches_warn(client: PageClient, session: Session) -> None:
    product = make_product(session)
    recalled = make_batch(session, product)
    recalls.recall_batch(session, seller_of(product.supplier_id), recalled, "水分超标")
    mistaken = make_batch(session, product)
    services.close_batch(session, seller_of(product.supplier_id), mistaken, Closing.MISTAKE, "录错批号")
    old = make_batch(session, product, made_on=days(-40), best_before=days(-1))
    session.commit()
    page = client.get(f"/trace/{recalled}")
    assert "请勿食用" in page.text
    assert "水分超标" in page.text
    assert "包装上不应出现此码" in client.get(f"/trace/{mistaken}").text
    assert "已过保质期" in client.get(f"/trace/{old}").text


def test_nothing_of_a_household_is_shown_but_how_many_there_are(app: Flask, session: Session) -> None:
    world = make_world(session, households=0)
    phone = "13812345678"
    for name in ("欧阳锄禾", "司徒麦香", "上官种玉"):
        home = make_home(session, world.village, name, phone)
        link = make_link(session, world, home)
        from shop.benefit_links import services as links
        from shop.benefit_links.values import Answer
        from tests.factories.certification import member_of

        links.answer_link(session, member_of(session, home), link.public_id, Answer.AGREED)
    agreed_link(session, world)
    make_link(session, world, make_home(session, world.village, "诸葛未应"))
    certify(session, world.product.id)
    code = make_batch(session, world.product)
    services.correct_batch(
        session, world.supplier_actor, code, 1, BatchFacts(days(-9), 90), "欧阳锄禾家少交了一筐"
    )
    session.commit()
    for language in ("zh", "en"):
        client = PageClient(app, session, language)
        for address in (f"/trace/{code}", f"/trace/{code}/report"):
            html = client.get(address).response.get_data(as_text=True)
            for home in session.scalars(select(Household)):
                for secret in (home.householder, home.householder[:2], home.public_id, home.ledger_ref):
                    assert secret not in html
            assert phone not in html
            assert "李运河" not in html
    assert re.search(r"4\s*户", PageClient(app, session).get(f"/trace/{code}").text)


def test_the_product_page_leads_to_its_trace(client: PageClient, session: Session) -> None:
    product = make_product(session)
    session.commit()
    html = client.get(f"/shop/products/{product.slug}").response.get_data(as_text=True)
    assert f'href="/trace/{code_of(session, product)}"' in html


# Reports


def test_a_report_walks_from_the_label_to_the_published_answer(app: Flask, session: Session) -> None:
    world = make_world(session)
    certify(session, world.product.id)
    code = make_batch(session, world.product, number="QL-9")
    session.commit()
    visitor = PageClient(app, session)
    form = visitor.get(f"/trace/{code}/report").form("/report")
    page = visitor.post(
        form["action"],
        {
            "once": form["values"]["once"] if "values" in form else ids.public_id(20),
            "reason": "dates",
            "text": "包装上写的是十月生产，页面上是十一月。我的电话 13800138000",
            "email": "asker@example.com",
            "picture": (photo(), "label.jpg"),
        },
        content_type="multipart/form-data",
    )
    page = visitor.follow(page)
    tracking = re.search(r"JB-\w{4}-\w{4}-\w{4}", page.text)
    assert tracking is not None
    assert page.response.headers["Cache-Control"] == "no-store"
    complaint = session.scalars(select(Complaint)).one()
    assert complaint.detail == "QL-9"
    assert (complaint.due_on - complaint.created_at.astimezone().date()).days in (14, 15, 16)
    kept = session.scalars(select(ComplaintPicture.webp)).one()
    assert b"secret-place" not in kept
    with Image.open(BytesIO(kept)) as picture:
        assert max(picture.size) == 1280
    assert "核查中" in visitor.post("/complaints/track", {"code": tracking[0].lower()}, 200).text

    officer = seen_as(app, session, world.county_user)
    assert "包装与页面信息不一致" in officer.get("/complaints/desk").text
    address = f"/complaints/desk/{complaint.public_id}"
    assert "十月生产" in officer.get(address).text
    image = officer.client.get(address + "/picture")
    assert image.mimetype == "image/webp"
    assert image.headers["Cache-Control"] == "no-store"
    good = {"outcome": "confirmed", "answer": "经核查，标签印刷有误，已责令供应商更换。", "publish": "y"}
    officer.post(address, {**good, "answer": "请联系 13912345678"}, 422)
    officer.post(address, {**good, "outcome": "whatever"}, 422)
    officer.post(address, good)
    assert officer.follow(officer.post(address, good)).status == 200

    page = visitor.get(f"/trace/{code}")
    assert "已责令供应商更换" in page.text
    assert "十月生产" not in page.text
    assert "13800138000" not in page.text
    assert "asker@example.com" not in page.text
    assert "已责令供应商更换" in visitor.post("/complaints/track", {"code": tracking[0]}, 200).text
    jobs.run_due()
    mail = session.scalars(select(Mail).where(Mail.recipient == "asker@example.com")).one()
    assert "已责令供应商更换" in mail.text
    session.refresh(complaint)
    assert complaint.contact_email is None


def test_an_answer_that_is_not_published_stays_between_the_two(app: Flask, session: Session) -> None:
    world = make_world(session)
    code = make_batch(session, world.product)
    session.commit()
    visitor = PageClient(app, session)
    visitor.post(f"/trace/{code}/report", {"once": ids.public_id(20), "reason": "other", "text": "味道不对"})
    complaint = session.scalars(select(Complaint)).one()
    officer = seen_as(app, session, world.county_user)
    officer.post(
        f"/complaints/desk/{complaint.public_id}",
        {"outcome": "unfounded", "answer": "留样检测合格，可拨打 13912345678 咨询。"},
    )
    assert "留样检测合格" not in visitor.get(f"/trace/{code}").text


def test_reports_are_seen_in_their_region_only(app: Flask, session: Session) -> None:
    world, other = make_world(session), make_world(session, county="370404")
    code = make_batch(session, world.product)
    session.commit()
    PageClient(app, session).post(
        f"/trace/{code}/report", {"once": ids.public_id(20), "reason": "quality", "text": "有石子"}
    )
    complaint = session.scalars(select(Complaint)).one()
    stranger = seen_as(app, session, other.county_user)
    assert "没有待答复的举报" in stranger.get("/complaints/desk").text
    stranger.get(f"/complaints/desk/{complaint.public_id}", 404)
    stranger.get(f"/complaints/desk/{complaint.public_id}/picture", 404)
    stranger.post(f"/complaints/desk/{complaint.public_id}", {"outcome": "confirmed", "answer": "no"}, 404)
    seen_as(app, session, world.seller).get("/complaints/desk", 403)
    seen_as(app, session, world.township_user).get(f"/complaints/desk/{complaint.public_id}")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": ""}, "请选择是什么问题"),
        ({"reason": "bribe"}, None),
        ({"text": "   "}, "请填写"),
        ({"text": "字" * 2001}, "2000"),
        ({"email": "not an address"}, "请填写邮箱地址"),
        ({"picture": (BytesIO(b"<svg onload=alert(1)>"), "x.svg")}, "不是可以显示的图片"),
    ],
)
def test_what_cannot_be_reported_comes_back_with_its_words(
    client: PageClient, session: Session, changes: dict[str, Any], words: str | None
) -> None:
    code = code_of(session, make_product(session))
    session.commit()
    page = client.post(
        f"/trace/{code}/report",
        {"once": ids.public_id(20), "reason": "origin", "text": "不是本地的", **changes},
        422,
        content_type="multipart/form-data",
    )
    assert words is None or words in page.text
    assert session.scalar(select(func.count()).select_from(Complaint)) == 0


def test_a_report_without_the_sites_token_is_refused(client: PageClient, session: Session) -> None:
    code = code_of(session, make_product(session))
    session.commit()
    client.post(f"/trace/{code}/report", {"reason": "origin", "text": "x"}, 403, token=False)


def test_reports_from_one_address_are_slowed_down(client: PageClient, session: Session) -> None:
    code = code_of(session, make_product(session))
    session.commit()
    answers = [
        client.post(
            f"/trace/{code}/report",
            {"once": ids.public_id(20), "reason": "other", "text": f"report {number}"},
            None,
        )
        for number in range(60)
    ]
    slowed = [answer for answer in answers if answer.status == 429]
    assert slowed
    assert int(slowed[0].response.headers["Retry-After"]) > 0
    assert "report" in slowed[0].response.get_data(as_text=True)


def test_the_same_report_twice_is_one(client: PageClient, session: Session) -> None:
    code = code_of(session, make_product(session))
    session.commit()
    form = {"once": ids.public_id(20), "reason": "other", "text": "same"}
    client.post(f"/trace/{code}/report", form)
    client.post(f"/trace/{code}/report", form)
    client.post(f"/trace/{code}/report", {**form, "text": "other"}, 409)
    assert session.scalar(select(func.count()).select_from(Complaint)) == 1


def test_a_label_with_an_unknown_code_can_be_reported(app: Flask, session: Session) -> None:
    world = make_world(session)
    admin = make_user(session, Role.ADMIN)
    session.commit()
    visitor = PageClient(app, session)
    assert "ABCDE" in visitor.get("/trace/report?code=ABCDE").response.get_data(as_text=True)
    form = {"reason": "false_label", "text": "集市上看到的", "code": "ABCDE\x00<b>"}
    visitor.post("/trace/report", {**form, "once": ids.public_id(20), "county": "370406"})
    visitor.post("/trace/report", {**form, "once": ids.public_id(20), "county": ""})
    visitor.post("/trace/report", {**form, "once": ids.public_id(20), "county": "999999"}, 422)
    assert session.scalar(select(func.count()).select_from(Complaint)) == 2
    page = seen_as(app, session, world.county_user).get("/complaints/desk")
    assert page.text.count("集市上看到的") == 2  # The words, and the name of the link to them.
    assert seen_as(app, session, admin).get("/complaints/desk").text.count("集市上看到的") == 4


# The supplier


def test_a_supplier_records_a_batch_corrects_and_closes_it(app: Flask, session: Session) -> None:
    product = make_product(session)
    browser = seller(app, session, product)
    assert "还没有批次" in browser.get("/supplier/batches").text
    address = f"/supplier/products/{product.slug}/batches"
    assert "180 天" in browser.get(address).text
    form = batch_form(session, product, into_stock="y")
    page = browser.follow(browser.post(address, form))
    assert "已入库" in page.text
    assert "QL-2026-11" in page.text
    code = session.execute(
        select(services.TraceCode.code).where(services.TraceCode.batch_id.is_not(None))
    ).scalar_one()
    assert session.scalar(select(Stock.on_hand)) == 260
    browser.post(address, form)
    assert session.scalar(select(func.count()).select_from(Batch)) == 1
    browser.post(address, {**form, "once": ids.public_id(20)}, 409)
    assert "QL-2026-11" in browser.get(address).text

    here = f"/supplier/batches/{code}"
    correction = {
        **form,
        "version": "1",
        "packs": "230",
        "best_before": days(60).isoformat(),
        "reason": "复点少十包",
    }
    browser.post(f"{here}/correct", {**correction, "reason": ""}, 422)
    browser.post(f"{here}/correct", {**correction, "made_on": days(1).isoformat()}, 422)
    browser.post(f"{here}/correct", correction)
    browser.post(f"{here}/correct", correction, 409)
    page = browser.get(here)
    assert "复点少十包" in page.text
    browser.post(f"{here}/close", {"closing": "", "closing_reason": "x"}, 422)
    browser.post(f"{here}/close", {"closing": "recalled", "closing_reason": "包装漏气"}, 422)
    browser.post(f"{here}/close", {"closing": "sold_out", "closing_reason": "卖完了"})
    browser.post(f"{here}/close", {"closing": "sold_out", "closing_reason": "卖完了"}, 409)
    assert "已售完" in browser.get("/supplier/batches").text
    assert "没有临期批次" in browser.get("/supplier/batches?show=near").text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"made_on": "2126-01-01"}, "不能晚于今天"),
        ({"best_before": "2001-01-01"}, "保质期应晚于生产日期"),
        ({"made_on": "yesterday"}, None),
        ({"packs": "1e3"}, None),
        ({"packs": "0"}, None),
        ({"number": ""}, None),
        ({"number": "批" * 31}, None),
        ({"variant": "99999999"}, None),
        ({"inspected_on": "2026-01-01"}, "请同时填写报告编号"),
        ({"once": "short"}, None),
    ],
)
def test_a_wrong_batch_comes_back_with_what_was_typed(
    app: Flask, session: Session, changes: dict[str, str], words: str | None
) -> None:
    product = make_product(session)
    browser = seller(app, session, product)
    page = browser.post(
        f"/supplier/products/{product.slug}/batches", batch_form(session, product, **changes), 422
    )
    assert words is None or words in page.text
    assert changes.get("packs", "240") in page.response.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(Batch)) == 0


def test_the_batches_of_others_are_not_there(app: Flask, session: Session) -> None:
    product, other = make_product(session), make_product(session)
    code = make_batch(session, product)
    browser = seller(app, session, other)
    for address in (
        f"/supplier/batches/{code}",
        f"/supplier/products/{product.slug}/batches",
        f"/supplier/products/{product.slug}/labels",
        "/supplier/batches/%00",
    ):
        browser.get(address, 404)
    browser.post(f"/supplier/batches/{code}/close", {"closing": "sold_out", "closing_reason": "x"}, 404)
    browser.post(f"/supplier/products/{product.slug}/labels", {}, 404)


LABELS = {"sheet": "a4_3x8", "count": "30", "start": "3", "kind": "certified", "language": "both"}


def test_a_supplier_prints_labels(app: Flask, session: Session) -> None:
    product = make_product(session)
    code = make_batch(session, product)
    browser = seller(app, session, product)
    address = f"/supplier/products/{product.slug}/labels"
    browser.get(f"{address}?batch={code}")
    page = browser.client.post(address, data={**LABELS, "code": code, "csrf_token": browser.csrf_token()})
    assert page.status_code == 200
    assert page.mimetype == "application/pdf"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.data.startswith(b"%PDF-")
    for changes in (
        {"count": "0"},
        {"count": "1201"},
        {"start": "25"},
        {"sheet": "a3"},
        {"code": "0" * 10},
        {"start": "2", "sheet": "roll"},
    ):
        browser.post(address, {**LABELS, "code": code, **changes}, 422)


def test_no_certified_label_is_printed_once_the_certificate_fell(app: Flask, session: Session) -> None:
    product = make_product(session)
    code = make_batch(session, product)
    number = session.execute(select(certification_queries.Certificate.number)).scalar_one()
    officer = certifier_of(session.get_one(Region, product.county_id))
    certification.suspend_certificate(session, officer, number, "抽检不合格，责令整改")
    browser = seller(app, session, product)
    address = f"/supplier/products/{product.slug}/labels"
    assert "标签只能标注名称、产地和批次" in browser.get(address).text
    assert "可打印不带证书的标签" in browser.post(address, {**LABELS, "code": code}, 409).text
    page = browser.client.post(
        address, data={**LABELS, "kind": "plain", "code": code, "csrf_token": browser.csrf_token()}
    )
    assert page.data.startswith(b"%PDF-")


def test_lists_take_few_statements(app: Flask, session: Session, statements: Any) -> None:
    product = make_product(session)
    for _ in range(12):
        make_batch(session, product)
    browser = seller(app, session, product)
    browser.get("/supplier/batches")
    with statements:
        browser.get("/supplier/batches")
    twelve = len(statements)
    assert twelve <= 16
    assert queries.visible_batches(session, seller_of(product.supplier_id), limit=5)[1] == 12
