"""The table of what is kept for households of received goods."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class BenefitShare(Base):
    """What a benefit link has of one received line (fen), by the share that was agreed when it was received.

    `base_fen` is what the line was worth at receipt, less what had gone back of it; `back_fen` is what went back since.
    `kept_fen` was kept and not given back to the supplier for refunds; `released_fen` of it was let go for payments.
    """

    __tablename__ = "shop_benefit_shares"
    __table_args__ = (
        UniqueConstraint("link_id", "order_line_id"),
        CheckConstraint("share_bps BETWEEN 1 AND 10000", name="share"),
        CheckConstraint("base_fen >= 0 AND back_fen >= 0", name="base"),
        CheckConstraint(
            "released_fen >= 0 AND released_fen <= kept_fen AND kept_fen <= base_fen", name="held"
        ),
        Index("ix_shop_benefit_shares_part", "supplier_order_id"),
        Index("ix_shop_benefit_shares_line", "order_line_id"),
        Index(
            "ix_shop_benefit_shares_due",
            "link_id",
            "id",
            postgresql_where=text("kept_fen > released_fen"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("shop_benefit_links.id"))
    supplier_order_id: Mapped[int] = mapped_column(ForeignKey("shop_supplier_orders.id"))
    order_line_id: Mapped[int] = mapped_column(ForeignKey("shop_order_lines.id"))
    share_bps: Mapped[int] = mapped_column(Integer)
    base_fen: Mapped[int]
    back_fen: Mapped[int] = mapped_column(default=0)
    kept_fen: Mapped[int]
    released_fen: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
