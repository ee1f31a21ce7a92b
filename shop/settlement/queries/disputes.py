"""Disputed lines of statements."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Select,
    func,
    select,
)
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation, User
from accounts.values import Role
from core.errors import NotFound
from core.permissions import Actor
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.settlement.models import (
    SettlementDispute,
)
from shop.settlement.queries.parts import money_of_parts
from shop.settlement.queries.statements import with_lines
from shop.settlement.values import (
    DisputeRow,
    DisputeState,
    StatementPart,
)

_opener, _ender = aliased(User), aliased(User)


def _disputes() -> Select[*tuple[Any, ...]]:
    return (
        select(
            SettlementDispute,
            SupplierOrder.public_id.label("part"),
            Order.number,
            Organisation.name_zh,
            Organisation.name_en,
            OrderLine.name_zh.label("line_zh"),
            OrderLine.name_en.label("line_en"),
            _opener.name.label("opened_by"),
            _ender.name.label("ended_by"),
        )
        .join(SupplierOrder, SupplierOrder.id == SettlementDispute.supplier_order_id)
        .join(Order, Order.id == SupplierOrder.order_id)
        .join(Organisation, Organisation.id == SupplierOrder.supplier_id)
        .outerjoin(OrderLine, OrderLine.id == SettlementDispute.order_line_id)
        .outerjoin(_opener, _opener.id == SettlementDispute.opened_by_user_id)
        .outerjoin(_ender, _ender.id == SettlementDispute.ended_by_user_id)
    )


def _dispute_row(row: Any) -> DisputeRow:
    dispute: SettlementDispute = row.SettlementDispute
    return DisputeRow(
        dispute.public_id,
        row.part,
        row.number,
        row.name_zh,
        row.name_en,
        dispute.order_line_id,
        row.line_zh or "运费",
        row.line_en or "Freight",
        dispute.reason,
        DisputeState(dispute.state),
        row.opened_by or "",
        dispute.opened_at,
        dispute.answer,
        dispute.corrected_fen,
        row.ended_by or "",
        dispute.ended_at,
    )


def disputes_of_part(session: Session, part_id: int) -> list[DisputeRow]:
    """Return what was disputed about a part, the newest first."""
    rows = session.execute(
        _disputes()
        .where(SettlementDispute.supplier_order_id == part_id)
        .order_by(SettlementDispute.id.desc())
        .limit(50)
    )
    return [_dispute_row(row) for row in rows]


def list_disputes(session: Session, *, limit: int, offset: int) -> tuple[list[DisputeRow], int]:
    """Return one page of disputes, the open ones first, and how many there are."""
    total = session.scalar(select(func.count()).select_from(SettlementDispute)) or 0
    waits = SettlementDispute.state == DisputeState.OPEN.value
    rows = session.execute(
        _disputes().order_by(waits.desc(), SettlementDispute.id.desc()).limit(limit).offset(offset)
    )
    return [_dispute_row(row) for row in rows], total


def get_dispute(session: Session, public_id: str) -> tuple[DisputeRow, StatementPart]:
    """Return a dispute with the part that it is about, else `NotFound`."""
    row = session.execute(_disputes().where(SettlementDispute.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("dispute")
    parts = money_of_parts(session, [row.SettlementDispute.supplier_order_id])
    return _dispute_row(row), with_lines(session, parts)[0]


def lock_dispute(session: Session, public_id: str) -> tuple[SettlementDispute, SupplierOrder]:
    """Return a dispute and its part, both locked for this step, the part first; raises `NotFound`."""
    part_id = session.scalar(
        select(SettlementDispute.supplier_order_id).where(SettlementDispute.public_id == public_id)
    )
    if part_id is None:
        raise NotFound("dispute")
    part = session.scalars(select(SupplierOrder).where(SupplierOrder.id == part_id).with_for_update()).one()
    dispute = session.scalars(
        select(SettlementDispute)
        .where(SettlementDispute.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return dispute, part


def lock_own_part(session: Session, actor: Actor, public_id: str) -> SupplierOrder:
    """Return a part of the actor's suppliers, locked for this step, else `NotFound`."""
    part = session.scalar(
        select(SupplierOrder)
        .where(
            SupplierOrder.public_id == public_id,
            SupplierOrder.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if part is None:
        raise NotFound("part")
    return part


def find_dispute_by_once(session: Session, once: str) -> SettlementDispute | None:
    """Return the dispute that a form opened before."""
    return session.scalar(select(SettlementDispute).where(SettlementDispute.once == once))


def line_in_part(session: Session, part_id: int, line_id: int) -> bool:
    """Say whether a line belongs to a part."""
    found = select(OrderLine.id).where(OrderLine.id == line_id, OrderLine.supplier_order_id == part_id)
    return session.scalar(found) is not None


def disputed_before(session: Session, part_id: int, line_id: int | None) -> bool:
    """Say whether a line of a part is disputed and not answered yet."""
    found = select(SettlementDispute.id).where(
        SettlementDispute.supplier_order_id == part_id,
        SettlementDispute.order_line_id == line_id
        if line_id is not None
        else SettlementDispute.order_line_id.is_(None),
        SettlementDispute.state == DisputeState.OPEN.value,
    )
    return session.scalar(found) is not None
