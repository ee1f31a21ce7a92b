"""A supplier sends their part: with a carrier, or on our own way through the nodes."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core import audit, clock, events
from core.errors import NotFound
from core.permissions import Actor
from shop.fulfilment import queries, rules
from shop.fulfilment.models import Parcel, ParcelStop
from shop.fulfilment.values import Way
from shop.orders import queries as order_queries
from shop.orders import rules as order_rules
from shop.orders.events import PartShipped
from shop.orders.models import Order, SupplierOrder
from shop.orders.values import Action, Kind, PartAction


def ship_part(
    session: Session,
    actor: Actor,
    public_id: str,
    carrier: str,
    tracking_number: str,
    *,
    way: Way = Way.CARRIER,
) -> None:
    """Note that a supplier has sent their part: by whom and under which number, or through our nodes (`NoWayThere`)."""
    order = order_queries.lock_order(session, queries.order_of_part(session, actor, public_id))
    parts = order_queries.lock_parts(session, order.id)
    place, part = next(
        ((place, part) for place, part in enumerate(parts, 1) if part.public_id == public_id), (0, None)
    )
    if part is None:
        raise NotFound("part")
    order_rules.after(order.state, Action.SHIP)
    part.state = order_rules.part_after(part.state, PartAction.SHIP).value
    part.carrier = carrier if way is Way.CARRIER else ""
    part.tracking_number = tracking_number if way is Way.CARRIER else ""
    part.shipped_at = clock.now()
    order.state = order_rules.derive_state([p.state for p in parts]).value
    parcel = _make_parcel(session, order, part, rules.parcel_code(order.number, place), way)
    session.flush()
    audit.record(
        session,
        actor,
        "part shipped",
        "order",
        order.number,
        after={
            "part": public_id,
            "way": way,
            "carrier": part.carrier,
            "tracking_number": part.tracking_number,
            "parcel": parcel.code,
        },
    )
    events.publish(session, PartShipped(order.id, order.number, part.id))


def _make_parcel(session: Session, order: Order, part: SupplierOrder, code: str, way: Way) -> Parcel:
    pickup = queries.find_pickup_node(session, order.delivery)
    points = queries.points_on_the_way(session, order.delivery) if way is Way.OWN else []
    stops = rules.plan_stops(points, way, pickup.id if pickup is not None else None)
    moment = clock.now()
    parcel = Parcel(
        code=code,
        supplier_order_id=part.id,
        way=way.value,
        pickup=pickup is not None,
        stops=len(stops),
        reached=0,
        next_node_id=stops[0] if stops else None,
        made_at=moment,
        # On our own way the clock begins when the parcel is handed over; a carrier tells us nothing of that.
        confirm_on=rules.confirm_on(moment, queries.receipt_days_on(session, clock.today()))
        if order.kind == Kind.PUBLIC and not stops
        else None,
        receiver="",
    )
    session.add(parcel)
    session.flush()
    session.add_all(
        ParcelStop(parcel_id=parcel.id, position=position, node_id=node_id)
        for position, node_id in enumerate(stops, 1)
    )
    return parcel
