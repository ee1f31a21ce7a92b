"""Tables of product files: uploads, and what their rows would do and did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class ProductUpload(Base):
    """A product list that a supplier sent: tried out first, applied when the supplier says so.

    `file_key` is a private file of `core.documents`; `problem` says why the whole file was refused, by name and data.
    Counts are of rows. `once` is the token of the form that sent it.
    """

    __tablename__ = "shop_product_uploads"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'checking', 'refused', 'checked', 'applying', 'applied', 'turned_back')",
            name="state",
        ),
        CheckConstraint("mode IN ('good_rows', 'all_or_nothing')", name="mode"),
        CheckConstraint("format IN ('xlsx', 'csv')", name="format"),
        CheckConstraint("rows_done <= rows_total", name="progress"),
        Index("ix_shop_product_uploads_supplier", "supplier_id", "id"),
        Index("ix_shop_product_uploads_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("accounts_organisations.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id"))
    user_name: Mapped[str]
    once: Mapped[str] = mapped_column(unique=True)
    filename: Mapped[str]
    format: Mapped[str]
    file_key: Mapped[str]
    state: Mapped[str]
    mode: Mapped[str | None]
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    rows_total: Mapped[int] = mapped_column(Integer, default=0)
    rows_done: Mapped[int] = mapped_column(Integer, default=0)
    adds: Mapped[int] = mapped_column(Integer, default=0)
    changes: Mapped[int] = mapped_column(Integer, default=0)
    unchanged: Mapped[int] = mapped_column(Integer, default=0)
    wrong: Mapped[int] = mapped_column(Integer, default=0)
    shown_only: Mapped[list[int]] = mapped_column(JSONB, default=list)
    applied: Mapped[int] = mapped_column(Integer, default=0)
    turned_away: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]


class UploadedRow(Base):
    """A row of an upload that would change something, or cannot: as typed, what it wants, and what became of it.

    `unit` joins the rows of one product; rows that change nothing are not kept.
    """

    __tablename__ = "shop_product_upload_rows"
    __table_args__ = (
        CheckConstraint("action IN ('add', 'change', 'wrong')", name="action"),
        CheckConstraint("outcome IN ('applied', 'stale', 'refused')", name="outcome"),
        Index("ix_shop_product_upload_rows_unit", "upload_id", "unit", "number"),
        Index("ix_shop_product_upload_rows_action", "upload_id", "action", "number"),
    )

    upload_id: Mapped[int] = mapped_column(
        ForeignKey("shop_product_uploads.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    unit: Mapped[int] = mapped_column(Integer)
    action: Mapped[str]
    cells: Mapped[dict[str, str]] = mapped_column(JSONB)
    changes: Mapped[list[list[str]]] = mapped_column(JSONB, default=list)
    faults: Mapped[list[list[Any]]] = mapped_column(JSONB, default=list)
    wanted: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    outcome: Mapped[str | None]
