"""Tables of reviews, their pictures, reports about them, and how many stars each product has."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Review(Base):
    """What the buyer of one received order line says of the goods, and the supplier's one answer.

    `shown_zh` and `shown_en` are the name that everybody sees: a person's masked, an institution's whole. What stood
    there before an edit is in the audit trail. A hidden review counts nowhere.
    """

    __tablename__ = "shop_reviews"
    __table_args__ = (
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        CheckConstraint("text <> ''", name="text"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("(replied_at IS NULL) = (reply = '')", name="reply"),
        CheckConstraint("(hidden_at IS NULL) = (hidden_reason = '')", name="hidden"),
        Index("ix_shop_reviews_product", "product_id", "id", postgresql_where=text("hidden_at IS NULL")),
        Index("ix_shop_reviews_supplier", "supplier_id", "id"),
        Index(
            "ix_shop_reviews_unanswered",
            "supplier_id",
            "id",
            postgresql_where=text("replied_at IS NULL AND hidden_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("shop_order_lines.id"), unique=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("shop_products.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("accounts_organisations.id"))
    author_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_organisations.id"))
    shown_zh: Mapped[str]
    shown_en: Mapped[str]
    stars: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str]
    version: Mapped[int] = mapped_column(SmallInteger, default=1)
    written_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    reply: Mapped[str] = mapped_column(default="")
    replied_at: Mapped[datetime | None]
    reply_edited_at: Mapped[datetime | None]
    replied_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    hidden_at: Mapped[datetime | None]
    hidden_reason: Mapped[str] = mapped_column(default="")
    hidden_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))


class ReviewPicture(Base):
    """A picture of a review; `position` counts from 1."""

    __tablename__ = "shop_review_pictures"
    __table_args__ = (
        UniqueConstraint("review_id", "position"),
        CheckConstraint("position BETWEEN 1 AND 3", name="position"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("shop_reviews.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    key: Mapped[str]


class ReviewReport(Base):
    """That somebody finds a review wrong; `once` is the token of the form. Settled when the operator has looked."""

    __tablename__ = "shop_review_reports"
    __table_args__ = (
        CheckConstraint(
            "reason IN ('personal_data', 'insult', 'off_topic', 'untrue', 'other')", name="reason"
        ),
        Index("ix_shop_review_reports_review", "review_id", "id"),
        Index("ix_shop_review_reports_open", "review_id", postgresql_where=text("settled_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    once: Mapped[str] = mapped_column(unique=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("shop_reviews.id"))
    reason: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    reporter_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    reported_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class ProductRating(Base):
    """How many visible reviews of a product gave how many stars: counted in the step that changes them, for lists."""

    __tablename__ = "shop_product_ratings"
    __table_args__ = (
        CheckConstraint(
            "stars_1 >= 0 AND stars_2 >= 0 AND stars_3 >= 0 AND stars_4 >= 0 AND stars_5 >= 0", name="counts"
        ),
    )

    product_id: Mapped[int] = mapped_column(
        ForeignKey("shop_products.id"), primary_key=True, autoincrement=False
    )
    stars_1: Mapped[int] = mapped_column(Integer, default=0)
    stars_2: Mapped[int] = mapped_column(Integer, default=0)
    stars_3: Mapped[int] = mapped_column(Integer, default=0)
    stars_4: Mapped[int] = mapped_column(Integer, default=0)
    stars_5: Mapped[int] = mapped_column(Integer, default=0)
