"""Registering organisations on PostgreSQL: handing in, deciding, mending, and two who want the same code."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accounts import queries as account_queries
from accounts.licences import queries as licence_queries
from accounts.licences.models import Licence
from accounts.models import Organisation
from accounts.registrations import queries, services
from accounts.registrations.errors import (
    BadCode,
    BadPhone,
    BadPlace,
    CodeTaken,
    FormSentBefore,
    Incomplete,
    MovedOn,
    OwnRegistration,
    ReasonMissing,
    TooManyOpen,
)
from accounts.registrations.models import Registration
from accounts.registrations.values import CodeFault, Identity, Missing, State
from accounts.values import LegalForm, OrganisationKind, Role
from core import clock, db, ids, jobs
from core.errors import Forbidden, NotFound
from core.mail import Mail
from core.permissions import Actor
from tests.factories.certification import make_credit_code
from tests.factories.licences import begun, complete, new_licence, waiting
from tests.factories.people import actor_of, make_organisation, make_user, make_village


def applicant(session: Session) -> Actor:
    return actor_of(make_user(session, name="李青溪"))


def admin(session: Session) -> Actor:
    return actor_of(make_user(session, Role.ADMIN, name="管理员"), Role.ADMIN)


def test_an_approved_supplier_is_there_with_its_licences_and_its_person(session: Session) -> None:
    actor, village, code = applicant(session), make_village(session), make_credit_code()
    registration = waiting(session, actor, code, village)
    found = services.approve_registration(session, admin(session), registration.public_id, 1)
    assert (found.kind, found.legal_form, found.credit_code) == ("supplier", "cooperative", code)
    assert (found.name_zh, found.region_id) == ("青溪种植专业合作社", village.id)
    assert found.contact == "李青溪 13800138000"
    (licence,) = licence_queries.licences_of(session, found.id, clock.today())
    assert licence.number.startswith("NO-")
    now = account_queries.find_actor(
        session, account_queries.get_user(session, actor.user_id or 0).email or ""
    )
    assert now is not None
    assert now.organisation_ids(Role.SUPPLIER) == {found.id}


def test_an_approved_canteen_may_order_and_sells_nothing(session: Session) -> None:
    actor = applicant(session)
    registration = waiting(
        session, actor, make_credit_code(), make_village(session), form=LegalForm.SCHOOL, name="青溪小学"
    )
    found = services.approve_registration(session, admin(session), registration.public_id, 1)
    assert found.kind == OrganisationKind.INSTITUTION.value
    user = account_queries.get_user(session, actor.user_id or 0)
    now = account_queries.find_actor(session, user.email or "")
    assert now is not None
    assert now.organisation_ids(Role.REQUESTER) == {found.id}
    assert not now.has_role(Role.SUPPLIER)


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("9337", CodeFault.LENGTH),
        ("93370406YGDEM0010R", CodeFault.CHECK),
        ("93370406YGDEM001OP", CodeFault.CHARACTERS),
    ],
)
def test_a_wrong_code_is_refused_with_what_is_wrong(session: Session, code: str, fault: CodeFault) -> None:
    with pytest.raises(BadCode) as refusal:
        begun(session, applicant(session), code)
    assert refusal.value.fault is fault


def test_a_registered_code_is_refused_and_says_not_whose_it_is(session: Session) -> None:
    code = make_credit_code()
    make_organisation(session, name="秘密合作社").credit_code = code
    session.flush()
    with pytest.raises(CodeTaken) as refusal:
        begun(session, applicant(session), code)
    assert "秘密" not in str(refusal.value.args)


def test_a_draft_keeps_a_code_from_nobody_but_a_waiting_registration_does(session: Session) -> None:
    code, village = make_credit_code(), make_village(session)
    first, second = applicant(session), applicant(session)
    begun(session, first, code)
    mine = complete(session, second, code, village)
    waiting(session, applicant(session), code, village)
    with pytest.raises(CodeTaken):
        services.submit_registration(session, second, mine.public_id)
    with pytest.raises(CodeTaken):
        begun(session, applicant(session), code)


def test_what_is_missing_is_named_before_it_can_be_handed_in(session: Session) -> None:
    actor, village = applicant(session), make_village(session)
    registration = begun(session, actor, make_credit_code())
    with pytest.raises(Incomplete) as refusal:
        services.submit_registration(session, actor, registration.public_id)
    assert refusal.value.missing == (Missing.PLACE, Missing.CONTACT, Missing.LICENCE)
    services.set_place(session, actor, registration.public_id, village.code)
    with pytest.raises(BadPhone):
        services.set_contact(session, actor, registration.public_id, "李", "12345")
    for wrong in ("", "37", "3704", "999999", "nonsense"):
        with pytest.raises(BadPlace):
            services.set_place(session, actor, registration.public_id, wrong)
    services.set_contact(session, actor, registration.public_id, "李青溪", "0632-8812345")
    with pytest.raises(Incomplete) as refusal:
        services.submit_registration(session, actor, registration.public_id)
    assert refusal.value.missing == (Missing.LICENCE,)


def test_a_refusal_needs_a_reason_and_can_be_mended_and_sent_again(session: Session) -> None:
    actor, boss = applicant(session), admin(session)
    registration = waiting(session, actor, make_credit_code(), make_village(session))
    with pytest.raises(ReasonMissing):
        services.refuse_registration(session, boss, registration.public_id, 1, " 无 ")
    services.refuse_registration(session, boss, registration.public_id, 1, "营业执照照片看不清。")
    assert queries.get_own(session, actor, registration.public_id).turns[-1].reason == "营业执照照片看不清。"
    services.hand_in_licence(session, actor, registration.public_id, new_licence())
    again = services.submit_registration(session, actor, registration.public_id)
    assert (again.round, again.state) == (2, State.SUBMITTED)
    with pytest.raises(MovedOn):  # a page of the first round
        services.approve_registration(session, boss, registration.public_id, 1)
    services.approve_registration(session, boss, registration.public_id, 2)
    file = queries.get_own(session, actor, registration.public_id)
    assert [turn.outcome for turn in file.turns] == ["submitted", "refused", "submitted", "approved"]
    assert sorted(licence.standing.value for licence in file.licences) == ["replaced", "valid"]


def test_nothing_changes_while_the_operator_looks_or_after_approval(session: Session) -> None:
    actor = applicant(session)
    registration = waiting(session, actor, make_credit_code(), make_village(session))
    identity = Identity(LegalForm.COMPANY, "别的公司", "", make_credit_code())
    for change in (
        lambda: services.set_identity(session, actor, registration.public_id, identity),
        lambda: services.set_place(session, actor, registration.public_id, "370406"),
        lambda: services.set_contact(session, actor, registration.public_id, "李", "13800138000"),
        lambda: services.hand_in_licence(session, actor, registration.public_id, new_licence()),
        lambda: services.submit_registration(session, actor, registration.public_id),
    ):
        with pytest.raises(MovedOn):
            change()


def test_nobody_touches_the_registration_of_somebody_else(session: Session) -> None:
    registration = complete(session, applicant(session), make_credit_code(), make_village(session))
    stranger = applicant(session)
    for change in (
        lambda: services.submit_registration(session, stranger, registration.public_id),
        lambda: services.set_place(session, stranger, registration.public_id, "370406"),
        lambda: queries.get_own(session, stranger, registration.public_id),
        lambda: queries.get_for_desk(session, admin(session), registration.public_id),  # not handed in
        lambda: services.approve_registration(session, admin(session), registration.public_id, 0),
    ):
        with pytest.raises(NotFound):
            change()


def test_only_the_operator_decides_and_never_on_what_they_handed_in(session: Session) -> None:
    village = make_village(session)
    registration = waiting(session, applicant(session), make_credit_code(), village)
    certifier = actor_of(make_user(session, Role.CERTIFIER, region=village), Role.CERTIFIER, region=village)
    with pytest.raises(Forbidden):
        services.approve_registration(session, certifier, registration.public_id, 1)
    boss = admin(session)
    own = waiting(session, boss, make_credit_code(), village)
    with pytest.raises(OwnRegistration):
        services.approve_registration(session, boss, own.public_id, 1)


def test_a_certifier_reads_the_registrations_of_their_own_county_only(session: Session) -> None:
    here, there = make_village(session), make_village(session, county="370404")
    mine = waiting(session, applicant(session), make_credit_code(), here)
    other = waiting(session, applicant(session), make_credit_code(), there)
    certifier = actor_of(make_user(session, Role.CERTIFIER, region=here), Role.CERTIFIER, region=here)
    rows, total = queries.list_for_desk(session, certifier, waiting=True, limit=10, offset=0)
    assert ([row.public_id for row in rows], total) == ([mine.public_id], 1)
    assert queries.get_for_desk(session, certifier, mine.public_id).licences
    with pytest.raises(NotFound):
        queries.get_for_desk(session, certifier, other.public_id)
    assert queries.list_for_desk(session, admin(session), waiting=True, limit=10, offset=0)[1] == 2


def test_the_same_form_again_is_the_same_registration(session: Session) -> None:
    actor, once = applicant(session), ids.public_id(20)
    identity = Identity(LegalForm.COMPANY, "稻香公司", "", make_credit_code())
    first = services.begin_registration(session, actor, identity, once)
    assert services.begin_registration(session, actor, identity, once).id == first.id
    other = Identity(LegalForm.COMPANY, "稻香公司", "", make_credit_code())
    with pytest.raises(FormSentBefore):
        services.begin_registration(session, actor, other, once)


def test_nobody_begins_registrations_without_end(session: Session) -> None:
    actor = applicant(session)
    for _ in range(5):
        begun(session, actor, make_credit_code())
    with pytest.raises(TooManyOpen):
        begun(session, actor, make_credit_code())


def test_mails_go_both_ways_once_each(session: Session) -> None:
    actor, boss = applicant(session), admin(session)
    registration = waiting(session, actor, make_credit_code(), make_village(session))
    services.refuse_registration(session, boss, registration.public_id, 1, "请补充清晰的营业执照。")
    session.flush()
    jobs.run_due()
    jobs.run_due()
    mails = session.scalars(select(Mail).order_by(Mail.id)).all()
    by_reader: dict[str, list[Mail]] = {}
    for mail in mails:
        by_reader.setdefault(mail.recipient, []).append(mail)
    user = account_queries.get_user(session, actor.user_id or 0)
    decider = account_queries.get_user(session, boss.user_id or 0)
    assert len(by_reader[decider.email or ""]) == 1
    assert f"/operator/registrations/{registration.public_id}" in by_reader[decider.email or ""][0].text
    refused, received = sorted(by_reader[user.email or ""], key=lambda mail: "请补充" not in mail.text)
    assert "青溪种植专业合作社" in received.subject
    assert "请补充清晰的营业执照。" in refused.text
    assert f"/registrations/{registration.public_id}" in refused.text


def test_what_was_decided_cannot_be_rewritten(session: Session) -> None:
    waiting(session, applicant(session), make_credit_code(), make_village(session))
    for statement in (
        "UPDATE accounts_registration_decisions SET reason = 'x'",
        "DELETE FROM accounts_registration_decisions",
    ):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text(statement))


@pytest.mark.concurrency
def test_from_two_with_the_same_code_one_wins_and_the_other_is_told(live_database: Any) -> None:
    code, people = make_credit_code(), 6
    with db.transaction() as session:
        village = make_village(session)
        actors = [applicant(session) for _ in range(people)]
        drafts = [complete(session, actor, code, village).public_id for actor in actors]
    barrier = Barrier(people)

    def hand_in(index: int) -> str:
        barrier.wait()
        try:
            with db.transaction() as session:
                services.submit_registration(session, actors[index], drafts[index])
        except CodeTaken:
            return "told"
        return "won"

    with ThreadPoolExecutor(people) as pool:
        answers = sorted(pool.map(hand_in, range(people)))
    assert answers == ["told"] * (people - 1) + ["won"]


@pytest.mark.concurrency
def test_two_deciders_at_once_make_one_organisation(live_database: Any) -> None:
    with db.transaction() as session:
        registration = waiting(
            session, applicant(session), make_credit_code(), make_village(session)
        ).public_id
        deciders = [admin(session) for _ in range(4)]
    barrier = Barrier(4)

    def decide(actor: Actor) -> str:
        barrier.wait()
        try:
            with db.transaction() as session:
                services.approve_registration(session, actor, registration, 1)
        except MovedOn:
            return "told"
        return "won"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(decide, deciders)) == ["told", "told", "told", "won"]
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Organisation)) == 1
        assert session.scalar(select(Registration.state)) == "approved"
        assert session.scalar(select(Licence.organisation_id)) is not None
