"""Licences on PostgreSQL: handing in, taking over, reminding, and who may read them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accounts.licences import jobs as licence_jobs
from accounts.licences import queries, services
from accounts.licences.errors import BadLicence, FormSentBefore
from accounts.licences.models import Licence, LicenceReminder
from accounts.licences.values import Fault, LicenceKind, Need, Standing
from accounts.values import OrganisationKind, Role
from core import clock, db, ids, jobs
from core.errors import NotFound
from core.mail import Mail
from core.permissions import Actor
from tests.factories.certification import make_credit_code
from tests.factories.licences import (
    complete,
    expire,
    keeper_of,
    license_supplier,
    make_licence,
    new_licence,
)
from tests.factories.licences import waiting as waiting_registration
from tests.factories.people import actor_of, make_organisation, make_user, make_village


def days(count: int) -> date:
    return clock.today() + timedelta(days=count)


def test_a_new_business_licence_takes_over_and_the_older_one_stays_in_the_record(session: Session) -> None:
    supplier = make_organisation(session)
    make_licence(session, supplier, number="OLD")
    make_licence(session, supplier, number="NEW")
    rows = queries.licences_of(session, supplier.id, clock.today())
    assert [(row.number, row.standing) for row in rows] == [
        ("NEW", Standing.VALID),
        ("OLD", Standing.REPLACED),
    ]


def test_one_that_begins_later_leaves_the_older_one_in_force_until_then(session: Session) -> None:
    supplier = make_organisation(session)
    make_licence(session, supplier, number="OLD", valid_until=days(10))
    make_licence(session, supplier, number="NEW", valid_from=days(11), valid_until=None)
    standings = {row.number: row.standing for row in queries.licences_of(session, supplier.id, clock.today())}
    assert standings == {"OLD": Standing.VALID, "NEW": Standing.NOT_YET}
    for day in (0, 10, 11, 400):
        assert Need.BUSINESS not in queries.find_faults(session, {supplier.id}, days(day))[supplier.id]
    assert queries.count_ending(session, keeper_of(supplier), clock.today()) == 0


def test_reports_with_other_numbers_stand_side_by_side_unless_renewed(session: Session) -> None:
    supplier = make_organisation(session)
    first = make_licence(session, supplier, LicenceKind.INSPECTION, number="A")
    make_licence(session, supplier, LicenceKind.INSPECTION, number="B")
    make_licence(session, supplier, LicenceKind.INSPECTION, number="C", renews=first.public_id)
    standings = {row.number: row.standing for row in queries.licences_of(session, supplier.id, clock.today())}
    assert standings == {"A": Standing.REPLACED, "B": Standing.VALID, "C": Standing.VALID}
    with pytest.raises(BadLicence) as refusal:  # A was renewed already
        make_licence(session, supplier, LicenceKind.INSPECTION, number="D", renews=first.public_id)
    assert refusal.value.field == "renews"


def test_an_expired_or_endless_licence_is_refused_with_its_field(session: Session) -> None:
    supplier = make_organisation(session)
    for changes, field in (
        ({"valid_from": days(-400), "valid_until": days(-1)}, "expired"),
        ({"valid_from": days(5), "valid_until": days(4)}, "valid_until"),
        ({"number": " "}, "number"),
    ):
        with pytest.raises(BadLicence) as refusal:
            make_licence(session, supplier, **changes)  # type: ignore[arg-type]
        assert refusal.value.field == field
    assert session.scalar(select(func.count()).select_from(Licence)) == 0


def test_the_same_form_again_is_the_same_licence(session: Session) -> None:
    supplier, once = make_organisation(session), ids.public_id(20)
    first = make_licence(session, supplier, number="X", once=once)
    assert make_licence(session, supplier, number="X", once=once).id == first.id
    with pytest.raises(FormSentBefore):
        make_licence(session, supplier, number="Y", once=once)


def test_nobody_hands_in_for_somebody_elses_organisation(session: Session) -> None:
    mine, other = make_organisation(session), make_organisation(session)
    with pytest.raises(NotFound):
        services.add_licence(session, keeper_of(mine), other.id, new_licence())


def test_what_is_missing_is_told_for_many_suppliers_in_one_statement(
    session: Session, statements: Any
) -> None:
    licensed, without, late = (make_organisation(session) for _ in range(3))
    license_supplier(session, licensed)
    expire(session, make_licence(session, late))
    session.flush()
    with statements:
        faults = queries.find_faults(session, {licensed.id, without.id, late.id}, clock.today())
    assert len(statements) == 1
    assert faults[licensed.id] == {}
    assert faults[without.id] == {Need.BUSINESS: Fault.ABSENT, Need.FOOD: Fault.ABSENT}
    assert faults[late.id] == {Need.BUSINESS: Fault.EXPIRED, Need.FOOD: Fault.ABSENT}


def test_reminders_go_out_once_at_each_mark_and_at_the_end(session: Session) -> None:
    supplier = make_organisation(session)
    reader = make_user(session, Role.SUPPLIER, organisation=supplier)
    make_licence(session, supplier, number="TIMED", valid_until=days(100))
    make_licence(session, supplier, LicenceKind.FOOD_PRODUCTION, valid_until=None)
    session.flush()
    now = clock.now()
    sent = []
    for later in (39, 40, 41, 69, 70, 71, 100, 101, 102, 150):
        with clock.at(now + timedelta(days=later)):
            licence_jobs.remind_of_ends()
            jobs.run_due()
        session.expire_all()
        sent.append(len(session.scalars(select(Mail).where(Mail.recipient == reader.email)).all()))
    assert sent == [0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    texts = [mail.text for mail in session.scalars(select(Mail).order_by(Mail.id))]
    assert "/supplier/licences" in texts[0]
    assert "已于" in texts[2]


def test_looked_at_late_only_the_latest_reminder_goes_out(session: Session) -> None:
    supplier = make_organisation(session)
    make_user(session, Role.SUPPLIER, organisation=supplier)
    expire(session, make_licence(session, supplier), days=200)
    assert licence_jobs.remind_of_ends() == 1
    assert licence_jobs.remind_of_ends() == 0
    jobs.run_due()
    assert len(session.scalars(select(Mail)).all()) == 1
    assert {row.days_before for row in session.scalars(select(LicenceReminder))} == {0, 30, 60}


def test_a_renewed_licence_reminds_of_nothing_and_reminders_are_not_rewritten(session: Session) -> None:
    supplier = make_organisation(session)
    make_licence(session, supplier, valid_until=days(20))
    make_licence(session, supplier, valid_until=days(300))
    assert licence_jobs.remind_of_ends() == 0
    make_licence(session, supplier, LicenceKind.QUALITY, valid_until=days(20))
    assert licence_jobs.remind_of_ends() == 1
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text("DELETE FROM accounts_licence_reminders"))


def test_only_those_concerned_read_a_document(session: Session) -> None:
    here, there = make_village(session), make_village(session, county="370404")
    supplier = make_organisation(session, region=here)
    licence = make_licence(session, supplier)

    def certifier(region: Any) -> Actor:
        return actor_of(make_user(session, Role.CERTIFIER, region=region), Role.CERTIFIER, region=region)

    admin = actor_of(make_user(session, Role.ADMIN), Role.ADMIN)
    assert queries.get_file(session, keeper_of(supplier), licence.public_id).own
    for reader in (certifier(here), admin):
        assert not queries.get_file(session, reader, licence.public_id).own
    canteen = make_organisation(session, OrganisationKind.INSTITUTION, region=here)
    strangers: list[Actor] = [
        certifier(there),
        keeper_of(make_organisation(session, region=here)),
        actor_of(make_user(session, Role.REQUESTER), Role.REQUESTER, organisation=canteen),
        actor_of(make_user(session, Role.CADRE, region=here), Role.CADRE, region=here),
        actor_of(make_user(session)),
    ]
    for stranger in strangers:
        with pytest.raises(NotFound):
            queries.get_file(session, stranger, licence.public_id)


def test_the_document_of_a_draft_is_its_applicants_only(session: Session) -> None:
    village = make_village(session)
    actor = actor_of(make_user(session))
    admin = actor_of(make_user(session, Role.ADMIN), Role.ADMIN)
    certifier = actor_of(make_user(session, Role.CERTIFIER, region=village), Role.CERTIFIER, region=village)

    def document_of(registration: Any) -> str:
        return session.scalars(
            select(Licence.public_id).where(Licence.registration_id == registration.id)
        ).one()

    draft = document_of(complete(session, actor, make_credit_code(), village))
    assert queries.get_file(session, actor, draft).own
    reads: list[Callable[[], object]] = [
        lambda: queries.get_file(session, admin, draft),
        lambda: queries.get_file(session, certifier, draft),
    ]
    for read in reads:
        with pytest.raises(NotFound):
            read()
    handed_in = document_of(waiting_registration(session, actor, make_credit_code(), village))
    assert not queries.get_file(session, admin, handed_in).own
    assert not queries.get_file(session, certifier, handed_in).own


@pytest.mark.concurrency
def test_two_renewals_at_once_leave_one_in_force(live_database: Any) -> None:
    with db.transaction() as session:
        supplier = make_organisation(session)
        make_licence(session, supplier)
        keeper, supplier_id = keeper_of(supplier), supplier.id
    barrier = Barrier(4)

    def renew(number: int) -> None:
        new = new_licence(number=f"NEW-{number}")
        barrier.wait()
        with db.transaction() as session:
            services.add_licence(session, keeper, supplier_id, new)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(renew, range(4)))
    with db.reading() as session:
        rows = queries.licences_of(session, supplier_id, clock.today())
    assert [row.standing for row in rows].count(Standing.VALID) == 1
    assert len(rows) == 5
