"""Tables of vouchers: batches with one set of terms, their codes, and the orders that used one."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class VoucherBatch(Base):
    """Vouchers made together, on the same terms; valid once it is `open`.

    Without `percent` a voucher takes `amount_fen` off the goods, with it so many hundredths, at most `amount_fen`.
    `per_person`: an account uses each code once. `for_email`: only this account uses it, empty for everybody.
    """

    __tablename__ = "shop_voucher_batches"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'open', 'withdrawn')", name="state"),
        CheckConstraint("amount_fen > 0 AND minimum_fen >= 0", name="amount"),
        CheckConstraint("percent BETWEEN 1 AND 95", name="percent"),
        CheckConstraint("percent IS NOT NULL OR minimum_fen > amount_fen", name="minimum"),
        CheckConstraint("valid_from <= valid_until", name="days"),
        CheckConstraint("codes > 0 AND uses_each > 0", name="uses"),
        CheckConstraint("(opened_at IS NULL) = (state = 'draft') OR state = 'withdrawn'", name="opened"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
        CheckConstraint(
            "NOT needs_second OR opened_at IS NULL OR opened_by_user_id IS DISTINCT FROM made_by_user_id",
            name="second_person",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    once: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    amount_fen: Mapped[int]
    percent: Mapped[int | None] = mapped_column(Integer)
    minimum_fen: Mapped[int]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    codes: Mapped[int] = mapped_column(Integer)
    uses_each: Mapped[int] = mapped_column(Integer)
    per_person: Mapped[bool]
    for_email: Mapped[str]
    state: Mapped[str]
    needs_second: Mapped[bool]
    made_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    made_at: Mapped[datetime]
    opened_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    opened_at: Mapped[datetime | None]
    withdrawn_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    withdrawn_at: Mapped[datetime | None]


class Voucher(Base):
    """One code of a batch, as it is handed out."""

    __tablename__ = "shop_vouchers"
    __table_args__ = (Index("ix_shop_vouchers_batch", "batch_id", "id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("shop_voucher_batches.id"))
    code: Mapped[str] = mapped_column(unique=True)


class VoucherUse(Base):
    """The order that used a voucher; `released_at` says since when the voucher is free again.

    A voucher with three uses has the seats 1 to 3, and no seat is taken twice. `person_id` is set where an account may
    use the code once only.
    """

    __tablename__ = "shop_voucher_uses"
    __table_args__ = (
        CheckConstraint("discount_fen > 0 AND seat > 0", name="positive"),
        Index(
            "uq_shop_voucher_uses_seat",
            "voucher_id",
            "seat",
            unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
        Index(
            "uq_shop_voucher_uses_person",
            "voucher_id",
            "person_id",
            unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    voucher_id: Mapped[int] = mapped_column(ForeignKey("shop_vouchers.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_orders.id"), unique=True)
    seat: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    discount_fen: Mapped[int]
    used_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
