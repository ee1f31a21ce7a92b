from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import clock, ids, jobs
from core.db import transaction
from core.errors import Forbidden, NotFound, Refusal
from core.mail import Mail
from core.permissions import GUEST, SYSTEM, Actor, Grant
from publicity import jobs as publicity_jobs
from publicity import services as publicity_services
from publicity.models import Notice
from publicity.values import Decision as Ruling
from publicity.values import NewObjection
from registry.models import Region
from shop.applications import jobs as application_jobs
from shop.applications import queries, services
from shop.applications.errors import (
    BadIssuer,
    BadSetting,
    ConflictOfInterest,
    EvidenceMissing,
    MovedOn,
    NotYourStage,
    OpinionMissing,
    RenewalTooEarly,
)
from shop.applications.models import Application, StageRecord
from shop.applications.values import Conflict, Decision, Missing, SettingName, Stage, State
from shop.benefit_links import services as links
from shop.benefit_links.models import BenefitLink
from shop.benefit_links.values import Answer, NewPayment
from shop.catalogue.models import Variant
from shop.certification import services as certificates
from shop.certification.models import Certificate
from shop.certification.values import CertificateKind
from shop.orders.errors import BasketRefused
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
from tests.factories.orders import certify, place
from tests.factories.people import make_organisation, make_user, make_village

DAY = timedelta(days=1)


def decide(
    session: Session, actor: Actor, application: Application, stage: Stage, **changes: Any
) -> Application:
    values = {"passed": True, "opinion": OPINION, "issuer_id": None, **changes}
    return services.decide_application(session, actor, application.public_id, Decision(stage, **values))


def notice_of(session: Session, application: Application) -> Notice:
    return session.get_one(Notice, application.notice_id)


def end_of_notice(session: Session, application: Application) -> Any:
    """Go to the moment at which the notice may end."""
    return clock.at(notice_of(session, application).ends_at)


def certified(session: Session, world: CertificationWorld) -> Application:
    application = published(session, world)
    session.commit()
    with end_of_notice(session, application):
        assert publicity_jobs.end_due_notices() == 1
    session.expire_all()
    return application


def test_the_way_from_application_to_certificate(session: Session) -> None:
    world = make_world(session)
    application = submitted(session, world)
    for stage, state in (
        (Stage.TOWNSHIP, State.TOWNSHIP_PASSED),
        (Stage.SECTOR, State.SECTOR_PASSED),
        (Stage.COUNTY, State.IN_PUBLICITY),
    ):
        pass_stage(session, world, application, stage)
        assert application.state == state
    session.commit()
    assert publicity_jobs.end_due_notices() == 0
    with end_of_notice(session, application):
        assert publicity_jobs.end_due_notices() == 1
        assert publicity_jobs.end_due_notices() == 0
        session.expire_all()
        variant = session.scalars(select(Variant).where(Variant.product_id == world.product.id)).one()
        place(session, (variant, 1))
    assert application.state == State.CERTIFIED
    certificate = session.get_one(Certificate, application.certificate_id)
    assert certificate.issuer_id == world.office.id
    assert certificate.approved_by_user_id == world.county_user.id
    assert certificate.valid_until - certificate.valid_from >= timedelta(days=365)
    records = queries.records_of(session, application.id)
    assert [(record.stage.value, record.outcome) for record in records] == [
        ("application", "submitted"),
        ("township", "passed"),
        ("sector", "passed"),
        ("county", "passed"),
        ("publicity", "opened"),
        ("publicity", "clear"),
        ("certificate", "issued"),
    ]
    passed = queries.stages_passed(session, certificate.number)
    assert [found.stage for found in passed] == list(Stage)
    assert passed[3].office[0] == "区农业农村局"


def test_the_notice_counts_households_and_names_none(session: Session) -> None:
    world = make_world(session, households=4)
    notice = notice_of(session, published(session, world))
    text = str(notice.content) + notice.title_zh
    assert "4 户" in text
    assert "务工就业" in text
    assert world.supplier.name_zh in text
    assert "王" not in text
    before = str(notice.content)
    agreed_link(session, world)
    assert str(session.get_one(Notice, notice.id).content) == before


def test_what_is_missing_keeps_an_application_at_home(session: Session) -> None:
    world = make_world(session, households=2)
    make_link(session, world)
    draft = services.start_application(session, world.supplier_actor, world.product.slug)
    world.supplier.credit_code = None
    with pytest.raises(EvidenceMissing) as refused:
        services.submit_application(session, world.supplier_actor, draft.public_id, "")
    assert refused.value.missing == (Missing.CREDIT_CODE, Missing.HOUSEHOLDS)
    world.supplier.credit_code = "93370406YGDEM0010P"
    agreed_link(session, world)
    services.submit_application(session, world.supplier_actor, draft.public_id, "")
    with pytest.raises(MovedOn):
        services.submit_application(session, world.supplier_actor, draft.public_id, "")


def test_starting_twice_gives_the_open_application(session: Session) -> None:
    world = make_world(session)
    first = services.start_application(session, world.supplier_actor, world.product.slug)
    assert services.start_application(session, world.supplier_actor, world.product.slug).id == first.id


def test_only_the_supplier_applies(session: Session) -> None:
    world, other = make_world(session), make_world(session, county="370404")
    draft = services.start_application(session, world.supplier_actor, world.product.slug)
    for actor in (other.supplier_actor, world.county_officer, GUEST, SYSTEM):
        with pytest.raises(NotFound):
            services.start_application(session, actor, world.product.slug)
        with pytest.raises(NotFound):
            services.submit_application(session, actor, draft.public_id, "")
        with pytest.raises(NotFound):
            queries.get_own(session, actor, draft.public_id)


def test_every_stage_is_decided_by_its_own_level(session: Session) -> None:
    world = make_world(session)
    application = submitted(session, world)
    with pytest.raises(NotYourStage):
        decide(session, world.county_officer, application, Stage.TOWNSHIP)
    pass_stage(session, world, application, Stage.TOWNSHIP)
    with pytest.raises(NotYourStage):
        decide(session, world.township, application, Stage.SECTOR)


def test_other_regions_see_nothing(session: Session) -> None:
    world, far = make_world(session), make_world(session, county="370404")
    application = submitted(session, world)
    village_grant = Grant(Role.CERTIFIER, None, world.village.id, world.village.path)
    other_town = make_village(session, "东山村", suffix="102201")
    town = session.get_one(Region, other_town.parent_id)
    neighbour = Actor(None, "邻镇", (Grant(Role.CERTIFIER, None, town.id, town.path),))
    for actor in (
        far.township,
        far.county_officer,
        neighbour,
        Actor(1, "村", (village_grant,)),
        GUEST,
        SYSTEM,
    ):
        with pytest.raises(NotFound):
            decide(session, actor, application, Stage.TOWNSHIP)
        with pytest.raises(NotFound):
            queries.get_for_certifier(session, actor, application.public_id)
        assert queries.count_to_decide(session, actor) == 0
        for which in ("mine", "running", "ended"):
            assert queries.visible_to_certifier(session, actor, which, limit=9, offset=0) == ([], 0)


def test_the_queue_follows_the_stages(session: Session) -> None:
    world = make_world(session)
    application = submitted(session, world)
    waiting = []
    for stage in (Stage.TOWNSHIP, Stage.SECTOR, Stage.COUNTY):
        waiting.append(
            tuple(queries.count_to_decide(session, a) for a in (world.township, world.county_officer))
        )
        pass_stage(session, world, application, stage)
    assert waiting == [(1, 0), (0, 1), (0, 1)]
    assert queries.count_to_decide(session, world.county_officer) == 0
    assert queries.visible_to_certifier(session, world.township, "running", limit=9, offset=0)[1] == 1


def test_a_draft_is_the_suppliers_own(session: Session) -> None:
    world = make_world(session)
    draft = services.start_application(session, world.supplier_actor, world.product.slug)
    for actor in (world.township, world.county_officer):
        with pytest.raises(NotFound):
            queries.get_for_certifier(session, actor, draft.public_id)
        with pytest.raises(NotFound):
            decide(session, actor, draft, Stage.TOWNSHIP)


def test_a_grant_above_the_county_decides_too(session: Session) -> None:
    world = make_world(session)
    application = submitted(session, world)
    pass_stage(session, world, application, Stage.TOWNSHIP)
    prefecture = session.get_one(Region, world.county.parent_id)
    user = make_user(session, Role.CERTIFIER, region=prefecture)
    decide(
        session,
        Actor(user.id, user.name, (Grant(Role.CERTIFIER, None, prefecture.id, prefecture.path),)),
        application,
        Stage.SECTOR,
    )


def test_nobody_decides_at_two_stages(session: Session) -> None:
    world = make_world(session)
    application = submitted(session, world)
    pass_stage(session, world, application, Stage.TOWNSHIP)
    pass_stage(session, world, application, Stage.SECTOR)
    with pytest.raises(ConflictOfInterest) as refused:
        decide(session, world.sector, application, Stage.COUNTY, issuer_id=world.office.id)
    assert refused.value.conflict is Conflict.OTHER_STAGE
    both = Actor(
        world.township_user.id,
        "身兼两职",
        (*world.township.grants, Grant(Role.CERTIFIER, world.office.id, world.county.id, world.county.path)),
    )
    with pytest.raises(ConflictOfInterest):
        decide(session, both, application, Stage.COUNTY, issuer_id=world.office.id)


def test_nobody_decides_on_what_they_have_a_hand_in(session: Session) -> None:
    world = make_world(session)
    home = make_home(session, world.village)
    link = make_link(session, world, home)
    user = make_user(session, Role.CERTIFIER)
    certifier = Grant(Role.CERTIFIER, None, world.town.id, world.town.path)
    cadre = Grant(Role.CADRE, None, world.village.id, world.village.path)
    application = submitted(session, world)
    seller = Actor(user.id, "甲", (certifier, Grant(Role.REQUESTER, world.supplier.id)))
    relative = Actor(user.id, "乙", (certifier,), home.id)
    voucher = Actor(user.id, "丙", (certifier, cadre))
    links.answer_link(session, voucher, link.public_id, Answer.AGREED, "入户问过，属实")
    for actor, conflict in (
        (seller, Conflict.OWN_SUPPLIER),
        (relative, Conflict.ANSWERED_LINKS),
        (voucher, Conflict.ANSWERED_LINKS),
    ):
        with pytest.raises(ConflictOfInterest) as refused:
            decide(session, actor, application, Stage.TOWNSHIP)
        assert refused.value.conflict is conflict
    other = make_user(session, Role.CERTIFIER)
    with pytest.raises(ConflictOfInterest) as refused:
        decide(session, Actor(other.id, "丁", (certifier,), home.id), application, Stage.TOWNSHIP)
    assert refused.value.conflict is Conflict.OWN_HOUSEHOLD


@pytest.mark.parametrize("opinion", ["", "  ", "同意", "字" * 501])
def test_every_decision_is_answered_for(session: Session, opinion: str) -> None:
    world = make_world(session)
    application = submitted(session, world)
    for passed in (True, False):
        with pytest.raises(OpinionMissing):
            decide(session, world.township, application, Stage.TOWNSHIP, passed=passed, opinion=opinion)


@pytest.mark.parametrize("stage", [Stage.TOWNSHIP, Stage.SECTOR, Stage.COUNTY])
def test_every_stage_may_refuse_with_a_reason_and_the_supplier_applies_anew(
    session: Session, stage: Stage
) -> None:
    world = make_world(session)
    application = submitted(session, world)
    for earlier in (Stage.TOWNSHIP, Stage.SECTOR, Stage.COUNTY):
        if earlier is stage:
            break
        pass_stage(session, world, application, earlier)
    actor = {
        Stage.TOWNSHIP: world.township,
        Stage.SECTOR: world.sector,
        Stage.COUNTY: world.county_officer,
    }[stage]
    decide(session, actor, application, stage, passed=False, opinion="产地证明与实际不符")
    assert application.state == State.REJECTED
    with pytest.raises(MovedOn):
        decide(session, actor, application, stage)
    again = services.start_application(session, world.supplier_actor, world.product.slug)
    assert again.id != application.id


def test_evidence_that_crumbled_stops_every_stage(session: Session) -> None:
    world = make_world(session, households=2)
    home = make_home(session, world.village)
    member = member_of(session, home)
    link = make_link(session, world, home)
    links.answer_link(session, member, link.public_id, Answer.AGREED)
    application = submitted(session, world)
    links.answer_link(session, member, link.public_id, Answer.DISPUTED, "工钱一直没给")
    with pytest.raises(EvidenceMissing):
        decide(session, world.township, application, Stage.TOWNSHIP)
    decide(session, world.township, application, Stage.TOWNSHIP, passed=False)


def test_the_county_names_one_of_its_offices(session: Session) -> None:
    world = make_world(session)
    application = submitted(session, world)
    pass_stage(session, world, application, Stage.TOWNSHIP)
    pass_stage(session, world, application, Stage.SECTOR)
    charity = make_organisation(session, OrganisationKind.CHARITY, region=world.county)
    near = make_organisation(session, OrganisationKind.GOVERNMENT, region=world.county)
    for issuer_id in (None, 0, charity.id, near.id):
        with pytest.raises(BadIssuer):
            decide(session, world.county_officer, application, Stage.COUNTY, issuer_id=issuer_id)
    decide(session, world.county_officer, application, Stage.COUNTY, issuer_id=world.office.id)


def test_an_upheld_objection_sends_it_back_and_the_stages_begin_again(session: Session) -> None:
    world = make_world(session)
    application = published(session, world)
    notice = notice_of(session, application)
    raised = publicity_services.object_to_notice(
        session, GUEST, notice.public_id, NewObjection("名单里的人没有领过工钱", ids.public_id(20))
    )
    session.commit()
    with end_of_notice(session, application):
        assert publicity_jobs.end_due_notices() == 0
        publicity_services.answer_objection(
            session, world.county_officer, raised.public_id, Ruling.UPHELD, "经核实，情况属实。"
        )
        session.commit()
        assert publicity_jobs.end_due_notices() == 1
    session.expire_all()
    assert (application.state, application.round, application.notice_id) == (State.SUBMITTED, 2, None)
    assert session.scalar(select(func.count()).select_from(Certificate)) == 0
    for stage in (Stage.TOWNSHIP, Stage.SECTOR, Stage.COUNTY):
        pass_stage(session, world, application, stage)
    assert application.state == State.IN_PUBLICITY


def test_a_dismissed_objection_does_not_keep_the_certificate(session: Session) -> None:
    world = make_world(session)
    application = published(session, world)
    notice = notice_of(session, application)
    raised = publicity_services.object_to_notice(
        session, GUEST, notice.public_id, NewObjection("听说不好吃，不该认定", ids.public_id(20))
    )
    publicity_services.answer_objection(
        session, world.county_officer, raised.public_id, Ruling.DISMISSED, "不影响认定条件。"
    )
    session.commit()
    with end_of_notice(session, application):
        assert publicity_jobs.end_due_notices() == 1
    session.expire_all()
    assert application.state == State.CERTIFIED


def test_a_withdrawn_notice_decides_nothing(session: Session) -> None:
    world = make_world(session)
    application = published(session, world)
    publicity_services.withdraw_notice(
        session, world.county_officer, application.notice_id or 0, "产品名称有误"
    )
    assert (application.state, application.round) == (State.SUBMITTED, 2)


def test_a_renewal_opens_in_time_and_follows_without_a_gap(session: Session) -> None:
    world = make_world(session)
    number = certify(session, world.product.id, clock.now() + 100 * DAY)
    old = session.scalars(select(Certificate).where(Certificate.number == number)).one()
    with pytest.raises(RenewalTooEarly) as refused:
        services.start_application(session, world.supplier_actor, world.product.slug)
    assert refused.value.opens_on == clock.today() + 40 * DAY
    with clock.at(clock.now() + 40 * DAY):
        application = certified(session, world)
    assert application.renews_certificate_id == old.id
    new = session.get_one(Certificate, application.certificate_id)
    assert new.valid_from == old.valid_until
    variant = session.scalars(select(Variant).where(Variant.product_id == world.product.id)).one()
    for moment in (old.valid_until - timedelta(microseconds=1), old.valid_until):
        with clock.at(moment):
            place(session, (variant, 1))


def test_a_renewal_after_the_end_begins_when_its_notice_ends(session: Session) -> None:
    world = make_world(session)
    certify(session, world.product.id, clock.now() + DAY)
    with clock.at(clock.now() + 2 * DAY):
        application = services.start_application(session, world.supplier_actor, world.product.slug)
        assert application.renews_certificate_id is None


def test_at_its_end_and_while_suspended_nothing_can_be_ordered(session: Session) -> None:
    world = make_world(session)
    application = certified(session, world)
    certificate = session.get_one(Certificate, application.certificate_id)
    variant = session.scalars(select(Variant).where(Variant.product_id == world.product.id)).one()
    with clock.at(certificate.valid_until - timedelta(microseconds=1)):
        place(session, (variant, 1))
    with clock.at(certificate.valid_until), pytest.raises(BasketRefused):
        place(session, (variant, 1))
    with clock.at(certificate.valid_from + DAY):
        certificates.suspend_certificate(session, world.county_officer, certificate.number, "抽检不合格")
        with pytest.raises(BasketRefused):
            place(session, (variant, 1))
        certificates.lift_suspension(session, world.county_officer, certificate.number, "复检合格")
        place(session, (variant, 1))
        certificates.revoke_certificate(session, world.county_officer, certificate.number, "冒用产地")
        with pytest.raises(BasketRefused):
            place(session, (variant, 1))


def test_each_certificate_is_reminded_of_once(session: Session) -> None:
    world = make_world(session)
    certify(session, world.product.id, clock.now() + 61 * DAY)
    session.commit()
    assert application_jobs.open_renewals() == 0
    with clock.at(clock.now() + 2 * DAY):
        assert application_jobs.open_renewals() == 1
        assert application_jobs.open_renewals() == 0
        jobs.run_due()
    mails = session.scalars(select(Mail).where(Mail.recipient == world.seller.email)).all()
    assert len(mails) == 1
    assert "即将到期" in mails[0].subject


def test_no_reminder_when_the_renewal_runs_or_the_certificate_is_void(session: Session) -> None:
    world, other = make_world(session), make_world(session, county="370404")
    certify(session, world.product.id, clock.now() + 50 * DAY)
    services.start_application(session, world.supplier_actor, world.product.slug)
    submitted(session, world)
    number = certify(session, other.product.id, clock.now() + 50 * DAY)
    certificates.revoke_certificate(session, other.county_officer, number, "冒用产地")
    session.commit()
    assert application_jobs.open_renewals() == 0


def test_the_supplier_gets_a_mail_at_each_turn(session: Session) -> None:
    world = make_world(session)
    application = certified(session, world)
    certificate = session.get_one(Certificate, application.certificate_id)
    certificates.suspend_certificate(session, world.county_officer, certificate.number, "抽检不合格")
    session.commit()
    with clock.at(clock.now() + 30 * DAY):
        jobs.run_due()
    subjects = [
        mail.subject
        for mail in session.scalars(
            select(Mail).where(Mail.recipient == world.seller.email).order_by(Mail.id)
        )
    ]
    assert len(subjects) == 3
    assert sum(world.product.name_zh in subject for subject in subjects) == 2


def test_settings_hold_from_their_day(session: Session) -> None:
    world = make_world(session, households=1)
    admin_user = make_user(session, Role.ADMIN)
    admin = Actor(admin_user.id, admin_user.name, (Grant(Role.ADMIN),))
    today = clock.today()
    with pytest.raises(Forbidden):
        services.set_setting(session, world.county_officer, SettingName.HOUSEHOLDS_NEEDED, 1, today)
    for value, day in ((0, today), (1001, today), (1, today - DAY)):
        with pytest.raises(BadSetting):
            services.set_setting(session, admin, SettingName.HOUSEHOLDS_NEEDED, value, day)
    services.set_setting(session, admin, SettingName.HOUSEHOLDS_NEEDED, 1, today + DAY)
    services.set_setting(session, admin, SettingName.VALIDITY_DAYS, 180, today + DAY)
    with pytest.raises(EvidenceMissing):
        submitted(session, world)
    with clock.at(clock.now() + DAY):
        application = certified(session, world)
    certificate = session.get_one(Certificate, application.certificate_id)
    assert timedelta(days=180) <= certificate.valid_until - certificate.valid_from < timedelta(days=181)


def test_alerts_find_hollow_links_in_the_own_regions_only(session: Session, statements: Any) -> None:
    world, far = make_world(session), make_world(session, county="370404")
    start = clock.now() - 300 * DAY
    with clock.at(start):
        old = agreed_link(session, world)
        paid = agreed_link(session, world)
    recent = NewPayment(100, clock.today() - 30 * DAY, ids.public_id(20))
    links.record_link_payment(session, world.supplier_actor, paid.public_id, recent)
    home = make_home(session, world.village)
    disputed = make_link(session, world, home)
    links.answer_link(session, member_of(session, home), disputed.public_id, Answer.DISPUTED, "没有这回事")
    found = queries.find_alerts(session, world.county_officer)
    assert [row.public_id for row in found.unpaid] == [old.public_id]
    assert [row.public_id for row in found.disputed] == [disputed.public_id]
    assert found.unpaid[0].householder == "王**"
    assert found.thin == ()
    assert queries.find_alerts(session, world.township).total == 2
    assert queries.find_alerts(session, far.county_officer).total == 0
    assert queries.find_alerts(session, GUEST).total == 0
    with statements:
        queries.find_alerts(session, world.county_officer)
    few = len(statements)
    for _ in range(5):
        agreed_link(session, world)
    with statements:
        queries.find_alerts(session, world.county_officer)
    assert len(statements) == few <= 7


def test_a_certificate_that_too_few_households_carry_is_an_alert(session: Session) -> None:
    world = make_world(session)
    application = certified(session, world)
    certificate = session.get_one(Certificate, application.certificate_id)
    with clock.at(certificate.valid_from + DAY):
        assert queries.find_alerts(session, world.county_officer).thin_count == 0
        link = session.scalars(select(BenefitLink).limit(1)).one()
        links.withdraw_link(session, world.supplier_actor, link.public_id, "合同提前解除")
        (thin,) = queries.find_alerts(session, world.county_officer).thin
    assert (thin.slug, thin.households) == (world.product.slug, 2)


def test_a_certificate_taken_over_without_links_is_no_alert(session: Session) -> None:
    world = make_world(session, households=0)
    certify(session, world.product.id)
    assert queries.find_alerts(session, world.county_officer).total == 0


def test_two_who_decide_at_once_make_one_decision(live_database: Any) -> None:
    with transaction() as session:
        world = make_world(session)
        application = submitted(session, world)
        pass_stage(session, world, application, Stage.TOWNSHIP)
        public_id, actors = application.public_id, (world.sector, world.county_officer)
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def act(actor: Actor, passed: bool) -> None:
        barrier.wait()
        try:
            with transaction() as step:
                services.decide_application(step, actor, public_id, Decision(Stage.SECTOR, passed, OPINION))
            outcomes.append("decided")
        except Refusal as refusal:
            outcomes.append(type(refusal).__name__)

    threads = [threading.Thread(target=act, args=(actor, i == 0)) for i, actor in enumerate(actors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["MovedOn", "decided"]
    with transaction() as session:
        count = session.scalar(
            select(func.count()).select_from(StageRecord).where(StageRecord.stage == Stage.SECTOR.value)
        )
    assert count == 1


def test_a_notice_that_ends_twice_at_once_certifies_once(live_database: Any) -> None:
    with transaction() as session:
        world = make_world(session)
        application = published(session, world)
        notice = notice_of(session, application)
        ends_at, notice_id = notice.ends_at, notice.id
    barrier = threading.Barrier(4)
    ended: list[bool] = []

    def end() -> None:
        barrier.wait()
        with clock.at(ends_at), transaction() as step:
            ended.append(publicity_services.end_due_notice(step, notice_id))

    threads = [threading.Thread(target=end) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended.count(True) == 1
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Certificate)) == 1


@pytest.mark.parametrize(
    ("table", "column"), [("shop_certification_stages", "note"), ("shop_benefit_payments", "paid_on")]
)
def test_what_was_decided_and_paid_is_never_rewritten(session: Session, table: str, column: str) -> None:
    for statement in (f"UPDATE {table} SET {column} = NULL", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match=r"rows of \w+ are only added"), session.begin_nested():
            session.execute(text(statement))


def test_a_mail_in_english_writes_names_as_they_are(session: Session) -> None:
    world = make_world(session)
    world.product.name_en = "Li's <b>rice</b> & beans"
    world.seller.locale = "en"
    application = submitted(session, world)
    decide(
        session, world.township, application, Stage.TOWNSHIP, passed=False, opinion="Origin & maker <differ>"
    )
    session.commit()
    jobs.run_due()
    mail = session.scalars(select(Mail).where(Mail.recipient == world.seller.email)).one()
    assert mail.subject == "Not passed: the application for Li's <b>rice</b> & beans"
    assert "Li's <b>rice</b> & beans" in mail.text
    assert "Origin & maker <differ>" in mail.text
    assert "<b>rice</b>" not in mail.html
    assert "&lt;differ&gt;" in mail.html


def test_loose_goods_become_a_local_product_and_the_notice_says_so(session: Session) -> None:
    world = make_world(session)
    draft = services.start_application(session, world.supplier_actor, world.product.slug)
    services.submit_application(
        session, world.supplier_actor, draft.public_id, "", CertificateKind.LOCAL_PRODUCT
    )
    for stage in (Stage.TOWNSHIP, Stage.SECTOR, Stage.COUNTY):
        pass_stage(session, world, draft, stage)
    notice = session.get_one(Notice, draft.notice_id)
    assert notice.title_zh == "拟认定本地产品：石磨小米"
    session.commit()
    with end_of_notice(session, draft):
        assert publicity_jobs.end_due_notices() == 1
    session.expire_all()
    certificate = session.get_one(Certificate, draft.certificate_id)
    assert certificate.kind == "local_product"
