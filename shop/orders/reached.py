"""What of an order's lines reaches their growers: what was paid and accepted, less what went back to the buyer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, Subquery, case, cast, func, select

from core.db import table_of
from shop.orders.models import OrderLine, OrderRefund

_lines, _refunds = table_of(OrderLine), table_of(OrderRefund)


def given_back() -> Subquery:
    """Return what of each line went or goes back to its buyer, for an outer join on `line_id` with `OrderLine.id`."""
    return _given_back().subquery()


def given_back_of(order_id: ColumnElement[int]) -> FromClause:
    """Return the same of one order only, however many there are."""
    return _given_back().where(_refunds.c.order_id == order_id).correlate(order_id.table).lateral("back")


def _given_back() -> Select[*tuple[Any, ...]]:
    return (
        select(
            _refunds.c.order_line_id.label("line_id"),
            func.sum(_refunds.c.prepaid_fen).label("prepaid"),
            func.sum(_refunds.c.payable_fen).label("payable"),
        )
        .where(_refunds.c.order_line_id.is_not(None), _refunds.c.declined.is_(False))
        .group_by(_refunds.c.order_line_id)
    )


def reaching_fen(back: FromClause) -> ColumnElement[int]:
    """Return the growers' part of an `OrderLine` as far as is known: what is kept once it was received, before what is still paid."""
    return case((_lines.c.accepted_quantity.is_not(None), reached_fen(back)), else_=coming_fen(back))


def coming_fen(back: FromClause) -> ColumnElement[int]:
    """Return the growers' part of what is still paid for an `OrderLine` (fen, rounded down), as a column."""
    return _growers_part(_still_paid(back))


def reached_fen(back: FromClause) -> ColumnElement[int]:
    """Return the growers' part of what the buyer of an `OrderLine` accepted and kept (fen, rounded down), as a column."""
    return _growers_part(kept_fen(back))


def kept_fen(back: FromClause) -> ColumnElement[int]:
    """Return what the buyer of an `OrderLine` accepted and kept, in its prices (fen), as a column.

    Money for what is missing goes back before or after the rest is accepted: it and the shortage count once.
    """
    accepted = func.coalesce(_lines.c.accepted_quantity, 0) * _lines.c.unit_price_fen
    kept = func.least(accepted, _still_paid(back)) - func.coalesce(back.c.payable, 0)
    return func.greatest(kept, 0, type_=BigInteger)


def _still_paid(back: FromClause) -> ColumnElement[int]:
    return _lines.c.line_fen - func.coalesce(back.c.prepaid, 0)


def _growers_part(fen: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.floor(_lines.c.producer_fen * fen / _lines.c.line_fen), BigInteger)
