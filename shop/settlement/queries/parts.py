"""What accepted parts are worth, when they are due, and what keeps their money back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    cast,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session

from payments.models import Refund
from payments.values import RefundState
from shop.after_sales.models import Claim
from shop.after_sales.values import OPEN as OPEN_CLAIMS
from shop.benefit_shares.models import BenefitShare
from shop.benefit_shares.queries import due_of_supplier
from shop.catalogue.rules import RETURN_DAYS
from shop.orders.models import Order, OrderLine, OrderRefund, SupplierOrder
from shop.orders.values import PartState
from shop.settlement import rules
from shop.settlement.models import (
    ClaimPeriod,
    Payout,
    PayoutItem,
    SettlementDispute,
)
from shop.settlement.values import (
    DisputeState,
    DueDay,
    ItemState,
    Owed,
    PartMoney,
    PayoutState,
)


def claim_days_on(session: Session, day: date) -> int:
    """Return for how many days buyers may claim what they received on a day."""
    kept = session.scalar(
        select(ClaimPeriod.claim_days)
        .where(ClaimPeriod.valid_from <= day)
        .order_by(ClaimPeriod.valid_from.desc())
        .limit(1)
    )
    return kept if kept is not None else rules.CLAIM_DAYS


def claim_periods(session: Session) -> list[ClaimPeriod]:
    """Return what was set, the newest first."""
    return list(session.scalars(select(ClaimPeriod).order_by(ClaimPeriod.valid_from.desc()).limit(20)).all())


_RECEIVED_ON = cast(func.timezone("Asia/Shanghai", SupplierOrder.received_at), Date)
_CLAIM_DAYS = func.coalesce(
    select(ClaimPeriod.claim_days)
    .where(ClaimPeriod.valid_from <= _RECEIVED_ON)
    .order_by(ClaimPeriod.valid_from.desc())
    .limit(1)
    .correlate(SupplierOrder)
    .scalar_subquery(),
    literal(rules.CLAIM_DAYS, Integer),
)
_GROSS = cast(
    func.coalesce(
        select(func.sum(OrderLine.accepted_quantity * OrderLine.unit_price_fen))
        .where(OrderLine.supplier_order_id == SupplierOrder.id)
        .correlate(SupplierOrder)
        .scalar_subquery(),
        0,
    ),
    BigInteger,
)


def _sum_of(column: Any, *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    found = select(func.sum(column)).where(*conditions).correlate(SupplierOrder).scalar_subquery()
    return cast(func.coalesce(found, 0), BigInteger)


#: Every accepted part with what settlement knows of it.
PART_FACTS = (
    select(
        SupplierOrder.id.label("part_id"),
        SupplierOrder.public_id,
        Order.number,
        SupplierOrder.supplier_id,
        _RECEIVED_ON.label("received_on"),
        # Buyers may claim, or send back without a reason, until the end of the last day; the day after, it is due.
        _RECEIVED_ON.op("+", return_type=Date())(func.greatest(_CLAIM_DAYS, RETURN_DAYS) + 1).label("due_on"),
        _GROSS.label("gross_fen"),
        SupplierOrder.freight_fen.label("sent_freight_fen"),
        SupplierOrder.accepted_fen,
        _sum_of(
            OrderRefund.payable_fen,
            OrderRefund.supplier_order_id == SupplierOrder.id,
            OrderRefund.declined.is_(False),
        ).label("back_fen"),
        _sum_of(
            SettlementDispute.corrected_fen, SettlementDispute.supplier_order_id == SupplierOrder.id
        ).label("corrected_fen"),
        _sum_of(BenefitShare.kept_fen, BenefitShare.supplier_order_id == SupplierOrder.id).label("kept_fen"),
        _sum_of(BenefitShare.released_fen, BenefitShare.supplier_order_id == SupplierOrder.id).label(
            "released_fen"
        ),
        _sum_of(
            PayoutItem.amount_fen,
            PayoutItem.supplier_order_id == SupplierOrder.id,
            PayoutItem.state != ItemState.RETURNED.value,
        ).label("settled_fen"),
        exists()
        .where(
            Claim.supplier_order_id == SupplierOrder.id,
            Claim.state.in_([state.value for state in OPEN_CLAIMS]),
        )
        .label("claimed"),
        exists()
        .where(
            SettlementDispute.supplier_order_id == SupplierOrder.id,
            SettlementDispute.state == DisputeState.OPEN.value,
        )
        .label("disputed"),
        # A refund that was approved has left the supplier's account already; one that waits for a second person may
        # still be declined, and then the money is owed again.
        exists()
        .where(
            OrderRefund.supplier_order_id == SupplierOrder.id,
            Refund.public_id == OrderRefund.refund,
            Refund.state == RefundState.REQUESTED.value,
        )
        .label("refunding"),
        exists()
        .where(
            PayoutItem.supplier_order_id == SupplierOrder.id,
            PayoutItem.state == ItemState.OPEN.value,
            PayoutItem.amount_fen > 0,
        )
        .label("in_payout"),
    )
    .join(Order, Order.id == SupplierOrder.order_id)
    .where(SupplierOrder.state == PartState.RECEIVED.value)
)


def open_fen(columns: Any) -> ColumnElement[int]:
    """Return what of a row of `PART_FACTS` is neither paid nor on its way: `PartMoney.open_fen` in SQL."""
    c = columns
    net: ColumnElement[int] = c.accepted_fen + c.corrected_fen - c.back_fen - c.kept_fen + c.released_fen
    found: ColumnElement[int] = net - c.settled_fen
    return found


def part_money(row: Any) -> PartMoney:
    """Read a row of `PART_FACTS`."""
    return PartMoney(
        part_id=row.part_id,
        public_id=row.public_id,
        number=row.number,
        supplier_id=row.supplier_id,
        received_on=row.received_on,
        due_on=row.due_on,
        gross_fen=row.gross_fen,
        # When nothing was accepted the freight is not owed either.
        freight_fen=row.sent_freight_fen if row.gross_fen else 0,
        accepted_fen=row.accepted_fen,
        back_fen=row.back_fen,
        corrected_fen=row.corrected_fen,
        kept_fen=row.kept_fen,
        released_fen=row.released_fen,
        settled_fen=row.settled_fen,
        claimed=row.claimed,
        disputed=row.disputed,
        refunding=row.refunding,
        in_payout=row.in_payout,
    )


def open_parts(session: Session, supplier_ids: Collection[int]) -> dict[int, list[PartMoney]]:
    """Return the parts of suppliers of which something is neither paid nor on its way, oldest first, by supplier."""
    facts = PART_FACTS.where(SupplierOrder.supplier_id.in_(supplier_ids)).subquery()
    rows = session.execute(select(facts).where(open_fen(facts.c) != 0).order_by(facts.c.part_id))
    found: dict[int, list[PartMoney]] = defaultdict(list)
    for row in rows:
        found[row.supplier_id].append(part_money(row))
    return found


def money_of_parts(session: Session, part_ids: Collection[int]) -> list[PartMoney]:
    """Return what is known of some parts, in the order of their ids."""
    rows = session.execute(PART_FACTS.where(SupplierOrder.id.in_(part_ids)).order_by(SupplierOrder.id))
    return [part_money(row) for row in rows]


def owed(session: Session, supplier_id: int, today: date) -> tuple[Owed, list[DueDay]]:
    """Return how a supplier stands, and what falls due on which of the coming days."""
    due = later = kept = 0
    days: dict[date, list[int]] = defaultdict(list)
    for part in open_parts(session, [supplier_id]).get(supplier_id, ()):
        obstacles = rules.obstacles_of(part, today)
        if not obstacles:
            due += part.open_fen
        elif part.due_on > today:
            later += part.open_fen
            days[part.due_on].append(part.open_fen)
        else:
            kept += part.open_fen
    states = dict(
        session.execute(
            select(Payout.state, cast(func.sum(Payout.amount_fen), BigInteger))
            .where(Payout.supplier_id == supplier_id)
            .group_by(Payout.state)
        ).all()
    )
    on_its_way = states.get(PayoutState.PROPOSED.value, 0) + states.get(PayoutState.TO_PAY.value, 0)
    return (
        Owed(
            due,
            later,
            kept,
            on_its_way,
            states.get(PayoutState.PAID.value, 0),
            due_of_supplier(session, supplier_id).due_fen,
        ),
        [DueDay(day, sum(amounts), len(amounts)) for day, amounts in sorted(days.items())],
    )
