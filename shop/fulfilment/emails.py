"""Mail about parcels: waiting at a pick-up point with its code, still waiting there, received; and a supplier's orders, new and called off. Once for each fact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from accounts.models import User
from core import events, jobs
from core.db import reading, transaction
from core.mail import Letter
from shop.applications.queries import readers_of_supplier
from shop.fulfilment import codes, queries, rules, wording
from shop.fulfilment.events import ParcelLeftWaiting, ParcelReady
from shop.orders import addresses
from shop.orders import queries as order_queries
from shop.orders.events import OrderPaid, PaidOrderCancelled, PartReceived
from shop.orders.models import Order, SupplierOrder
from shop.orders.queries import PartView
from shop.orders.values import Kind, PartState
from web import mailing

MAIL_PARCEL = "shop.mail_parcel"
MAIL_SUPPLIER = "shop.mail_new_order"
MAIL_CALLED_OFF = "shop.mail_called_off"


@events.on(ParcelReady)
def tell_ready(session: Session, event: ParcelReady) -> None:
    """Let the worker write that a parcel waits, with the code that opens it."""
    _enqueue(session, "ready", event.supplier_order_id)


@events.on(ParcelLeftWaiting)
def remind(session: Session, event: ParcelLeftWaiting) -> None:
    """Let the worker write that a parcel still waits."""
    _enqueue(session, f"remind{event.times}", event.supplier_order_id)


@events.on(PartReceived)
def tell_received(session: Session, event: PartReceived) -> None:
    """Let the worker write that goods count as received."""
    _enqueue(session, "received", event.supplier_order_id)


def _enqueue(session: Session, about: str, part_id: int) -> None:
    jobs.enqueue(
        session, MAIL_PARCEL, {"about": about, "part_id": part_id}, key=f"{MAIL_PARCEL}:{about}:{part_id}"
    )


@events.on(OrderPaid)
def tell_suppliers(session: Session, event: OrderPaid) -> None:
    """Let the worker write to every supplier of a paid order that there is something to send."""
    jobs.enqueue(
        session, MAIL_SUPPLIER, {"order_id": event.order_id}, key=f"{MAIL_SUPPLIER}:{event.order_id}"
    )


@events.on(PaidOrderCancelled)
def tell_called_off(session: Session, event: PaidOrderCancelled) -> None:
    """Let the worker write to the suppliers of what was called off that they send nothing."""
    for part_id in event.part_ids:
        jobs.enqueue(session, MAIL_CALLED_OFF, {"part_id": part_id}, key=f"{MAIL_CALLED_OFF}:{part_id}")


@jobs.handler(MAIL_PARCEL)
def compose_to_buyer(payload: dict[str, Any]) -> None:
    """Compose one mail about a parcel in the language in which its order was placed."""
    about = payload["about"]
    with reading() as session:
        part = session.get_one(SupplierOrder, payload["part_id"])
        order = session.get_one(Order, part.order_id)
        view = order_queries.view_order(session, order)
        travel = queries.travels_of(session, order.id).get(part.public_id)
    # A code that has done its work, and what an institution's own people accepted, need no mail.
    waits = about != "received"
    if waits and (travel is None or not travel.waits_for_pickup):
        return
    if about == "received" and order.kind != Kind.PUBLIC:
        return
    with transaction() as session:
        mailing.post(
            session,
            key=f"parcel-{about}:{part.public_id}",
            recipient=order.email,
            template=f"shop/fulfilment/emails/{'remind' if about.startswith('remind') else about}",
            locale=order.locale,
            order=order,
            part=next(found for found in view.parts if found.public_id == part.public_id),
            point=travel.stops[-1] if travel is not None and travel.pickup else None,
            code=wording.shown_pickup_code(codes.pickup_code(travel.code))
            if waits and travel is not None
            else "",
            last=about == f"remind{rules.REMINDERS}",
            path=addresses.order_path(order),
        )


@jobs.handler_of_many(MAIL_CALLED_OFF)
def write_called_off(payloads: Sequence[dict[str, Any]]) -> dict[int, Exception]:
    """Write about a part that was called off to each person of its supplier who reads mail."""
    return mailing.post_together(_composed_called_off, payloads)


def _composed_called_off(payload: dict[str, Any]) -> list[Letter]:
    with reading() as session:
        found = session.get_one(SupplierOrder, payload["part_id"])
        view = order_queries.get_view(session, found.order_id)
        part = next(part for part in view.parts if part.public_id == found.public_id)
        readers = readers_of_supplier(session, part.supplier_id)
    return _to_readers("order-called-off", "called_off", view.order, part, readers)


@jobs.handler_of_many(MAIL_SUPPLIER)
def write_to_suppliers(payloads: Sequence[dict[str, Any]]) -> dict[int, Exception]:
    """Write to each person of each supplier who has something to send of an order."""
    return mailing.post_together(_composed_for_suppliers, payloads)


def _composed_for_suppliers(payload: dict[str, Any]) -> list[Letter]:
    with reading() as session:
        view = order_queries.get_view(session, payload["order_id"])
        waiting = [part for part in view.parts if part.state == PartState.TO_SHIP]
        readers = {part.supplier_id: readers_of_supplier(session, part.supplier_id) for part in waiting}
    return [
        letter
        for part in waiting
        for letter in _to_readers("order-new", "new_order", view.order, part, readers[part.supplier_id])
    ]


def _to_readers(
    fact: str, template: str, order: Order, part: PartView, readers: Sequence[User]
) -> list[Letter]:
    return [
        mailing.compose(
            key=f"{fact}:{part.public_id}:{reader.public_id}",
            recipient=reader.email or "",
            template=f"shop/fulfilment/emails/{template}",
            locale=reader.locale,
            order=order,
            part=part,
            reader=reader,
            path=f"/supplier/orders/{part.public_id}",
        )
        for reader in readers
    ]
