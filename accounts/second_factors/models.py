"""Tables of second factors and their recovery codes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class SecondFactor(Base):
    """A person's app: being set up in one browser (`begun_in`) until `stands_since` is set.

    The secret is sealed (`core.sealing`, bound to the person). `last_step` is the half minute of the last code that was
    used: only later codes are taken, so that each works once.
    """

    __tablename__ = "accounts_second_factors"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id"), unique=True)
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    begun_in: Mapped[int] = mapped_column(ForeignKey("accounts_sign_ins.id"))
    begun_at: Mapped[datetime]
    stands_since: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(Base):
    """A code on paper that works once in place of the app; only its SHA-256 is kept."""

    __tablename__ = "accounts_recovery_codes"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    second_factor_id: Mapped[int] = mapped_column(ForeignKey("accounts_second_factors.id"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
