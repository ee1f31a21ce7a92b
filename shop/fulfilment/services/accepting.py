"""Somebody accepts what a supplier has sent, or it is taken as accepted; what was accepted is owed to the supplier."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import audit, clock, events
from core.errors import NotFound
from core.permissions import SYSTEM, Actor
from ledger import services as ledger_services
from ledger.values import Fact, Leg
from shop import books
from shop.after_sales.queries import parts_with_open_claims
from shop.benefit_shares import services as share_services
from shop.fulfilment import queries, rules
from shop.fulfilment.errors import NotedAsNotArrived
from shop.fulfilment.values import Acceptance
from shop.orders import queries as order_queries
from shop.orders import rules as order_rules
from shop.orders import services as order_services
from shop.orders.errors import DoneBefore
from shop.orders.events import PartReceived
from shop.orders.models import Order, SupplierOrder
from shop.orders.values import Action, Kind, PartAction, PartState


def accept_part(session: Session, actor: Actor, order: Order, public_id: str, acceptance: Acceptance) -> int:
    """Accept what arrived of one supplier for a locked order and return what is owed for it (fen).

    For an institution two different people have looked (B8). What was not accepted stays prepaid until it is credited.
    """
    parts = order_queries.lock_parts(session, order.id)
    part = _find(parts, public_id)
    order_rules.after(order.state, Action.RECEIVE)
    target = order_rules.part_after(part.state, PartAction.RECEIVE)
    lines = queries.lines_of(session, part.id)
    rules.check_acceptance(
        acceptance,
        {line.id: line.quantity for line in lines},
        two_people=order.kind == Kind.INSTITUTION,
    )
    accepted = dict(acceptance.accepted)
    for line in lines:
        line.accepted_quantity = accepted[line.id]
    owed = order_queries.owed_for_part(session, part, lines)
    part.state = target.value
    part.received_at = clock.now()
    part.inspectors = list(acceptance.inspectors)
    part.shortage_note = acceptance.note
    part.accepted_fen = owed
    parcel = queries.find_parcel_of_part(session, part.id, lock=True)
    if parcel is not None:
        # Whoever accepts it has it: no node waits for it any more, and nothing is left to confirm itself.
        parcel.confirm_on = parcel.at_node_id = parcel.next_node_id = None
    order.state = order_rules.derive_state([p.state for p in parts]).value
    if order.state == PartState.RECEIVED:
        order.closed_at = clock.now()
    session.flush()
    if owed:
        supplier = session.get_one(Organisation, part.supplier_id)
        ledger_services.post(
            session,
            actor,
            Fact("order_delivered", "supplier_order", part.public_id),
            [Leg(books.prepaid(), books.supplier_payable(supplier.public_id), owed)],
        )
        share_services.keep_shares(session, actor, part, lines)
    audit.record(
        session,
        actor,
        "part accepted",
        "order",
        order.number,
        after={
            "part": public_id,
            "accepted_fen": owed,
            "of_fen": part.goods_fen + part.freight_fen,
            "inspectors": list(acceptance.inspectors),
        },
        reason=acceptance.note,
    )
    events.publish(session, PartReceived(order.id, order.number, part.id, owed))
    return owed


def confirm_receipt(session: Session, actor: Actor, order: Order, public_id: str) -> int:
    """Let the public buyer of a locked order say that everything of one supplier arrived; returns what is owed (fen).

    Said before, it is `DoneBefore`; what was noted as lost meanwhile, and is given back, is `NotedAsNotArrived`.
    """
    if order.kind != Kind.PUBLIC:
        raise NotFound("order")
    part = _find(order_queries.lock_parts(session, order.id), public_id)
    lines = queries.lines_of(session, part.id)
    if part.state == PartState.RECEIVED:
        if not any(line.accepted_quantity for line in lines):
            raise NotedAsNotArrived
        raise DoneBefore(part.state, PartAction.RECEIVE)
    everything = Acceptance(
        tuple((line.id, line.quantity) for line in lines), (str(order.delivery["recipient"]),)
    )
    return accept_part(session, actor, order, public_id, everything)


def note_nothing_arrived(session: Session, actor: Actor, order: Order, public_id: str, reason: str) -> int:
    """Note, for the operator, that a sent part of a locked public order reached nobody: lost, or fetched by nobody.

    Its supplier is owed nothing for it; what was paid for it goes back at once, freight included. Returns it (fen).
    An institution's own people say so when they accept nothing of it.
    """
    if order.kind != Kind.PUBLIC:
        raise NotFound("order")
    part = _find(order_queries.lock_parts(session, order.id), public_id)
    nothing = tuple((line.id, 0) for line in queries.lines_of(session, part.id))
    accept_part(session, actor, order, public_id, Acceptance(nothing, (actor.name,), reason))
    if not order_queries.unowed_fen(session, order):
        return 0
    return order_services.give_back(session, actor, order, reason)


def confirm_by_itself(session: Session, order_id: int, part_id: int) -> bool:
    """Take a sent part as received once its day has come; False when it is not due (any more) or a claim is open."""
    order = order_queries.lock_order(session, order_id)
    parts = order_queries.lock_parts(session, order_id)
    part = next((part for part in parts if part.id == part_id), None)
    parcel = queries.find_parcel_of_part(session, part_id)
    if (
        part is None
        or part.state != PartState.SHIPPED
        or order.kind != Kind.PUBLIC
        or parcel is None
        or parcel.confirm_on is None
        or parcel.confirm_on > clock.today()
        or parts_with_open_claims(session, [part_id])
    ):
        return False
    confirm_receipt(session, SYSTEM, order, part.public_id)
    return True


def _find(parts: Sequence[SupplierOrder], public_id: str) -> SupplierOrder:
    for part in parts:
        if part.public_id == public_id:
            return part
    raise NotFound("part")
