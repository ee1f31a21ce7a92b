"""Reading certificates: which hold now, and what a certifier may look at."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from shop.catalogue.models import Product
from shop.certification.models import Certificate


def certified_condition(now: datetime) -> ColumnElement[bool]:
    """Return the condition on `Certificate` that it holds at this moment (A4): exact even if no job ever runs."""
    return and_(
        Certificate.valid_from <= now,
        Certificate.valid_until > now,
        Certificate.suspended_at.is_(None),
        Certificate.revoked_at.is_(None),
    )


def is_certified(now: datetime) -> ColumnElement[bool]:
    """Return the condition on `Product` that one of its certificates holds at this moment."""
    return exists(
        select(Certificate.id).where(Certificate.product_id == Product.id, certified_condition(now))
    )


def certificate_ids(session: Session, product_ids: list[int], now: datetime) -> dict[int, int]:
    """Return the id of the certificate in force by product; products without one are left out."""
    rows = session.execute(
        select(Certificate.product_id, Certificate.id)
        .where(Certificate.product_id.in_(product_ids), certified_condition(now))
        .order_by(Certificate.valid_until)
    )
    return {row.product_id: row.id for row in rows}


def lock_certificate(session: Session, number: str) -> Certificate:
    """Return a certificate by its number, locked for this step; `NotFound` when there is none."""
    certificate = session.scalar(select(Certificate).where(Certificate.number == number).with_for_update())
    if certificate is None:
        raise NotFound("certificate")
    return certificate
