"""Tables of certificates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Certificate(Base):
    """That a product is a certified aid product or local product: it holds inside its window and while neither suspended nor revoked (A4)."""

    __tablename__ = "shop_certificates"
    __table_args__ = (
        CheckConstraint("valid_until > valid_from", name="window"),
        CheckConstraint("kind IN ('aid_product', 'local_product')", name="kind"),
        Index("ix_shop_certificates_product", "product_id", "valid_until"),
        Index(
            "ix_shop_certificates_kind",
            "kind",
            "product_id",
            postgresql_where=text("suspended_at IS NULL AND revoked_at IS NULL"),
        ),
        Index(
            "ix_shop_certificates_to_remind",
            "valid_until",
            postgresql_where=text("reminded_at IS NULL AND revoked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(default="aid_product", server_default="aid_product")
    product_id: Mapped[int] = mapped_column(ForeignKey("shop_products.id"))
    issuer_id: Mapped[int] = mapped_column(ForeignKey("accounts_organisations.id"))
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    suspended_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    approved_by_user_id: Mapped[int | None]
    reminded_at: Mapped[datetime | None]
