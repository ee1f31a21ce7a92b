"""Reading reviews: of a product, of an order, of a supplier, and all of them for the operator."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import Role
from core import clock
from core.errors import NotFound
from core.permissions import Actor
from shop.after_sales.models import Claim
from shop.after_sales.values import OPEN
from shop.catalogue.models import Product
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.values import Kind, PartState, State
from shop.reviews import rules
from shop.reviews.models import ProductRating, Review, ReviewPicture, ReviewReport
from shop.reviews.values import (
    BoughtLine,
    Rating,
    Report,
    ReportReason,
    ReviewCard,
    ReviewedProduct,
    ReviewFile,
    Show,
)

RATING_COLUMNS = tuple(getattr(ProductRating, f"stars_{stars}") for stars in range(1, 6))


def rating_of(row: Any) -> Rating:
    """Return the rating in a row that holds `RATING_COLUMNS`, of which none need be there."""
    one, two, three, four, five = (getattr(row, f"stars_{stars}") or 0 for stars in range(1, 6))
    return Rating((one, two, three, four, five))


def get_reviewed_product(session: Session, slug: str) -> ReviewedProduct:
    """Return a listed product with its stars; raises `NotFound`."""
    if "\x00" in slug:
        raise NotFound("product")
    row = session.execute(
        select(Product, *RATING_COLUMNS)
        .outerjoin(ProductRating, ProductRating.product_id == Product.id)
        .where(Product.slug == slug, Product.listed_at.is_not(None))
    ).one_or_none()
    if row is None:
        raise NotFound("product")
    product: Product = row.Product
    return ReviewedProduct(
        product.id, product.slug, (product.name_zh, product.name_en), product.picture, rating_of(row)
    )


def newest_of_product(
    session: Session, product_id: int, *, stars: int | None = None, limit: int, offset: int = 0
) -> list[ReviewCard]:
    """Return visible reviews of a product, newest first; `stars` leaves only those that gave so many."""
    statement = _cards().where(Review.product_id == product_id, Review.hidden_at.is_(None))
    if stars is not None:
        statement = statement.where(Review.stars == stars)
    rows = session.execute(statement.order_by(Review.id.desc()).limit(limit).offset(offset))
    return [_card(row) for row in rows]


def _cards(*more: Any) -> Select[Any]:
    pictures = (
        select(func.jsonb_agg(aggregate_order_by(ReviewPicture.key, ReviewPicture.position)))
        .where(ReviewPicture.review_id == Review.id)
        .correlate(Review)
        .scalar_subquery()
    )
    return (
        select(
            Review,
            pictures.label("pictures"),
            OrderLine.label_zh,
            OrderLine.label_en,
            Product.slug,
            Product.name_zh,
            Product.name_en,
            Organisation.name_zh.label("supplier_zh"),
            Organisation.name_en.label("supplier_en"),
            *more,
        )
        .join(OrderLine, OrderLine.id == Review.order_line_id)
        .join(Product, Product.id == Review.product_id)
        .join(Organisation, Organisation.id == Review.supplier_id)
    )


def _card(row: Any) -> ReviewCard:
    review: Review = row.Review
    return ReviewCard(
        public_id=review.public_id,
        stars=review.stars,
        text=review.text,
        shown=(review.shown_zh, review.shown_en),
        label=(row.label_zh, row.label_en),
        pictures=tuple(row.pictures or ()),
        written_at=review.written_at,
        edited_at=review.edited_at,
        reply=review.reply,
        replied_at=review.replied_at,
        reply_edited_at=review.reply_edited_at,
        hidden_at=review.hidden_at,
        hidden_reason=review.hidden_reason,
        slug=row.slug,
        product=(row.name_zh, row.name_en),
        supplier=(row.supplier_zh, row.supplier_en),
    )


# --- of an order, for who bought -------------------------------------------------------------------------


def bought_lines(session: Session, order: Order) -> list[BoughtLine]:
    """Return the lines of an order that its caller may open, with their reviews, in two statements."""
    rows = session.execute(
        select(OrderLine, SupplierOrder.state, Product.slug, Product.picture)
        .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
        .join(Product, Product.id == OrderLine.product_id)
        .where(OrderLine.order_id == order.id)
        .order_by(SupplierOrder.id, OrderLine.id)
    ).all()
    written = {
        row.Review.order_line_id: row
        for row in session.execute(_cards().where(OrderLine.order_id == order.id))
    }
    now = clock.now()
    found = []
    for line, state, slug, picture in rows:
        row = written.get(line.id)
        until = rules.editable_until(row.Review.written_at) if row else None
        received = rules.is_received(state, line.accepted_quantity)
        found.append(
            BoughtLine(
                line_id=line.id,
                slug=slug,
                picture=picture,
                name=(line.name_zh, line.name_en),
                label=(line.label_zh, line.label_en),
                received=received,
                version=row.Review.version if row else 0,
                review=_card(row) if row else None,
                editable_until=until,
                may_write=received and (until is None or now < until),
            )
        )
    return found


def get_bought_line(session: Session, order: Order, line_id: int) -> BoughtLine:
    """Return one line of an order with its review; raises `NotFound`."""
    for line in bought_lines(session, order):
        if line.line_id == line_id:
            return line
    raise NotFound("line")


def line_and_part(session: Session, order: Order, line_id: int) -> tuple[OrderLine, SupplierOrder]:
    """Return a line of an order and its part; raises `NotFound`."""
    row = session.execute(
        select(OrderLine, SupplierOrder)
        .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
        .where(OrderLine.order_id == order.id, OrderLine.id == line_id)
    ).one_or_none()
    if row is None:
        raise NotFound("line")
    return row.OrderLine, row.SupplierOrder


def lock_review_of_line(session: Session, line_id: int) -> Review | None:
    """Return the review of a line, locked for this step, or None."""
    return session.scalar(
        select(Review)
        .where(Review.order_line_id == line_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def pictures_of(session: Session, review_id: int) -> tuple[str, ...]:
    """Return the keys of a review's pictures in their order."""
    return tuple(
        session.scalars(
            select(ReviewPicture.key)
            .where(ReviewPicture.review_id == review_id)
            .order_by(ReviewPicture.position)
        )
    )


# --- for everybody who reports ---------------------------------------------------------------------------


def get_visible(session: Session, public_id: str) -> ReviewCard:
    """Return a review of a listed product that everybody sees; raises `NotFound`."""
    return _one(
        session,
        _cards().where(
            Review.public_id == _plain(public_id), Review.hidden_at.is_(None), Product.listed_at.is_not(None)
        ),
    )


def _one(session: Session, statement: Select[Any]) -> ReviewCard:
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound("review")
    return _card(row)


def _plain(public_id: str) -> str:
    return public_id.replace("\x00", "")


# --- for the supplier ------------------------------------------------------------------------------------


def own_review(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a review is about goods that the actor's organisations sold."""
    return Review.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER))


_WAITS = Review.replied_at.is_(None) & Review.hidden_at.is_(None)


def list_own_reviews(
    session: Session, actor: Actor, show: Show, *, limit: int, offset: int
) -> tuple[list[ReviewCard], int]:
    """Return the reviews of a supplier's goods, those without an answer first, then newest first, and how many."""
    condition = own_review(actor)
    if show is Show.WAITING:
        condition &= _WAITS
    total = session.scalar(select(func.count()).select_from(Review).where(condition)) or 0
    rows = session.execute(
        _cards().where(condition).order_by(_WAITS.desc(), Review.id.desc()).limit(limit).offset(offset)
    )
    return [_card(row) for row in rows], total


def count_waiting(session: Session, actor: Actor) -> int:
    """Count the reviews that wait for the actor's answer."""
    statement = select(func.count()).select_from(Review).where(own_review(actor), _WAITS)
    return session.scalar(statement) or 0


def get_own_review(session: Session, actor: Actor, public_id: str) -> ReviewCard:
    """Return a review of the actor's goods; raises `NotFound`."""
    return _one(session, _cards().where(Review.public_id == _plain(public_id), own_review(actor)))


def lock_own_review(session: Session, actor: Actor, public_id: str) -> Review:
    """Return a review of the actor's goods, locked for this step; raises `NotFound`."""
    return _locked(session, Review.public_id == _plain(public_id), own_review(actor))


def lock_review(session: Session, public_id: str) -> Review:
    """Return any review, locked for this step; raises `NotFound`."""
    return _locked(session, Review.public_id == _plain(public_id))


def _locked(session: Session, *conditions: ColumnElement[bool]) -> Review:
    found = session.scalar(
        select(Review).where(*conditions).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("review")
    return found


# --- for the operator ------------------------------------------------------------------------------------


def _is_reported() -> ColumnElement[bool]:
    return (
        select(ReviewReport.id)
        .where(ReviewReport.review_id == Review.id, ReviewReport.settled_at.is_(None))
        .correlate(Review)
        .exists()
    )


def list_reviews(
    session: Session, show: Show, *, limit: int, offset: int
) -> tuple[list[tuple[ReviewCard, bool]], int]:
    """Return reviews with whether a report about them waits, those reported first, and how many there are."""
    reported = _is_reported()
    condition: ColumnElement[bool] = {
        Show.REPORTED: reported,
        Show.HIDDEN: Review.hidden_at.is_not(None),
    }.get(show, literal(True))
    total = session.scalar(select(func.count()).select_from(Review).where(condition)) or 0
    rows = session.execute(
        _cards(reported.label("reported"))
        .where(condition)
        .order_by(reported.desc(), Review.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [(_card(row), row.reported) for row in rows], total


def count_reported(session: Session) -> int:
    """Count the reviews about which a report waits for the operator."""
    statement = select(func.count(ReviewReport.review_id.distinct())).where(ReviewReport.settled_at.is_(None))
    return session.scalar(statement) or 0


def get_file(session: Session, public_id: str) -> ReviewFile:
    """Return a review with its order and reports; raises `NotFound`."""
    row = session.execute(
        _cards(Order.number)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Review.public_id == _plain(public_id))
    ).one_or_none()
    if row is None:
        raise NotFound("review")
    reports = session.scalars(
        select(ReviewReport)
        .where(ReviewReport.review_id == row.Review.id)
        .order_by(ReviewReport.id.desc())
        .limit(100)
    )
    return ReviewFile(
        _card(row),
        row.number,
        tuple(
            Report(ReportReason(found.reason), found.text, found.reported_at, found.settled_at)
            for found in reports
        ),
    )


def reported_by(session: Session, review_id: int, user_id: int) -> bool:
    """Say whether a person has reported a review."""
    statement = select(ReviewReport.id).where(
        ReviewReport.review_id == review_id, ReviewReport.reporter_user_id == user_id
    )
    return session.scalar(statement.limit(1)) is not None


def due_for_invitation(session: Session, after_id: int, limit: int = 100) -> list[int]:
    """Return orders (ids above `after_id`) whose buyers are to be invited by now: received, and no claim is open."""
    claimed = exists().where(Claim.order_id == Order.id, Claim.state.in_([state.value for state in OPEN]))
    return list(
        session.scalars(
            select(Order.id)
            .where(
                Order.id > after_id,
                Order.state == State.RECEIVED.value,
                Order.kind == Kind.PUBLIC.value,
                Order.review_invited_at.is_(None),
                Order.closed_at <= clock.now() - rules.INVITE_AFTER,
                ~claimed,
            )
            .order_by(Order.id)
            .limit(limit)
        )
    )


def lines_to_review(session: Session, order_id: int) -> list[OrderLine]:
    """Return the received lines of an order that nobody has reviewed yet."""
    return list(
        session.scalars(
            select(OrderLine)
            .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
            .where(
                OrderLine.order_id == order_id,
                SupplierOrder.state == PartState.RECEIVED.value,
                func.coalesce(OrderLine.accepted_quantity, 1) > 0,
                ~exists().where(Review.order_line_id == OrderLine.id),
            )
            .order_by(OrderLine.id)
        )
    )
