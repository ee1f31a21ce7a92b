"""Reading settlement."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.settlement import rules
from shop.settlement.models import ClaimPeriod


def claim_days_on(session: Session, day: date) -> int:
    """Return for how many days buyers may claim what they received on a day."""
    kept = session.scalar(
        select(ClaimPeriod.claim_days)
        .where(ClaimPeriod.valid_from <= day)
        .order_by(ClaimPeriod.valid_from.desc())
        .limit(1)
    )
    return kept if kept is not None else rules.CLAIM_DAYS
