"""Sending and accepting: each supplier their own part, two people for an institution, and what is owed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import clock
from core.errors import NotFound
from core.permissions import GUEST, Actor
from ledger import queries as ledger_queries
from shop.fulfilment import queries, services
from shop.fulfilment.errors import AcceptedTooMuch, ShortageUnexplained, TwoInspectorsNeeded
from shop.fulfilment.values import Acceptance
from shop.orders import queries as order_queries
from shop.orders import services as order_services
from shop.orders.errors import WrongState
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.values import Kind, PartState, PlacedOrder, Received
from tests.factories.orders import make_variant, place
from tests.factories.people import actor_of, make_organisation, make_user
from tests.shop.orders.test_services import MONEY, pay


def paid_order(session: Session, *suppliers: Organisation, quantity: int = 2) -> PlacedOrder:
    """Return a paid order with one line a supplier, at 100 yuan a pack."""
    placed = place(
        session, *((make_variant(session, supplier=s, price_fen=100_00), quantity) for s in suppliers)
    )
    order = session.get_one(Order, placed.order_id)
    received = Received(order.total_fen, "tests", placed.number, clock.now())
    order_services.mark_order_paid(session, order.id, received, MONEY)
    return placed


def seller_of(session: Session, supplier: Organisation) -> Actor:
    return actor_of(make_user(session), Role.SUPPLIER, organisation=supplier)


def part_of(session: Session, supplier: Organisation) -> SupplierOrder:
    return session.scalars(
        select(SupplierOrder)
        .where(SupplierOrder.supplier_id == supplier.id)
        .execution_options(populate_existing=True)
    ).one()


def two_suppliers(session: Session) -> tuple[Organisation, Organisation]:
    return make_organisation(session, OrganisationKind.SUPPLIER), make_organisation(
        session, OrganisationKind.SUPPLIER
    )


def test_an_order_is_as_far_as_its_slowest_part(session: Session) -> None:
    one, two = two_suppliers(session)
    placed = paid_order(session, one, two)
    state = lambda: order_queries.lock_order(session, placed.order_id).state  # noqa: E731
    services.ship_part(session, seller_of(session, one), part_of(session, one).public_id, "顺丰", "SF1")
    assert state() == "paid"
    order = order_queries.lock_order(session, placed.order_id)
    services.confirm_receipt(session, GUEST, order, part_of(session, one).public_id)
    assert state() == "paid"
    services.ship_part(session, seller_of(session, two), part_of(session, two).public_id, "顺丰", "SF2")
    assert state() == "shipped"
    services.confirm_receipt(session, GUEST, order, part_of(session, two).public_id)
    assert state() == "received"
    for supplier in (one, two):
        code = f"supplier:{supplier.public_id}:payable"
        assert ledger_queries.balance(session, code).settled == 200_00


def test_a_supplier_sees_and_sends_only_their_own(session: Session) -> None:
    one, two = two_suppliers(session)
    paid_order(session, one)
    thief = seller_of(session, two)
    public_id = part_of(session, one).public_id
    for attempt in (
        lambda: queries.get_part(session, thief, public_id),
        lambda: services.ship_part(session, thief, public_id, "x", "1234"),
        lambda: services.ship_part(session, GUEST, public_id, "x", "1234"),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert queries.list_parts(session, thief, PartState.TO_SHIP, limit=9, offset=0) == ([], 0)
    assert queries.count_to_ship(session, seller_of(session, one)) == 1


def test_what_was_paid_first_waits_longest(session: Session) -> None:
    supplier = make_organisation(session, OrganisationKind.SUPPLIER)
    placed = [place(session, (make_variant(session, supplier=supplier), 1)) for _ in range(2)]
    with clock.at(clock.now() + timedelta(minutes=1)):
        pay(session, placed[1])
    with clock.at(clock.now() + timedelta(minutes=2)):
        pay(session, placed[0], reference="P2")
    rows, _total = queries.list_parts(
        session, seller_of(session, supplier), PartState.TO_SHIP, limit=9, offset=0
    )
    assert [row.number for row in rows] == [placed[1].number, placed[0].number]


def test_nothing_is_sent_before_it_is_paid(session: Session) -> None:
    supplier = make_organisation(session, OrganisationKind.SUPPLIER)
    place(session, (make_variant(session, supplier=supplier), 1))
    part = part_of(session, supplier)
    with pytest.raises(NotFound):
        services.ship_part(session, seller_of(session, supplier), part.public_id, "顺丰", "SF1")


def test_what_was_not_sent_is_not_received(session: Session) -> None:
    supplier = make_organisation(session, OrganisationKind.SUPPLIER)
    placed = paid_order(session, supplier)
    order = order_queries.lock_order(session, placed.order_id)
    with pytest.raises(WrongState):
        services.confirm_receipt(session, GUEST, order, part_of(session, supplier).public_id)
    with pytest.raises(NotFound):
        services.confirm_receipt(session, GUEST, order, "ANOTHER")
    order_of_school = Order(id=order.id, kind=Kind.INSTITUTION.value)
    with pytest.raises(NotFound):
        services.confirm_receipt(session, GUEST, order_of_school, part_of(session, supplier).public_id)


def sent_to_school(session: Session) -> tuple[Order, SupplierOrder, OrderLine, Actor, Organisation]:
    supplier = make_organisation(session, OrganisationKind.SUPPLIER)
    school = make_organisation(session, OrganisationKind.INSTITUTION)
    cook = actor_of(make_user(session, name="李食堂"), Role.REQUESTER, organisation=school)
    variant = make_variant(session, supplier=supplier, price_fen=20_00)
    placed = place(session, (variant, 4), actor=cook, institution_id=school.id, guest_secret=None)
    order = order_queries.lock_order(session, placed.order_id)
    order_services.mark_order_paid(
        session, order.id, Received(order.total_fen, "tests", "T", clock.now()), MONEY
    )
    part = part_of(session, supplier)
    services.ship_part(session, seller_of(session, supplier), part.public_id, "合作社货车", "LU1234")
    return order, part, session.scalars(select(OrderLine)).one(), cook, supplier


def test_two_people_accept_for_an_institution_and_a_shortage_stays_prepaid(session: Session) -> None:
    order, part, line, cook, supplier = sent_to_school(session)
    assert part.freight_fen == 22_00

    def accept(quantity: int, *people: str, note: str = "", line_id: int | None = None) -> int:
        acceptance = Acceptance(((line_id or line.id, quantity),), people, note)
        return services.accept_part(session, cook, order, part.public_id, acceptance)

    for people in ((), ("李食堂",), ("李食堂", " 李 食堂 "), ("李食堂", "")):
        with pytest.raises(TwoInspectorsNeeded):
            accept(4, *people)
    for quantity in (5, -1, 10**9):
        with pytest.raises(AcceptedTooMuch):
            accept(quantity, "李食堂", "王厨")
    with pytest.raises(AcceptedTooMuch):
        accept(4, "李食堂", "王厨", line_id=line.id + 1)
    with pytest.raises(ShortageUnexplained):
        accept(3, "李食堂", "王厨", note="  ")
    assert accept(3, "李食堂", "王厨", note="一袋受潮") == 82_00
    with pytest.raises(WrongState):
        accept(3, "李食堂", "王厨", note="一袋受潮")
    assert ledger_queries.balance(session, f"supplier:{supplier.public_id}:payable").settled == 82_00
    assert ledger_queries.balance(session, "orders:prepaid").settled == 20_00
    view = order_queries.view_order(session, order)
    assert (view.accepted_fen, order_queries.unowed_fen(session, order)) == (82_00, 20_00)


def test_a_delivery_that_is_refused_whole_is_not_owed(session: Session) -> None:
    order, part, line, cook, _supplier = sent_to_school(session)
    refusal = Acceptance(((line.id, 0),), ("李食堂", "王厨"), "全部霉变")
    assert services.accept_part(session, cook, order, part.public_id, refusal) == 0
    assert order.state == "received"
    assert ledger_queries.balance(session, "orders:prepaid").settled == order.total_fen
