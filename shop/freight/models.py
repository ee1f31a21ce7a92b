"""Tables of freight."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class FreightTable(Base):
    """What freight costs from a day on, whole; rows are only added, and the newest one of a day counts.

    `zones` holds `values.Zone`s as `rules.to_json` writes them; the first is for every province that no other names.
    """

    __tablename__ = "shop_freight_tables"
    __table_args__ = (
        CheckConstraint("jsonb_typeof(zones) = 'array' AND jsonb_array_length(zones) >= 1", name="zones"),
        Index("ix_shop_freight_tables_day", "valid_from", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    valid_from: Mapped[date]
    zones: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    user_name: Mapped[str]
    made_at: Mapped[datetime]
