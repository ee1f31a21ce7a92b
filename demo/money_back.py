"""What went back in the demo world: orders called off, lines refunded, money that fits nothing, a dispute, compared days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import exists, func, select

from core import clock
from core.db import reading, transaction
from core.permissions import GUEST, Actor
from demo.timeline import Timeline
from demo.world import World
from payments import services as payments
from payments.models import Dispute, PaymentIntent
from payments.sandbox import jobs as sandbox_jobs
from payments.sandbox import services as sandbox
from payments.sandbox.gateway import NAME
from payments.values import PaymentState, Purpose
from shop.orders import queries as order_queries
from shop.orders import services as orders
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.values import Kind, PartState, State
from shop.settlement.models import PayoutItem

CALLED_OFF = 2
REASONS = ("两袋在路上破损", "收到时有一盒已变质", "少发一件，已与买家核实")
LARGE_REASON = "到货受潮，食堂退回部分"


@contextmanager
def straight_delivery() -> Iterator[None]:
    """Deliver the sandbox's events straight into the inbox: while the world is built no server listens."""

    def deliver(_path: str, body: bytes, headers: Mapping[str, str]) -> int:
        payments.receive_event(NAME, body, headers)
        return 200

    before = sandbox_jobs.deliver_by(deliver)
    try:
        yield
    finally:
        sandbox_jobs.deliver_by(before)


def add_money_back(world: World, timeline: Timeline) -> int:
    """Let a few orders and lines go back, leave some money to decide about, compare the days; returns how many refunds."""
    moment = timeline.now - timedelta(hours=3)
    assert world.finance is not None
    with clock.at(moment):
        public_ids = [*_call_off(), *_refund_lines(world.finance)]
        for public_id in public_ids:
            payments.send_refund(public_id)
        _receive_misfits(world.finance)
        _dispute()
        payments.reconcile_due()
    return len(public_ids)


def _call_off() -> list[str]:
    unsent = (
        select(SupplierOrder.order_id)
        .group_by(SupplierOrder.order_id)
        .having(func.bool_and(SupplierOrder.state == PartState.TO_SHIP.value))
    )
    with reading() as session:
        numbers = session.scalars(
            select(Order.number)
            .where(
                Order.state == State.PAID.value,
                Order.kind == Kind.PUBLIC.value,
                Order.paid_at < clock.now(),
                Order.id.in_(unsent),
            )
            .order_by(Order.id)
            .limit(CALLED_OFF)
        ).all()
    for number in numbers:
        with transaction() as session:
            order = order_queries.get_order(session, number, lock=True)
            orders.call_off(session, GUEST, order, "The buyer called it off before it was sent.")
    with reading() as session:
        return [
            refund
            for number in numbers
            for refund in order_queries.refunds_of(session, order_queries.get_order(session, number).id)
        ]


def _refund_lines(finance: Actor) -> list[str]:
    with reading() as session:
        lines = session.execute(
            select(Order.number, OrderLine.id, OrderLine.line_fen, Order.kind)
            .join(Order, Order.id == OrderLine.order_id)
            .where(
                Order.state == State.RECEIVED.value,
                Order.closed_at < clock.now(),
                # What was paid out to its supplier is no longer there to be given back.
                ~exists().where(PayoutItem.supplier_order_id == OrderLine.supplier_order_id),
            )
            .order_by(Order.id.desc(), OrderLine.id)
        ).all()
    first = {line.number: line for line in reversed(lines) if line.kind == Kind.PUBLIC}
    small = list(reversed(first.values()))[: len(REASONS)]
    large = [line for line in lines if line.kind == Kind.INSTITUTION and line.line_fen > 60_000][:1]
    made = []
    for index, line in enumerate([*small, *large]):
        is_large = index >= len(small)
        with transaction() as session:
            refund = orders.refund_line(
                session,
                finance,
                order_queries.get_order(session, line.number, lock=True),
                line.id,
                60_000 if is_large else max(1, line.line_fen // 4),
                LARGE_REASON if is_large else REASONS[index],
                once=f"demo:{line.id}",
            )
            made.append(refund.public_id)
    return made


def _receive_misfits(finance: Actor) -> None:
    """Record transfers that fit nothing: a payer who forgot the code, and one who sent a little less."""
    with transaction() as session:
        payments.record_bank_transfer(
            session, finance, "大米货款", 1_280_00, clock.today(), "ICBC20260000118"
        )
        code = order_queries.first_open_code(session)
        if code is not None:
            payments.record_bank_transfer(
                session, finance, code[0], code[1] - 50, clock.today(), "ICBC20260000121"
            )


def _dispute() -> None:
    with reading() as session:
        known = session.scalar(select(Dispute.id).limit(1))
        intent = session.scalar(
            select(PaymentIntent)
            .where(
                PaymentIntent.state == PaymentState.SUCCEEDED.value,
                PaymentIntent.purpose == Purpose.ORDER.value,
                PaymentIntent.refunding_fen == 0,
                PaymentIntent.confirmed_at < clock.now() - timedelta(days=20),
            )
            .order_by(PaymentIntent.id.desc())
            .limit(1)
        )
    if known is not None or intent is None or intent.provider_payment_id is None:
        return
    with transaction() as session:
        dispute = sandbox.open_dispute(session, intent.provider_payment_id)
        dispute_id = dispute.dispute_id
    payments.settle_dispute(NAME, dispute_id)
