"""The table of charities; names and credit codes stay with their organisation."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Charity(Base):
    """What allows an organisation to ask the public for gifts, and how the public may ask back (rules C1, C3)."""

    __tablename__ = "charity_charities"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("accounts_organisations.id"), unique=True)
    registration_no: Mapped[str]
    qualification_no: Mapped[str]
    qualification_valid_until: Mapped[date | None]
    contact_zh: Mapped[str]
    contact_en: Mapped[str]
    contact_phone: Mapped[str]
    email: Mapped[str]
    address_zh: Mapped[str]
    address_en: Mapped[str]
    query_zh: Mapped[str]
    query_en: Mapped[str]
    created_at: Mapped[datetime]
