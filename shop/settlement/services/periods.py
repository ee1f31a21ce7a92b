"""Setting for how many days buyers may claim; the money of what they received is due afterwards."""

from __future__ import annotations

from datetime import date

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import audit, clock
from core.permissions import Actor
from shop.settlement.errors import PeriodInThePast
from shop.settlement.models import ClaimPeriod


def set_claim_period(session: Session, actor: Actor, claim_days: int, valid_from: date) -> None:
    """Set for how many days buyers may claim what they receive from a day to come on; what has arrived keeps its days."""
    if valid_from <= clock.today():
        raise PeriodInThePast
    added = session.scalar(
        insert(ClaimPeriod)
        .values(
            claim_days=claim_days, valid_from=valid_from, set_by_user_id=actor.user_id, set_at=clock.now()
        )
        .on_conflict_do_nothing(index_elements=[ClaimPeriod.valid_from])
        .returning(ClaimPeriod.id)
    )
    if added is None:
        raise PeriodInThePast
    audit.record(
        session,
        actor,
        "claim period set",
        "setting",
        "claim_period",
        after={"claim_days": claim_days, "valid_from": valid_from.isoformat()},
    )
