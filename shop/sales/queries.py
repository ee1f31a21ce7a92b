"""Reading what a supplier sold, in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from sqlalchemy import BigInteger, Date, cast, func, select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock
from core.permissions import Actor
from registry.models import Region
from shop.catalogue.models import Product
from shop.orders.models import OrderLine, SupplierOrder
from shop.orders.reached import given_back, kept_fen
from shop.orders.values import PartState
from shop.sales.values import Month, Sales, Sold, SoldLine

MONTHS, MOST_MONTHS = 12, 36


def read_sales(session: Session, actor: Actor, today: date, months: int = MONTHS) -> Sales:
    """Return what the actor's organisations sold in so many months up to this one, in one statement.

    Counted is what buyers accepted and kept, in the month in which they accepted it, without freight.
    """
    firsts = month_starts(today, months)
    back = given_back()
    month = cast(
        func.date_trunc("month", func.timezone("Asia/Shanghai", SupplierOrder.received_at)), Date
    ).label("month")
    sums = (
        select(
            month,
            OrderLine.product_id,
            OrderLine.village_id,
            cast(func.sum(kept_fen(back)), BigInteger).label("net"),
            cast(func.sum(func.coalesce(OrderLine.accepted_quantity, 0)), BigInteger).label("packs"),
        )
        .select_from(OrderLine)
        .outerjoin(back, back.c.line_id == OrderLine.id)
        .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
        .where(
            SupplierOrder.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)),
            SupplierOrder.state == PartState.RECEIVED.value,
            SupplierOrder.received_at >= datetime.combine(firsts[0], time(), clock.CHINA),
        )
        .group_by(month, OrderLine.product_id, OrderLine.village_id)
        .subquery("sums")
    )
    rows = session.execute(
        select(
            sums.c.month,
            Product.slug,
            Product.name_zh,
            Product.name_en,
            Region.name_zh.label("village_zh"),
            Region.name_en.label("village_en"),
            sums.c.net,
            sums.c.packs,
        )
        .join(Product, Product.id == sums.c.product_id)
        .join(Region, Region.id == sums.c.village_id)
        .order_by(sums.c.month, sums.c.net.desc(), Product.slug)
    )
    lines = tuple(
        SoldLine(
            row.month,
            row.slug,
            (row.name_zh, row.name_en),
            (row.village_zh, row.village_en),
            row.net,
            row.packs,
        )
        for row in rows
    )
    return Sales(
        tuple(
            Month(
                first,
                sum(line.net_fen for line in lines if line.month == first),
                sum(line.packs for line in lines if line.month == first),
            )
            for first in firsts
        ),
        _ranked((line.product, line) for line in lines),
        _ranked((line.village, line) for line in lines),
        lines,
    )


def month_starts(today: date, months: int) -> list[date]:
    """Return the first days of so many months up to the one of `today`, oldest first."""
    number = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(number - months + 1, number + 1)]


def _ranked(named: Iterable[tuple[tuple[str, str], SoldLine]]) -> tuple[Sold, ...]:
    sums: dict[tuple[str, str], Sold] = {}
    for name, line in named:
        before = sums.get(name) or Sold(name, 0, 0, line.slug if name == line.product else "")
        sums[name] = Sold(name, before.net_fen + line.net_fen, before.packs + line.packs, before.slug)
    return tuple(sorted(sums.values(), key=lambda sold: (-sold.net_fen, sold.name)))
