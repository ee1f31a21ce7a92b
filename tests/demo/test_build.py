"""A small demo world, built by the code that builds the large one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

import ledger.accounts
from accounts import queries as account_queries
from accounts import services as accounts
from accounts.models import Organisation
from charity.campaigns import queries as campaign_queries
from charity.campaigns.values import FundraisingMode, Stage
from charity.donations.models import Donation
from core import audit, clock, db, jobs, money
from core.audit import AuditEntry
from core.permissions import GUEST, SYSTEM
from demo import build
from demo.accounts import CARD_CODE, FIXED, PASSWORD, find_till_facts, list_accounts
from demo.content.places import village_code
from demo.directory import HOUSEHOLDS_A_VILLAGE, village_codes
from demo.live import ORDERS_OF_THE_PAST, ORDERS_OF_TODAY
from demo.parcels import STORIES
from demo.timeline import Timeline
from demo.world import Size
from ledger import checks
from points import permissions as points_permissions
from points.awards.models import PointsClaim
from points.redemptions import services as redemptions
from points.redemptions.models import Redemption
from points.supermarkets import queries as store_queries
from publicity.complaints.models import Complaint
from registry.models import Household, Region
from shop.catalogue.models import Product, Variant
from shop.certification.models import Certificate
from shop.certification.queries import certified_condition
from shop.fulfilment.models import Node, Parcel
from shop.live import queries as live_queries
from shop.live.models import LiveItem, LiveSession
from shop.orders.models import Order, OrderLine
from shop.product_files import exports, imports, rules
from shop.product_files import queries as product_file_queries
from shop.product_files.values import Column, Format
from shop.settlement.models import PayoutBatch, SettlementDispute, SupplierAccount
from shop.tracing.models import Batch, TraceCode
from tests.conftest import Databases
from tests.page_client import PageClient

SMALL = Size(households=12, products=14, orders=10, canteen_orders=5, gifts=12, pictures=False)


@pytest.fixture(scope="module")
def small_world(app: Flask, databases: Databases, worker_name: str) -> Iterator[list[str]]:
    """Build a small world in a database of its own, once for all tests; yields what was said."""
    usual = db.engine()
    name = f"demo_{worker_name}"
    engine = db.connect(databases.clone(name))
    ledger.accounts.forget_known()
    said: list[str] = []
    try:
        build.build_world(SMALL, said.append)
        yield said
    finally:
        engine.dispose()
        databases.drop(name)
        db._engine = usual
        db.bind(usual)
        ledger.accounts.forget_known()


@pytest.fixture
def world(small_world: list[str]) -> Iterator[Session]:
    """Open the small world for reading."""
    with db.reading() as session:
        yield session


def _count(session: Session, what: object) -> int:
    return session.scalar(select(func.count()).select_from(what)) or 0  # type: ignore[call-overload, no-any-return]


def test_the_world_has_what_was_asked_for(world: Session, small_world: list[str]) -> None:
    assert small_world[-1].startswith("The demo world is complete")
    assert _count(world, Household) == 12
    assert world.scalar(select(func.count(Product.listed_at))) == 14
    assert world.scalar(select(func.count()).where(certified_condition(clock.now()))) == 14
    assert world.scalar(
        select(func.count()).where(Certificate.valid_until < clock.now() + timedelta(days=30))
    )
    rows = world.execute(select(Organisation.kind, func.count()).group_by(Organisation.kind))
    kinds = {row[0]: row[1] for row in rows}
    assert (kinds["supplier"], kinds["institution"], kinds["charity"], kinds["operator"]) == (12, 6, 3, 1)
    assert _count(world, Donation) == 12
    of_a_session = exists().where(OrderLine.order_id == Order.id, OrderLine.variant_id == LiveItem.variant_id)
    public = select(func.count()).where(Order.kind == "public")
    assert world.scalar(public.where(~of_a_session)) == 10 + len(STORIES)
    assert 3 <= (world.scalar(public.where(of_a_session)) or 0) <= ORDERS_OF_THE_PAST + ORDERS_OF_TODAY
    assert world.scalar(select(func.count()).where(Order.kind == "institution")) == 5
    assert _count(world, PointsClaim) > 10
    assert _count(world, Redemption) > 3


def test_one_live_session_is_over_one_is_on_and_one_is_to_come(world: Session) -> None:
    states = world.scalars(select(LiveSession.state).order_by(LiveSession.starts_at)).all()
    assert states == ["ended", "open", "planned"]
    past = world.scalars(select(LiveSession.id).where(LiveSession.state == "ended")).one()
    assert live_queries.reached_by(world, past)


def test_parcels_are_under_way_through_the_nodes_and_one_waits_for_its_buyer(world: Session) -> None:
    kinds = world.scalars(select(Node.kind).order_by(Node.id)).all()
    assert kinds == ["county", "township", "village"]
    proofs = world.scalars(select(Parcel.proof).where(Parcel.way == "own").order_by(Parcel.id)).all()
    assert sorted(proof or "" for proof in proofs) == ["", "", "", "", "code", "name"]
    waiting = select(func.count()).where(
        Parcel.pickup, Parcel.reached == Parcel.stops, Parcel.proof.is_(None)
    )
    assert world.scalar(waiting) == 1


def test_every_invariant_of_the_books_holds(world: Session) -> None:
    findings = checks.run(world)
    assert [finding for finding in findings if finding.wrong] == []
    assert {finding.name for finding in findings if finding.looked_at} >= {"C01-gifts-fill-their-fund"}


def test_nothing_waits_and_nothing_lies_ahead(world: Session) -> None:
    assert jobs.backlog() == (0, 0)
    newest = world.scalar(select(func.max(AuditEntry.happened_at)))
    assert newest is not None
    assert newest <= clock.now()
    assert world.scalar(text("SELECT count(*) FROM core_mails")) == world.scalar(
        text("SELECT count(*) FROM core_mails WHERE sent_at IS NOT NULL")
    )


def test_everybody_of_the_table_can_sign_in(world: Session) -> None:
    assert [line.email for line in list_accounts(world)] == [account.email for account in FIXED]
    for key in ("buyer", "admin"):
        user = accounts.check_password(world, f"{key}@demo.yigou.example", PASSWORD)
        assert user.email == f"{key}@demo.yigou.example"


def test_the_walk_of_the_canteen_can_be_played(world: Session) -> None:
    canteen, approver, supplier, certifier = (
        account_queries.find_actor(world, f"{key}@demo.yigou.example")
        for key in ("canteen", "approver", "supplier", "certifier")
    )
    assert canteen is not None
    assert approver is not None
    assert supplier is not None
    assert certifier is not None
    assert canteen.organisation_ids() == approver.organisation_ids()
    rice = world.execute(
        select(Product, Variant)
        .join(Variant, Variant.product_id == Product.id)
        .where(Product.supplier_id.in_(supplier.organisation_ids()), Variant.net_grams == 25_000)
    ).one()
    county = world.get_one(Region, rice.Product.county_id)
    assert any((path and county.path.startswith(path)) for path in certifier.region_paths("certifier"))
    states = set(
        world.scalars(select(Order.state).where(Order.institution_id.in_(canteen.organisation_ids())))
    )
    assert states >= {"placed", "shipped"}


def test_the_walk_of_the_household_can_be_played(world: Session) -> None:
    cadre, committee, keeper, household = (
        account_queries.find_actor(world, f"{key}@demo.yigou.example")
        for key in ("cadre", "committee", "keeper", "household")
    )
    assert cadre is not None
    assert committee is not None
    assert keeper is not None
    assert household is not None
    assert committee.household_id not in (None, household.household_id)
    assert committee.may(points_permissions.DECIDE_CLAIM)
    home = world.get_one(Household, household.household_id)
    village = world.get_one(Region, home.village_id)
    assert village.code == village_code("青莲村")
    assert cadre.region_paths("cadre") == committee.region_paths("committee") == (village.path,)
    store = store_queries.keepers_stores(world, keeper)[0]
    place = store_queries.keepers_store(world, keeper, store.id)
    assert place.village_id == home.village_id
    holder = redemptions.check_card(world, keeper, place, CARD_CODE)
    assert holder.household_id == home.id
    till = find_till_facts(world)
    assert till is not None
    assert till.points >= 35
    shelf = store_queries.shelf(world, store.id, sold_out_too=False)
    assert len(shelf) >= 30
    assert min(item.points for item in shelf) <= till.points
    waiting = select(func.count()).where(
        PointsClaim.state == "recorded",
        PointsClaim.village_id == village.id,
        PointsClaim.household_id != committee.household_id,
    )
    assert (world.scalar(waiting) or 0) >= 1


def test_campaigns_stand_where_their_days_put_them(world: Session) -> None:
    found = campaign_queries.visible_campaigns(world, GUEST, FundraisingMode.CHARITY_OWN_SITE, limit=10)
    stages = {campaign.slug: campaign.stage for campaign in found}
    assert stages == {
        "shanting-zhuxue-wucan": Stage.RUNNING,
        "qinglian-aixin-chaoshi": Stage.RUNNING,
        "nuandong-mianbei": Stage.ENDED,
        "shuzhuo-taideng": Stage.CLOSED,
    }
    assert {campaign.slug: campaign.received_fen for campaign in found}["shuzhuo-taideng"] == 4_500_000


def test_a_second_build_changes_nothing(app: Flask, world: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _count(world, AuditEntry)
    monkeypatch.setitem(app.config, "YIGOU", replace(app.config["YIGOU"], mode="demo"))
    result = app.test_cli_runner().invoke(args=["demo", "build", "--households", "12"])
    assert result.exit_code == 0, result.output
    assert "nothing to build" in result.output
    assert _count(world, AuditEntry) == before


def test_the_accounts_are_printed(app: Flask, world: Session) -> None:
    result = app.test_cli_runner().invoke(args=["demo", "accounts"])
    assert result.exit_code == 0, result.output
    assert all(account.email in result.output for account in FIXED)
    assert CARD_CODE in result.output


def test_no_demo_is_built_outside_demo_mode(app: Flask, small_world: list[str]) -> None:
    result = app.test_cli_runner().invoke(args=["demo", "build"])
    assert result.exit_code == 1
    assert "YIGOU_MODE=demo" in result.output


def test_a_world_that_was_cut_off_is_emptied_and_other_data_are_not(live_database: object) -> None:
    assert build.find_state() is build.State.EMPTY
    with db.transaction() as session:
        session.add(
            Region(
                code="99", level="province", name_zh="省", name_en="P", path="/1/", valid_from=clock.today()
            )
        )
    assert build.find_state() is build.State.FOREIGN
    with db.transaction() as session:
        audit.record(session, SYSTEM, build.BEGUN, "demo", "world")
    assert build.find_state() is build.State.HALF_BUILT
    build.empty_database(db.engine().url.render_as_string(hide_password=False))
    assert build.find_state() is build.State.EMPTY


def test_villages_have_enough_households_to_review_each_other() -> None:
    assert village_codes(4) == [village_code("青莲村")]
    assert len(village_codes(300)) == 60
    assert all(n // len(village_codes(n)) >= min(n, HOUSEHOLDS_A_VILLAGE) for n in range(4, 400))


def test_steps_happen_in_the_order_of_their_moments(session: Session) -> None:
    from random import Random

    now = clock.now()
    timeline = Timeline(now, Random(1))
    seen: list[str] = []
    timeline.inside(now - timedelta(days=2), lambda _: seen.append("second"))
    timeline.outside(now - timedelta(days=3), lambda: seen.append("first"))
    timeline.inside(now - timedelta(days=1), lambda _: timeline.inside(now - timedelta(hours=1), late))
    timeline.inside(now + timedelta(days=1), lambda _: seen.append("never"))

    def late(_: Session) -> None:
        seen.append(clock.now().isoformat())

    timeline.play(lambda _: None)
    assert seen == ["first", "second", (now - timedelta(hours=1)).isoformat()]


def test_every_product_on_sale_has_a_batch_and_reports_have_answers(small_world: list[str]) -> None:
    with db.reading() as opened:
        on_sale = opened.scalar(
            select(func.count()).select_from(Product).where(Product.listed_at.is_not(None))
        )
        with_batch = opened.scalar(select(func.count(Batch.product_id.distinct())))
        assert (
            on_sale
            == with_batch
            == opened.scalar(select(func.count()).select_from(TraceCode).where(TraceCode.batch_id.is_(None)))
        )
        answered = opened.scalar(select(func.count()).select_from(Complaint).where(Complaint.published))
        waiting = opened.scalar(
            select(func.count()).select_from(Complaint).where(Complaint.answered_at.is_(None))
        )
        assert answered == 2
        assert waiting == 3


@pytest.mark.parametrize("kind", list(Format))
@pytest.mark.parametrize("english", [False, True])
def test_every_product_list_comes_back_without_a_change(
    small_world: list[str], kind: Format, english: bool
) -> None:
    with db.reading() as session:
        suppliers = session.scalars(select(Product.supplier_id).distinct()).all()
        for supplier in suppliers:
            cells = list(product_file_queries.list_cells(session, [supplier], english=english))
            data = exports.write_list(cells, kind, english=english)
            assert imports.inspect(data, imports.recognise(data)) == len(cells)
            rows = list(imports.read_rows(data, kind))
            skus = [row.cells[Column.SKU] for row in rows]
            codes = {row.cells[Column.VILLAGE_CODE] for row in rows}
            plan = rules.plan_rows(rows, product_file_queries.known_for(session, supplier, skus, codes))
            assert plan.rows == ()
            assert plan.unchanged == len(cells) > 0
    assert suppliers


def test_suppliers_were_paid_and_one_batch_waits_for_its_second_person(world: Session) -> None:
    states = dict(world.execute(select(PayoutBatch.state, func.count()).group_by(PayoutBatch.state)).all())
    assert states["closed"] >= 2
    assert states["proposed"] == 1
    assert world.scalar(select(SettlementDispute.state)) == "open"
    waiting = world.scalars(select(SupplierAccount.state).where(SupplierAccount.state == "waiting")).all()
    assert len(waiting) == 1


#: What the books say of each order: paid by its buyer and by a voucher, and given back to either (fen).
_OF_ORDERS = text(
    """
    WITH moved AS (
        SELECT e.kind, e.source_id, d.code AS debit, c.code AS credit, t.amount
        FROM ledger_entries e JOIN ledger_transfers t ON t.entry_id = e.id
        JOIN ledger_accounts d ON d.id = t.debit_account_id JOIN ledger_accounts c ON c.id = t.credit_account_id
    ), refunds AS (
        SELECT DISTINCT refund, order_id FROM shop_order_refunds
    )
    SELECT o.number,
        coalesce((SELECT sum(amount) FROM moved m WHERE m.kind = 'order_paid' AND m.source_id = o.number
                  AND m.debit <> 'vouchers:spent'), 0)::bigint,
        coalesce((SELECT sum(amount) FROM moved m WHERE m.kind = 'order_paid' AND m.source_id = o.number
                  AND m.debit = 'vouchers:spent'), 0)::bigint,
        coalesce((SELECT sum(CASE m.kind WHEN 'refund_promised' THEN amount ELSE -amount END) FROM moved m
                  JOIN refunds r ON r.refund = m.source_id
                  WHERE r.order_id = o.id AND m.kind IN ('refund_promised', 'refund_taken_back')), 0)::bigint
    FROM shop_orders o ORDER BY o.id
    """
)


def test_the_totals_in_the_ledger_are_those_on_every_order_page(app: Flask, world: Session) -> None:
    """Recompute what each order cost and gave back from the books, and read the operator's page of it."""
    officer = PageClient(app, world, language="en")
    page = officer.post(
        "/sign-in", {"login": "finance@demo.yigou.example", "password": PASSWORD}, status=None
    )
    assert page.status == 303
    rows = world.execute(_OF_ORDERS).all()
    orders = {order.number: order for order in world.scalars(select(Order))}
    assert len(rows) == len(orders) > 10
    assert any(voucher for _number, _paid, voucher, _back in rows)
    for number, paid, by_voucher, back in rows:
        order = orders[number]
        assert (paid, by_voucher) == ((order.total_fen, order.discount_fen) if order.paid_at else (0, 0))
        shown = officer.get(f"/operator/orders/{number}").text
        if order.paid_at is not None:
            assert f"Total {money.format_fen(paid)}" in shown
        if by_voucher:
            assert f"−{money.format_fen(by_voucher)}" in shown
        refunds = re.findall(r"−¥([0-9,]+\.[0-9]{2})", shown.partition("Payments and refunds")[2])
        if back:
            sums = sum(int(text.replace(",", "").replace(".", "")) for text in refunds)
            assert sums >= back, number
        assert 0 <= back <= paid


def test_live_sessions_are_over_on_and_to_come_and_their_packs_are_accounted_for(world: Session) -> None:
    sessions = world.scalars(select(LiveSession).order_by(LiveSession.starts_at)).all()
    assert [live.state for live in sessions] == ["ended", "open", "planned"]
    over, on, _coming = sessions
    assert live_queries.reached_by(world, over.id)
    assert any(item.left for item in live_queries.goods_of(world, on.id))
    wrong = [finding for finding in checks.run(world) if finding.name.startswith("S7") and finding.wrong]
    assert wrong == []
