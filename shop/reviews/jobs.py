"""What happens to reviews by the clock."""

from __future__ import annotations

from core import jobs
from core.db import reading, transaction
from shop.reviews import queries, services


@jobs.every(hours=1)
def invite_to_reviews() -> int:
    """Invite the buyers of goods that were received some days ago, once an order; returns how many.

    Looks at everything that is due, however long it was away; may run twice in parallel or be killed anywhere.
    """
    invited = last_id = 0
    while True:
        with reading() as session:
            due = queries.due_for_invitation(session, last_id)
        if not due:
            return invited
        for order_id in due:
            with transaction() as session:
                invited += services.invite_to_review(session, order_id)
        last_id = due[-1]
