"""Tables of after sales: claims, the photos that came with them, and every step that was made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

_OPEN = "state IN ('filed', 'offered', 'refused', 'escalated', 'to_return', 'returning', 'agreed')"


class Claim(Base):
    """That a buyer wants money back for packs of one received line; at most one is open a line. Amounts in fen.

    `amount_fen` is what is on the table: asked for, then offered, then decided, never more than was asked. `due_at` is
    when the clock of the present state runs out. `refund` is the public id of its one refund in payments; a refund that
    a second person declined is forgotten here and counted in `refunds_declined`. `problem` says why an agreed amount
    could not go back yet.
    """

    __tablename__ = "shop_claims"
    __table_args__ = (
        CheckConstraint("kind IN ('quality', 'return')", name="kind"),
        CheckConstraint(
            "reason IN ('damaged', 'spoiled', 'wrong_goods', 'short_weight', 'not_as_described', 'other', 'no_reason')",
            name="reason",
        ),
        CheckConstraint("(kind = 'return') = (reason = 'no_reason')", name="reason_of_kind"),
        CheckConstraint("wants IN ('refund_full', 'refund_part', 'return_refund')", name="wants"),
        CheckConstraint(
            f"{_OPEN} OR state IN ('refunded', 'dismissed', 'withdrawn', 'lapsed')",
            name="state",
        ),
        CheckConstraint(f"({_OPEN}) = (ended_at IS NULL)", name="ended"),
        CheckConstraint("(state = 'refunded') = (refund IS NOT NULL)", name="refund"),
        CheckConstraint(
            "quantity > 0 AND asked_fen > 0 AND amount_fen BETWEEN 1 AND asked_fen", name="amounts"
        ),
        CheckConstraint(
            "(arrived_quantity IS NULL) = (resaleable_quantity IS NULL) AND resaleable_quantity >= 0 "
            "AND resaleable_quantity <= arrived_quantity AND arrived_quantity <= quantity",
            name="arrived",
        ),
        Index("uq_shop_claims_open", "order_line_id", unique=True, postgresql_where=text(_OPEN)),
        Index("ix_shop_claims_order", "order_id", "id"),
        Index("ix_shop_claims_supplier_order", "supplier_order_id"),
        Index("ix_shop_claims_supplier", "supplier_id", "state", "id"),
        Index("ix_shop_claims_state", "state", "id"),
        Index("ix_shop_claims_due", "due_at", "id", postgresql_where=text("due_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    once: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_orders.id"))
    supplier_order_id: Mapped[int] = mapped_column(ForeignKey("shop_supplier_orders.id"))
    order_line_id: Mapped[int] = mapped_column(ForeignKey("shop_order_lines.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("accounts_organisations.id"))
    kind: Mapped[str]
    reason: Mapped[str]
    wants: Mapped[str]
    quantity: Mapped[int]
    asked_fen: Mapped[int]
    amount_fen: Mapped[int]
    goods_back: Mapped[bool]
    unopened: Mapped[bool | None]
    state: Mapped[str]
    state_since: Mapped[datetime]
    due_at: Mapped[datetime | None]
    carrier: Mapped[str] = mapped_column(default="")
    tracking_number: Mapped[str] = mapped_column(default="")
    arrived_quantity: Mapped[int | None]
    resaleable_quantity: Mapped[int | None]
    refund: Mapped[str | None] = mapped_column(unique=True)
    refunds_declined: Mapped[int] = mapped_column(SmallInteger, default=0)
    problem: Mapped[str] = mapped_column(default="")
    filed_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    filed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ClaimPhoto(Base):
    """A photo that came with a claim, re-encoded without its metadata; only for the sides of the claim."""

    __tablename__ = "shop_claim_photos"

    claim_id: Mapped[int] = mapped_column(ForeignKey("shop_claims.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class ClaimStep(Base):
    """One step of a claim: which side, who, when, with which words and amount (fen); rows are only added."""

    __tablename__ = "shop_claim_steps"
    __table_args__ = (
        CheckConstraint("side IN ('buyer', 'supplier', 'operator', 'clock')", name="side"),
        Index("ix_shop_claim_steps_claim", "claim_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("shop_claims.id"))
    move: Mapped[str]
    state: Mapped[str]
    side: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    note: Mapped[str] = mapped_column(default="")
    amount_fen: Mapped[int | None]
    goods_back: Mapped[bool | None]
    happened_at: Mapped[datetime]


class ReturnAddress(Base):
    """Where a supplier takes goods back."""

    __tablename__ = "shop_return_addresses"
    __table_args__ = (CheckConstraint("recipient <> '' AND phone <> '' AND address <> ''", name="words"),)

    supplier_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_organisations.id"), primary_key=True, autoincrement=False
    )
    recipient: Mapped[str]
    phone: Mapped[str]
    address: Mapped[str]
    written_at: Mapped[datetime]
    written_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
