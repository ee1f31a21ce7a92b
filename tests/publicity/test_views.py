"""The pages of notices, read as a villager, an official and a supervisor would."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock
from publicity import rules, services
from publicity.models import Notice, Objection
from publicity.values import Decision, NoticeContent, NoticeTable
from tests.conftest import StatementCounter
from tests.factories import people
from tests.page_client import PageClient
from tests.publicity import making
from tests.publicity.making import Office, after, make_notice, object_

WORDS = "王某户并未在该合作社务工，我住隔壁，电话 13812345678。"


def send(client: PageClient, notice: Notice, text: str = WORDS, status: int = 303, **more: Any) -> Any:
    address = f"/notices/{notice.public_id}"
    fields = client.get(address).form("/objections")["fields"]
    return client.post(f"{address}/objections", {**fields, "text": text, **more}, status)


def other_visitor(app: Flask, session: Session, user: Any = None) -> PageClient:
    visitor = PageClient(app, session)
    return visitor.sign_in(user) if user is not None else visitor


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_visitor_finds_reads_and_prints_a_notice(
    app: Flask, session: Session, office: Office, language: str
) -> None:
    client = PageClient(app, session, language)
    notice = make_notice(session, office)
    page = client.get("/notices")
    assert f"/notices/{notice.public_id}" in page.html
    page = client.get(f"/notices/{notice.public_id}")
    assert ("青莲小米" if language == "zh" else "Qinglian millet") in page.text
    assert ("还剩 6 天" if language == "zh" else "6 days left") in page.text
    assert "王**" in page.text
    assert "王建国" not in page.html
    paper = client.get(f"/notices/{notice.public_id}/print")
    assert notice.code in paper.text
    assert "<svg" in paper.html
    assert "notice-qr" in paper.html


def test_the_list_is_filtered_by_county(client: PageClient, session: Session, office: Office) -> None:
    other = making.make_office(session, "370404")
    here, there = make_notice(session, office), make_notice(session, other)
    page = client.get("/notices?county=370406")
    assert here.public_id in page.html
    assert there.public_id not in page.html
    assert there.public_id in client.get("/notices").html
    client.get("/notices?county=999999", 404)
    client.get("/notices?page=0", 404)
    client.get("/notices?page=99", 404)
    client.get("/notices?show=ended&county=370406")


def test_the_code_on_the_paper_leads_to_the_notice(
    client: PageClient, session: Session, office: Office
) -> None:
    notice = make_notice(session, office)
    typed = notice.code.lower().replace("-", "－")
    assert client.get(f"/notices?code={notice.code.lower()}", 303).location == f"/notices/{notice.public_id}"
    assert client.get("/notices?code=GS-0000-0000", 303).location == "/notices"
    assert client.get(f"/notices?code={'9' * 10_000}", 303).location == "/notices"
    assert client.get("/notices?code=%00", 303).location == "/notices"
    assert client.get("/notices", query_string={"code": typed}, status=303).location != "/notices"


def test_anybody_objects_and_follows_the_answer(
    app: Flask, client: PageClient, session: Session, office: Office
) -> None:
    notice = make_notice(session, office)
    page = client.follow(send(client, notice))
    code = re.search(r"YY(?:-[0-9A-Z]{4}){3}", page.text)
    assert code
    assert "no-store" in page.response.headers["Cache-Control"]
    # Another browser has the code from paper.
    visitor = other_visitor(app, session)
    tracked = visitor.post("/notices/track", {"code": code[0].lower()}, 200)
    assert "核查中" in tracked.text
    assert "并未在该合作社务工" in tracked.text
    # The words stand on no public page.
    for address in ("/notices", f"/notices/{notice.public_id}", f"/notices/{notice.public_id}/print"):
        assert "并未在该合作社务工" not in visitor.get(address).html
    visitor.get(f"/notices/{notice.public_id}/objected", 302)
    # The desk answers.
    desk = other_visitor(app, session, office.certifier)
    queue = desk.get("/notices/desk")
    assert "并未在该合作社务工" in queue.text
    objection = session.scalars(select(Objection)).one()
    address = f"/notices/desk/objections/{objection.public_id}"
    desk.get(address)
    assert "请选择" in desk.post(address, {"decision": "", "answer": ""}, 422).text
    refused = desk.post(address, {"decision": "dismissed", "answer": "户主电话 13812345678"}, 422)
    assert "电话号码" in refused.text
    assert "户主电话 13812345678" in refused.html
    desk.post(address, {"decision": "dismissed", "answer": "已入户核实，工资发放记录齐全。"})
    assert desk.follow(desk.post(address, {"decision": "upheld", "answer": "改判"})).status == 200
    session.refresh(objection)
    assert objection.decision == "dismissed"
    assert "工资发放记录齐全" in visitor.post("/notices/track", {"code": code[0]}, 200).text
    assert "工资发放记录齐全" in visitor.get(f"/notices/{notice.public_id}").text


def test_a_form_sent_twice_shows_the_same_code(client: PageClient, session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    address = f"/notices/{notice.public_id}"
    fields = client.get(address).form("/objections")["fields"]
    first = client.follow(client.post(f"{address}/objections", {**fields, "text": "不属实"}))
    second = client.follow(client.post(f"{address}/objections", {**fields, "text": "不属实"}))
    assert first.text == second.text
    changed = client.post(f"{address}/objections", {**fields, "text": "另外的话"}, 409)
    assert changed.form("/objections")["fields"]["once"] != fields["once"]
    assert "另外的话" in changed.html
    assert len(session.scalars(select(Objection)).all()) == 1


def test_an_empty_objection_is_asked_again(client: PageClient, session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    for words in ("", "  \n ", "字" * 2001, "\x00"):
        assert send(client, notice, words, 422).form("/objections")["fields"]["once"]
    assert session.scalars(select(Objection)).all() == []
    client.post("/notices/NOTHING/objections", {"text": "不属实"}, 404)
    client.get("/notices/NOTHING", 404)
    client.get("/notices/NOTHING/print", 404)


def test_an_address_rests_after_many_objections(client: PageClient, session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    with clock.at(clock.now()):
        for n in range(20):
            send(client, notice, f"不属实 {n}")
        page = send(client, notice, "又一条", 429)
    assert "又一条" in page.html
    assert int(page.response.headers["Retry-After"]) > 0
    assert len(session.scalars(select(Objection)).all()) == 20


def test_tracking_codes_cannot_be_tried_out(client: PageClient, session: Session, office: Office) -> None:
    with clock.at(clock.now()):
        for n in range(20):
            assert "没有查到" in client.post("/notices/track", {"code": f"YY-0000-0000-{n:04d}"}, 404).text
        client.post("/notices/track", {"code": "YY-0000-0000-0020"}, 429)
    client.post("/notices/track", {"code": ""}, 422)
    client.post("/notices/track", {"code": "\x00"}, 422)
    client.post("/notices/track", {"code": "9" * 10_000}, 422)


def test_who_is_signed_in_sees_their_own_objections(app: Flask, session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    villager = other_visitor(app, session, people.make_user(session))
    send(villager, notice, "署名的话")
    send(villager, notice, "匿名的话", anonymous="y")
    own = villager.get("/notices/track").text
    assert "署名的话" in own
    assert "匿名的话" not in own
    assert "署名的话" not in other_visitor(app, session, people.make_user(session)).get("/notices/track").text


def test_the_desk_ends_a_notice_at_its_time(app: Flask, session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    desk = other_visitor(app, session, office.certifier)
    record = f"/notices/desk/{notice.public_id}"
    assert "公示期未满" in desk.get(record).text
    desk.post(f"{record}/end", {"result_zh": ""}, 409)
    with after(notice):
        desk = other_visitor(app, session, office.certifier)
        raised = object_(session, notice)
        desk.post(f"{record}/end", {}, 409)
        assert "还有 1 条异议" in desk.get(record).text
        services.answer_objection(
            session, office.actor, raised.public_id, Decision.UPHELD, "情况属实，退回复核。"
        )
        fields = desk.get(record).form("/end")["fields"]
        desk.post(f"{record}/end", {**fields, "result_zh": "联系 13812345678"}, 422)
        desk.post(f"{record}/end", {**fields, "result_zh": "公示期内收到异议 1 条，经核实成立。"})
        desk.post(f"{record}/end", fields, 409)
        visitor = other_visitor(app, session)
        page = visitor.get(f"/notices/{notice.public_id}")
        assert "经核实成立" in page.text
        assert all("objections" not in (form["action"] or "") for form in page.forms)
        visitor.post(f"/notices/{notice.public_id}/objections", {"text": "太晚了"}, 409)
        assert notice.public_id in visitor.get("/notices?show=ended").html
        assert notice.public_id not in visitor.get("/notices").html


def test_what_was_taken_down_stays_for_supervisors(app: Flask, session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    raised = object_(session, notice)
    services.answer_objection(session, office.actor, raised.public_id, Decision.DISMISSED, "已核实。")
    with after(notice):
        services.end_due_notice(session, notice.id)
    with after(notice, days=16):
        visitor = other_visitor(app, session)
        assert visitor.get(f"/notices/{notice.public_id}", 410).text
        visitor.get(f"/notices/{notice.public_id}/print", 410)
        assert "已核实" in visitor.post("/notices/track", {"code": raised.tracking_code}, 200).text
        supervisor = other_visitor(app, session, office.supervisor)
        assert notice.public_id in supervisor.get("/notices/desk?show=ended").html
        page = supervisor.get(f"/notices/desk/{notice.public_id}")
        assert "已核实" in page.text
        supervisor.post(f"/notices/desk/{notice.public_id}/end", {}, 403)
        supervisor.get(f"/notices/desk/objections/{raised.public_id}", 403)


def test_the_desk_is_closed_to_others(app: Flask, session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    raised = object_(session, notice)
    doors = (
        f"/notices/desk/{notice.public_id}",
        f"/notices/desk/objections/{raised.public_id}",
    )
    neighbour = other_visitor(app, session, making.make_office(session, "370404").certifier)
    assert notice.public_id not in neighbour.get("/notices/desk?show=running").html
    assert raised.public_id not in neighbour.get("/notices/desk").html
    for door in doors:
        neighbour.get(door, 404)
    neighbour.post(doors[1], {"decision": "dismissed", "answer": "无"}, 404)
    neighbour.post(f"{doors[0]}/end", {}, 404)
    household = other_visitor(app, session, people.make_user(session, Role.HOUSEHOLD))
    for door in ("/notices/desk", *doors, "/notices/desk/periods"):
        household.get(door, 403)
    other_visitor(app, session, office.certifier).get("/notices/desk/periods", 403)
    guest = other_visitor(app, session)
    for door in ("/notices/desk", *doors, "/notices/desk/periods"):
        assert guest.get(door, 302).location
    other_visitor(app, session, office.certifier).get("/notices/desk?show=nonsense", 404)


def test_who_objected_does_not_answer(app: Flask, session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    desk = other_visitor(app, session, office.certifier)
    send(desk, notice, "认定员本人的异议")
    objection = session.scalars(select(Objection)).one()
    address = f"/notices/desk/objections/{objection.public_id}"
    page = desk.post(address, {"decision": "dismissed", "answer": "我自己答复。"}, 403)
    assert "应由其他人答复" in page.text
    assert "我自己答复。" in page.html


def test_the_administrator_sets_how_long_notices_stand(app: Flask, session: Session, office: Office) -> None:
    admin = other_visitor(app, session, people.make_user(session, Role.ADMIN))
    day = clock.today().isoformat()
    for wrong in (
        {"minimum_days": "0"},
        {"minimum_days": "61"},
        {"minimum_days": "x"},
        {"valid_from": "2020-01-01"},
        {"valid_from": "soon"},
        {"kind": "nonsense"},
    ):
        data = {"kind": "certification", "minimum_days": "7", "valid_from": day, **wrong}
        admin.post("/notices/desk/periods", data, 422)
    admin.post("/notices/desk/periods", {"kind": "certification", "minimum_days": "7", "valid_from": day})
    assert make_notice(session, office).minimum_days == 7
    later = (clock.today() + timedelta(days=9)).isoformat()
    admin.post("/notices/desk/periods", {"kind": "certification", "minimum_days": "10", "valid_from": later})
    assert "10 天" in admin.get("/notices/desk/periods").text


def test_what_people_write_is_shown_as_text(app: Flask, session: Session, office: Office) -> None:
    script = "<script>alert(1)</script>"
    content = NoticeContent(table=NoticeTable(((script, ""),), ((script,),)), intro_zh=script)
    notice = make_notice(session, office, title_zh=script, content=content)
    raised = object_(session, notice, text=script)
    visitor, desk = other_visitor(app, session), other_visitor(app, session, office.certifier)
    pages = [
        visitor.get(a)
        for a in ("/notices", f"/notices/{notice.public_id}", f"/notices/{notice.public_id}/print")
    ]
    pages += [desk.get(a) for a in ("/notices/desk", f"/notices/desk/{notice.public_id}")]
    pages += [desk.get(f"/notices/desk/objections/{raised.public_id}")]
    assert all(script not in page.html for page in pages)
    assert all("&lt;script&gt;" in page.html for page in pages)


def test_no_public_page_shows_personal_data(app: Flask, session: Session, office: Office) -> None:
    """Crawl every public page about notices that are full of objections with personal data (rule I1)."""
    leaks = ("13812345678", "370406197203045512", "6222021234567890123", "尿毒症", "褚正平")
    notices = [make_notice(session, office) for _ in range(3)]
    for notice in notices:
        for leak in leaks:
            raised = object_(session, notice, text=f"户主情况：{leak}")
            services.answer_objection(session, office.actor, raised.public_id, Decision.DISMISSED, "已核实。")
    with after(notices[0]):
        services.end_due_notice(session, notices[0].id)
        for language in ("zh", "en"):
            client = PageClient(app, session, language)
            todo, seen = ["/notices"], set[str]()
            while todo:
                address = todo.pop()
                if address in seen:
                    continue
                seen.add(address)
                page = client.get(address, None)
                if page.status != 200:
                    continue
                assert not any(leak in page.html for leak in leaks), address
                own_words = re.sub(r"0000 0000[ 0]*|[a-f0-9]{32,}", "", page.text)
                assert set(rules.personal_data_in(own_words)) == set(), address
                todo += re.findall(r'href="(/notices[^"#]*)"', page.html)
            assert len(seen) > 8


def test_pages_need_few_statements(
    app: Flask, session: Session, office: Office, statements: StatementCounter
) -> None:
    """However many notices and objections there are."""
    notices = [make_notice(session, office) for _ in range(25)]
    for notice in notices:
        for n in range(3):
            object_(session, notice, text=f"异议 {n}")
    for raised in session.scalars(select(Objection).where(Objection.notice_id == notices[0].id)).all()[:2]:
        services.answer_objection(session, office.actor, raised.public_id, Decision.DISMISSED, "已核实。")
    visitor, desk = other_visitor(app, session), other_visitor(app, session, office.certifier)
    address = f"/notices/{notices[0].public_id}"
    objection = session.scalars(select(Objection).order_by(Objection.id.desc())).first()
    assert objection is not None
    for client, url, most in (
        (visitor, "/notices", 3),
        (visitor, address, 2),
        (visitor, f"{address}/print", 2),
        (visitor, "/notices/track", 0),
        (desk, "/notices/desk", 9),
        (desk, "/notices/desk?show=running", 9),
        (desk, f"/notices/desk/{notices[0].public_id}", 8),
        (desk, f"/notices/desk/objections/{objection.public_id}", 8),
    ):
        client.get(url)
        with statements:
            client.get(url)
        assert len(statements) <= most, (url, len(statements))
