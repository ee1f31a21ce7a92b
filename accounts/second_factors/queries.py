"""Reading second factors."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from accounts.models import RoleGrant, User
from accounts.queries import find_user_by_login
from accounts.second_factors import rules
from accounts.second_factors.models import RecoveryCode, SecondFactor
from accounts.second_factors.values import Person, SetUp, Standing
from accounts.values import STAFF, Role
from core import clock, sealing
from core.errors import NotFound


def has_factor(session: Session, user_id: int) -> bool:
    """Say whether a person has a second factor that stands."""
    return session.scalar(select(SecondFactor.id).where(*stands(user_id))) is not None


def find_standing(session: Session, user_id: int) -> Standing | None:
    """Return since when a person has a second factor, and how many recovery codes are left."""
    left = (
        select(func.count())
        .where(RecoveryCode.second_factor_id == SecondFactor.id, RecoveryCode.used_at.is_(None))
        .scalar_subquery()
    )
    row = session.execute(select(SecondFactor.stands_since, left).where(*stands(user_id))).one_or_none()
    return Standing(row[0], row[1]) if row is not None else None


def find_begun(session: Session, user_id: int, sign_in_id: int, *, lock: bool = False) -> SecondFactor | None:
    """Return the second factor that a person is setting up in this very browser."""
    statement = select(SecondFactor).where(
        SecondFactor.user_id == user_id,
        SecondFactor.begun_in == sign_in_id,
        SecondFactor.stands_since.is_(None),
        SecondFactor.begun_at > clock.now() - rules.SET_UP_LIFE,
    )
    return session.scalar(statement.with_for_update() if lock else statement)


def find_set_up(session: Session, user_id: int, sign_in_id: int) -> SetUp | None:
    """Return what the app is set up with, to the browser in which that was begun."""
    begun = find_begun(session, user_id, sign_in_id)
    if begun is None:
        return None
    user = session.get_one(User, user_id)
    secret = open_secret(begun)
    return SetUp(secret, rules.set_up_address(secret, user.email or user.phone or ""))


def open_secret(factor: SecondFactor) -> str:
    """Return the secret of a second factor; raises `SealBroken` after a change of the site's secret."""
    return sealing.open_sealed(factor.secret_sealed, bound_to(factor.user_id))


def bound_to(user_id: int) -> str:
    """Return for whom a secret is sealed: in another person's row it opens nothing."""
    return f"second factor of {user_id}"


def list_staff(session: Session) -> list[Person]:
    """Return everybody with a role of staff, those without a second factor first."""
    holds = (
        select(RoleGrant.id)
        .where(RoleGrant.user_id == User.id, RoleGrant.role.in_(STAFF), RoleGrant.valid_until.is_(None))
        .exists()
    )
    return _people(session, holds)


def get_person(session: Session, public_id: str) -> Person:
    """Return one person (`NotFound`)."""
    found = _people(session, User.public_id == public_id)
    if not found:
        raise NotFound("person")
    return found[0]


def find_person_id(session: Session, login: str) -> str | None:
    """Return the identifier of the person with an e-mail address or a phone number."""
    user = find_user_by_login(session, login) if "\x00" not in login else None
    return user.public_id if user is not None else None


def _people(session: Session, condition: ColumnElement[bool]) -> list[Person]:
    roles = (
        select(func.array_agg(RoleGrant.role.distinct()))
        .where(RoleGrant.user_id == User.id, RoleGrant.role.in_(STAFF), RoleGrant.valid_until.is_(None))
        .scalar_subquery()
    )
    rows: Any = session.execute(
        select(User, SecondFactor.stands_since, roles)
        .outerjoin(SecondFactor, SecondFactor.user_id == User.id)
        .where(condition, User.disabled_at.is_(None))
        .order_by(SecondFactor.stands_since.is_not(None), User.name, User.id)
        .limit(500)
    )
    return [
        Person(
            user.id,
            user.public_id,
            user.name,
            user.email or user.phone or "",
            tuple(Role(role) for role in sorted(held or ())),
            since,
        )
        for user, since, held in rows
    ]


def stands(user_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions on a second factor that it is a person's, and not only being set up."""
    return SecondFactor.user_id == user_id, SecondFactor.stands_since.is_not(None)
