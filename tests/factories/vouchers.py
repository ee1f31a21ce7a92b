"""Vouchers for tests, made through the services."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from core import clock, ids
from core.permissions import SYSTEM
from shop.vouchers import queries, services
from shop.vouchers.values import Terms


def make_terms(**changes: object) -> Terms:
    """Return terms of ¥10 off goods of ¥30 or more, one code, one use."""
    values: dict[str, object] = {
        "name_zh": "秋收券",
        "name_en": "Harvest voucher",
        "amount_fen": 10_00,
        "percent": None,
        "minimum_fen": 30_00,
        "valid_from": date(2020, 1, 1),
        "valid_until": clock.today() + timedelta(days=30),
        "codes": 1,
        "uses_each": 1,
        "per_person": False,
        "for_email": "",
    }
    return Terms(**{**values, **changes})  # type: ignore[arg-type]


def make_codes(session: Session, *, opened: bool = True, **changes: object) -> list[str]:
    """Return the codes of a new batch that can be used."""
    batch = services.make_batch(session, SYSTEM, make_terms(**changes), once=ids.public_id(20))
    if opened:
        batch.needs_second = False
        session.flush()
        services.open_batch(session, SYSTEM, batch.public_id)
    return queries.all_codes(session, batch.id)
