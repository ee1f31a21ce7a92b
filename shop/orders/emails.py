"""Mail about orders: placed, paid, on its way, called off; to buyers and suppliers, by the worker, once for each fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from accounts.models import User
from core import events, jobs
from core.db import reading
from core.errors import NotFound
from payments.wording import amount_text
from shop.applications.queries import readers_of_suppliers
from shop.orders import addresses, queries
from shop.orders.events import OrderPaid, OrderPlaced, OrderRefunded, PaidOrderCancelled, PartShipped
from shop.orders.models import Order
from shop.orders.queries import OrderView, PartView
from shop.orders.values import PartState, PaymentMethod
from web import mailing

MAIL_ORDER = "shop.mail_order"


@events.on(OrderPlaced)
def write_placed(session: Session, event: OrderPlaced) -> None:
    """Let the worker write that an order waits for its money."""
    _enqueue(session, "placed", event.order_id, event.number)


@events.on(OrderPaid)
def write_paid(session: Session, event: OrderPaid) -> None:
    """Let the worker write that the money is there, and to every supplier that there is something to send."""
    _enqueue(session, "paid", event.order_id, event.number)


@events.on(PaidOrderCancelled)
def write_called_off(session: Session, event: PaidOrderCancelled) -> None:
    """Let the worker write to the suppliers of what was called off that they send nothing."""
    for part_id in event.part_ids:
        _enqueue(session, "called_off", event.order_id, f"{event.number}:{part_id}", part_id)


@events.on(OrderRefunded)
def write_refunded(session: Session, event: OrderRefunded) -> None:
    """Let the worker write that money has gone back."""
    payload = {
        "about": "refunded",
        "order_id": event.order_id,
        "part_id": None,
        "refund": event.refund,
        "amount": event.amount_fen,
        "currency": event.currency,
    }
    jobs.enqueue(session, MAIL_ORDER, payload, key=f"{MAIL_ORDER}:refunded:{event.refund}")


@events.on(PartShipped)
def write_shipped(session: Session, event: PartShipped) -> None:
    """Let the worker write that a part is on its way."""
    _enqueue(
        session,
        "shipped",
        event.order_id,
        f"{event.number}:{event.supplier_order_id}",
        event.supplier_order_id,
    )


def _enqueue(session: Session, about: str, order_id: int, fact: str, part_id: int | None = None) -> None:
    payload = {"about": about, "order_id": order_id, "part_id": part_id}
    jobs.enqueue(session, MAIL_ORDER, payload, key=f"{MAIL_ORDER}:{about}:{fact}")


@jobs.handler_of_many(MAIL_ORDER)
def write_mails(payloads: Sequence[dict[str, Any]]) -> dict[int, Exception]:
    """Write mails about orders: to the buyer in the language in which the order was placed, to suppliers in theirs.

    All these orders are read together, each once.
    """
    with reading() as session:
        views = queries.get_views(session, [payload["order_id"] for payload in payloads])
        readers = readers_of_suppliers(
            session,
            {
                part.supplier_id
                for payload in payloads
                if payload["order_id"] in views
                for part in _parts_to_tell(payload, views[payload["order_id"]])
            },
        )
    return mailing.post_together(lambda payload: _letters(payload, views, readers), payloads)


def _parts_to_tell(payload: dict[str, Any], view: OrderView) -> list[PartView]:
    """Return the parts whose suppliers' people get a mail."""
    if payload["about"] == "paid":
        return [part for part in view.parts if part.state == PartState.TO_SHIP]
    if payload["about"] == "called_off":
        return [part for part in view.parts if part.part_id == payload["part_id"]]
    return []


def _letters(
    payload: dict[str, Any], views: Mapping[int, OrderView], readers: Mapping[int, Sequence[User]]
) -> list[dict[str, Any]]:
    if payload["order_id"] not in views:
        raise NotFound("order")
    view, about = views[payload["order_id"]], payload["about"]
    parts = _parts_to_tell(payload, view)
    if about == "called_off":
        return _to_suppliers("order-called-off", "called_off", view.order, parts, readers)
    # What is paid needs no mail any more that asks for money.
    if about == "placed" and view.order.paid_at is not None:
        return []
    return [_to_buyer(payload, view), *_to_suppliers("order-new", "new_order", view.order, parts, readers)]


def _to_buyer(payload: dict[str, Any], view: OrderView) -> dict[str, Any]:
    order, about, refund = view.order, payload["about"], payload.get("refund")
    part = next((part for part in view.parts if part.part_id == payload["part_id"]), None)
    named = part.public_id if part is not None else refund
    return {
        "key": ":".join(word for word in (f"order-{about}", order.number, named or "") if word),
        "recipient": order.email,
        "template": f"shop/orders/emails/{about}",
        "locale": order.locale,
        "order": order,
        "view": view,
        "part": part,
        "amount": amount_text(payload["amount"], payload["currency"]) if refund else "",
        "by_hand": order.payment_method == PaymentMethod.BANK_TRANSFER,
        "path": addresses.order_path(order),
    }


def _to_suppliers(
    fact: str,
    template: str,
    order: Order,
    parts: Sequence[PartView],
    readers: Mapping[int, Sequence[User]],
) -> list[dict[str, Any]]:
    return [
        {
            "key": f"{fact}:{part.public_id}:{reader.public_id}",
            "recipient": reader.email or "",
            "template": f"shop/orders/emails/{template}",
            "locale": reader.locale,
            "order": order,
            "part": part,
            "reader": reader,
            "path": f"/supplier/orders/{part.public_id}",
        }
        for part in parts
        for reader in readers[part.supplier_id]
    ]
