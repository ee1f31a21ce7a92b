"""Mail about parcels: waiting at a pick-up point with its code, still waiting there, received; once for each fact."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from core import events, jobs
from core.db import reading, transaction
from shop.fulfilment import codes, queries, rules, wording
from shop.fulfilment.events import ParcelLeftWaiting, ParcelReady
from shop.orders import addresses
from shop.orders import queries as order_queries
from shop.orders.events import PartReceived
from shop.orders.models import Order, SupplierOrder
from shop.orders.values import Kind
from web import mailing

MAIL_PARCEL = "shop.mail_parcel"


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


@jobs.handler(MAIL_PARCEL)
def compose_to_buyer(payload: dict[str, Any]) -> None:
    """Compose one mail about a parcel in the language in which its order was placed."""
    about = payload["about"]
    with reading() as session:
        part = session.get_one(SupplierOrder, payload["part_id"])
        order = session.get_one(Order, part.order_id)
        view = order_queries.view_order(session, order)
        travel = queries.travels_of(session, order.id).get(part.public_id)
        found = next(found for found in view.parts if found.public_id == part.public_id)
    # A code that has done its work, what an institution's own people accepted, and what never arrived need no mail.
    waits = about != "received"
    if waits and (travel is None or not travel.waits_for_pickup):
        return
    if about == "received" and (order.kind != Kind.PUBLIC or found.nothing_accepted):
        return
    with transaction() as session:
        mailing.post(
            session,
            key=f"parcel-{about}:{part.public_id}",
            recipient=order.email,
            template=f"shop/fulfilment/emails/{'remind' if about.startswith('remind') else about}",
            locale=order.locale,
            order=order,
            part=found,
            point=travel.stops[-1] if travel is not None and travel.pickup else None,
            code=wording.shown_pickup_code(codes.pickup_code(travel.code))
            if waits and travel is not None
            else "",
            last=about == f"remind{rules.REMINDERS}",
            path=addresses.order_path(order),
        )
