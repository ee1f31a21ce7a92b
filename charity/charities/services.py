"""Use cases of charities."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from charity.charities.models import Charity
from charity.charities.values import NewCharity
from core import audit, clock
from core.errors import NotFound
from core.permissions import Actor


def add_charity(session: Session, actor: Actor, new: NewCharity) -> Charity:
    """Enter a charity's papers; its organisation must be in the directory."""
    charity = Charity(**asdict(new), created_at=clock.now())
    session.add(charity)
    session.flush()
    audit.record(
        session,
        actor,
        "charity added",
        "charity",
        charity.id,
        after={"qualification_no": new.qualification_no, "registration_no": new.registration_no},
    )
    return charity


def renew_qualification(
    session: Session, actor: Actor, charity_id: int, number: str, valid_until: date
) -> None:
    """Enter a new fundraising qualification of a charity (rule C1)."""
    charity = session.scalar(select(Charity).where(Charity.id == charity_id).with_for_update())
    if charity is None:
        raise NotFound("charity")
    before = {
        "qualification_no": charity.qualification_no,
        "valid_until": str(charity.qualification_valid_until),
    }
    charity.qualification_no = number
    charity.qualification_valid_until = valid_until
    after = {"qualification_no": number, "valid_until": str(valid_until)}
    audit.record(session, actor, "qualification renewed", "charity", charity_id, before=before, after=after)
