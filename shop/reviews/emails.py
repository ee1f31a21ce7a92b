"""Mail to the author of a review that was hidden; written by the worker, once for each time."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from core import events, jobs
from core.db import reading, transaction
from shop.orders import addresses
from shop.orders.models import Order, OrderLine
from shop.reviews import rules
from shop.reviews.events import ReviewHidden
from shop.reviews.models import Review
from web import mailing

MAIL_HIDDEN = "shop.mail_review_hidden"


@events.on(ReviewHidden)
def tell_author(session: Session, event: ReviewHidden) -> None:
    """Let the worker write to the buyer that their review was hidden, and why."""
    fact = f"{event.review_id}:{event.hidden_at.isoformat()}"
    jobs.enqueue(
        session, MAIL_HIDDEN, {"review_id": event.review_id, "fact": fact}, key=f"{MAIL_HIDDEN}:{fact}"
    )


@jobs.handler(MAIL_HIDDEN)
def compose_hidden(payload: dict[str, Any]) -> None:
    """Compose the mail in the language of the order; one that is shown again by now needs none."""
    with reading() as session:
        review = session.get_one(Review, payload["review_id"])
        line = session.get_one(OrderLine, review.order_line_id)
        order = session.get_one(Order, line.order_id)
    if review.hidden_at is None:
        return
    with transaction() as session:
        mailing.post(
            session,
            key=f"review-hidden:{payload['fact']}",
            recipient=order.email,
            template="shop/reviews/emails/hidden",
            locale=order.locale,
            order=order,
            product=(line.name_zh, line.name_en),
            reason=review.hidden_reason,
            until=rules.editable_until(review.written_at),
            path=f"{addresses.order_path(order)}/reviews",
        )
