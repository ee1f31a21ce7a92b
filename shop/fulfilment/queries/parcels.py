"""Reading parcels: their way for buyer, supplier and operator, what lies at a keeper's node, and locks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from accounts.values import Role
from core import clock
from core.errors import NotFound
from core.permissions import Actor
from registry import queries as registry_queries
from registry.models import Region
from shop.fulfilment import codes, rules
from shop.fulfilment.errors import NoWayThere
from shop.fulfilment.models import HandOver, Node, Parcel, ParcelStop, ReceiptPeriod
from shop.fulfilment.queries.nodes import nodes_along, own_node
from shop.fulfilment.values import (
    DEFAULT_DAYS,
    DEFAULT_REMIND_DAYS,
    KeptParcel,
    NodeKind,
    RoutePoint,
    Stop,
    Travel,
    Way,
)
from shop.orders import addresses
from shop.orders import queries as order_queries
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.values import Delivery, Kind, PartState


def receipt_days_on(session: Session, day: date) -> int:
    """Return after how many days the receipt of what is sent on a day confirms itself."""
    return (
        session.scalar(
            select(ReceiptPeriod.days)
            .where(ReceiptPeriod.valid_from <= day)
            .order_by(ReceiptPeriod.valid_from.desc())
            .limit(1)
        )
        or DEFAULT_DAYS
    )


def remind_days_on(session: Session, day: date) -> int:
    """Return after how many days the buyer of a parcel that waits is reminded."""
    return (
        session.scalar(
            select(ReceiptPeriod.remind_days)
            .where(ReceiptPeriod.valid_from <= day)
            .order_by(ReceiptPeriod.valid_from.desc())
            .limit(1)
        )
        or DEFAULT_REMIND_DAYS
    )


def due_for_reminder(session: Session, after_id: int, limit: int = 100) -> list[int]:
    """Return parcels (ids above `after_id`) that have waited for their buyer too long since they came or since the last mail."""
    before = clock.now() - timedelta(days=remind_days_on(session, clock.today()))
    return list(
        session.scalars(
            select(Parcel.id)
            .join(SupplierOrder, SupplierOrder.id == Parcel.supplier_order_id)
            .join(HandOver, (HandOver.parcel_id == Parcel.id) & (HandOver.position == Parcel.stops))
            .where(
                Parcel.id > after_id,
                Parcel.pickup,
                Parcel.at_node_id.is_not(None),
                Parcel.delivered_at.is_(None),
                Parcel.reminded < rules.REMINDERS,
                func.coalesce(Parcel.reminded_at, HandOver.happened_at) <= before,
                SupplierOrder.state == PartState.SHIPPED.value,
            )
            .order_by(Parcel.id)
            .limit(limit)
        )
    )


def receipt_periods(session: Session) -> list[ReceiptPeriod]:
    """Return the settings of today and of days to come, the newest first."""
    return list(session.scalars(select(ReceiptPeriod).order_by(ReceiptPeriod.valid_from.desc()).limit(10)))


def points_on_the_way(session: Session, delivery: Mapping[str, Any]) -> list[RoutePoint]:
    """Return the open nodes of the regions around an address or a pick-up point, lowest ids first."""
    pickup = find_pickup_node(session, delivery)
    code = addresses.read_delivery(delivery).region_code
    region = (
        session.get(Region, pickup.region_id)
        if pickup is not None
        else registry_queries.find_region(session, code)
    )
    path = region.path if region is not None else ""
    nodes = nodes_along(session, [int(part) for part in path.split("/") if part])
    return [RoutePoint(node.id, NodeKind(node.kind)) for node in nodes]


def way_of_part(session: Session, order_id: int) -> list[Node]:
    """Return the nodes through which a part of an order would go on our own way, empty when none leads there."""
    delivery = session.get_one(Order, order_id).delivery
    pickup = find_pickup_node(session, delivery)
    try:
        stops = rules.plan_stops(
            points_on_the_way(session, delivery), Way.OWN, pickup.id if pickup is not None else None
        )
    except NoWayThere:
        return []
    nodes = {node.id: node for node in session.scalars(select(Node).where(Node.id.in_(stops)))}
    return [nodes[node_id] for node_id in stops]


def find_pickup_node(session: Session, delivery: Mapping[str, Any]) -> Node | None:
    """Return the node at which the buyer wants to pick the parcel up, or None."""
    pickup = addresses.read_delivery(delivery).pickup
    return session.scalar(select(Node).where(Node.public_id == pickup.node)) if pickup is not None else None


def stops_of(session: Session, parcel_ids: Collection[int]) -> dict[int, list[Stop]]:
    """Return the stops of parcels in their order, with what was noted there."""
    if not parcel_ids:
        return {}
    rows = session.execute(
        select(ParcelStop.parcel_id, ParcelStop.position, Node, HandOver.happened_at, HandOver.user_name)
        .join(Node, Node.id == ParcelStop.node_id)
        .outerjoin(
            HandOver,
            (HandOver.parcel_id == ParcelStop.parcel_id) & (HandOver.position == ParcelStop.position),
        )
        .where(ParcelStop.parcel_id.in_(parcel_ids))
        .order_by(ParcelStop.parcel_id, ParcelStop.position)
    )
    found: dict[int, list[Stop]] = {}
    for parcel_id, position, node, happened_at, name in rows:
        found.setdefault(parcel_id, []).append(
            Stop(
                position,
                node.id,
                node.name_zh,
                node.name_en,
                node.kind,
                node.address,
                node.hours,
                happened_at,
                name or "",
            )
        )
    return found


def travels_of(session: Session, order_id: int, *, for_buyer: bool = False) -> dict[str, Travel]:
    """Return how the parcels of an order travel, by the public id of their part; only its buyer sees pick-up codes."""
    rows = session.execute(
        select(Parcel, SupplierOrder.public_id)
        .join(SupplierOrder, SupplierOrder.id == Parcel.supplier_order_id)
        .where(SupplierOrder.order_id == order_id)
    ).all()
    stops = stops_of(session, [parcel.id for parcel, _ in rows if parcel.stops])
    return {
        public_id: _travel(parcel, public_id, stops.get(parcel.id, []), for_buyer)
        for parcel, public_id in rows
    }


def _travel(parcel: Parcel, part_public_id: str, stops: list[Stop], for_buyer: bool) -> Travel:
    waits = parcel.pickup and parcel.delivered_at is None and parcel.at_node_id is not None
    shown = for_buyer and waits and parcel.reached == parcel.stops
    return Travel(
        parcel.id,
        parcel.code,
        part_public_id,
        parcel.way,
        parcel.pickup,
        parcel.reached,
        tuple(stops),
        parcel.made_at,
        parcel.confirm_on,
        parcel.delivered_at,
        parcel.proof,
        parcel.receiver,
        parcel.photo is not None,
        codes.pickup_code(parcel.code) if shown else "",
    )


def find_parcel_of_part(session: Session, part_id: int, *, lock: bool = False) -> Parcel | None:
    """Return the parcel in which a part travels, or None before it was sent."""
    return _parcel(session, Parcel.supplier_order_id == part_id, lock)


def lock_parcel(session: Session, parcel_id: int) -> Parcel:
    """Return a parcel, locked for this step; its order and part are locked before where they change too."""
    parcel = _parcel(session, Parcel.id == parcel_id, True)
    if parcel is None:
        raise NotFound("parcel")
    return parcel


def _parcel(session: Session, condition: ColumnElement[bool], lock: bool) -> Parcel | None:
    statement = select(Parcel).where(condition)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalar(statement)


def get_own_last_node(session: Session, actor: Actor, parcel_code: str) -> tuple[int, int, Node]:
    """Return (order id, part id, node) of a parcel whose way ends at a node of the actor's, else `NotFound`."""
    row = (
        session.execute(
            select(SupplierOrder.order_id, SupplierOrder.id, Node)
            .join(Parcel, Parcel.supplier_order_id == SupplierOrder.id)
            .join(
                ParcelStop,
                (ParcelStop.parcel_id == Parcel.id) & (ParcelStop.position == Parcel.stops),
            )
            .join(Node, Node.id == ParcelStop.node_id)
            .where(Parcel.code == parcel_code, own_node(actor))
        ).one_or_none()
        if actor.user_id is not None
        else None
    )
    if row is None:
        raise NotFound("parcel")
    return row[0], row[1], row[2]


def parcels_through(session: Session, node_id: int, code: str) -> list[int]:
    """Return the parcels (ids) with this code, or of the order with this number, that come through a node."""
    return list(
        session.scalars(
            select(Parcel.id)
            .join(ParcelStop, ParcelStop.parcel_id == Parcel.id)
            .join(SupplierOrder, SupplierOrder.id == Parcel.supplier_order_id)
            .join(Order, Order.id == SupplierOrder.order_id)
            .where(ParcelStop.node_id == node_id, or_(Parcel.code == code, Order.number == code))
            .limit(2)
        )
    )


def parcels_at(
    session: Session, actor: Actor, *, here: bool, limit: int, offset: int = 0
) -> tuple[list[KeptParcel], int]:
    """Return what lies at the actor's nodes (or is expected there next), the oldest first, and how much that is."""
    if actor.user_id is None:
        return [], 0
    column = Parcel.at_node_id if here else Parcel.next_node_id
    condition = column.in_(select(Node.id).where(own_node(actor)))
    total = session.scalar(select(func.count()).select_from(Parcel).where(condition)) or 0
    return _kept(session, condition, here, limit, offset), total


def get_parcel_here(session: Session, actor: Actor, code: str) -> KeptParcel:
    """Return a parcel that lies at one of the actor's nodes, else `NotFound`."""
    if actor.user_id is not None:
        condition = Parcel.at_node_id.in_(select(Node.id).where(own_node(actor))) & (Parcel.code == code)
        for parcel in _kept(session, condition, True, 1, 0):
            return parcel
    raise NotFound("parcel")


def _kept(
    session: Session, condition: ColumnElement[bool], here: bool, limit: int, offset: int
) -> list[KeptParcel]:
    """Return parcels as a keeper sees them: the other node is where one goes on to, or where it comes from."""
    own, other = aliased(Node), aliased(Node)
    packs = (
        select(cast(func.sum(OrderLine.quantity), BigInteger))
        .where(OrderLine.supplier_order_id == SupplierOrder.id)
        .correlate(SupplierOrder)
        .scalar_subquery()
    )
    noted = (
        select(func.max(HandOver.happened_at))
        .where(HandOver.parcel_id == Parcel.id)
        .correlate(Parcel)
        .scalar_subquery()
    )
    remind_days, moment = remind_days_on(session, clock.today()), clock.now()
    rows = session.execute(
        select(Parcel, Order.delivery, own, other, packs, func.coalesce(noted, Parcel.made_at))
        .join(SupplierOrder, SupplierOrder.id == Parcel.supplier_order_id)
        .join(Order, Order.id == SupplierOrder.order_id)
        .join(own, own.id == (Parcel.at_node_id if here else Parcel.next_node_id))
        .outerjoin(other, other.id == (Parcel.next_node_id if here else Parcel.at_node_id))
        .where(condition)
        .order_by(Parcel.id)
        .limit(limit)
        .offset(offset)
    )
    return [
        replace(
            _kept_parcel(
                parcel, addresses.read_delivery(delivery), node, elsewhere, packs_in_it, since, here
            ),
            left_lying=rules.is_left_lying(parcel.reminded, parcel.reminded_at, remind_days, moment),
        )
        for parcel, delivery, node, elsewhere, packs_in_it, since in rows
    ]


def _kept_parcel(
    parcel: Parcel,
    delivery: Delivery,
    node: Node,
    other: Node | None,
    packs: int,
    since: datetime,
    here: bool,
) -> KeptParcel:
    handed_out_here = here and other is None
    return KeptParcel(
        code=parcel.code,
        node=(node.name_zh, node.name_en),
        other=(other.name_zh, other.name_en) if other is not None else None,
        pickup=parcel.pickup,
        here=here,
        packs=packs,
        since=since,
        recipient=delivery.recipient,
        phone=delivery.phone if handed_out_here else rules.last_digits(delivery.phone),
        address=delivery.region + delivery.address if handed_out_here and not parcel.pickup else "",
    )


def due_for_confirmation(session: Session, after_id: int, limit: int = 100) -> list[tuple[int, int]]:
    """Return (part id, order id) of sent parts whose receipt confirms itself by today, from the id after `after_id` on."""
    rows = session.execute(
        select(SupplierOrder.id, SupplierOrder.order_id)
        .join(Parcel, Parcel.supplier_order_id == SupplierOrder.id)
        .join(Order, Order.id == SupplierOrder.order_id)
        .where(
            Parcel.confirm_on <= clock.today(),
            SupplierOrder.id > after_id,
            SupplierOrder.state == PartState.SHIPPED.value,
            Order.kind == Kind.PUBLIC.value,
        )
        .order_by(SupplierOrder.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def seen_by(actor: Actor, *, everybodys: bool) -> ColumnElement[bool]:
    """Return the condition that an order is the actor's own, their institution's or, in part, their supplier's to send."""
    if everybodys:
        return true()
    return or_(
        order_queries.own_order(actor),
        order_queries.institution_order(actor),
        SupplierOrder.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)),
    )


def photo_of(session: Session, part_public_id: str, condition: ColumnElement[bool]) -> str:
    """Return the key of the photo of a part being handed over, where its order fits, else `NotFound`."""
    key = session.scalar(
        select(Parcel.photo)
        .join(SupplierOrder, SupplierOrder.id == Parcel.supplier_order_id)
        .join(Order, Order.id == SupplierOrder.order_id)
        .where(SupplierOrder.public_id == part_public_id.replace("\x00", ""), condition)
    )
    if key is None:
        raise NotFound("photo")
    return key
