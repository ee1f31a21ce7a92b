"""Parcels on our own way: noted at node after node, handed to the buyer against a code or a name."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core import audit, clock, events
from core.permissions import SYSTEM, Actor
from shop.fulfilment import codes, queries, rules
from shop.fulfilment.errors import (
    ParcelAtItsEnd,
    ParcelNotHere,
    ParcelUnknown,
    WrongPickupCode,
)
from shop.fulfilment.events import ParcelLeftWaiting, ParcelReady
from shop.fulfilment.models import HandOver, Node, Parcel
from shop.fulfilment.services.accepting import confirm_receipt
from shop.fulfilment.values import Proof, Scan, Stop
from shop.orders import queries as order_queries
from shop.orders.models import Order, SupplierOrder
from shop.orders.values import Kind, PartState


def scan_parcel(session: Session, actor: Actor, node_public_id: str, typed: str) -> tuple[Scan, Stop, str]:
    """Note that a parcel was taken over at a node of the actor's; returns what it did, the stop, the parcel's code.

    The same scan again changes nothing. Out of order it is refused with the node that comes first
    (`ParcelExpectedElsewhere`); a parcel that does not come through here is `ParcelUnknown`.
    """
    node = queries.get_own_node(session, actor, node_public_id)
    found = queries.parcels_through(session, node.id, rules.read_parcel_code(typed))
    if len(found) != 1:
        raise ParcelUnknown
    parcel = queries.lock_parcel(session, found[0])
    stops = queries.stops_of(session, [parcel.id])[parcel.id]
    outcome, stop = rules.judge_scan(stops, parcel.reached, node.id)
    if outcome is Scan.KNOWN:
        return outcome, stop, parcel.code
    if parcel.next_node_id is None:
        raise ParcelAtItsEnd
    after = next((other for other in stops if other.position == stop.position + 1), None)
    parcel.reached = stop.position
    parcel.at_node_id = node.id
    parcel.next_node_id = after.node_id if after is not None else None
    session.add(
        HandOver(
            parcel_id=parcel.id,
            position=stop.position,
            user_id=actor.user_id,
            user_name=actor.name,
            happened_at=clock.now(),
        )
    )
    session.flush()
    number = _number_of(session, parcel)
    audit.record(
        session,
        actor,
        "parcel taken over",
        "order",
        number,
        after={"parcel": parcel.code, "node": node.public_id, "position": stop.position},
        reason=node.name_zh,
    )
    if after is None and parcel.pickup:
        events.publish(session, ParcelReady(number, parcel.id, parcel.supplier_order_id))
    return outcome, stop, parcel.code


def hand_out(session: Session, actor: Actor, parcel_code: str, pickup_code: str) -> bool:
    """Give a waiting parcel to whoever names its code; that is its receipt. False when it had been handed out before.

    The code opens the parcel once, only at the node where it lies (`ParcelNotHere`). The caller counts the tries.
    """
    order, part, parcel, node = _lock_at_last_node(session, actor, parcel_code)
    if not codes.is_code_of(parcel.code, pickup_code):
        raise WrongPickupCode
    if parcel.delivered_at is not None:
        return False
    _check_here(part, parcel, node, pickup=True)
    receiver = str(order.delivery["recipient"])
    _hand_over(session, actor, order, parcel, node, Proof.CODE, receiver, None)
    if order.kind == Kind.PUBLIC:
        confirm_receipt(session, actor, order, part.public_id)
    return True


def deliver_parcel(
    session: Session, actor: Actor, parcel_code: str, receiver: str, photo: str | None
) -> bool:
    """Note who took a parcel at the door, and the photo of it; from then on the days of its receipt run.

    False when it had been noted before. A parcel to be picked up needs its code instead (`ParcelNotHere`).
    """
    order, part, parcel, node = _lock_at_last_node(session, actor, parcel_code)
    if parcel.delivered_at is not None:
        return False
    _check_here(part, parcel, node, pickup=False)
    _hand_over(session, actor, order, parcel, node, Proof.NAME, receiver, photo)
    return True


def prove_delivery(
    session: Session, actor: Actor, part_public_id: str, receiver: str, photo: str | None
) -> bool:
    """Note, as the supplier, who took a parcel that went with a carrier or the own truck; False when it was noted before."""
    order = order_queries.lock_order(session, queries.order_of_part(session, actor, part_public_id))
    parts = order_queries.lock_parts(session, order.id)
    part = next(part for part in parts if part.public_id == part_public_id)
    parcel = queries.find_parcel_of_part(session, part.id, lock=True)
    if parcel is None or parcel.stops:
        raise ParcelNotHere
    if parcel.delivered_at is not None:
        return False
    if part.state != PartState.SHIPPED:
        raise ParcelAtItsEnd
    _hand_over(session, actor, order, parcel, None, Proof.NAME, receiver, photo)
    return True


def remind_of_parcel(session: Session, parcel_id: int) -> bool:
    """Remind the buyer of a parcel that waits, at most twice, if it is still due; a mail with the code goes out."""
    parcel = queries.lock_parcel(session, parcel_id)
    if parcel_id not in queries.due_for_reminder(session, parcel_id - 1, 1):
        return False
    parcel.reminded += 1
    parcel.reminded_at = clock.now()
    session.flush()
    audit.record(
        session,
        SYSTEM,
        "buyer reminded of parcel",
        "order",
        _number_of(session, parcel),
        after={"parcel": parcel.code, "times": parcel.reminded},
    )
    events.publish(session, ParcelLeftWaiting(parcel.supplier_order_id, parcel.reminded))
    return True


def _lock_at_last_node(
    session: Session, actor: Actor, parcel_code: str
) -> tuple[Order, SupplierOrder, Parcel, Node]:
    """Lock a parcel after its order and its parts; only for who keeps the node at the end of its way."""
    order_id, part_id, node = queries.get_own_last_node(session, actor, parcel_code)
    order = order_queries.lock_order(session, order_id)
    part = next(part for part in order_queries.lock_parts(session, order_id) if part.id == part_id)
    parcel = queries.find_parcel_of_part(session, part_id, lock=True)
    assert parcel is not None
    return order, part, parcel, node


def _check_here(part: SupplierOrder, parcel: Parcel, node: Node, *, pickup: bool) -> None:
    if part.state != PartState.SHIPPED:
        raise ParcelAtItsEnd
    if parcel.at_node_id != node.id or parcel.pickup != pickup:
        raise ParcelNotHere


def _hand_over(
    session: Session,
    actor: Actor,
    order: Order,
    parcel: Parcel,
    node: Node | None,
    proof: Proof,
    receiver: str,
    photo: str | None,
) -> None:
    moment = clock.now()
    parcel.delivered_at = moment
    parcel.proof = proof.value
    parcel.receiver = receiver
    parcel.photo = photo
    parcel.delivered_by_user_id = actor.user_id
    parcel.at_node_id = None
    if order.kind == Kind.PUBLIC:
        sent_on = parcel.made_at.astimezone(clock.CHINA).date()
        parcel.confirm_on = rules.confirm_on(moment, queries.receipt_days_on(session, sent_on))
    session.flush()
    audit.record(
        session,
        actor,
        "parcel handed over",
        "order",
        order.number,
        after={"parcel": parcel.code, "proof": proof, "photo": photo is not None},
        reason=node.name_zh if node is not None else "",
    )


def _number_of(session: Session, parcel: Parcel) -> str:
    part = session.get_one(SupplierOrder, parcel.supplier_order_id)
    return session.get_one(Order, part.order_id).number
