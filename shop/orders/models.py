"""Tables of orders: one order, one part a supplier, lines with what was promised when it was placed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

STATES = ("placed", "paid", "shipped", "received", "cancelled", "expired", "needs_review")


class Order(Base):
    """A purchase by a visitor, a person or an institution.

    `state` is derived from the payment and the parts and kept for lists; `number` is what people read aloud.
    A guest opens the order by `guest_token_hash`'s secret, never by the number. `idem_key` names the form that was
    sent (and by whom), `request_hash` what stood in it. `payment_intent` is the public id of the open intent, `paid_by`
    names the money that paid it. `delivery` is
    read through `addresses.read_delivery`, `invoice` is a `values.Invoice` or nothing. `discount_fen` is what a voucher pays: the operator's money, never the suppliers'.
    """

    __tablename__ = "shop_orders"
    __table_args__ = (
        CheckConstraint("kind IN ('public', 'institution')", name="kind"),
        CheckConstraint(
            "state IN ('placed', 'paid', 'shipped', 'received', 'cancelled', 'expired', 'needs_review')",
            name="state",
        ),
        CheckConstraint("payment_method IN ('online', 'bank_transfer')", name="payment_method"),
        CheckConstraint(
            "state IN ('needs_review', 'cancelled') OR (state IN ('paid', 'shipped', 'received')) = (paid_at IS NOT NULL)",
            name="paid_at",
        ),
        CheckConstraint(
            "goods_fen >= 0 AND freight_fen >= 0 AND discount_fen BETWEEN 0 AND goods_fen "
            "AND goods_fen + freight_fen - discount_fen = total_fen",
            name="total",
        ),
        CheckConstraint("(kind = 'institution') = (institution_id IS NOT NULL)", name="institution"),
        Index("ix_shop_orders_buyer", "buyer_user_id", "id"),
        Index("ix_shop_orders_institution", "institution_id", "id"),
        Index("ix_shop_orders_state", "state", "id"),
        Index("ix_shop_orders_paid", "paid_at", postgresql_where=text("paid_at IS NOT NULL")),
        Index("ix_shop_orders_placed", "placed_at", "id"),
        Index(
            "ix_shop_orders_uninvited",
            "id",
            postgresql_where=text("state = 'received' AND kind = 'public' AND review_invited_at IS NULL"),
        ),
        Index("ix_shop_orders_expiry", "hold_expires_at", postgresql_where=text("state = 'placed'")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    idem_key: Mapped[str] = mapped_column(unique=True)
    request_hash: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    payment_method: Mapped[str]
    payment_code: Mapped[str | None] = mapped_column(unique=True)
    payment_intent: Mapped[str | None]
    buyer_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_organisations.id"))
    guest_token_hash: Mapped[str | None] = mapped_column(unique=True)
    email: Mapped[str]
    locale: Mapped[str]
    delivery: Mapped[dict[str, Any]] = mapped_column(JSONB)
    invoice: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    note: Mapped[str] = mapped_column(default="")
    no_return_confirmed: Mapped[bool] = mapped_column(default=False)
    review_reason: Mapped[str] = mapped_column(default="")
    goods_fen: Mapped[int]
    freight_fen: Mapped[int]
    freight_table_id: Mapped[int | None] = mapped_column(ForeignKey("shop_freight_tables.id"))
    discount_fen: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    total_fen: Mapped[int]
    placed_at: Mapped[datetime]
    hold_expires_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    paid_by: Mapped[str | None] = mapped_column(unique=True)
    closed_at: Mapped[datetime | None]
    review_invited_at: Mapped[datetime | None]


class SupplierOrder(Base):
    """The part of an order that one supplier sends; `accepted_fen` is what was accepted, freight included.

    `discount_fen` is what of its goods a voucher paid; the supplier is owed in full.
    """

    __tablename__ = "shop_supplier_orders"
    __table_args__ = (
        UniqueConstraint("order_id", "supplier_id"),
        CheckConstraint("state IN ('waiting', 'to_ship', 'shipped', 'received', 'cancelled')", name="state"),
        CheckConstraint("(state = 'received') = (accepted_fen IS NOT NULL)", name="accepted"),
        CheckConstraint("accepted_fen BETWEEN 0 AND goods_fen + freight_fen", name="accepted_at_most_sent"),
        CheckConstraint("discount_fen BETWEEN 0 AND goods_fen", name="discount"),
        Index("ix_shop_supplier_orders_supplier", "supplier_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_orders.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("accounts_organisations.id"))
    state: Mapped[str]
    goods_fen: Mapped[int]
    freight_fen: Mapped[int]
    discount_fen: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    carrier: Mapped[str] = mapped_column(default="")
    tracking_number: Mapped[str] = mapped_column(default="")
    shipped_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    inspectors: Mapped[list[str] | None] = mapped_column(JSONB)
    accepted_fen: Mapped[int | None]
    shortage_note: Mapped[str] = mapped_column(default="")


class OrderLine(Base):
    """What was bought, frozen as it was promised.

    `return_terms` and their note are those of the purchase, whatever becomes of the product's. `no_return_confirmed`: the
    buyer was shown them beside this very line, and agreed (B10).
    """

    __tablename__ = "shop_order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0 AND unit_price_fen > 0", name="positive"),
        CheckConstraint(
            "return_terms IN ('seven_days', 'fresh', 'made_to_order', 'only_unopened', 'near_end', 'flawed')",
            name="return_terms",
        ),
        CheckConstraint("line_fen = quantity * unit_price_fen", name="line"),
        CheckConstraint("producer_fen + logistics_fen + other_fen = line_fen", name="split_sums"),
        CheckConstraint(
            "accepted_quantity IS NULL OR accepted_quantity BETWEEN 0 AND quantity", name="accepted"
        ),
        Index("ix_shop_order_lines_order", "order_id"),
        Index("ix_shop_order_lines_supplier_order", "supplier_order_id"),
        Index("ix_shop_order_lines_variant", "variant_id"),
        Index("ix_shop_order_lines_village", "village_id", "supplier_order_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_orders.id"))
    supplier_order_id: Mapped[int] = mapped_column(ForeignKey("shop_supplier_orders.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("shop_variants.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("shop_products.id"))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("shop_certificates.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("registry_regions.id"))
    name_zh: Mapped[str]
    name_en: Mapped[str]
    label_zh: Mapped[str]
    label_en: Mapped[str]
    quantity: Mapped[int]
    unit_price_fen: Mapped[int]
    line_fen: Mapped[int]
    producer_fen: Mapped[int]
    logistics_fen: Mapped[int]
    other_fen: Mapped[int]
    return_terms: Mapped[str] = mapped_column(default="seven_days", server_default="seven_days")
    return_note_zh: Mapped[str] = mapped_column(default="", server_default="")
    return_note_en: Mapped[str] = mapped_column(default="", server_default="")
    no_return_confirmed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # Of the release before, for its processes while they restart; the next one removes the column.
    perishable: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    accepted_quantity: Mapped[int | None]


class OrderRefund(Base):
    """What of a refund belongs to which part and line of an order, and where that money lay (fen).

    `refund` is the public id of the refund in payments; a refund of a whole order has a row for each of its parts.
    `amount_fen` goes to the buyer, `voucher_fen` back to the operator, who had paid it by a voucher.
    """

    __tablename__ = "shop_order_refunds"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint(
            "prepaid_fen >= 0 AND payable_fen >= 0 AND unapplied_fen >= 0 "
            "AND voucher_fen >= 0 AND prepaid_fen + payable_fen + unapplied_fen = amount_fen + voucher_fen",
            name="where_it_lay",
        ),
        CheckConstraint("(supplier_order_id IS NULL) = (unapplied_fen > 0)", name="part"),
        Index("ix_shop_order_refunds_order", "order_id", "id"),
        Index("ix_shop_order_refunds_supplier_order", "supplier_order_id"),
        Index("ix_shop_order_refunds_refund", "refund"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    refund: Mapped[str]
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_orders.id"))
    supplier_order_id: Mapped[int | None] = mapped_column(ForeignKey("shop_supplier_orders.id"))
    order_line_id: Mapped[int | None] = mapped_column(ForeignKey("shop_order_lines.id"))
    amount_fen: Mapped[int]
    prepaid_fen: Mapped[int]
    payable_fen: Mapped[int]
    unapplied_fen: Mapped[int]
    voucher_fen: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    declined: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
