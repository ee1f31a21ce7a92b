"""Mail to buyers about reviews: an invitation, an answer, one that was hidden; written by the worker, once a fact."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import events, jobs
from core.db import reading, transaction
from shop.orders import addresses
from shop.orders.models import Order, OrderLine
from shop.reviews import queries, rules
from shop.reviews.events import ReviewAnswered, ReviewHidden, ReviewInvited
from shop.reviews.models import Review
from web import mailing

MAIL_HIDDEN = "shop.mail_review_hidden"
MAIL_ANSWERED = "shop.mail_review_answered"
MAIL_INVITATION = "shop.mail_review_invitation"


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
    _post(
        order,
        "hidden",
        payload["fact"],
        product=(line.name_zh, line.name_en),
        reason=review.hidden_reason,
        until=rules.editable_until(review.written_at),
    )


@events.on(ReviewAnswered)
def tell_answered(session: Session, event: ReviewAnswered) -> None:
    """Let the worker write to the buyer what the supplier says to their review."""
    jobs.enqueue(
        session, MAIL_ANSWERED, {"review_id": event.review_id}, key=f"{MAIL_ANSWERED}:{event.review_id}"
    )


@jobs.handler(MAIL_ANSWERED)
def compose_answered(payload: dict[str, Any]) -> None:
    """Compose the mail in the language of the order; a review that is hidden by now needs none."""
    with reading() as session:
        review = session.get_one(Review, payload["review_id"])
        supplier = session.get_one(Organisation, review.supplier_id)
        line = session.get_one(OrderLine, review.order_line_id)
        order = session.get_one(Order, line.order_id)
    if review.hidden_at is not None:
        return
    _post(
        order,
        "answered",
        review.id,
        product=(line.name_zh, line.name_en),
        supplier=(supplier.name_zh, supplier.name_en),
        reply=review.reply,
    )


@events.on(ReviewInvited)
def invite(session: Session, event: ReviewInvited) -> None:
    """Let the worker invite the buyer."""
    jobs.enqueue(
        session, MAIL_INVITATION, {"order_id": event.order_id}, key=f"{MAIL_INVITATION}:{event.order_id}"
    )


@jobs.handler(MAIL_INVITATION)
def compose_invitation(payload: dict[str, Any]) -> None:
    """Compose the invitation in the language of the order; who has reviewed everything by now needs none."""
    with reading() as session:
        order = session.get_one(Order, payload["order_id"])
        lines = queries.lines_to_review(session, order.id)
    if not lines:
        return
    _post(order, "invitation", order.number, products=[(line.name_zh, line.name_en) for line in lines])


def _post(order: Order, about: str, fact: object, **context: Any) -> None:
    """Post the mail about one fact to the buyer of an order, in its language."""
    with transaction() as session:
        mailing.post(
            session,
            key=f"review-{about}:{fact}",
            recipient=order.email,
            template=f"shop/reviews/emails/{about}",
            locale=order.locale,
            order=order,
            path=f"{addresses.order_path(order)}/reviews",
            **context,
        )
