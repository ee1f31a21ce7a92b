"""Planning, setting aside, opening, ending and calling off; the stock of a session is its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import clock, ids
from core.audit import AuditEntry
from core.errors import NotFound
from core.permissions import SYSTEM, Actor, Grant
from ledger import checks
from registry.models import Region
from shop.catalogue import services as catalogue
from shop.catalogue.errors import ChangedMeanwhile
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import Changes, PackPatch, ProductPatch, VariantEdit
from shop.live import queries, services
from shop.live.errors import BadPlan, DearerThanOrdinary, NotForSession, NotInMultiples, WrongSessionState
from shop.live.models import LiveItem, LiveSession
from shop.live.values import LONGEST, Ineligible, SessionState
from shop.orders import services as orders
from shop.orders.errors import BasketRefused
from shop.orders.models import Order
from shop.orders.values import PlacedOrder, Received
from shop.product_files.queries import edit_of_pack
from shop.stock import queries as stock_queries
from shop.stock import services as stock
from shop.stock.errors import OutOfStock
from shop.stock.values import Problem
from tests.conftest import StatementCounter
from tests.factories.live import edition_of, host_of, make_live, make_plan, supplier_of
from tests.factories.orders import DELIVERY, make_variant, place
from tests.factories.people import actor_of, make_organisation, make_user, make_village
from tests.shop.orders.test_refunding import paid_order
from tests.shop.orders.test_services import MONEY, close_intents


def free(session: Session, *variants: Variant) -> list[int]:
    session.flush()
    found = stock_queries.available(session, [v.id for v in variants])
    return [found[v.id] for v in variants]


def once() -> str:
    return ids.public_id(20)


def test_packs_set_aside_leave_the_ordinary_stock_in_the_same_step(session: Session) -> None:
    variant = make_variant(session, stock=50)
    live = make_live(session, variant, 20, price_fen=30_00)
    edition = edition_of(session, live)
    assert free(session, variant, edition) == [30, 20]
    assert (edition.edition_of, edition.price_fen, edition.ladder) == (variant.id, 30_00, [])
    assert edition.producer_fen + edition.logistics_fen + edition.other_fen == 30_00
    assert edition.closed_at is not None
    assert not edition.on_shelf
    assert variant.on_shelf


def test_a_form_sent_twice_sets_aside_once_and_more_may_be_added(session: Session) -> None:
    variant = make_variant(session, stock=50)
    live, actor, token = make_live(session, variant), supplier_of(session, variant), once()
    for _ in range(2):
        services.set_aside(session, actor, live.public_id, variant.public_id, 20, once=token)
    services.set_aside(session, actor, live.public_id, variant.public_id, 5, once=once())
    assert free(session, variant, edition_of(session, live)) == [25, 25]
    assert session.scalars(select(LiveItem.set_aside)).one() == 25


def test_never_more_than_is_free_is_set_aside(session: Session) -> None:
    variant = make_variant(session, stock=50)
    place(session, (variant, 35))
    live, actor = make_live(session, variant), supplier_of(session, variant)
    with pytest.raises(OutOfStock) as refused:
        services.set_aside(session, actor, live.public_id, variant.public_id, 16, once=once())
    assert refused.value.short[0].available == 15
    assert free(session, variant) == [15]


def test_what_cannot_be_set_aside_says_why(session: Session) -> None:
    variant, other = make_variant(session, stock=50, multiple=5), make_variant(session)
    live, actor = make_live(session, variant), supplier_of(session, variant)

    def aside(packs: int = 5, price_fen: int | None = None, of: Variant = variant, by: Actor = actor) -> None:
        services.set_aside(session, by, live.public_id, of.public_id, packs, price_fen, once=once())

    with pytest.raises(NotInMultiples):
        aside(7)
    with pytest.raises(NotInMultiples):
        aside(0)
    with pytest.raises(DearerThanOrdinary):
        aside(price_fen=variant.price_fen + 1)
    with pytest.raises(NotFound):
        aside(of=other)
    with pytest.raises(NotForSession) as refused:
        aside(of=other, by=supplier_of(session, other))
    assert refused.value.reason is Ineligible.SOMEBODY_ELSES
    bare = make_variant(session, certified=False)
    own = make_live(session, bare)
    with pytest.raises(NotForSession) as refused:
        services.set_aside(session, supplier_of(session, bare), own.public_id, bare.public_id, 1, once=once())
    assert refused.value.reason is Ineligible.NOT_CERTIFIED
    catalogue.unlist_product(session, SYSTEM, variant.product_id)
    with pytest.raises(NotForSession) as refused:
        aside()
    assert refused.value.reason is Ineligible.OFF_SALE


def test_what_a_session_sells_cannot_be_set_aside_or_edited_as_a_pack_size(session: Session) -> None:
    variant = make_variant(session, stock=50)
    live, actor = make_live(session, variant, 10), supplier_of(session, variant)
    edition = edition_of(session, live)
    with pytest.raises(NotFound):
        services.set_aside(session, actor, live.public_id, edition.public_id, 1, once=once())
    with pytest.raises(NotFound):
        catalogue.reopen_variant(session, actor, edition.id, version=edition.version)
    with pytest.raises(NotFound):
        catalogue.edit_variant(session, actor, edition.id, edit_of_pack(edition), version=edition.version)


def test_packs_can_be_ordered_while_the_session_is_open_and_at_no_other_time(session: Session) -> None:
    variant = make_variant(session, stock=50)
    live, actor = make_live(session, variant, 20), supplier_of(session, variant)
    edition = edition_of(session, live)

    def problem() -> Problem:
        with pytest.raises(BasketRefused) as refused:
            place(session, (edition, 1))
        return refused.value.problems[0].problem

    assert problem() is Problem.GONE
    services.open_session(session, actor, live.public_id)
    place(session, (edition, 15))
    assert free(session, variant, edition) == [30, 5]
    with pytest.raises(BasketRefused) as refused:
        place(session, (edition, 6))
    assert (refused.value.problems[0].problem, refused.value.problems[0].goods.available) == (
        Problem.SHORT,
        5,
    )
    services.end_session(session, actor, live.public_id)
    assert problem() is Problem.GONE
    # What nobody holds is back at once, what is held stays with its order.
    assert free(session, variant, edition) == [35, 0]


def test_what_lapses_after_the_end_comes_back_to_the_ordinary_stock(session: Session) -> None:
    variant = make_variant(session, stock=50)
    live, actor = make_live(session, variant, 20, opened=True), supplier_of(session, variant)
    edition = edition_of(session, live)
    kept, lapsed = place(session, (edition, 4)), place(session, (edition, 6))
    services.end_session(session, actor, live.public_id)
    assert queries.due_sessions(session, 0) == [live.id]
    assert services.follow_clock(session, live.id) == 0
    stock.release_held_stock(session, lapsed.order_id)
    assert services.follow_clock(session, live.id) == 1
    assert free(session, variant, edition) == [46, 0]
    # The order that still can be paid finds its packs, and what is called off then goes back to the shop.
    order = session.get_one(Order, kept.order_id)
    money = Received(order.total_fen, "tests", kept.number, clock.now())
    orders.mark_order_paid(session, order.id, money, MONEY)
    assert queries.due_sessions(session, 0) == []


def test_the_clock_opens_and_ends_once(session: Session) -> None:
    variant = make_variant(session, stock=50)
    live = make_live(session, variant, 20)
    assert queries.due_sessions(session, 0) == []
    with clock.at(live.starts_at):
        assert queries.due_sessions(session, 0) == [live.id]
        assert [services.follow_clock(session, live.id) for _ in range(2)] == [1, 0]
        assert live.state == SessionState.OPEN
    with clock.at(live.ends_at):
        assert [services.follow_clock(session, live.id) for _ in range(2)] == [1, 0]
    assert (live.state, live.opened_by_user_id) == (SessionState.ENDED, None)
    assert free(session, variant) == [50]


def test_a_session_nobody_opened_in_its_time_ends_unopened(session: Session) -> None:
    live = make_live(session, make_variant(session, stock=50), 20)
    with clock.at(live.ends_at + timedelta(days=3)):
        services.follow_clock(session, live.id)
    assert (live.state, live.opened_at) == (SessionState.ENDED, None)


def test_calling_off_brings_everything_back_and_says_why(session: Session) -> None:
    variant = make_variant(session, stock=50)
    live, actor = make_live(session, variant, 20, opened=True), supplier_of(session, variant)
    with pytest.raises(ValueError, match="reason"):
        services.call_off_session(session, actor, live.public_id, " ")
    for _ in range(2):
        services.call_off_session(session, actor, live.public_id, "停电了，改日再播。")
    assert free(session, variant, edition_of(session, live)) == [50, 0]
    with pytest.raises(WrongSessionState):
        services.open_session(session, actor, live.public_id)
    with pytest.raises(WrongSessionState):
        services.set_aside(session, actor, live.public_id, variant.public_id, 1, once=once())
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.reason) == ("live session called off", "停电了，改日再播。")


def test_packs_are_taken_back_as_far_as_nobody_holds_them(session: Session) -> None:
    variant = make_variant(session, stock=50)
    live, actor = make_live(session, variant, 20, opened=True), supplier_of(session, variant)
    edition, token = edition_of(session, live), once()
    place(session, (edition, 12))
    for _ in range(2):
        services.take_back(session, actor, live.public_id, variant.public_id, 3, once=token)
    assert free(session, variant, edition) == [33, 5]
    assert session.scalars(select(LiveItem.set_aside)).one() == 17


def test_only_the_host_runs_a_session_and_the_operator_may_call_any_off(session: Session) -> None:
    variant = make_variant(session, stock=50)
    live = make_live(session, variant, 20)
    stranger = supplier_of(session, make_variant(session))
    for act in (services.open_session, services.end_session):
        with pytest.raises(NotFound):
            act(session, stranger, live.public_id)
    with pytest.raises(NotFound):
        services.edit_session(session, stranger, live.public_id, make_plan(), version=1)
    with pytest.raises(NotFound):
        services.call_off_session(session, stranger, live.public_id, "不播了")
    with pytest.raises(NotFound):
        services.plan_session(session, stranger, live.host_id, make_plan(), once=once())
    operator = Actor(None, "运营", (Grant(Role.ADMIN),))
    with pytest.raises(NotFound):
        services.open_session(session, operator, live.public_id)
    services.call_off_session(session, operator, live.public_id, "资质待核")
    assert live.state == SessionState.CALLED_OFF


def test_a_county_sells_what_grows_in_it_and_the_operator_what_anybody_sets_aside(session: Session) -> None:
    variant = make_variant(session, stock=50)
    far = make_variant(session, stock=50, village=make_village(session, "石门村", county="370404"))
    county = session.get_one(Product, variant.product_id).county_id
    office = make_organisation(session, OrganisationKind.GOVERNMENT, region=session.get_one(Region, county))
    mayor = host_of(session, office, Role.CERTIFIER)
    live = services.plan_session(session, mayor, office.id, make_plan(), once=once())
    services.set_aside(
        session, supplier_of(session, variant), live.public_id, variant.public_id, 5, once=once()
    )
    with pytest.raises(NotFound):
        services.set_aside(session, mayor, live.public_id, variant.public_id, 5, once=once())
    with pytest.raises(NotForSession) as refused:
        services.set_aside(session, supplier_of(session, far), live.public_id, far.public_id, 5, once=once())
    assert refused.value.reason is Ineligible.OTHER_COUNTY
    # At the desk it is shown to those who may take part, and its goods to choose from are those of the county.
    for pack, shown in ((variant, 1), (far, 0)):
        seller = supplier_of(session, pack)
        assert queries.visible_sessions(session, seller, limit=5, offset=0)[1] == shown
        assert queries.packs_for(session, seller, live, office, "", limit=5, offset=0)[1] == shown
    platform = make_organisation(session, OrganisationKind.OPERATOR)
    admin = host_of(session, platform, Role.ADMIN)
    big = services.plan_session(session, admin, platform.id, make_plan(), once=once())
    for pack in (variant, far):
        services.set_aside(session, supplier_of(session, pack), big.public_id, pack.public_id, 5, once=once())
    assert [goods.set_aside for goods in queries.goods_of(session, big.id)] == [5, 5]


def test_the_price_follows_the_ordinary_one_down_and_never_up(session: Session) -> None:
    variant = make_variant(session, stock=50, price_fen=40_00)
    live, actor = make_live(session, variant, 20, price_fen=36_00, opened=True), supplier_of(session, variant)
    edition = edition_of(session, live)

    def cost(fen: int, producer: int) -> tuple[int, int]:
        edit = edit_of_pack(variant)
        values = {name: getattr(edit, name) for name in VariantEdit.__dataclass_fields__}
        values |= {
            "price_fen": fen,
            "producer_fen": producer,
            "logistics_fen": fen - producer,
            "other_fen": 0,
        }
        catalogue.edit_variant(session, actor, variant.id, VariantEdit(**values), version=variant.version)
        return edition.price_fen, edition.producer_fen

    assert cost(30_00, 24_00) == (30_00, 24_00)
    assert cost(50_00, 25_00) == (30_00, 15_00)
    services.end_session(session, actor, live.public_id)
    assert cost(20_00, 10_00) == (30_00, 15_00)


def test_a_plan_is_edited_until_the_end_and_an_open_session_keeps_its_start(session: Session) -> None:
    variant = make_variant(session)
    live, actor = make_live(session, variant), supplier_of(session, variant)

    def edit(**changes: Any) -> Changes:
        plan = make_plan(**changes)
        return services.edit_session(session, actor, live.public_id, plan, version=live.version)

    assert edit(title_zh="改名")["title_zh"] == ("青莲村小米专场", "改名")
    services.open_session(session, actor, live.public_id)
    started = live.starts_at
    later = clock.now() + timedelta(hours=5)
    edit(starts_at=later - timedelta(minutes=1), ends_at=later)
    assert (live.starts_at, live.ends_at) == (started, later)
    for ends_at in (clock.now(), started + LONGEST + timedelta(seconds=1)):
        with pytest.raises(BadPlan):
            edit(starts_at=ends_at - timedelta(minutes=1), ends_at=ends_at)
    services.end_session(session, actor, live.public_id)
    with pytest.raises(WrongSessionState):
        edit()


def test_a_session_opened_early_ends_by_itself_as_early_and_gives_its_packs_back(session: Session) -> None:
    variant = make_variant(session, stock=50)
    actor = supplier_of(session, variant)
    live = make_live(session, variant, 20)
    now = clock.now()
    far = make_plan(starts_at=now + timedelta(days=30), ends_at=now + timedelta(days=30, hours=2))
    services.edit_session(session, actor, live.public_id, far, version=live.version)
    services.open_session(session, actor, live.public_id)
    assert (live.ends_at - live.starts_at, live.version) == (timedelta(hours=2), 3)
    assert now - timedelta(minutes=1) <= live.starts_at <= clock.now()
    with clock.at(now + timedelta(hours=1, minutes=58)):
        assert queries.due_sessions(session, 0) == []
    with clock.at(now + timedelta(hours=2)):
        assert queries.due_sessions(session, 0) == [live.id]
        assert services.follow_clock(session, live.id) == 1
    assert live.state == SessionState.ENDED
    assert free(session, variant, edition_of(session, live)) == [50, 0]
    opened = session.scalars(select(AuditEntry).where(AuditEntry.action == "live session opened")).one()
    assert opened.before is not None
    assert opened.before["ends_at"] == far.ends_at.isoformat()


def test_a_plan_that_somebody_changed_meanwhile_is_not_overwritten_unseen(session: Session) -> None:
    variant = make_variant(session)
    live, actor = make_live(session, variant), supplier_of(session, variant)
    plan = make_plan(starts_at=live.starts_at, ends_at=live.ends_at, title_zh="先改的")
    services.edit_session(session, actor, live.public_id, plan, version=1)
    other = replace(plan, title_zh="后改的")
    with pytest.raises(ChangedMeanwhile) as refused:
        services.edit_session(session, actor, live.public_id, other, version=1)
    assert (refused.value.version, refused.value.by) == (2, "孙掌柜")
    assert refused.value.changes["title_zh"] == ("青莲村小米专场", "先改的")
    # What is the same already is no edit, whatever was seen.
    assert services.edit_session(session, actor, live.public_id, plan, version=1) == {}
    services.edit_session(session, actor, live.public_id, other, version=2)
    assert (live.title_zh, live.version) == ("后改的", 3)


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        ("UPDATE shop_live_items SET set_aside = 19", "S70-session-packs-are-accounted-for"),
        (
            "UPDATE shop_variants SET closed_at = now() WHERE edition_of IS NOT NULL",
            "S71-sessions-sell-while-they-are-open",
        ),
        (
            "UPDATE shop_live_sessions SET state = 'ended', closed_at = now() - interval '2 hours'; "
            "UPDATE shop_stock_movements SET moved_at = now() - interval '2 hours'",
            "S72-ended-sessions-keep-nothing",
        ),
        (
            "UPDATE shop_live_sessions SET ends_at = starts_at + interval '25 hours'",
            "S73-sessions-end-at-their-time",
        ),
        (
            "UPDATE shop_live_sessions SET starts_at = now() - interval '3 hours', ends_at = now() - interval '61 minutes'",
            "S73-sessions-end-at-their-time",
        ),
    ],
)
def test_the_checks_notice_what_does_not_agree(session: Session, damage: str, name: str) -> None:
    make_live(session, make_variant(session, stock=50), 20, opened=True)
    session.flush()
    assert not [found for found in checks.run(session) if found.wrong]
    with session.begin_nested() as point:
        for statement in damage.split("; "):
            session.execute(text(statement))
        assert name in {found.name for found in checks.run(session) if found.wrong}
        point.rollback()


def test_a_session_planned_twice_by_one_form_is_planned_once(session: Session) -> None:
    variant = make_variant(session)
    actor = supplier_of(session, variant)
    host, token, plan = actor.grants[0].organisation_id or 0, once(), make_plan()
    made = {services.plan_session(session, actor, host, plan, once=token).id for _ in range(2)}
    assert len(made) == 1
    assert session.scalar(select(LiveSession.made_by_user_id)) is None


def test_packs_of_an_order_called_off_after_the_end_come_back_to_the_ordinary_stock(session: Session) -> None:
    variant = make_variant(session, stock=50)
    live, actor = make_live(session, variant, 20, opened=True), supplier_of(session, variant)
    edition = edition_of(session, live)
    order = paid_order(session, (edition, 4))
    services.end_session(session, actor, live.public_id)
    assert free(session, variant, edition) == [46, 0]
    orders.call_off(session, SYSTEM, order, "改主意了")
    assert free(session, variant, edition) == [46, 4]
    assert services.follow_clock(session, live.id) == 1
    assert free(session, variant, edition) == [50, 0]


def test_a_canteen_does_not_order_session_packs_on_account(session: Session) -> None:
    variant = make_variant(session, stock=50)
    live = make_live(session, variant, 20, opened=True)
    institution = make_organisation(session, OrganisationKind.INSTITUTION)
    requester = actor_of(make_user(session), Role.REQUESTER, organisation=institution)
    session.commit()
    with pytest.raises(BasketRefused) as refused:
        place(
            session,
            (edition_of(session, live), 1),
            (variant, 1),
            actor=requester,
            institution_id=institution.id,
            guest_secret=None,
        )
    (problem,) = refused.value.problems
    assert (problem.problem, problem.goods.in_session) == (Problem.PAID_AT_ONCE, True)


def test_the_price_follows_a_product_list_too(session: Session) -> None:
    variant = make_variant(session, stock=50, price_fen=40_00)
    live, actor = make_live(session, variant, 20, price_fen=36_00), supplier_of(session, variant)
    cheaper = {"price_fen": 30_00, "producer_fen": 20_00, "logistics_fen": 5_00, "other_fen": 5_00}
    pack = PackPatch(variant.id, variant.version, cheaper)
    patch = ProductPatch(
        variant.product_id, session.get_one(Product, variant.product_id).version, {}, (pack,)
    )
    assert catalogue.edit_many(session, actor, [patch]) == {variant.product_id}
    edition = edition_of(session, live)
    assert (edition.price_fen, edition.producer_fen) == (30_00, 20_00)


def test_a_buyer_gets_as_many_packs_as_the_session_says_and_no_more(session: Session) -> None:
    variant = make_variant(session, stock=50)
    live = make_live(session, variant, 20, opened=True, most_per_buyer=3)
    edition = edition_of(session, live)

    def wish(packs: int, **more: Any) -> PlacedOrder:
        return place(session, (edition, packs), (variant, 1), **more)

    def refused(packs: int, **more: Any) -> list[tuple[int, Problem]]:
        with pytest.raises(BasketRefused) as found:
            wish(packs, **more)
        return [(problem.goods.variant_id, problem.problem) for problem in found.value.problems]

    too_many = [(edition.id, Problem.TOO_MANY)]
    assert refused(4) == too_many
    first = wish(2)
    assert refused(2) == too_many
    # Another phone number is another buyer, and so is an account; of guests to its phone number it hears, though.
    other = {"delivery": replace(DELIVERY, phone="13900139000")}
    wish(3, **other)
    account = {"actor": actor_of(make_user(session)), "guest_secret": None}
    assert refused(2, **account) == too_many
    wish(1, **account)
    wish(2, **account, delivery=replace(DELIVERY, phone="13700137000"))
    assert refused(1, **account, delivery=replace(DELIVERY, phone="13600136000")) == too_many
    assert refused(1) == too_many
    # What was given up does not count any more.
    close_intents(session, first)
    orders.cancel_order(session, SYSTEM, first.order_id)
    assert free(session, edition) == [12 + 2]
    wish(2)
    assert refused(1) == too_many


def test_a_limit_costs_only_the_baskets_that_have_one(session: Session) -> None:
    variant = make_variant(session, stock=90)
    free_live = make_live(session, variant, 20, opened=True)
    limited_live = make_live(session, variant, 20, opened=True, most_per_buyer=2)
    packs = (variant, edition_of(session, free_live), edition_of(session, limited_live))
    session.commit()
    place(session, *((pack, 1) for pack in packs), delivery=replace(DELIVERY, phone="13700137000"))

    def sent(*wanted: tuple[Variant, int]) -> int:
        with StatementCounter() as counted:
            place(session, *wanted)
        return len(counted)

    ordinary = sent((packs[0], 1))
    assert sent((packs[1], 1)) == ordinary
    assert sent((packs[2], 1)) == ordinary + 2
    assert sent((packs[2], 1), (packs[1], 1), (packs[0], 1)) == ordinary + 2


def test_a_limit_is_set_before_the_session_opens_and_fits_the_steps(session: Session) -> None:
    variant = make_variant(session, stock=90, multiple=4)
    live, actor = make_live(session, variant), supplier_of(session, variant)

    def aside(limit: int | None, price_fen: int | None = 30_00) -> int | None:
        services.set_aside(
            session, actor, live.public_id, variant.public_id, 4, price_fen, limit, once=once()
        )
        return edition_of(session, live).most_per_buyer

    for odd in (2, 6, 0):
        with pytest.raises(NotInMultiples) as refused:
            aside(odd)
        assert refused.value.field == "most_per_buyer"
    assert [aside(8), aside(4), aside(None), aside(4)] == [8, 4, None, 4]
    services.open_session(session, actor, live.public_id)
    assert aside(None, None) == 4
