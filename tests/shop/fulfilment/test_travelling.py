"""Parcels through the nodes: one row a scan, in order, a code once, silence a receipt; on PostgreSQL."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accounts import queries as account_queries
from accounts.models import RoleGrant
from accounts.values import Role
from core import clock, jobs
from core.audit import AuditEntry
from core.db import transaction
from core.errors import NotFound
from core.mail import Mail
from core.permissions import GUEST, SYSTEM, Actor
from ledger import queries as ledger_queries
from shop.fulfilment import codes, queries, services
from shop.fulfilment import jobs as fulfilment_jobs
from shop.fulfilment.errors import (
    NodeInUse,
    NodeMisplaced,
    NoWayThere,
    ParcelAtItsEnd,
    ParcelExpectedElsewhere,
    ParcelNotHere,
    ParcelUnknown,
    PeriodInThePast,
    PersonUnknown,
    WrongPickupCode,
)
from shop.fulfilment.models import HandOver, Parcel
from shop.fulfilment.values import NewNode, Scan, Travel, Way
from shop.orders import queries as order_queries
from shop.orders.errors import WrongState
from tests.factories.nodes import Chain, SentPart, bring_to_point, make_chain, paid_part, send
from tests.factories.people import make_user

DAYS = 10


def travel_of(session: Session, sent: SentPart, *, for_buyer: bool = False) -> Travel:
    session.expire_all()
    return queries.travels_of(session, sent.order.id, for_buyer=for_buyer)[sent.part.public_id]


def scans(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(HandOver)) or 0


def state_of(session: Session, sent: SentPart) -> str:
    session.expire_all()
    return sent.part.state


def owed(session: Session, sent: SentPart) -> int:
    return ledger_queries.balance(session, f"supplier:{sent.supplier.public_id}:payable").settled


def test_a_parcel_is_noted_node_by_node_and_then_picked_up_with_its_code(session: Session) -> None:
    chain = make_chain(session)
    sent = send(session, paid_part(session, chain))
    assert [stop.name_zh for stop in travel_of(session, sent).stops] == [n.name_zh for n in chain.nodes]
    bring_to_point(session, chain, sent)
    travel = travel_of(session, sent, for_buyer=True)
    assert travel.waits_for_pickup
    assert travel.pickup_code == codes.pickup_code(sent.code)
    assert travel_of(session, sent).pickup_code == ""
    assert [stop.by for stop in travel.stops] == [keeper.name for keeper in chain.keepers]
    assert services.hand_out(session, chain.actors[2], sent.code, travel.pickup_code)
    assert state_of(session, sent) == "received"
    assert owed(session, sent) == sent.part.accepted_fen == 200_00 + sent.part.freight_fen
    travel = travel_of(session, sent, for_buyer=True)
    assert (travel.proof, travel.receiver, travel.pickup_code) == ("code", "张三", "")
    assert travel.confirm_on is None
    assert not services.hand_out(session, chain.actors[2], sent.code, codes.pickup_code(sent.code))
    assert owed(session, sent) == sent.part.accepted_fen
    actions = session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_id == sent.order.number).order_by(AuditEntry.id)
    ).all()
    assert actions[-6:] == ["part shipped", *["parcel taken over"] * 3, "parcel handed over", "part accepted"]


def test_a_scan_again_changes_nothing_and_one_out_of_order_says_what_comes_first(session: Session) -> None:
    chain = make_chain(session)
    sent = send(session, paid_part(session, chain))
    county, town, village = chain.nodes
    with pytest.raises(ParcelExpectedElsewhere) as refusal:
        services.scan_parcel(session, chain.actors[1], town.public_id, sent.code)
    assert refusal.value.expected[0] == county.name_zh
    for expected in (Scan.NOTED, Scan.KNOWN, Scan.KNOWN):
        outcome, stop, code = services.scan_parcel(session, chain.actors[0], county.public_id, sent.code)
        assert (outcome, stop.position, code) == (expected, 1, sent.code)
    # The number of the order will do where only one of its parcels comes through.
    outcome, _stop, _code = services.scan_parcel(
        session, chain.actors[1], town.public_id, f"http://x/handover?parcel={sent.order.number}"
    )
    assert outcome is Scan.NOTED
    assert services.scan_parcel(session, chain.actors[0], county.public_id, sent.code)[0] is Scan.KNOWN
    assert scans(session) == 2
    with pytest.raises(ParcelUnknown):
        services.scan_parcel(session, chain.actors[2], village.public_id, "YG-0000-0000-1")


def test_only_the_people_of_a_node_note_and_see_what_is_there(session: Session) -> None:
    chain = make_chain(session)
    sent = send(session, paid_part(session, chain))
    strangers: tuple[Actor, ...] = (GUEST, SYSTEM, sent.seller, chain.actors[1])
    for actor in strangers:
        with pytest.raises(NotFound):
            services.scan_parcel(session, actor, chain.nodes[0].public_id, sent.code)
    bring_to_point(session, chain, sent)
    for actor in (GUEST, sent.seller, chain.actors[0], chain.actors[1]):
        with pytest.raises(NotFound):
            services.hand_out(session, actor, sent.code, codes.pickup_code(sent.code))
        with pytest.raises(NotFound):
            queries.get_parcel_here(session, actor, sent.code)
    assert queries.parcels_at(session, GUEST, here=True, limit=9) == ([], 0)
    assert queries.parcels_at(session, chain.actors[0], here=True, limit=9) == ([], 0)


def test_a_keeper_learns_the_whole_phone_number_only_where_the_parcel_is_handed_out(session: Session) -> None:
    chain = make_chain(session)
    sent = send(session, paid_part(session, chain, pickup=False))
    (coming,), total = queries.parcels_at(session, chain.actors[0], here=False, limit=9)
    assert total == 1
    assert (coming.recipient, coming.phone, coming.address) == ("张三", "**** 8000", "")
    services.scan_parcel(session, chain.actors[0], chain.nodes[0].public_id, sent.code)
    (here,), _total = queries.parcels_at(session, chain.actors[0], here=True, limit=9)
    assert (here.phone, here.address, here.to_hand_out) == ("**** 8000", "", False)
    bring_to_point(session, chain, sent)
    (last,), _total = queries.parcels_at(session, chain.actors[2], here=True, limit=9)
    assert (last.phone, last.to_hand_out) == ("13800138000", True)
    assert last.address.endswith("府前路 1 号")


def test_a_wrong_code_opens_nothing_and_no_code_opens_elsewhere_or_twice(session: Session) -> None:
    chain = make_chain(session)
    sent, other = (send(session, paid_part(session, chain)) for _ in range(2))
    keeper, right = chain.actors[2], codes.pickup_code(sent.code)
    with pytest.raises(ParcelNotHere):
        services.hand_out(session, keeper, sent.code, right)
    bring_to_point(session, chain, sent)
    for wrong in (codes.pickup_code(other.code), "0000000", ""):
        with pytest.raises(WrongPickupCode):
            services.hand_out(session, keeper, sent.code, wrong)
    with pytest.raises(ParcelNotHere):
        services.deliver_parcel(session, keeper, sent.code, "李四", None)
    assert state_of(session, sent) == "shipped"
    assert services.hand_out(session, keeper, sent.code, right)
    with pytest.raises(WrongPickupCode):
        services.hand_out(session, keeper, sent.code, "0000000")


def test_the_door_needs_a_name_and_starts_the_days(session: Session) -> None:
    chain = make_chain(session)
    sent = send(session, paid_part(session, chain, pickup=False))
    assert travel_of(session, sent).confirm_on is None
    bring_to_point(session, chain, sent)
    with pytest.raises(ParcelNotHere):
        services.hand_out(session, chain.actors[2], sent.code, codes.pickup_code(sent.code))
    assert services.deliver_parcel(session, chain.actors[2], sent.code, "李四（邻居）", None)
    assert not services.deliver_parcel(session, chain.actors[2], sent.code, "王五", None)
    travel = travel_of(session, sent)
    assert (travel.proof, travel.receiver) == ("name", "李四（邻居）")
    assert travel.confirm_on == clock.today() + timedelta(days=DAYS)
    assert state_of(session, sent) == "shipped"


def test_with_a_carrier_the_days_run_from_sending_and_a_proof_starts_them_anew(session: Session) -> None:
    chain = make_chain(session)
    start = clock.now()
    sent = send(session, paid_part(session, chain, pickup=False), Way.CARRIER)
    assert travel_of(session, sent).confirm_on == clock.today() + timedelta(days=DAYS)
    with clock.at(start + timedelta(days=3)):
        assert services.prove_delivery(session, sent.seller, sent.part.public_id, "门卫", None)
        assert not services.prove_delivery(session, sent.seller, sent.part.public_id, "别人", None)
        assert travel_of(session, sent).confirm_on == clock.today() + timedelta(days=DAYS)
    with pytest.raises(NotFound):
        services.prove_delivery(session, chain.actors[0], sent.part.public_id, "x", None)


def test_a_carriers_parcel_to_a_point_is_noted_there_only(session: Session) -> None:
    chain = make_chain(session)
    sent = send(session, paid_part(session, chain), Way.CARRIER)
    assert [stop.node_id for stop in travel_of(session, sent).stops] == [chain.point.id]
    with pytest.raises(ParcelNotHere):
        services.prove_delivery(session, sent.seller, sent.part.public_id, "x", None)
    services.scan_parcel(session, chain.actors[2], chain.point.public_id, sent.code)
    assert services.hand_out(session, chain.actors[2], sent.code, codes.pickup_code(sent.code))


def test_where_no_node_stands_our_own_way_is_refused(session: Session) -> None:
    chain = make_chain(session)
    sent = paid_part(session, chain, pickup=False)
    for node in chain.nodes:
        services.close_node(session, SYSTEM, node.public_id)
    assert queries.way_of_part(session, sent.order.id) == []
    with pytest.raises(NoWayThere), session.begin_nested():
        send(session, sent)


def test_what_nobody_says_anything_about_counts_as_received_on_its_day(session: Session) -> None:
    chain = make_chain(session)
    start = clock.now()
    sent = send(session, paid_part(session, chain, pickup=False), Way.CARRIER)
    waiting = send(session, paid_part(session, chain))
    with clock.at(start + timedelta(days=DAYS - 1)):
        assert fulfilment_jobs.confirm_receipts() == 0
    # Three days late and run twice: the same end.
    with clock.at(start + timedelta(days=DAYS + 3)):
        assert fulfilment_jobs.confirm_receipts() == 1
        assert fulfilment_jobs.confirm_receipts() == 0
    assert state_of(session, sent) == "received"
    assert owed(session, sent) == sent.part.accepted_fen
    assert state_of(session, waiting) == "shipped"


def test_an_open_claim_keeps_receipt_from_confirming_itself(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = make_chain(session)
    start = clock.now()
    sent = send(session, paid_part(session, chain, pickup=False), Way.CARRIER)
    from shop.fulfilment.services import accepting

    monkeypatch.setattr(accepting, "parts_with_open_claims", lambda _session, ids: set(ids))
    with clock.at(start + timedelta(days=DAYS)):
        assert fulfilment_jobs.confirm_receipts() == 0
        monkeypatch.undo()
        assert fulfilment_jobs.confirm_receipts() == 1
    assert state_of(session, sent) == "received"


def test_the_buyers_word_ends_the_way(session: Session) -> None:
    chain = make_chain(session)
    sent = send(session, paid_part(session, chain))
    services.scan_parcel(session, chain.actors[0], chain.nodes[0].public_id, sent.code)
    order = order_queries.lock_order(session, sent.order.id)
    services.confirm_receipt(session, GUEST, order, sent.part.public_id)
    assert queries.parcels_at(session, chain.actors[0], here=True, limit=9)[1] == 0
    assert queries.parcels_at(session, chain.actors[1], here=False, limit=9)[1] == 0
    with pytest.raises(ParcelAtItsEnd):
        services.scan_parcel(session, chain.actors[1], chain.nodes[1].public_id, sent.code)
    with pytest.raises(ParcelAtItsEnd):
        services.hand_out(session, chain.actors[2], sent.code, codes.pickup_code(sent.code))
    with pytest.raises(WrongState):
        services.confirm_receipt(session, GUEST, order, sent.part.public_id)


def test_new_days_hold_for_what_is_sent_from_their_day_on(session: Session) -> None:
    chain = make_chain(session)
    start = clock.now()
    with pytest.raises(PeriodInThePast):
        services.set_receipt_days(session, SYSTEM, clock.today(), 7)
    services.set_receipt_days(session, SYSTEM, clock.today() + timedelta(days=1), 7)
    services.set_receipt_days(session, SYSTEM, clock.today() + timedelta(days=1), 6)
    before = send(session, paid_part(session, chain, pickup=False), Way.CARRIER)
    assert travel_of(session, before).confirm_on == clock.today() + timedelta(days=DAYS)
    with clock.at(start + timedelta(days=1)):
        after = send(session, paid_part(session, chain, pickup=False), Way.CARRIER)
        assert travel_of(session, after).confirm_on == clock.today() + timedelta(days=6)
        # What was promised when it was sent stays, also when it is handed over later.
        services.prove_delivery(session, before.seller, before.part.public_id, "门卫", None)
        assert travel_of(session, before).confirm_on == clock.today() + timedelta(days=DAYS)


def test_scans_are_only_added(session: Session) -> None:
    chain = make_chain(session)
    sent = send(session, paid_part(session, chain))
    services.scan_parcel(session, chain.actors[0], chain.nodes[0].public_id, sent.code)
    for statement in ("UPDATE shop_hand_overs SET user_name = 'x'", "DELETE FROM shop_hand_overs"):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text(statement))


def test_mails_go_to_supplier_and_buyer_once_each(session: Session) -> None:
    chain = make_chain(session)
    sent = paid_part(session, chain)
    jobs.run_due()
    send(session, sent)
    bring_to_point(session, chain, sent)
    jobs.run_due()
    code = codes.pickup_code(sent.code)
    services.hand_out(session, chain.actors[2], sent.code, code)
    jobs.run_due()
    jobs.run_due()
    mails = {mail.key: mail for mail in session.scalars(select(Mail))}
    ready = mails[f"parcel-ready:{sent.part.public_id}"]
    assert f"{code[:3]} {code[3:6]} {code[6:]}" in ready.text
    assert chain.point.name_zh in ready.text
    assert f"parcel-received:{sent.part.public_id}" in mails
    assert all("%(" not in mail.text + (mail.html or "") for mail in mails.values())


def test_a_supplier_hears_of_a_new_order(session: Session) -> None:
    chain = make_chain(session)
    sent = paid_part(session, chain)
    jobs.run_due()
    jobs.run_due()
    mail = session.scalars(
        select(Mail).where(Mail.key == f"order-new:{sent.part.public_id}:{sent.seller_user.public_id}")
    ).one()
    assert sent.order.number in mail.subject
    assert f"/supplier/orders/{sent.part.public_id}" in mail.text
    assert "张三" not in mail.text


def test_points_of_the_county_are_offered_the_nearest_first(session: Session) -> None:
    chain = make_chain(session)
    from tests.factories.people import make_village

    near = make_village(session, "红石村", suffix="101202")
    far = make_village(session, "远山村", suffix="102201")
    other = make_village(session, "别县村", county="370404")
    for village in (far, near, other):
        services.add_node(session, SYSTEM, village.id, NewNode(f"{village.name_zh}点", "Point", "1", ""))
    found = [point.name_zh for point in queries.pickup_points(session, chain.village.id)]
    assert found == ["青莲村服务点", "红石村点", "远山村点"]
    county = int(chain.village.path.strip("/").split("/")[2])
    assert len(queries.pickup_points(session, county)) == 3
    assert queries.pickup_points(session, 10**9) == []
    services.close_node(session, SYSTEM, chain.point.public_id)
    assert queries.find_pickup_point(session, chain.point.public_id) is None
    assert len(queries.pickup_points(session, county)) == 2


def test_nodes_stand_in_a_county_a_town_or_a_village_and_have_people(session: Session) -> None:
    chain = make_chain(session)
    province = int(chain.village.path.strip("/").split("/")[0])
    with pytest.raises(NodeMisplaced):
        services.add_node(session, SYSTEM, province, NewNode("省仓", "Province", "1", ""))
    with pytest.raises(PersonUnknown) as refusal:
        services.add_node(
            session, SYSTEM, chain.village.id, NewNode("点", "Point", "1", "", courier="x@example.org")
        )
    assert refusal.value.field == "courier"
    assert [node.kind for node in chain.nodes] == ["county", "township", "village"]
    assert chain.actors[0].has_role(Role.NODE_KEEPER)


def test_a_new_keeper_takes_the_place_of_the_old_one(session: Session) -> None:
    chain = make_chain(session)
    successor = make_user(session, name="新负责人")
    node = chain.point
    changed = NewNode(node.name_zh, node.name_en, node.address, node.hours, successor.email or "")
    for _ in range(2):
        services.change_node(session, SYSTEM, node.public_id, changed)
    old, new = (account_queries.acting_user(session, user.id) for user in (chain.keepers[2], successor))
    assert old is not None
    assert new is not None
    assert not old.has_role(Role.NODE_KEEPER)
    assert new.has_role(Role.NODE_KEEPER)
    assert queries.own_nodes(session, old) == []
    open_grants = session.scalars(
        select(RoleGrant).where(RoleGrant.user_id == successor.id, RoleGrant.valid_until.is_(None))
    ).all()
    assert len(open_grants) == 1


def test_a_node_is_closed_only_when_nothing_is_bound_for_it(session: Session) -> None:
    chain: Chain = make_chain(session)
    sent = paid_part(session, chain)
    with pytest.raises(NodeInUse):
        services.close_node(session, SYSTEM, chain.point.public_id)
    send(session, sent)
    with pytest.raises(NodeInUse):
        services.close_node(session, SYSTEM, chain.nodes[0].public_id)
    bring_to_point(session, chain, sent)
    services.close_node(session, SYSTEM, chain.nodes[0].public_id)
    services.hand_out(session, chain.actors[2], sent.code, codes.pickup_code(sent.code))
    services.close_node(session, SYSTEM, chain.point.public_id)
    assert chain.point.closed_at is not None
    services.reopen_node(session, SYSTEM, chain.point.public_id)
    assert queries.find_pickup_point(session, chain.point.public_id) is not None


def test_every_sent_part_has_one_parcel(session: Session) -> None:
    chain = make_chain(session)
    for way in Way:
        send(session, paid_part(session, chain), way)
    assert session.scalar(select(func.count()).select_from(Parcel)) == 2


def test_a_buyer_is_reminded_twice_and_then_the_keeper_sees_a_parcel_left_lying(session: Session) -> None:
    chain = make_chain(session)
    sent = send(session, paid_part(session, chain))
    bring_to_point(session, chain, sent)
    here = lambda: queries.parcels_at(session, chain.actors[2], here=True, limit=5)[0][0]  # noqa: E731
    began = clock.now()
    reminded = {}
    for days in (0, 2, 3, 4, 5, 6, 8, 9, 20, 21):
        with clock.at(began + timedelta(days=days, minutes=1)):
            reminded[days] = fulfilment_jobs.remind_of_parcels()
            assert here().left_lying == (days >= 9), days
            jobs.run_due()
    assert [days for days, count in reminded.items() if count] == [3, 6]
    mails = {mail.key: mail for mail in session.scalars(select(Mail))}
    first, last = (mails[f"parcel-remind{times}:{sent.part.public_id}"] for times in (1, 2))
    for mail in (first, last):
        assert mail.subject.endswith(sent.order.number)
        assert "您好" in mail.text.partition("\n")[0]
    code = codes.pickup_code(sent.code)
    for mail in (first, last):
        for words in (f"{code[:3]} {code[3:6]} {code[6:]}", chain.point.name_zh, "08:00-18:00"):
            assert words in mail.text
            assert words in mail.html
    assert (first.subject != last.subject, "最后一次" in last.subject) == (True, True)


def test_a_parcel_that_was_fetched_or_goes_to_the_door_needs_no_reminder(session: Session) -> None:
    chain = make_chain(session)
    fetched, brought = send(session, paid_part(session, chain)), paid_part(session, chain, pickup=False)
    send(session, brought)
    for sent in (fetched, brought):
        bring_to_point(session, chain, sent)
    services.hand_out(session, chain.actors[2], fetched.code, codes.pickup_code(fetched.code))
    with clock.at(clock.now() + timedelta(days=9)):
        assert fulfilment_jobs.remind_of_parcels() == 0


def test_the_days_until_a_reminder_can_be_set(session: Session) -> None:
    chain = make_chain(session)
    sent = send(session, paid_part(session, chain))
    bring_to_point(session, chain, sent)
    services.set_receipt_days(session, SYSTEM, clock.today() + timedelta(days=1), 10, 5)
    with clock.at(clock.now() + timedelta(days=4)):
        assert fulfilment_jobs.remind_of_parcels() == 0
    with clock.at(clock.now() + timedelta(days=5, minutes=1)):
        assert [fulfilment_jobs.remind_of_parcels(), fulfilment_jobs.remind_of_parcels()] == [1, 0]


@pytest.mark.concurrency
def test_two_workers_remind_once(live_database: object) -> None:
    with transaction() as step:
        chain = make_chain(step)
        sent = send(step, paid_part(step, chain))
        bring_to_point(step, chain, sent)
    counts: list[int] = []

    def work() -> None:
        with clock.at(clock.now() + timedelta(days=4)):
            counts.append(fulfilment_jobs.remind_of_parcels())

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(counts) == [0, 0, 0, 0, 0, 1]
