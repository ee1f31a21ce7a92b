"""Reading what the home page tells: what the books say, and what reached which village."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core import clock
from ledger import checks
from ledger import queries as ledger_queries
from registry.models import Region
from shop.home.values import Arrival, Books
from shop.orders.models import OrderLine, SupplierOrder
from shop.orders.reached import given_back, reached_fen

#: Entries whose money has reached a village: goods paid for and delivered, and goods given out in love supermarkets.
REACHING = ("order_delivered", "redemption")
MOST_ARRIVALS = 3


def read_books(session: Session) -> Books:
    """Return how much reached villages this year, in fen, and what the last self-check found."""
    year = clock.today().year
    movements = ledger_queries.monthly_movements(session, date(year, 1, 1), REACHING)
    last = checks.latest(session)
    return Books(
        reached_fen=sum(movement.amount for movement in movements if movement.unit == "CNY"),
        checked_at=last.checked_at if last else None,
        balanced=last is not None and last.balanced,
    )


def arrivals(session: Session) -> list[Arrival]:
    """Return the villages that delivered orders reached last, with the producers' shares of the last 90 days, net of what went back."""
    village, town = aliased(Region), aliased(Region)
    last, back = func.max(SupplierOrder.received_at), given_back()
    rows = session.execute(
        select(
            village.name_zh,
            village.name_en,
            town.name_zh,
            town.name_en,
            func.sum(reached_fen(back)),
            func.count(SupplierOrder.id.distinct()),
            last,
        )
        .select_from(SupplierOrder)
        .join(OrderLine, OrderLine.supplier_order_id == SupplierOrder.id)
        .outerjoin(back, back.c.line_id == OrderLine.id)
        .join(village, village.id == OrderLine.village_id)
        .outerjoin(town, town.id == village.parent_id)
        .where(
            SupplierOrder.state == "received",
            OrderLine.accepted_quantity > 0,
            SupplierOrder.received_at > clock.now() - timedelta(days=90),
        )
        .group_by(village.id, town.id)
        .order_by(last.desc())
        .limit(MOST_ARRIVALS)
    )
    return [
        Arrival(
            *row[:2],
            row[2] or "",
            row[3] or "",
            int(row[4]),
            row[5],
            received_at.astimezone(clock.CHINA).date(),
        )
        for row in rows
        if (received_at := row[6]) is not None
    ]
