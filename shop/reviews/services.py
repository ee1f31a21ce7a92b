"""Use cases of reviews: writing and editing one, answering, reporting, hiding and showing again."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import audit, clock, events, ids
from core.permissions import SYSTEM, Actor
from publicity.errors import PersonalDataShown
from publicity.rules import personal_data_in
from registry.queries import mask
from shop.orders import queries as order_queries
from shop.orders.models import Order
from shop.orders.values import State
from shop.reviews import queries, rules
from shop.reviews.errors import (
    BadReview,
    Concerned,
    DecidedBefore,
    NotReceived,
    ReviewIsHidden,
    ReviewMovedOn,
    TooLateToEdit,
)
from shop.reviews.events import ReviewAnswered, ReviewHidden, ReviewInvited
from shop.reviews.models import ProductRating, Review, ReviewPicture, ReviewReport
from shop.reviews.values import NewReport, Written


def write_review(
    session: Session, actor: Actor, order: Order, line_id: int, written: Written, *, version: int = 0
) -> Review:
    """Write the one review of a received line of a locked order, or edit it within its 30 days.

    The caller has opened the order as its buyer's. `version` is the one that stood on the form, 0 for none
    (`ReviewMovedOn` when it is no longer the newest); the same words again change nothing. Refuses goods that were not
    received (`NotReceived`) and words that hold personal data (`PersonalDataShown`, rule I1).
    """
    line, part = queries.line_and_part(session, order, line_id)
    if not rules.is_received(part.state, line.accepted_quantity):
        raise NotReceived
    rules.check_written(written)
    _refuse_personal_data(written.text)
    text = written.text.strip()
    review = queries.lock_review_of_line(session, line.id)
    if review is not None:
        return _edit(session, actor, review, written, text, version)
    zh, en = _shown_name(session, actor, order)
    review = Review(
        public_id=ids.public_id(),
        order_line_id=line.id,
        product_id=line.product_id,
        supplier_id=part.supplier_id,
        author_user_id=actor.user_id,
        institution_id=order.institution_id,
        shown_zh=zh,
        shown_en=en,
        stars=written.stars,
        text=text,
        version=1,
        written_at=clock.now(),
    )
    session.add(review)
    session.flush()
    _keep_pictures(session, review, written.pictures)
    _count(session, review.product_id, review.stars, 1)
    audit.record(
        session,
        actor,
        "review written",
        "review",
        review.public_id,
        after={"order": order.number, "stars": review.stars},
    )
    return review


def _edit(
    session: Session, actor: Actor, review: Review, written: Written, text: str, version: int
) -> Review:
    pictures = queries.pictures_of(session, review.id)
    if (review.stars, review.text, pictures) == (written.stars, text, written.pictures):
        return review
    if version != review.version:
        raise ReviewMovedOn
    until = rules.editable_until(review.written_at)
    if clock.now() >= until:
        raise TooLateToEdit(until)
    before = {"stars": review.stars, "text": review.text, "pictures": list(pictures)}
    if review.hidden_at is None and review.stars != written.stars:
        _count(session, review.product_id, review.stars, -1)
        _count(session, review.product_id, written.stars, 1)
    review.stars, review.text = written.stars, text
    review.version += 1
    review.edited_at = clock.now()
    session.flush()
    if pictures != written.pictures:
        session.execute(delete(ReviewPicture).where(ReviewPicture.review_id == review.id))
        _keep_pictures(session, review, written.pictures)
    audit.record(
        session,
        actor,
        "review edited",
        "review",
        review.public_id,
        before=before,
        after={"stars": review.stars, "text": text, "pictures": list(written.pictures)},
    )
    return review


def answer_review(session: Session, actor: Actor, public_id: str, words: str) -> Review:
    """Answer a review of the own goods, once; the answer can be edited. Nobody answers a hidden one."""
    rules.check_words(words, rules.LONGEST_REPLY, "reply")
    _refuse_personal_data(words)
    review = queries.lock_own_review(session, actor, public_id)
    if review.hidden_at is not None:
        raise ReviewIsHidden
    text = words.strip()
    if review.reply == text:
        return review
    before = review.reply
    review.reply = text
    first = review.replied_at is None
    if first:
        review.replied_at = clock.now()
    else:
        review.reply_edited_at = clock.now()
    review.replied_by_user_id = actor.user_id
    session.flush()
    audit.record(
        session,
        actor,
        "review answered",
        "review",
        review.public_id,
        before={"reply": before} if before else None,
        after={"reply": text},
    )
    if first:
        events.publish(session, ReviewAnswered(review.id))
    return review


def invite_to_review(session: Session, order_id: int) -> bool:
    """Invite the buyer of a received order to review it, once; nobody is asked about what is reviewed or long ago."""
    order = order_queries.lock_order(session, order_id)
    if order.review_invited_at is not None or order.state != State.RECEIVED or order.closed_at is None:
        return False
    order.review_invited_at = clock.now()
    session.flush()
    if order.closed_at < clock.now() - rules.FORGOTTEN_AFTER or not queries.lines_to_review(
        session, order_id
    ):
        return False
    events.publish(session, ReviewInvited(order_id))
    return True


def report_review(session: Session, actor: Actor, public_id: str, new: NewReport) -> None:
    """Tell the operator that a visible review is wrong; the same form again changes nothing."""
    if len(new.text.strip()) > rules.LONGEST_REPORT:
        raise BadReview("text")
    review = queries.lock_review(session, public_id)
    if review.hidden_at is not None:
        raise ReviewIsHidden
    added = session.scalar(
        insert(ReviewReport)
        .values(
            once=new.once,
            review_id=review.id,
            reason=new.reason.value,
            text=new.text.strip(),
            reporter_user_id=actor.user_id,
            reported_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[ReviewReport.once])
        .returning(ReviewReport.id)
    )
    if added is not None:
        audit.record(
            session,
            actor if actor.user_id is not None else SYSTEM,
            "review reported",
            "review",
            review.public_id,
            after={"reason": new.reason.value},
        )


def hide_review(session: Session, actor: Actor, public_id: str, reason: str) -> Review:
    """Hide a review from everybody, with a reason that its author is told; it counts in no average any more.

    Not for those whom it concerns (`Concerned`, rule J1). Reports that wait are settled by it.
    """
    rules.check_words(reason, rules.LONGEST_REASON, "reason")
    review = queries.lock_review(session, public_id)
    _refuse_concerned(session, actor, review)
    if review.hidden_at is not None:
        raise DecidedBefore
    review.hidden_at = clock.now()
    review.hidden_reason = reason.strip()
    review.hidden_by_user_id = actor.user_id
    session.flush()
    _count(session, review.product_id, review.stars, -1)
    _settle_reports(session, review)
    audit.record(session, actor, "review hidden", "review", review.public_id, reason=review.hidden_reason)
    events.publish(session, ReviewHidden(review.id, review.hidden_at))
    return review


def show_review(session: Session, actor: Actor, public_id: str, reason: str) -> Review:
    """Show a hidden review again, with a reason."""
    rules.check_words(reason, rules.LONGEST_REASON, "reason")
    review = queries.lock_review(session, public_id)
    _refuse_concerned(session, actor, review)
    if review.hidden_at is None:
        raise DecidedBefore
    before = review.hidden_reason
    review.hidden_at = None
    review.hidden_reason = ""
    review.hidden_by_user_id = None
    session.flush()
    _count(session, review.product_id, review.stars, 1)
    audit.record(
        session,
        actor,
        "review shown again",
        "review",
        review.public_id,
        before={"hidden_reason": before},
        reason=reason.strip(),
    )
    return review


def keep_review(session: Session, actor: Actor, public_id: str, reason: str) -> Review:
    """Leave a reported review where it is, with a reason; its reports are settled."""
    rules.check_words(reason, rules.LONGEST_REASON, "reason")
    review = queries.lock_review(session, public_id)
    _refuse_concerned(session, actor, review)
    if not _settle_reports(session, review):
        raise DecidedBefore
    audit.record(session, actor, "review kept", "review", review.public_id, reason=reason.strip())
    return review


def _settle_reports(session: Session, review: Review) -> int:
    settled = session.execute(
        update(ReviewReport)
        .where(ReviewReport.review_id == review.id, ReviewReport.settled_at.is_(None))
        .values(settled_at=clock.now())
        .returning(ReviewReport.id)
        .execution_options(synchronize_session=False)
    )
    return len(settled.all())


def _refuse_concerned(session: Session, actor: Actor, review: Review) -> None:
    if actor.organisation_ids() & {review.supplier_id, review.institution_id}:
        raise Concerned
    if actor.user_id is not None and (
        actor.user_id == review.author_user_id or queries.reported_by(session, review.id, actor.user_id)
    ):
        raise Concerned


def _refuse_personal_data(words: str) -> None:
    kinds = personal_data_in(words)
    if kinds:
        raise PersonalDataShown(kinds)


def _shown_name(session: Session, actor: Actor, order: Order) -> tuple[str, str]:
    """Return the name that everybody sees: an institution's whole, a person's masked."""
    if order.institution_id is not None:
        institution = session.get_one(Organisation, order.institution_id)
        return institution.name_zh, institution.name_en
    name = actor.name if actor.user_id is not None else str(order.delivery["recipient"])
    masked = mask(name.strip() or "*")
    return masked, masked


def _keep_pictures(session: Session, review: Review, keys: tuple[str, ...]) -> None:
    session.add_all(
        ReviewPicture(review_id=review.id, position=position, key=key) for position, key in enumerate(keys, 1)
    )
    session.flush()


def _count(session: Session, product_id: int, stars: int, change: int) -> None:
    column = getattr(ProductRating, f"stars_{stars}")
    counts = {f"stars_{number}": change if number == stars else 0 for number in range(1, 6)}
    if change < 0:
        session.execute(
            update(ProductRating)
            .where(ProductRating.product_id == product_id)
            .values({column: column + change})
            .execution_options(synchronize_session=False)
        )
        return
    session.execute(
        insert(ProductRating)
        .values(product_id=product_id, **counts)
        .on_conflict_do_update(index_elements=[ProductRating.product_id], set_={column: column + change})
    )
