from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock, ids, jobs
from core.errors import Forbidden, NotFound
from core.mail import Mail
from core.permissions import GUEST, Actor
from publicity import services as publicity_services
from publicity.complaints import queries, rules, services
from publicity.complaints.errors import ComplaintAnswered, UnknownComplaintCode
from publicity.complaints.models import Complaint
from publicity.complaints.values import Answer, NewComplaint, NewPeriod, Outcome, Reason, Subject
from publicity.errors import BadPeriod, EmptyText, FormSentBefore, NotImpartial, PersonalDataShown
from publicity.models import Objection
from publicity.values import Decision
from tests.factories import people
from tests.page_client import PageClient
from tests.publicity import making

FINE = Answer(Outcome.CONFIRMED, "情况属实，已责令整改。", True)


def about(office: making.Office, **changes: Any) -> Subject:
    return Subject(
        **{
            "type": "product",
            "id": "xiaomi",
            "title_zh": "石磨小米",
            "title_en": "Millet",
            "region_id": office.village.id,
            "organisation_id": office.supplier.id,
            **changes,
        }
    )


def file(session: Session, office: making.Office, actor: Actor = GUEST, **changes: Any) -> Any:
    new = {"reason": Reason.QUALITY, "text": "有石子", "once": ids.public_id(20), **changes}
    return services.file_complaint(session, actor, about(office), NewComplaint(**new))


def test_the_day_for_the_answer_is_fixed_when_it_comes(session: Session, office: making.Office) -> None:
    admin = people.actor_of(people.make_user(session, Role.ADMIN), Role.ADMIN)
    first = file(session, office)
    services.set_answer_days(session, admin, NewPeriod(5, clock.today()))
    second = file(session, office)
    assert queries.get_tracked(session, first.tracking_code).days_left == rules.ANSWER_DAYS == 15
    card = queries.get_tracked(session, second.tracking_code)
    assert card.days_left == 5
    with clock.at(clock.now() + timedelta(days=6)):
        assert queries.get_tracked(session, second.tracking_code).late
    for days in (0, 61):
        with pytest.raises(BadPeriod):
            services.set_answer_days(session, admin, NewPeriod(days, clock.today()))
    with pytest.raises(BadPeriod):
        services.set_answer_days(session, admin, NewPeriod(5, clock.today() - timedelta(days=1)))
    with pytest.raises(Forbidden):
        services.set_answer_days(session, office.actor, NewPeriod(5, clock.today()))


def test_the_next_due_comes_first(session: Session, office: making.Office) -> None:
    late = file(session, office)
    admin = people.actor_of(people.make_user(session, Role.ADMIN), Role.ADMIN)
    services.set_answer_days(session, admin, NewPeriod(3, clock.today()))
    soon = file(session, office)
    rows = queries.visible_complaints(session, office.actor, answered=False, limit=10)
    assert [row.public_id for row in rows] == [soon.public_id, late.public_id]
    assert queries.count_visible(session, office.actor) == (2, 0)
    assert queries.count_waiting(session, office.actor) == 2


def test_a_complaint_is_answered_once_and_published_only_if_wished(
    session: Session, office: making.Office
) -> None:
    filed = file(session, office)
    services.answer_complaint(session, office.actor, filed.public_id, FINE)
    with pytest.raises(ComplaintAnswered):
        services.answer_complaint(session, office.actor, filed.public_id, FINE)
    silent = file(session, office)
    services.answer_complaint(
        session, office.actor, silent.public_id, Answer(Outcome.UNFOUNDED, "请拨打 13812345678", False)
    )
    (shown,) = queries.published_about(session, "product", "xiaomi")
    assert (shown.outcome, shown.answer) == (Outcome.CONFIRMED, "情况属实，已责令整改。")
    assert queries.published_about(session, "product", "other") == []


@pytest.mark.parametrize("words", ["王建国手机 13812345678", "身份证 370406199001011234", "她患有高血压"])
def test_a_published_answer_holds_no_personal_data(
    session: Session, office: making.Office, words: str
) -> None:
    filed = file(session, office)
    with pytest.raises(PersonalDataShown):
        services.answer_complaint(
            session, office.actor, filed.public_id, Answer(Outcome.CONFIRMED, words, True)
        )


def test_whoever_is_concerned_does_not_answer(session: Session, office: making.Office) -> None:
    filed = file(session, office)
    both = people.make_user(session, Role.CERTIFIER, organisation=office.supplier, region=office.county)
    with pytest.raises(NotImpartial):
        services.answer_complaint(
            session,
            people.actor_of(both, Role.CERTIFIER, organisation=office.supplier, region=office.county),
            filed.public_id,
            FINE,
        )
    own = file(session, office, office.actor)
    with pytest.raises(NotImpartial):
        services.answer_complaint(session, office.actor, own.public_id, FINE)
    elsewhere = making.make_office(session, county="370404")
    with pytest.raises(NotFound):
        services.answer_complaint(session, elsewhere.actor, filed.public_id, FINE)
    reader = people.actor_of(office.supervisor, Role.SUPERVISOR, region=office.county)
    with pytest.raises(Forbidden):
        services.answer_complaint(session, reader, filed.public_id, FINE)
    assert queries.get_visible(session, reader, filed.public_id).text == "有石子"


def test_the_same_form_gives_the_same_code(session: Session, office: making.Office) -> None:
    once = ids.public_id(20)
    first = file(session, office, once=once)
    assert file(session, office, once=once) == first
    with pytest.raises(FormSentBefore):
        file(session, office, once=once, text="别的话")
    for words in ("  ", "字" * 2001):
        with pytest.raises(EmptyText):
            file(session, office, text=words)
    for typed in (first.tracking_code.lower(), first.tracking_code.replace("0", "O").replace("-", " - ")):
        assert queries.get_tracked(session, typed).public_id == first.public_id
    with pytest.raises(UnknownComplaintCode):
        queries.get_tracked(session, "JB-0000-0000-0000")
    assert first.tracking_code not in str(session.scalars(select(Complaint)).one().__dict__)


def test_whoever_left_an_address_hears_of_the_answer_once(session: Session, office: making.Office) -> None:
    user = people.make_user(session)
    named = file(session, office, people.actor_of(user))
    left = file(session, office, contact_email="left@example.com", locale="en")
    nobody = file(session, office)
    for filed in (named, left, nobody):
        services.answer_complaint(session, office.actor, filed.public_id, FINE)
    session.commit()
    jobs.run_due()
    jobs.run_due()
    mails = {mail.recipient: mail for mail in session.scalars(select(Mail))}
    assert set(mails) == {user.email, "left@example.com"}
    assert mails["left@example.com"].subject == "Your report has its answer"
    assert "情况属实" in mails[user.email].text
    session.expire_all()
    assert session.scalars(select(Complaint.contact_email)).all() == [None] * 3


def test_an_objector_who_left_an_address_hears_of_the_answer(session: Session, office: making.Office) -> None:
    notice = making.make_notice(session, office)
    left = making.object_(session, notice, contact_email="left@example.com")
    silent = making.object_(session, notice)
    for raised in (left, silent):
        publicity_services.answer_objection(
            session, office.actor, raised.public_id, Decision.DISMISSED, "经核实，务工属实。"
        )
    session.commit()
    jobs.run_due()
    mail = session.scalars(select(Mail)).one()
    assert mail.recipient == "left@example.com"
    assert "务工属实" in mail.text
    assert notice.title_zh in mail.text
    session.expire_all()
    assert session.scalars(select(Objection.contact_email)).all() == [None, None]


def test_an_address_can_be_left_on_the_page_of_a_notice(
    client: PageClient, session: Session, office: making.Office
) -> None:
    notice = making.make_notice(session, office)
    session.commit()
    form = {"text": "不属实", "once": ids.public_id(20)}
    client.post(f"/notices/{notice.public_id}/objections", {**form, "email": "no address"}, 422)
    client.post(f"/notices/{notice.public_id}/objections", {**form, "email": "left@example.com"})
    assert session.scalars(select(Objection.contact_email)).one() == "left@example.com"


def test_the_operator_sets_the_time_for_an_answer(app: Flask, session: Session) -> None:
    admin = people.make_user(session, Role.ADMIN)
    session.commit()
    browser = PageClient(app, session).sign_in(admin)
    assert "15 天" in browser.get("/complaints/settings").text
    day = clock.today().isoformat()
    browser.post("/complaints/settings", {"answer_days": "0", "valid_from": day}, 422)
    browser.post("/complaints/settings", {"answer_days": "7", "valid_from": "2001-01-01"}, 422)
    browser.post("/complaints/settings", {"answer_days": "7", "valid_from": day})
    assert "7 天" in browser.get("/complaints/settings").text


def test_the_code_is_shown_once(client: PageClient) -> None:
    assert client.get("/complaints/received", 302).location == "/complaints/track"
    client.post("/complaints/track", {"code": "JB-0000-0000-0000"}, 404)
    client.post("/complaints/track", {"code": ""}, 422)
