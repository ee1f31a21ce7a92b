"""Mail about recalls: each order is told once, and so are the supplier's people and the operator's."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy.orm import Session

from core import events, jobs
from core.db import reading, transaction
from core.permissions import SYSTEM
from payments import services as payment_services
from payments.values import Purpose
from shop.after_sales.queries import readers_of_operator
from shop.applications.queries import readers_of_supplier
from shop.orders import addresses
from shop.orders import queries as order_queries
from shop.orders import services as order_services
from shop.orders.errors import WrongState
from shop.orders.models import Order
from shop.orders.values import PartState, PaymentMethod, State
from shop.recalls import queries
from shop.recalls.events import BatchRecalled
from shop.recalls.values import RecallRow, Touch
from web import mailing

TELL = "shop.tell_of_recall"
LET_GO = "shop.let_recalled_order_go"
#: So many orders are told by one job; it leaves the rest to the next one.
AT_ONCE = 50


@events.on(BatchRecalled)
def tell(session: Session, event: BatchRecalled) -> None:
    """Let the worker tell everybody."""
    _go_on(session, event.recall_id, 0)


def _go_on(session: Session, recall_id: int, after_id: int) -> None:
    jobs.enqueue(
        session, TELL, {"recall_id": recall_id, "after_id": after_id}, key=f"{TELL}:{recall_id}:{after_id}"
    )


@jobs.handler(TELL)
def tell_next(payload: dict[str, Any]) -> None:
    """Tell the next orders, and first of all the supplier and the operator; the same job again writes no mail twice."""
    recall_id, after_id = payload["recall_id"], payload["after_id"]
    with reading() as session:
        recall = queries.get_recall_by_id(session, recall_id)
        orders = queries.orders_after(session, recall_id, Touch.MAY_HOLD, after_id, AT_ONCE)
        unpaid = [] if after_id else queries.orders_after(session, recall_id, Touch.LET_GO)
    if not after_id:
        with transaction() as session:
            _tell_desks(session, recall)
            for order_id in unpaid:
                # Each by itself: a provider that does not answer keeps no warning back.
                payload = {"recall_id": recall_id, "order_id": order_id}
                jobs.enqueue(session, LET_GO, payload, key=f"{LET_GO}:{recall_id}:{order_id}")
    for order_id in orders:
        _warn(recall, order_id)
    if len(orders) == AT_ONCE:
        with transaction() as session:
            _go_on(session, recall_id, orders[-1])


def _warn(recall: RecallRow, order_id: int) -> None:
    """Tell the buyer of packs that may be of the batch what to do with them."""
    with reading() as session:
        order = session.get_one(Order, order_id)
        lines = {
            line.line_id
            for line in queries.recalls_of_order(session, order_id)
            if line.code == recall.code and line.touch is Touch.MAY_HOLD
        }
        parts = [
            part
            for part in order_queries.view_order(session, order).parts
            if any(line.line_id in lines for line in part.lines)
        ]
    with transaction() as session:
        mailing.post(
            session,
            key=queries.mail_key(recall.public_id, order.number),
            recipient=order.email,
            template="shop/recalls/emails/warning",
            locale=order.locale,
            order=order,
            recall=recall,
            waiting=all(part.state == PartState.TO_SHIP for part in parts),
            path=addresses.order_path(order),
        )


@jobs.handler(LET_GO)
def let_go(payload: dict[str, Any]) -> None:
    """Cancel an unpaid order for which nothing is left, and say so; one that was paid meanwhile is with a person."""
    order_id = payload["order_id"]
    with reading() as session:
        recall = queries.get_recall_by_id(session, payload["recall_id"])
        placed = session.get_one(Order, order_id).state == State.PLACED
    if placed and payment_services.cancel_open_intents(Purpose.ORDER, order_id) in ("none", "cancelled"):
        # Paid, or given up, in the meantime: it stays as it is.
        with suppress(WrongState), transaction() as session:
            order_services.cancel_order(
                session, SYSTEM, order_id, f"The supplier recalled batch {recall.batch}."
            )
    with transaction() as session:
        order = session.get_one(Order, order_id)
        if order.state != State.CANCELLED or order.paid_at is not None:
            return
        mailing.post(
            session,
            key=queries.mail_key(recall.public_id, order.number),
            recipient=order.email,
            template="shop/recalls/emails/let_go",
            locale=order.locale,
            order=order,
            recall=recall,
            by_transfer=order.payment_method == PaymentMethod.BANK_TRANSFER,
            path=addresses.order_path(order),
        )


def _tell_desks(session: Session, recall: RecallRow) -> None:
    supplier = [
        (user, f"/supplier/batches/{recall.code}")
        for user in readers_of_supplier(session, recall.supplier_id)
    ]
    operator = [(user, f"/operator/recalls/{recall.public_id}") for user in readers_of_operator(session)]
    for side, readers in (("supplier", supplier), ("operator", operator)):
        for user, path in readers:
            mailing.post(
                session,
                key=f"recall:{recall.public_id}:{side}:{user.public_id}",
                recipient=user.email or "",
                template="shop/recalls/emails/desk",
                locale=user.locale,
                recall=recall,
                side=side,
                name=user.name,
                path=path,
            )
