"""Mail about orders: placed, paid, on its way; written by the worker, once for each fact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from core import events, jobs
from core.db import reading
from core.mail import Letter
from payments.wording import amount_text
from shop.orders import addresses, queries
from shop.orders.events import OrderPaid, OrderPlaced, OrderRefunded, PartShipped
from shop.orders.models import SupplierOrder
from shop.orders.values import PaymentMethod
from web import mailing

MAIL_ORDER = "shop.mail_order"


@events.on(OrderPlaced)
def write_placed(session: Session, event: OrderPlaced) -> None:
    """Let the worker write that an order waits for its money."""
    _enqueue(session, "placed", event.order_id, event.number)


@events.on(OrderPaid)
def write_paid(session: Session, event: OrderPaid) -> None:
    """Let the worker write that the money is there."""
    _enqueue(session, "paid", event.order_id, event.number)


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
    """Write mails about orders, each in the language in which its order was placed."""
    return mailing.post_together(_composed, payloads)


def _composed(payload: dict[str, Any]) -> list[Letter]:
    about = payload["about"]
    with reading() as session:
        view = queries.get_view(session, payload["order_id"])
        part_id = payload["part_id"]
        part_public_id = session.get_one(SupplierOrder, part_id).public_id if part_id else None
    order, refund = view.order, payload.get("refund")
    if about == "placed" and order.paid_at is not None:
        return []
    part = next((part for part in view.parts if part.public_id == part_public_id), None)
    letter = mailing.compose(
        key=":".join(
            word for word in (f"order-{about}", order.number, part_public_id or refund or "") if word
        ),
        recipient=order.email,
        template=f"shop/orders/emails/{about}",
        locale=order.locale,
        order=order,
        view=view,
        part=part,
        amount=amount_text(payload["amount"], payload["currency"]) if refund else "",
        by_hand=order.payment_method == PaymentMethod.BANK_TRANSFER,
        path=addresses.order_path(order),
    )
    return [letter]
