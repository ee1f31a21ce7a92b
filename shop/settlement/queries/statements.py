"""Statements: what was received within a period, line by line, with what was paid; scoped by supplier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import Role
from core import clock
from core.errors import NotFound
from core.permissions import Actor
from registry import queries as registry_queries
from registry.models import Household
from shop.benefit_links.models import BenefitLink, BenefitPayment
from shop.benefit_links.values import KIND_NAMES, LinkKind
from shop.benefit_shares.models import BenefitShare
from shop.benefit_shares.queries import due_of_links, shares_of_lines
from shop.benefit_shares.values import Due
from shop.catalogue.models import Product
from shop.orders import rules as order_rules
from shop.orders.models import OrderLine, OrderRefund, SupplierOrder
from shop.settlement import rules
from shop.settlement.models import (
    Payout,
    PayoutBatch,
    PayoutItem,
)
from shop.settlement.queries.parts import PART_FACTS, part_money
from shop.settlement.values import (
    BenefitRow,
    ItemState,
    LineMoney,
    PartMoney,
    PayoutState,
    Period,
    Settled,
    StatementPart,
    Sums,
)


def own_suppliers(session: Session, actor: Actor) -> list[Organisation]:
    """Return the suppliers for which the actor acts, by name."""
    return list(
        session.scalars(
            select(Organisation)
            .where(Organisation.id.in_(actor.organisation_ids(Role.SUPPLIER)))
            .order_by(Organisation.name_zh, Organisation.id)
            .limit(50)
        )
    )


def get_own_supplier(session: Session, actor: Actor, public_id: str) -> Organisation:
    """Return the supplier for which the actor acts, the first when none is named, else `NotFound`."""
    own = own_suppliers(session, actor)
    found = [one for one in own if not public_id or one.public_id == public_id]
    if not found:
        raise NotFound("supplier")
    return found[0]


def _received_within(supplier_id: int, period: Period) -> tuple[ColumnElement[bool], ...]:
    begins = datetime.combine(period.first, time(), clock.CHINA)
    ends = datetime.combine(period.last + timedelta(days=1), time(), clock.CHINA)
    return (
        SupplierOrder.supplier_id == supplier_id,
        SupplierOrder.received_at >= begins,
        SupplierOrder.received_at < ends,
    )


def sum_up(session: Session, supplier_id: int, period: Period) -> Sums:
    """Return the sums over all parts that a supplier's buyers accepted within a period."""
    facts = PART_FACTS.where(*_received_within(supplier_id, period)).subquery()
    paid = (
        select(func.coalesce(func.sum(PayoutItem.amount_fen), 0))
        .join(SupplierOrder, SupplierOrder.id == PayoutItem.supplier_order_id)
        .where(PayoutItem.state == ItemState.PAID.value, *_received_within(supplier_id, period))
        .scalar_subquery()
    )
    columns = facts.c
    freight = func.sum(columns.sent_freight_fen).filter(columns.gross_fen > 0)
    row = session.execute(
        select(
            func.count(),
            cast(func.coalesce(func.sum(columns.gross_fen), 0), BigInteger),
            cast(func.coalesce(freight, 0), BigInteger),
            cast(func.coalesce(func.sum(columns.accepted_fen), 0), BigInteger),
            cast(func.coalesce(func.sum(columns.back_fen), 0), BigInteger),
            cast(func.coalesce(func.sum(columns.corrected_fen), 0), BigInteger),
            cast(func.coalesce(func.sum(columns.kept_fen), 0), BigInteger),
            cast(func.coalesce(func.sum(columns.released_fen), 0), BigInteger),
            cast(paid, BigInteger),
        ).select_from(facts)
    ).one()
    parts, gross, freight_fen, accepted, back, corrected, kept, released, paid_fen = row
    return Sums(
        parts,
        gross,
        freight_fen,
        gross + freight_fen - accepted + back,
        corrected,
        kept,
        released,
        accepted - back + corrected - kept + released,
        paid_fen,
    )


def statement(
    session: Session, supplier_id: int, period: Period, *, limit: int, offset: int = 0
) -> list[StatementPart]:
    """Return the parts that a supplier's buyers accepted within a period, in the order of receipt, with their lines."""
    rows = session.execute(
        PART_FACTS.where(*_received_within(supplier_id, period))
        .order_by(SupplierOrder.received_at, SupplierOrder.id)
        .limit(limit)
        .offset(offset)
    )
    return with_lines(session, [part_money(row) for row in rows])


def get_own_part(session: Session, actor: Actor, public_id: str) -> StatementPart:
    """Return an accepted part of the actor's suppliers as it stands on their statement, else `NotFound`."""
    row = session.execute(
        PART_FACTS.where(
            SupplierOrder.public_id == public_id,
            SupplierOrder.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("part")
    return with_lines(session, [part_money(row)])[0]


def with_lines(session: Session, parts: Sequence[PartMoney]) -> list[StatementPart]:
    """Return parts as they stand on a statement, in the order given, in four statements."""
    ids = [part.part_id for part in parts]
    lines: dict[int, list[OrderLine]] = defaultdict(list)
    for line in session.scalars(
        select(OrderLine).where(OrderLine.supplier_order_id.in_(ids)).order_by(OrderLine.id)
    ):
        lines[line.supplier_order_id].append(line)
    refunds: dict[int, tuple[int, int]] = {
        row.order_line_id: (row.before, row.after)
        for row in session.execute(
            select(
                OrderRefund.order_line_id,
                cast(func.sum(OrderRefund.prepaid_fen), BigInteger).label("before"),
                cast(func.sum(OrderRefund.payable_fen), BigInteger).label("after"),
            )
            .where(
                OrderRefund.supplier_order_id.in_(ids),
                OrderRefund.order_line_id.is_not(None),
                OrderRefund.declined.is_(False),
            )
            .group_by(OrderRefund.order_line_id)
        )
    }
    settled: dict[int, list[Settled]] = defaultdict(list)
    for row in session.execute(
        select(
            PayoutItem.supplier_order_id,
            Payout.public_id,
            PayoutBatch.public_id.label("batch"),
            PayoutItem.amount_fen,
            Payout.state,
            Payout.paid_on,
        )
        .join(Payout, Payout.id == PayoutItem.payout_id)
        .join(PayoutBatch, PayoutBatch.id == Payout.batch_id)
        .where(PayoutItem.supplier_order_id.in_(ids), PayoutItem.state != ItemState.RETURNED.value)
        .order_by(PayoutItem.id)
    ):
        settled[row.supplier_order_id].append(
            Settled(row.public_id, row.batch, row.amount_fen, PayoutState(row.state), row.paid_on)
        )
    shares = shares_of_lines(session, ids)
    today = clock.today()
    return [
        StatementPart(
            part,
            _lines(part, lines[part.part_id], refunds, shares),
            tuple(settled[part.part_id]),
            rules.obstacles_of(part, today) if part.open_fen else (),
        )
        for part in parts
    ]


def _lines(
    part: PartMoney,
    lines: Sequence[OrderLine],
    refunds: dict[int, tuple[int, int]],
    shares: dict[int, Due],
) -> tuple[LineMoney, ...]:
    accepted = [(line, line.accepted_quantity or 0) for line in lines]
    worths = [packs * line.unit_price_fen for line, packs in accepted]
    asked = [
        order_rules.kept_back_fen(worth, line.line_fen, refunds.get(line.id, (0, 0))[0])
        for line, worth in zip(lines, worths, strict=True)
    ]
    after = [refunds.get(line.id, (0, 0))[1] for line in lines]
    if part.freight_fen:
        worths, asked, after = [*worths, part.freight_fen], [*asked, 0], [*after, 0]
    before_fen = part.gross_fen + part.freight_fen - part.accepted_fen
    back = rules.split_refunds(worths, before_fen, asked, after, part.back_fen)
    found = [
        LineMoney(
            line.id,
            line.name_zh,
            line.name_en,
            line.label_zh,
            line.label_en,
            packs,
            worths[index],
            0,
            back[index],
            line.producer_fen * packs // line.quantity,
            shares[line.id].kept_fen if line.id in shares else 0,
            shares[line.id].released_fen if line.id in shares else 0,
        )
        for index, (line, packs) in enumerate(accepted)
    ]
    if part.freight_fen:
        found.append(LineMoney(None, "运费", "Freight", "", "", 1, 0, part.freight_fen, back[-1], 0))
    return tuple(found)


def benefits_of(session: Session, supplier_id: int, period: Period) -> list[BenefitRow]:
    """Return a supplier's benefit links by which it paid within a period or something was kept of what was received then.

    At most 300, names masked.
    """
    paid = (
        select(BenefitPayment.link_id, cast(func.sum(BenefitPayment.amount_fen), BigInteger).label("total"))
        .join(BenefitLink, BenefitLink.id == BenefitPayment.link_id)
        .where(
            BenefitLink.supplier_id == supplier_id,
            BenefitPayment.paid_on >= period.first,
            BenefitPayment.paid_on <= period.last,
        )
        .group_by(BenefitPayment.link_id)
        .subquery()
    )
    kept = (
        select(
            BenefitShare.link_id,
            cast(func.sum(BenefitShare.kept_fen), BigInteger).label("kept"),
            cast(func.sum(BenefitShare.released_fen), BigInteger).label("released"),
        )
        .join(SupplierOrder, SupplierOrder.id == BenefitShare.supplier_order_id)
        .where(*_received_within(supplier_id, period))
        .group_by(BenefitShare.link_id)
        .subquery()
    )
    rows = session.execute(
        select(
            BenefitLink,
            Product.name_zh,
            Product.name_en,
            Household.householder,
            func.coalesce(paid.c.total, 0).label("total"),
            func.coalesce(kept.c.kept, 0).label("kept"),
            func.coalesce(kept.c.released, 0).label("released"),
        )
        .outerjoin(paid, paid.c.link_id == BenefitLink.id)
        .outerjoin(kept, kept.c.link_id == BenefitLink.id)
        .where(
            BenefitLink.supplier_id == supplier_id,
            or_(paid.c.link_id.is_not(None), kept.c.link_id.is_not(None)),
        )
        .join(Product, Product.id == BenefitLink.product_id)
        .join(Household, Household.id == BenefitLink.household_id)
        .order_by(BenefitLink.id)
        .limit(300)
    ).all()
    dues = due_of_links(session, [row.BenefitLink.id for row in rows])
    return [
        BenefitRow(
            row.BenefitLink.public_id,
            row.name_zh,
            row.name_en,
            registry_queries.mask(row.householder),
            KIND_NAMES[LinkKind(row.BenefitLink.kind)],
            row.BenefitLink.promised_fen,
            row.BenefitLink.paid_fen,
            row.total,
            row.kept,
            row.released,
            dues[row.BenefitLink.id].due_fen if row.BenefitLink.id in dues else 0,
        )
        for row in rows
    ]
