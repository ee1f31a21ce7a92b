"""Reading what is to be sent: each supplier sees their own parts of paid orders, and nothing else."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import BigInteger, ColumnElement, cast, func, select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.queries import organisation_names
from accounts.values import Role
from core import clock
from core.errors import NotFound
from core.permissions import Actor
from shop.catalogue.models import Variant
from shop.fulfilment import rules
from shop.fulfilment.errors import PartCalledOff
from shop.fulfilment.values import PartRow, PickLine, Slip, SlipLine, SupplierPart
from shop.orders import addresses
from shop.orders import queries as order_queries
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.values import PAID_PARTS, PartState

#: Kinds of packs on one pick list.
MOST_PICKED = 500


def own_part(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a part is the actor's to send: nothing before the money is there, nothing called off."""
    return SupplierOrder.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)) & SupplierOrder.state.in_(
        PAID_PARTS
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
        .order_by(*((Order.paid_at, SupplierOrder.id) if waiting else (SupplierOrder.id.desc(),)))
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
        raise _not_to_send(session, actor, public_id)
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
        raise _not_to_send(session, actor, public_id)
    return order_id


def _not_to_send(session: Session, actor: Actor, public_id: str) -> NotFound | PartCalledOff:
    """Say why a part is not the actor's to send: theirs, and called off after they were told, or none of theirs."""
    number = session.scalar(
        select(Order.number)
        .join(SupplierOrder, SupplierOrder.order_id == Order.id)
        .where(
            SupplierOrder.public_id == public_id,
            SupplierOrder.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)),
            SupplierOrder.state == PartState.CANCELLED.value,
            Order.paid_at.is_not(None),
        )
    )
    return PartCalledOff(number) if number is not None else NotFound("part")


def lines_of(session: Session, part_id: int) -> list[OrderLine]:
    """Return the lines of a part in their order."""
    return list(
        session.scalars(
            select(OrderLine).where(OrderLine.supplier_order_id == part_id).order_by(OrderLine.id)
        )
    )


def pick_list(session: Session, actor: Actor) -> tuple[list[PickLine], int]:
    """Return what to take from the store for all parts of the actor that are to be sent, by product, and how many parts."""
    condition = own_part(actor) & (SupplierOrder.state == PartState.TO_SHIP.value)
    rows = session.execute(
        select(
            OrderLine.variant_id,
            OrderLine.name_zh,
            OrderLine.name_en,
            OrderLine.label_zh,
            OrderLine.label_en,
            Variant.sku,
            cast(func.sum(OrderLine.quantity), BigInteger),
            func.count(),
        )
        .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
        .join(Variant, Variant.id == OrderLine.variant_id)
        .where(condition)
        .group_by(
            OrderLine.variant_id,
            OrderLine.name_zh,
            OrderLine.name_en,
            OrderLine.label_zh,
            OrderLine.label_en,
            Variant.sku,
        )
        .order_by(OrderLine.name_zh, OrderLine.label_zh, OrderLine.variant_id)
        .limit(MOST_PICKED)
    )
    return [PickLine(*row) for row in rows], count_to_ship(session, actor)


def slips_of(session: Session, actor: Actor, public_ids: Collection[str]) -> list[Slip]:
    """Return what the packing slips of these parts of the actor say, oldest first; another's part is `NotFound`."""
    rows = session.execute(
        select(SupplierOrder, Order, Organisation.name_zh, Organisation.name_en)
        .join(Order, Order.id == SupplierOrder.order_id)
        .join(Organisation, Organisation.id == SupplierOrder.supplier_id)
        .where(SupplierOrder.public_id.in_(public_ids), own_part(actor))
        .order_by(SupplierOrder.id)
    ).all()
    if len(rows) != len(set(public_ids)):
        raise NotFound("part")
    part_ids = [row[0].id for row in rows]
    lines: dict[int, list[SlipLine]] = {}
    for line in session.scalars(
        select(OrderLine).where(OrderLine.supplier_order_id.in_(part_ids)).order_by(OrderLine.id)
    ):
        lines.setdefault(line.supplier_order_id, []).append(
            SlipLine(
                (line.name_zh, line.name_en),
                (line.label_zh, line.label_en),
                line.quantity,
                line.unit_price_fen,
                line.line_fen,
            )
        )
    places = _places(session, [row[1].id for row in rows])
    institutions = organisation_names(
        session, frozenset(order.institution_id for _, order, *_ in rows if order.institution_id is not None)
    )
    return [
        _slip(part, order, (name_zh, name_en), places[part.id], lines[part.id], institutions)
        for part, order, name_zh, name_en in rows
    ]


def _places(session: Session, order_ids: Collection[int]) -> dict[int, int]:
    """Return which part of its order each is, counted from 1."""
    place = func.row_number().over(partition_by=SupplierOrder.order_id, order_by=SupplierOrder.id)
    rows = session.execute(select(SupplierOrder.id, place).where(SupplierOrder.order_id.in_(order_ids)))
    return {row[0]: row[1] for row in rows}


def _slip(
    part: SupplierOrder,
    order: Order,
    supplier: tuple[str, str],
    place: int,
    lines: list[SlipLine],
    institutions: dict[int, tuple[str, str]],
) -> Slip:
    delivery = addresses.read_delivery(order.delivery)
    pickup = delivery.pickup
    return Slip(
        code=rules.parcel_code(order.number, place),
        number=order.number,
        ordered_on=order.placed_at.astimezone(clock.CHINA).date(),
        supplier=supplier,
        recipient=delivery.recipient,
        phone=delivery.phone,
        address=delivery.region + (pickup.address if pickup is not None else delivery.address),
        institution=institutions.get(order.institution_id or 0, ("", "")),
        pickup=(pickup.name_zh, pickup.name_en) if pickup is not None else ("", ""),
        note=order.note,
        lines=tuple(lines),
        goods_fen=part.goods_fen,
        freight_fen=part.freight_fen,
    )
