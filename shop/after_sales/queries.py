"""Reading claims: always scoped by who asks; locks; and the read models of the pages."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.after_sales.models import Claim
from shop.after_sales.values import OPEN


def parts_with_open_claims(session: Session, part_ids: Iterable[int]) -> set[int]:
    """Return which of these suppliers' parts of orders have a claim that has not ended."""
    return set(
        session.scalars(
            select(Claim.supplier_order_id).where(
                Claim.supplier_order_id.in_(list(part_ids)),
                Claim.state.in_([state.value for state in OPEN]),
            )
        )
    )
