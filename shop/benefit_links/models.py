"""Tables of benefit links and their payments; neither may reach a public page."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, literal_column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class BenefitLink(Base):
    """That a household earns from a supplier's product, both days included, as the supplier enters it (rule E1).

    It counts while the household agrees. `paid_fen` and `last_paid_on` are kept in step with the payments. Of sales
    the household has `share_bps` hundredths of a percent of the goods' value: of every product of the supplier, or of
    those in `BenefitShareProduct`.
    """

    __tablename__ = "shop_benefit_links"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('wage', 'rent', 'dividend', 'order_purchase', 'land_trust', 'share')", name="kind"
        ),
        CheckConstraint("valid_until >= valid_from", name="period"),
        CheckConstraint("promised_fen > 0 AND paid_fen >= 0", name="amounts"),
        CheckConstraint("(paid_fen = 0) = (last_paid_on IS NULL)", name="paid"),
        CheckConstraint("answer IN ('none', 'agreed', 'disputed')", name="answer"),
        CheckConstraint(
            "(answer = 'none') = (answered_at IS NULL) AND (answer = 'none') = (answered_by_user_id IS NULL)",
            name="answered",
        ),
        CheckConstraint(
            "share_bps IS NULL OR (share_bps BETWEEN 1 AND 10000 "
            "AND kind IN ('dividend', 'order_purchase', 'land_trust', 'share'))",
            name="share",
        ),
        CheckConstraint("NOT share_all OR share_bps IS NOT NULL", name="share_all"),
        CheckConstraint("reason <> '' OR (answer <> 'disputed' AND NOT on_behalf)", name="reason"),
        # The ranges of one number stand in for "=", which GiST only knows with an extension; the kinds have
        # different first letters.
        ExcludeConstraint(
            (literal_column("int8range(supplier_id, supplier_id, '[]')"), "&&"),
            (literal_column("int8range(household_id, household_id, '[]')"), "&&"),
            (literal_column("int4range(ascii(kind), ascii(kind), '[]')"), "&&"),
            (literal_column("daterange(valid_from, valid_until, '[]')"), "&&"),
            name="ex_shop_benefit_links_period",
            using="gist",
            where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_shop_benefit_links_product", "product_id", "id"),
        Index("ix_shop_benefit_links_household", "household_id", "id"),
        Index("ix_shop_benefit_links_supplier", "supplier_id", "id"),
        Index(
            "ix_shop_benefit_links_disputed",
            "product_id",
            "id",
            postgresql_where=text("answer = 'disputed' AND withdrawn_at IS NULL"),
        ),
        Index(
            "ix_shop_benefit_links_share",
            "supplier_id",
            "id",
            postgresql_where=text("share_bps IS NOT NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    idem_key: Mapped[str] = mapped_column(unique=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("accounts_organisations.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("shop_products.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("registry_households.id"))
    kind: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    promised_fen: Mapped[int]
    paid_fen: Mapped[int] = mapped_column(default=0)
    last_paid_on: Mapped[date | None]
    share_bps: Mapped[int | None] = mapped_column(Integer)
    share_all: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    evidence: Mapped[str | None]
    added_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    added_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(default="none")
    answered_at: Mapped[datetime | None]
    answered_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    on_behalf: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    withdrawn_at: Mapped[datetime | None]


class BenefitShareProduct(Base):
    """A product of whose sales a link has its share."""

    __tablename__ = "shop_benefit_share_products"
    __table_args__ = (Index("ix_shop_benefit_share_products_product", "product_id"),)

    link_id: Mapped[int] = mapped_column(ForeignKey("shop_benefit_links.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("shop_products.id"), primary_key=True)


class BenefitPayment(Base):
    """One payment that a supplier says it made by a link; rows are only added.

    `asked`: the link has a share of sales, so the household is asked whether the money came.
    """

    __tablename__ = "shop_benefit_payments"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        Index("ix_shop_benefit_payments_link", "link_id", "paid_on"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    idem_key: Mapped[str] = mapped_column(unique=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("shop_benefit_links.id"))
    amount_fen: Mapped[int]
    paid_on: Mapped[date]
    asked: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    evidence: Mapped[str | None]
    recorded_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    recorded_at: Mapped[datetime]


class BenefitPaymentAnswer(Base):
    """What a household says of a payment; when it agrees, `released_fen` of what was kept for it goes to the supplier.

    An agreed answer is final; a disputed one may become agreed when the money came after all.
    """

    __tablename__ = "shop_benefit_payment_answers"
    __table_args__ = (
        CheckConstraint("answer IN ('agreed', 'disputed')", name="answer"),
        CheckConstraint("released_fen = 0 OR (released_fen > 0 AND answer = 'agreed')", name="released"),
        CheckConstraint("reason <> '' OR (answer = 'agreed' AND NOT on_behalf)", name="reason"),
    )

    payment_id: Mapped[int] = mapped_column(ForeignKey("shop_benefit_payments.id"), primary_key=True)
    answer: Mapped[str]
    answered_at: Mapped[datetime]
    answered_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    on_behalf: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    released_fen: Mapped[int] = mapped_column(default=0)
