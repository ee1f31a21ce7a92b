"""Reading nodes: the operator sees all, a keeper their own, a buyer where a parcel can be picked up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.models import User
from core.errors import NotFound
from core.permissions import Actor
from registry.models import Region
from shop.fulfilment.models import Node, Parcel
from shop.fulfilment.values import NodeKind, NodeRow, PickupPoint
from shop.orders.models import Order, SupplierOrder
from shop.orders.values import PartState

#: So many points are offered at once: those of one county, the nearest first.
MOST_POINTS = 60

#: Parts that are still to reach the place where they are picked up.
UNDER_WAY = (PartState.WAITING.value, PartState.TO_SHIP.value, PartState.SHIPPED.value)


def pickup_points(session: Session, region_id: int) -> list[PickupPoint]:
    """Return where parcels of people of a region can be picked up: open points of its county, the nearest first."""
    path = session.scalar(select(Region.path).where(Region.id == region_id))
    if path is None:
        return []
    lineage = [int(part) for part in path.split("/") if part]
    above = session.execute(
        select(Region.path, Region.level).where(Region.id.in_(lineage)).order_by(func.length(Region.path))
    ).all()
    county = next((row.path for row in above if row.level == "county"), path)
    nearer = [row.path for row in reversed(above) if len(row.path) > len(county)]
    distance = (
        case(
            *((Region.path.startswith(near, autoescape=True), step) for step, near in enumerate(nearer)),
            else_=len(nearer),
        )
        if nearer
        else Region.id * 0
    )
    rows = session.execute(
        select(Node.public_id, Node.name_zh, Node.name_en, Node.address, Node.hours)
        .join(Region, Region.id == Node.region_id)
        .where(
            Node.kind == NodeKind.VILLAGE.value,
            Node.closed_at.is_(None),
            Region.path.startswith(county, autoescape=True),
        )
        .order_by(distance, Region.code, Node.id)
        .limit(MOST_POINTS)
    )
    return [PickupPoint(*row) for row in rows]


def find_pickup_point(session: Session, public_id: str) -> PickupPoint | None:
    """Return an open place of a village where parcels can be picked up, or None."""
    row = session.execute(
        select(Node.public_id, Node.name_zh, Node.name_en, Node.address, Node.hours).where(
            Node.public_id == public_id, Node.kind == NodeKind.VILLAGE.value, Node.closed_at.is_(None)
        )
    ).one_or_none()
    return PickupPoint(*row) if row is not None else None


def own_node(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a node is kept by the actor, or that they carry for it."""
    return or_(Node.keeper_user_id == actor.user_id, Node.courier_user_id == actor.user_id)


def own_nodes(session: Session, actor: Actor) -> list[Node]:
    """Return the nodes for which the actor may note parcels, county first."""
    if actor.user_id is None:
        return []
    order = case({kind.value: place for place, kind in enumerate(NodeKind)}, value=Node.kind)
    return list(session.scalars(select(Node).where(own_node(actor)).order_by(order, Node.id)))


def get_own_node(session: Session, actor: Actor, public_id: str) -> Node:
    """Return a node for which the actor may note parcels, else `NotFound`."""
    node = session.scalar(select(Node).where(Node.public_id == public_id, own_node(actor)))
    if actor.user_id is None or node is None:
        raise NotFound("node")
    return node


def get_node(session: Session, public_id: str, *, lock: bool = False) -> Node:
    """Return any node, for the operator; raises `NotFound`."""
    statement = select(Node).where(Node.public_id == public_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    node = session.scalar(statement)
    if node is None:
        raise NotFound("node")
    return node


def logins_of(session: Session, node: Node) -> tuple[str, str]:
    """Return with which names a node's keeper and courier sign in, empty for nobody."""
    found = []
    for user_id in (node.keeper_user_id, node.courier_user_id):
        user = session.get(User, user_id) if user_id is not None else None
        found.append((user.email or user.phone or "") if user is not None else "")
    return found[0], found[1]


def keeps_in(session: Session, user_id: int, region_id: int) -> bool:
    """Say whether a person keeps a node in this very region, or carries for one."""
    statement = select(Node.id).where(
        Node.region_id == region_id, or_(Node.keeper_user_id == user_id, Node.courier_user_id == user_id)
    )
    return session.scalar(statement.limit(1)) is not None


def nodes_along(session: Session, region_ids: Iterable[int]) -> list[Node]:
    """Return the open nodes that stand in these very regions."""
    return list(
        session.scalars(
            select(Node)
            .where(Node.region_id.in_(list(region_ids)), Node.closed_at.is_(None))
            .order_by(Node.id)
        )
    )


def list_nodes(session: Session, *, limit: int, offset: int) -> tuple[list[NodeRow], int]:
    """Return every node by place with its people and how many parcels lie there, and how many nodes there are."""
    keeper, courier = aliased(User), aliased(User)
    here = select(func.count()).where(Parcel.at_node_id == Node.id).correlate(Node).scalar_subquery()
    coming = select(func.count()).where(Parcel.next_node_id == Node.id).correlate(Node).scalar_subquery()
    rows: Any = session.execute(
        select(
            Node.public_id,
            Node.kind,
            Region.name_zh,
            Region.name_en,
            Node.name_zh,
            Node.name_en,
            Node.address,
            Node.hours,
            func.coalesce(keeper.name, ""),
            func.coalesce(courier.name, ""),
            Node.closed_at.is_(None),
            here,
            coming,
        )
        .join(Region, Region.id == Node.region_id)
        .outerjoin(keeper, keeper.id == Node.keeper_user_id)
        .outerjoin(courier, courier.id == Node.courier_user_id)
        .order_by(Region.path, Node.id)
        .limit(limit)
        .offset(offset)
    )
    return [NodeRow(*row) for row in rows], session.scalar(select(func.count()).select_from(Node)) or 0


def parcels_bound_for(session: Session, node: Node) -> int:
    """Count what lies at a node, is expected there, or was ordered to be picked up there."""
    under_way = (
        select(func.count())
        .select_from(Parcel)
        .where(or_(Parcel.at_node_id == node.id, Parcel.next_node_id == node.id))
    )
    ordered = (
        select(func.count())
        .select_from(SupplierOrder)
        .join(Order, Order.id == SupplierOrder.order_id)
        .where(
            SupplierOrder.state.in_(UNDER_WAY),
            Order.delivery["pickup"]["node"].astext == node.public_id,
        )
    )
    return (session.scalar(under_way) or 0) + (session.scalar(ordered) or 0)
