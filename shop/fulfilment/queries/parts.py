"""Reading what is to be sent: each supplier sees their own parts of paid orders, and nothing else."""

from __future__ import annotations

from sqlalchemy import BigInteger, ColumnElement, cast, func, select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import Role
from core.errors import NotFound
from core.permissions import Actor
from shop.fulfilment.values import PartRow, SupplierPart
from shop.orders import queries as order_queries
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.values import PartState

#: What a supplier sees: nothing before the money is there, nothing of what was given up.
SHOWN = (PartState.TO_SHIP.value, PartState.SHIPPED.value, PartState.RECEIVED.value)


def own_part(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a part is the actor's to send."""
    return SupplierOrder.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)) & SupplierOrder.state.in_(
        SHOWN
    )


def list_parts(
    session: Session, actor: Actor, state: PartState, *, limit: int, offset: int
) -> tuple[list[PartRow], int]:
    """Return the actor's parts in a state (what waits longest first, what is done newest first), and how many."""
    condition = own_part(actor) & (SupplierOrder.state == state.value)
    total = session.scalar(select(func.count()).select_from(SupplierOrder).where(condition)) or 0
    packs = (
        select(cast(func.sum(OrderLine.quantity), BigInteger))
        .where(OrderLine.supplier_order_id == SupplierOrder.id)
        .correlate(SupplierOrder)
        .scalar_subquery()
    )
    waiting = state is PartState.TO_SHIP
    rows = session.execute(
        select(
            SupplierOrder.public_id,
            Order.number,
            SupplierOrder.state,
            Order.paid_at,
            Order.delivery["recipient"].astext,
            func.coalesce(func.nullif(Order.delivery["city"].astext, ""), Order.delivery["province"].astext),
            SupplierOrder.goods_fen,
            packs,
        )
        .join(Order, Order.id == SupplierOrder.order_id)
        .where(condition)
        .order_by(SupplierOrder.id if waiting else SupplierOrder.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [PartRow(*row) for row in rows], total


def count_to_ship(session: Session, actor: Actor) -> int:
    """Return how many parts wait for the actor to send them."""
    return (
        session.scalar(
            select(func.count())
            .select_from(SupplierOrder)
            .where(own_part(actor), SupplierOrder.state == PartState.TO_SHIP.value)
        )
        or 0
    )


def get_part(session: Session, actor: Actor, public_id: str) -> SupplierPart:
    """Return a part with what its supplier needs to send it, else `NotFound`."""
    row = session.execute(
        select(SupplierOrder, Order)
        .join(Order, Order.id == SupplierOrder.order_id)
        .where(SupplierOrder.public_id == public_id, own_part(actor))
    ).one_or_none()
    if row is None:
        raise NotFound("part")
    part, order = row
    view = order_queries.view_order(session, order)
    own = next(found for found in view.parts if found.public_id == part.public_id)
    institution = session.get(Organisation, order.institution_id) if order.institution_id else None
    return SupplierPart(
        own,
        order.number,
        order.paid_at or order.placed_at,
        view.delivery,
        order.note,
        institution.name_zh if institution else "",
        institution.name_en if institution else "",
        view.invoice,
    )


def order_of_part(session: Session, actor: Actor, public_id: str) -> int:
    """Return the id of the order to which a part of the actor's belongs, else `NotFound`."""
    order_id = session.scalar(
        select(SupplierOrder.order_id).where(SupplierOrder.public_id == public_id, own_part(actor))
    )
    if order_id is None:
        raise NotFound("part")
    return order_id


def lines_of(session: Session, part_id: int) -> list[OrderLine]:
    """Return the lines of a part in their order."""
    return list(
        session.scalars(
            select(OrderLine).where(OrderLine.supplier_order_id == part_id).order_by(OrderLine.id)
        )
    )
