"""Tables of people, organisations, role grants and sign-ins."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Organisation(Base):
    """A supplier, institution, charity, government office, village committee, or the operator."""

    __tablename__ = "accounts_organisations"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('supplier', 'institution', 'charity', 'operator', 'government', 'village')", name="kind"
        ),
        CheckConstraint(
            "legal_form IN ('company', 'cooperative', 'village_collective', 'family_farm', 'aid_workshop', 'school', "
            "'hospital', 'agency')",
            name="legal_form",
        ),
        Index("ix_accounts_organisations_kind", "kind", "region_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    legal_form: Mapped[str | None]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    credit_code: Mapped[str | None] = mapped_column(unique=True)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("registry_regions.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_organisations.id"))
    contact: Mapped[str] = mapped_column(default="")
    about_zh: Mapped[str] = mapped_column(default="")
    about_en: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    closed_on: Mapped[date | None]


class User(Base):
    """A person who can sign in, by e-mail or phone number."""

    __tablename__ = "accounts_users"
    __table_args__ = (
        CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="reachable"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str]
    locale: Mapped[str] = mapped_column(default="zh_Hans_CN")
    household_id: Mapped[int | None] = mapped_column(ForeignKey("registry_households.id"))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class RoleGrant(Base):
    """A role given to a person, with the organisation and the region it holds for, dated."""

    __tablename__ = "accounts_role_grants"
    __table_args__ = (
        Index("ix_accounts_role_grants_user", "user_id"),
        Index(
            "uq_accounts_role_grants_open",
            "user_id",
            "role",
            func.coalesce(text("organisation_id"), 0),
            func.coalesce(text("region_id"), 0),
            unique=True,
            postgresql_where=text("valid_until IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id"))
    role: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_organisations.id"))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("registry_regions.id"))
    region_path: Mapped[str | None]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    granted_by_user_id: Mapped[int | None]


class SignIn(Base):
    """One signed-in browser; ending the row ends the session at once."""

    __tablename__ = "accounts_sign_ins"
    __table_args__ = (Index("ix_accounts_sign_ins_user", "user_id", "id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(default="")
    agent: Mapped[str] = mapped_column(default="")


class HalfSignIn(Base):
    """A browser that gave the right password of a person with a second factor, and still owes the code."""

    __tablename__ = "accounts_half_sign_ins"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id"), index=True)
    created_at: Mapped[datetime]


class Attempt(Base):
    """One try at a guarded door (sign-in, reset, card code), counted against a hashed key."""

    __tablename__ = "accounts_attempts"
    __table_args__ = (Index("ix_accounts_attempts_key", "key", "tried_at"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str]
    tried_at: Mapped[datetime]


class PasswordReset(Base):
    """A link to choose a new password: works once, for an hour."""

    __tablename__ = "accounts_password_resets"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
