"""Opening, objecting, answering and ending, with everything that is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock, events, ids
from core.clock import CHINA
from core.errors import Forbidden, NotFound
from core.permissions import GUEST, SYSTEM, Actor
from ledger import checks
from publicity import jobs, queries, services
from publicity.errors import (
    AlreadyAnswered,
    AlreadyPublic,
    BadNotice,
    BadPeriod,
    EmptyText,
    FormSentBefore,
    NoticeNotRunning,
    NoticePutAway,
    NoticeTooEarly,
    NotImpartial,
    ObjectionsOpen,
    PersonalDataShown,
    UnknownTrackingCode,
)
from publicity.events import NoticeEnded, NoticeOpened, NoticeWithdrawn, ObjectionAnswered, ObjectionRaised
from publicity.models import Notice, Objection
from publicity.values import (
    Decision,
    Line,
    NewObjection,
    NewPeriod,
    NoticeContent,
    NoticeKind,
    NoticeState,
    NoticeTable,
)
from tests.factories import people
from tests.publicity import making
from tests.publicity.making import Office, after, make_notice, object_

MONDAY = datetime(2026, 11, 16, 10, 30, tzinfo=CHINA)


def admin(session: Session) -> Actor:
    return people.actor_of(people.make_user(session, Role.ADMIN), Role.ADMIN)


def dismiss(session: Session, office: Office, public_id: str) -> Objection:
    return services.answer_objection(
        session, office.actor, public_id, Decision.DISMISSED, "已入户核实，务工属实。"
    )


def test_a_notice_stands_whole_days_after_the_day_it_opens(session: Session, office: Office) -> None:
    with clock.at(MONDAY):
        notice = make_notice(session, office)
    assert notice.minimum_days == 5
    assert notice.ends_at.astimezone(CHINA) == datetime(2026, 11, 22, tzinfo=CHINA)
    assert notice.place_zh == "山亭区店子镇青莲村"
    assert notice.code.startswith("GS-")


def test_opening_and_ending_are_told_once(session: Session, office: Office, heard: list[Any]) -> None:
    notice = make_notice(session, office)
    assert heard == [NoticeOpened(notice.id, "certification", "application", notice.subject_id)]
    with after(notice):
        services.end_notice(session, office.actor, notice.public_id, "公示期内未收到异议。")
        assert heard[1:] == [NoticeEnded(notice.id, "certification", "application", notice.subject_id, False)]
        with pytest.raises(NoticeNotRunning):
            services.end_notice(session, office.actor, notice.public_id)
    assert notice.state == NoticeState.ENDED_CLEAR
    assert notice.ended_by_user_id == office.certifier.id
    assert len(heard) == 2


def test_a_notice_cannot_end_a_moment_early(session: Session, office: Office, heard: list[Any]) -> None:
    notice = make_notice(session, office)
    with clock.at(notice.ends_at - timedelta(microseconds=1)):
        with pytest.raises(NoticeTooEarly) as refused:
            services.end_notice(session, office.actor, notice.public_id)
        assert not services.end_due_notice(session, notice.id)
    assert refused.value.ends_at == notice.ends_at
    with after(notice):
        assert services.end_due_notice(session, notice.id)
        assert not services.end_due_notice(session, notice.id)
    assert [type(event) for event in heard] == [NoticeOpened, NoticeEnded]


def test_an_open_objection_keeps_a_notice_from_ending(session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    raised = object_(session, notice)
    with after(notice, days=90):
        with pytest.raises(ObjectionsOpen) as refused:
            services.end_notice(session, office.actor, notice.public_id)
        assert refused.value.count == 1
        assert not services.end_due_notice(session, notice.id)
        assert queries.due_ids(session) == []
        dismiss(session, office, raised.public_id)
        assert services.end_due_notice(session, notice.id)
    assert notice.state == NoticeState.ENDED_CLEAR


def test_an_upheld_objection_decides_the_end_but_hastens_nothing(
    session: Session, office: Office, heard: list[Any]
) -> None:
    notice = make_notice(session, office)
    first, second = object_(session, notice), object_(session, notice, text="价格与申报不符。")
    services.answer_objection(
        session, office.actor, first.public_id, Decision.UPHELD, "经核实情况属实，退回复核。"
    )
    dismiss(session, office, second.public_id)
    with pytest.raises(NoticeTooEarly):
        services.end_notice(session, office.actor, notice.public_id)
    with after(notice):
        services.end_notice(session, office.actor, notice.public_id)
    assert notice.state == NoticeState.ENDED_UPHELD
    assert [type(event) for event in heard] == [
        NoticeOpened, ObjectionRaised, ObjectionRaised, ObjectionAnswered, ObjectionAnswered, NoticeEnded,
    ]  # fmt: skip
    assert [event.upheld for event in heard[3:]] == [True, False, True]


def test_a_late_job_takes_objections_until_it_runs(session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    with after(notice, days=3):
        object_(session, notice)
        assert not services.end_due_notice(session, notice.id)


def test_an_ended_notice_takes_no_objection(session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    with after(notice):
        services.end_notice(session, office.actor, notice.public_id)
        with pytest.raises(NoticeNotRunning):
            object_(session, notice)


def test_the_job_ends_what_is_due_however_late(session: Session, office: Office, heard: list[Any]) -> None:
    due, waiting = make_notice(session, office), make_notice(session, office)
    object_(session, waiting)
    with after(due, days=40):
        young = make_notice(session, office)
        assert jobs.end_due_notices() == 1
        assert jobs.end_due_notices() == 0
        session.expire_all()
        states = [session.get_one(Notice, n.id).state for n in (due, waiting, young)]
    assert states == ["ended_clear", "running", "running"]
    assert sum(isinstance(event, NoticeEnded) for event in heard) == 1


def test_one_subject_that_fails_does_not_keep_the_others_waiting(
    session: Session, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = make_notice(session, office), make_notice(session, office)

    def react(_session: Session, event: NoticeEnded) -> None:
        if event.notice_id == broken.id:
            raise ValueError("the subject is gone")

    monkeypatch.setitem(events._handlers, NoticeEnded, [react])
    with after(broken), pytest.raises(RuntimeError, match="1 of 2"):
        jobs.end_due_notices()
    session.expire_all()
    assert session.get_one(Notice, sound.id).state == "ended_clear"
    assert session.get_one(Notice, broken.id).state == "running"


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("身份证 370406197203045512", ("id_number",)),
        ("联系人 13812345678", ("phone",)),
        ("卡号 6222 0212 3456 7890 123", ("bank_account",)),
        ("家庭住址：青莲村 12 号", ("address",)),
        ("因户主残疾致贫", ("health",)),
    ],
)
def test_personal_data_is_refused_wherever_it_stands(
    session: Session, office: Office, words: str, kinds: tuple[str, ...]
) -> None:
    row = NoticeTable((("户主", "Householder"),), ((words,),))
    for changes in (
        {"title_zh": words},
        {"title_en": words},
        {"content": NoticeContent(lines=(Line("说明", "Remark", words),))},
        {"content": NoticeContent(lines=(Line(words, "Remark", "无"),))},
        {"content": NoticeContent(table=row)},
        {"content": replace(making.CONTENT, intro_zh=words)},
    ):
        with pytest.raises(PersonalDataShown) as refused:
            make_notice(session, office, **changes)
        assert refused.value.kinds == kinds
    notice = make_notice(session, office)
    raised = object_(session, notice, text=words)
    with pytest.raises(PersonalDataShown):
        services.answer_objection(session, office.actor, raised.public_id, Decision.DISMISSED, words)
    dismiss(session, office, raised.public_id)
    with after(notice), pytest.raises(PersonalDataShown):
        services.end_notice(session, office.actor, notice.public_id, words)
    with pytest.raises(PersonalDataShown):
        services.withdraw_notice(session, SYSTEM, notice.id, words)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title_zh": " "}, "title"),
        ({"subject_id": ""}, "subject"),
        ({"content": NoticeContent()}, "content"),
        ({"content": replace(making.CONTENT, link="https://elsewhere.example")}, "link"),
        ({"content": replace(making.CONTENT, link="//elsewhere.example")}, "link"),
        ({"content": NoticeContent(table=NoticeTable((("a", "a"),), (("1", "2"),)))}, "table"),
        ({"minimum_days": 4}, "minimum_days"),
        ({"minimum_days": 61}, "minimum_days"),
        ({"region_id": 0}, "region"),
    ],
)
def test_an_incomplete_notice_is_refused(
    session: Session, office: Office, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadNotice) as refused:
        make_notice(session, office, **changes)
    assert refused.value.field == field


def test_a_thing_has_one_running_notice_of_a_kind(session: Session, office: Office) -> None:
    notice = make_notice(session, office, subject_id="A")
    with pytest.raises(AlreadyPublic):
        make_notice(session, office, subject_id="A")
    make_notice(session, office, subject_id="A", kind=NoticeKind.AID)
    with after(notice):
        services.end_due_notice(session, notice.id)
        again = make_notice(session, office, subject_id="A")
    newest = queries.notices_about(session, "application", "A")[0]
    assert newest.public_id == again.public_id


def test_the_minimum_time_is_dated(session: Session, office: Office) -> None:
    boss = admin(session)
    with clock.at(MONDAY):
        today = clock.today()
        services.set_period(session, boss, NewPeriod(NoticeKind.CERTIFICATION, 7, today + timedelta(days=2)))
        assert make_notice(session, office).minimum_days == 5
        assert make_notice(session, office, kind=NoticeKind.POINTS_ISSUE).minimum_days == 3
        for day in (today - timedelta(days=1),):
            with pytest.raises(BadPeriod):
                services.set_period(session, boss, NewPeriod(NoticeKind.CERTIFICATION, 7, day))
        for days in (0, 61):
            with pytest.raises(BadPeriod):
                services.set_period(session, boss, NewPeriod(NoticeKind.CERTIFICATION, days, today))
        with pytest.raises(Forbidden):
            services.set_period(session, office.actor, NewPeriod(NoticeKind.CERTIFICATION, 1, today))
    with clock.at(MONDAY + timedelta(days=2)):
        assert make_notice(session, office).minimum_days == 7
        assert make_notice(session, office, minimum_days=10).minimum_days == 10


def test_the_same_form_twice_is_one_objection(session: Session, office: Office, heard: list[Any]) -> None:
    notice = make_notice(session, office)
    once = ids.public_id(20)
    first = services.object_to_notice(session, GUEST, notice.public_id, NewObjection("不属实", once))
    assert services.object_to_notice(session, GUEST, notice.public_id, NewObjection("不属实 ", once)) == first
    with pytest.raises(FormSentBefore):
        services.object_to_notice(session, GUEST, notice.public_id, NewObjection("另外的话", once))
    assert sum(isinstance(event, ObjectionRaised) for event in heard) == 1


def test_the_tracking_code_is_kept_only_as_a_digest(session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    raised = object_(session, notice)
    row = session.execute(
        text("SELECT o::text FROM publicity_objections o WHERE public_id = :id"), {"id": raised.public_id}
    ).scalar_one()
    assert raised.tracking_code not in row
    spoken = raised.tracking_code.lower().replace("0", "o")
    assert queries.get_tracked(session, f" {spoken} ").public_id == raised.public_id
    with pytest.raises(UnknownTrackingCode):
        queries.get_tracked(session, "YY-0000-0000-0000")


def test_an_anonymous_objection_names_nobody(session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    person = people.make_user(session)
    actor = people.actor_of(person)
    hidden = object_(session, notice, actor, anonymous=True)
    named = object_(session, notice, actor, "署名异议")
    kept = {o.public_id: o.objector_user_id for o in session.query(Objection)}
    assert kept == {hidden.public_id: None, named.public_id: person.id}
    assert [card.public_id for card in queries.own_objections(session, actor)] == [named.public_id]
    assert queries.own_objections(session, GUEST) == []
    traces = session.execute(
        text(
            "SELECT actor_user_id, actor_name FROM core_audit_entries WHERE action = 'objection raised' ORDER BY id"
        )
    ).all()
    assert [tuple(trace) for trace in traces] == [(None, "system"), (person.id, person.name)]


def test_an_empty_or_endless_objection_is_refused(session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    for words in ("", "  \n", "字" * 2001):
        with pytest.raises(EmptyText):
            object_(session, notice, text=words)
    with pytest.raises(NotFound):
        services.object_to_notice(session, GUEST, "NOTHING", NewObjection("话", ids.public_id(20)))


def test_an_objection_is_answered_once(session: Session, office: Office) -> None:
    raised = object_(session, make_notice(session, office))
    with pytest.raises(EmptyText):
        services.answer_objection(session, office.actor, raised.public_id, Decision.DISMISSED, " ")
    dismiss(session, office, raised.public_id)
    with pytest.raises(AlreadyAnswered):
        services.answer_objection(session, office.actor, raised.public_id, Decision.UPHELD, "改判")


def neighbour(session: Session, office: Office) -> Actor:
    other = making.make_office(session, "370404")
    return other.actor


def cadre_of_the_village(session: Session, office: Office) -> Actor:
    return people.actor_of(people.make_user(session, Role.CADRE), Role.CADRE, region=office.village)


def cadre_of_another_village(session: Session, office: Office) -> Actor:
    village = people.make_village(session, "红旗村", suffix="101202")
    return people.actor_of(people.make_user(session, Role.CADRE), Role.CADRE, region=village)


def test_each_answers_for_their_own_region(session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    raised = object_(session, notice)
    for stranger in (neighbour(session, office), cadre_of_another_village(session, office)):
        with pytest.raises(NotFound):
            services.answer_objection(session, stranger, raised.public_id, Decision.DISMISSED, "无")
        with pytest.raises(NotFound):
            queries.get_waiting(session, stranger, raised.public_id)
        with pytest.raises(NotFound):
            queries.get_record(session, stranger, notice.public_id)
        with after(notice), pytest.raises(NotFound):
            services.end_notice(session, stranger, notice.public_id)
        assert queries.count_waiting(session, stranger) == 0
        assert queries.visible_notices(session, stranger, running=True, limit=10) == []
    village = cadre_of_the_village(session, office)
    assert queries.count_waiting(session, village) == queries.count_waiting(session, office.actor) == 1
    assert queries.count_visible(session, admin(session))[0] >= 1
    services.answer_objection(session, village, raised.public_id, Decision.DISMISSED, "已核实。")


def test_a_village_does_not_answer_for_its_county(session: Session, office: Office) -> None:
    notice = make_notice(session, office, region_id=office.county.id)
    raised = object_(session, notice)
    with pytest.raises(NotFound):
        services.answer_objection(
            session, cadre_of_the_village(session, office), raised.public_id, Decision.DISMISSED, "无"
        )
    dismiss(session, office, raised.public_id)


def test_supervisors_read_and_do_not_decide(session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    raised = object_(session, notice)
    supervisor = people.actor_of(office.supervisor, Role.SUPERVISOR, region=office.county)
    assert (
        queries.get_record(session, supervisor, notice.public_id).objections[0].public_id == raised.public_id
    )
    for refused in (supervisor, GUEST, people.actor_of(people.make_user(session))):
        with pytest.raises(Forbidden):
            services.answer_objection(session, refused, raised.public_id, Decision.DISMISSED, "无")
        with pytest.raises(Forbidden):
            services.end_notice(session, refused, notice.public_id)


def from_the_subject(session: Session, office: Office) -> tuple[Actor, Actor]:
    user = people.make_user(session, Role.CERTIFIER, region=office.county)
    member = people.actor_of(user, Role.CERTIFIER, region=office.county)
    own = people.actor_of(user, Role.SUPPLIER, organisation=office.supplier)
    return replace(member, grants=member.grants + own.grants), GUEST


def who_objected(session: Session, office: Office) -> tuple[Actor, Actor]:
    return office.actor, office.actor


def from_the_objectors_organisation(session: Session, office: Office) -> tuple[Actor, Actor]:
    rival = people.make_organisation(session)
    objector = people.make_user(session, Role.SUPPLIER, organisation=rival)
    user = people.make_user(session, Role.CERTIFIER, region=office.county)
    actor = people.actor_of(user, Role.CERTIFIER, region=office.county)
    own = people.actor_of(user, Role.SUPPLIER, organisation=rival)
    return replace(actor, grants=actor.grants + own.grants), people.actor_of(objector)


@pytest.mark.parametrize("case", [from_the_subject, who_objected, from_the_objectors_organisation])
def test_nobody_answers_in_their_own_cause(
    session: Session, office: Office, case: Callable[[Session, Office], tuple[Actor, Actor]]
) -> None:
    answering, objecting = case(session, office)
    notice = make_notice(session, office)
    raised = object_(session, notice, objecting)
    with pytest.raises(NotImpartial):
        services.answer_objection(session, answering, raised.public_id, Decision.DISMISSED, "无")
    other = people.actor_of(people.make_user(session, Role.CERTIFIER), Role.CERTIFIER, region=office.county)
    services.answer_objection(session, other, raised.public_id, Decision.DISMISSED, "已核实。")


def test_a_withdrawn_notice_decides_nothing(session: Session, office: Office, heard: list[Any]) -> None:
    notice = make_notice(session, office)
    raised = object_(session, notice)
    services.withdraw_notice(session, SYSTEM, notice.id, "申报单位撤回申请。")
    assert isinstance(heard[-1], NoticeWithdrawn)
    with pytest.raises(NoticeNotRunning):
        services.withdraw_notice(session, SYSTEM, notice.id, "再撤一次")
    with pytest.raises(NoticeNotRunning):
        dismiss(session, office, raised.public_id)
    with after(notice):
        assert not services.end_due_notice(session, notice.id)


def test_an_ended_notice_leaves_the_lists_and_stays_for_supervisors(session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    with after(notice):
        services.end_due_notice(session, notice.id)
        assert queries.count_listed(session) == (0, 1)
        assert queries.get_public_notice(session, notice.public_id).card.state == "ended_clear"
    supervisor = people.actor_of(office.supervisor, Role.SUPERVISOR, region=office.county)
    with after(notice, days=16):
        assert queries.count_listed(session) == (0, 0)
        assert queries.listed_notices(session, ended=True, limit=10) == []
        with pytest.raises(NoticePutAway):
            queries.get_public_notice(session, notice.public_id)
        assert queries.get_record(session, supervisor, notice.public_id).notice.id == notice.id
        assert queries.count_visible(session, supervisor) == (0, 1)


def test_the_database_itself_refuses_an_early_end(session: Session, office: Office) -> None:
    notice = make_notice(session, office)
    with pytest.raises(IntegrityError, match="stood_its_time"), session.begin_nested():
        session.execute(
            update(Notice).where(Notice.id == notice.id).values(state="ended_clear", ended_at=clock.now())
        )


def wrong(session: Session) -> dict[str, int]:
    return {f.name: f.wrong for f in checks.run(session) if f.name.startswith("N0")}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("N01-notices-stand-their-time", "UPDATE publicity_notices SET minimum_days = 9, ends_at = starts_at + interval '9 days', ended_at = now() + interval '90 days'"),
        ("N02-objections-are-answered", "UPDATE publicity_objections SET answered_at = NULL, answer = NULL, decision = NULL"),
        ("N02-objections-are-answered", "UPDATE publicity_objections SET decision = 'upheld'"),
        ("N03-notices-are-frozen", "UPDATE publicity_notices SET title_zh = title_zh || '（改）'"),
        ("N03-notices-are-frozen", "UPDATE publicity_notices SET content = jsonb_set(content, '{intro_zh}', '\"改\"')"),
    ],
)  # fmt: skip
def test_the_checks_notice_what_is_wrong(session: Session, office: Office, name: str, change: str) -> None:
    notice = make_notice(session, office)
    raised = object_(session, notice)
    dismiss(session, office, raised.public_id)
    with after(notice):
        services.end_due_notice(session, notice.id)
    session.flush()
    assert not any(wrong(session).values())
    nested = session.begin_nested()
    session.execute(text(change))
    assert wrong(session)[name] == 1
    nested.rollback()
