"""What happens to reviews by the clock."""

from __future__ import annotations

from core import jobs
from core.db import transaction
from shop.reviews import queries, services


@jobs.every(hours=1)
def invite_to_reviews() -> int:
    """Invite the buyers of goods that were received some days ago, once an order; returns how many.

    May run twice in parallel or be killed anywhere.
    """
    return jobs.each_due(queries.due_for_invitation, _invite)


def _invite(order_id: int) -> int:
    with transaction() as session:
        return services.invite_to_review(session, order_id)
