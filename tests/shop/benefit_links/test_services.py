from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock, ids
from core.audit import AuditEntry
from core.db import transaction
from core.errors import NotFound, Refusal
from core.permissions import GUEST, SYSTEM, Actor, Grant
from registry.models import Region
from search.models import SearchOutbox
from shop.benefit_links import jobs, queries, services
from shop.benefit_links.errors import (
    AnsweredByHousehold,
    BadLink,
    BadPayment,
    FormSentBefore,
    HouseholdUnknown,
    LinkWithdrawn,
    NotImpartial,
    PeriodOverlaps,
    ReasonMissing,
)
from shop.benefit_links.models import BenefitLink, BenefitPayment
from shop.benefit_links.values import Answer, LinkKind, NewLink, NewPayment
from shop.catalogue.models import Product
from tests.factories.certification import (
    CertificationWorld,
    agreed_link,
    make_home,
    make_link,
    make_world,
    member_of,
)
from tests.factories.people import make_user, make_village

DAY = timedelta(days=1)


def cadre_of(session: Session, village: Region) -> Actor:
    user = make_user(session, Role.CADRE, region=village, name="村干部")
    return Actor(user.id, user.name, (Grant(Role.CADRE, None, village.id, village.path),))


def households(session: Session, world: CertificationWorld) -> int:
    return session.scalars(select(Product.households_count).where(Product.id == world.product.id)).one()


def payment(fen: int = 50_000, **changes: Any) -> NewPayment:
    return replace(NewPayment(fen, clock.today(), ids.public_id(20)), **changes)


def test_only_agreed_links_make_households_count(session: Session) -> None:
    world = make_world(session, households=0)
    assert households(session, world) == 21
    home = make_home(session, world.village)
    link = make_link(session, world, home)
    assert households(session, world) == 0
    member = member_of(session, home)
    services.answer_link(session, member, link.public_id, Answer.AGREED)
    assert households(session, world) == 1
    again = make_link(session, world, home, kind=LinkKind.RENT)
    services.answer_link(session, member, again.public_id, Answer.AGREED)
    assert households(session, world) == 1
    services.answer_link(session, member, link.public_id, Answer.DISPUTED, "工钱没有结清")
    assert households(session, world) == 1
    services.answer_link(session, member, again.public_id, Answer.DISPUTED, "没有租过地")
    assert households(session, world) == 0


def test_the_count_reaches_the_search_index(session: Session) -> None:
    world = make_world(session, households=0)
    before = session.scalar(select(func.count()).select_from(SearchOutbox)) or 0
    agreed_link(session, world)
    assert (session.scalar(select(func.count()).select_from(SearchOutbox)) or 0) > before


def test_the_calendar_ends_a_link_without_anybody_doing_anything(session: Session) -> None:
    world = make_world(session, households=2)
    agreed_link(session, world, last=clock.today() + 9 * DAY)
    session.commit()
    assert households(session, world) == 3
    assert jobs.keep_counts() == 0
    with clock.at(clock.now() + 10 * DAY):
        assert jobs.keep_counts() == 1
        session.expire_all()
        assert households(session, world) == 2
        assert jobs.keep_counts() == 0


def test_links_of_one_kind_do_not_overlap(session: Session) -> None:
    world = make_world(session, households=0)
    home = make_home(session, world.village)
    first = make_link(session, world, home)
    with pytest.raises(PeriodOverlaps):
        make_link(session, world, home, first=first.valid_until)
    make_link(session, world, home, first=first.valid_until + DAY)
    make_link(session, world, home, kind=LinkKind.DIVIDEND)
    make_link(session, world, make_home(session, world.village))
    services.withdraw_link(session, world.supplier_actor, first.public_id, "录入有误，重新登记")
    make_link(session, world, home)


def test_the_database_refuses_an_overlap_too(session: Session) -> None:
    world = make_world(session, households=0)
    link = make_link(session, world)
    with pytest.raises(IntegrityError, match="ex_shop_benefit_links_period"), session.begin_nested():
        session.execute(
            text(
                "INSERT INTO shop_benefit_links (public_id, idem_key, supplier_id, product_id, household_id, kind, "
                "valid_from, valid_until, promised_fen, paid_fen, added_at, answer, on_behalf, reason) "
                "SELECT 'x', 'x', supplier_id, product_id, household_id, kind, valid_until, valid_until, 1, 0, "
                "added_at, 'none', false, '' FROM shop_benefit_links WHERE id = :id"
            ),
            {"id": link.id},
        )


def test_the_same_form_twice_makes_one_link_and_one_payment(session: Session) -> None:
    world = make_world(session, households=0)
    home = make_home(session, world.village)
    today = clock.today()
    new = NewLink(world.product.slug, home.id, LinkKind.WAGE, today, today + DAY, 100, ids.public_id(20))
    first = services.add_link(session, world.supplier_actor, new)
    assert services.add_link(session, world.supplier_actor, new).id == first.id
    with pytest.raises(FormSentBefore):
        services.add_link(session, world.supplier_actor, replace(new, promised_fen=999))
    paid = payment()
    for _ in range(2):
        services.record_link_payment(session, world.supplier_actor, first.public_id, paid)
    with pytest.raises(FormSentBefore):
        services.record_link_payment(
            session, world.supplier_actor, first.public_id, replace(paid, amount_fen=1)
        )
    assert session.scalars(select(BenefitLink.paid_fen).where(BenefitLink.id == first.id)).one() == 50_000
    assert session.scalar(select(func.count()).select_from(BenefitPayment)) == 1


def test_payments_add_up_and_the_last_day_is_the_latest(session: Session) -> None:
    world = make_world(session, households=0)
    link = make_link(session, world, first=clock.today() - 60 * DAY)
    for days in (30, 2, 40):
        services.record_link_payment(
            session, world.supplier_actor, link.public_id, payment(paid_on=clock.today() - days * DAY)
        )
    assert (link.paid_fen, link.last_paid_on) == (150_000, clock.today() - 2 * DAY)
    with pytest.raises(BadPayment):
        services.record_link_payment(
            session, world.supplier_actor, link.public_id, payment(paid_on=clock.today() + DAY)
        )


def test_what_is_wrong_with_a_link_is_said(session: Session) -> None:
    world = make_world(session, households=0)
    with pytest.raises(BadLink):
        make_link(session, world, last=clock.today() - DAY)
    far = make_village(session, "小溪村", "370404")
    with pytest.raises(HouseholdUnknown):
        make_link(session, world, make_home(session, far))


def test_a_supplier_sees_and_touches_its_own_only(session: Session) -> None:
    world, other = make_world(session, households=0), make_world(session, county="370404", households=0)
    link = make_link(session, world)
    for actor in (other.supplier_actor, GUEST, SYSTEM, world.township):
        with pytest.raises(NotFound):
            services.record_link_payment(session, actor, link.public_id, payment())
        with pytest.raises(NotFound):
            services.withdraw_link(session, actor, link.public_id, "录入有误")
        with pytest.raises(NotFound):
            queries.get_own_link(session, actor, link.public_id)
    assert queries.visible_to_supplier(session, other.supplier_actor, limit=9, offset=0) == ([], 0)


def test_a_household_is_found_by_name_and_digits_or_not_at_all(session: Session) -> None:
    village = make_village(session)
    home = make_home(session, village, "王建国", "13800138001")
    make_home(session, village, "王建国", "13900139002")
    assert queries.find_household(session, village.id, " 王建国 ", "8001") == home.id
    assert queries.find_household(session, village.id, "王建国", home.public_id.lower()) == home.id
    for name, proof in (("王建国", "0000"), ("王建", "8001"), ("王建国", ""), ("王建国", "1"), ("", "8001")):
        with pytest.raises(HouseholdUnknown):
            queries.find_household(session, village.id, name, proof)
    make_home(session, village, "王建国", "13700008001")
    with pytest.raises(HouseholdUnknown):
        queries.find_household(session, village.id, "王建国", "8001")


def test_others_do_not_answer_for_a_household(session: Session) -> None:
    world = make_world(session, households=0)
    link = make_link(session, world)
    neighbour = member_of(session, make_home(session, world.village))
    far = cadre_of(session, make_village(session, "小溪村", "370404"))
    for actor in (GUEST, SYSTEM, neighbour, far, world.supplier_actor, world.county_officer):
        with pytest.raises(NotFound):
            services.answer_link(session, actor, link.public_id, Answer.AGREED, "已入户核实")
    with pytest.raises(NotFound):
        services.answer_link(session, neighbour, "nothing", Answer.AGREED)


def test_a_cadre_answers_on_behalf_says_how_and_is_logged(session: Session) -> None:
    world = make_world(session, households=0)
    home = make_home(session, world.village)
    link = make_link(session, world, home)
    cadre = cadre_of(session, world.village)
    with pytest.raises(ReasonMissing):
        services.answer_link(session, cadre, link.public_id, Answer.AGREED)
    services.answer_link(session, cadre, link.public_id, Answer.AGREED, "入户当面问过老人，属实")
    assert link.on_behalf
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.subject_id == link.public_id).order_by(AuditEntry.id.desc())
    ).first()
    assert entry is not None
    assert (entry.action, entry.actor_name) == ("benefit link answered on behalf", "村干部")
    member = member_of(session, home)
    services.answer_link(session, member, link.public_id, Answer.DISPUTED, "我没有拿到钱")
    with pytest.raises(AnsweredByHousehold):
        services.answer_link(session, cadre, link.public_id, Answer.AGREED, "再次入户，属实")
    assert link.answer == Answer.DISPUTED


def test_nobody_of_the_supplier_answers(session: Session) -> None:
    world = make_world(session, households=0)
    home = make_home(session, world.village)
    link = make_link(session, world, home)
    both = Actor(
        world.seller.id,
        "一肩挑",
        (
            Grant(Role.SUPPLIER, world.supplier.id),
            Grant(Role.CADRE, None, world.village.id, world.village.path),
            Grant(Role.HOUSEHOLD),
        ),
        home.id,
    )
    with pytest.raises(NotImpartial):
        services.answer_link(session, both, link.public_id, Answer.AGREED, "已入户核实")


def test_a_dispute_needs_a_reason(session: Session) -> None:
    world = make_world(session, households=0)
    home = make_home(session, world.village)
    link = make_link(session, world, home)
    member = member_of(session, home)
    for words in ("", "  ", "不", "字" * 501):
        with pytest.raises(ReasonMissing):
            services.answer_link(session, member, link.public_id, Answer.DISPUTED, words)


def test_what_was_taken_back_is_over(session: Session) -> None:
    world = make_world(session, households=0)
    link = agreed_link(session, world)
    assert households(session, world) == 1
    with pytest.raises(ReasonMissing):
        services.withdraw_link(session, world.supplier_actor, link.public_id, "")
    services.withdraw_link(session, world.supplier_actor, link.public_id, "合同已解除，重新签")
    assert households(session, world) == 0
    with pytest.raises(LinkWithdrawn):
        services.withdraw_link(session, world.supplier_actor, link.public_id, "合同已解除")
    with pytest.raises(LinkWithdrawn):
        services.record_link_payment(session, world.supplier_actor, link.public_id, payment())


def test_many_answers_at_once_leave_the_right_count(live_database: Any) -> None:
    with transaction() as session:
        world = make_world(session, households=0)
        homes = [make_home(session, world.village) for _ in range(8)]
        made = [(make_link(session, world, home).public_id, member_of(session, home)) for home in homes]
        product_id = world.product.id
    barrier = threading.Barrier(len(made))

    def agree(public_id: str, actor: Actor) -> None:
        barrier.wait()
        with transaction() as step:
            services.answer_link(step, actor, public_id, Answer.AGREED)

    threads = [threading.Thread(target=agree, args=pair) for pair in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction() as session:
        assert session.get_one(Product, product_id).households_count == 8


def test_two_forms_at_once_make_no_overlap(live_database: Any) -> None:
    with transaction() as session:
        world = make_world(session, households=0)
        home = make_home(session, world.village)
        actor, slug, home_id = world.supplier_actor, world.product.slug, home.id
    today = clock.today()
    barrier = threading.Barrier(4)
    outcomes: list[str] = []

    def enter() -> None:
        new = NewLink(slug, home_id, LinkKind.WAGE, today, today + DAY, 100, ids.public_id(20))
        barrier.wait()
        try:
            with transaction() as step:
                services.add_link(step, actor, new)
            outcomes.append("entered")
        except Refusal as refusal:
            outcomes.append(type(refusal).__name__)

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["PeriodOverlaps"] * 3 + ["entered"]
