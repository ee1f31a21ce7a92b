"""The home page counts the households that take part in the love supermarkets: those with an open points card."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from points.redemptions.models import Card
from shop.home import sections
from shop.home.values import Number


@sections.register_numbers
def count_households(session: Session) -> Sequence[Number]:
    """Return how many households hold an open points card; who they are is nobody's business."""
    households = session.scalar(
        select(func.count(Card.household_id.distinct())).where(Card.blocked_at.is_(None))
    )
    return [Number(_("Love-supermarket households"), f"{households or 0:,}", "/points/stores")]
