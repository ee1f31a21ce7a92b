"""Reading accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, bindparam, exists, func, select
from sqlalchemy.orm import Session

from accounts import rules
from accounts.models import Attempt, HalfSignIn, Organisation, RoleGrant, SignIn, User
from accounts.second_factors.models import SecondFactor
from core import clock, ids
from core.db import table_of
from core.permissions import Actor, Grant


@dataclass(frozen=True, slots=True)
class OpenSignIn:
    """A sign-in that still holds, with the person behind it."""

    sign_in_id: int
    user_id: int
    public_id: str
    name: str
    email: str | None
    locale: str
    seen_at: datetime
    has_second_factor: bool
    actor: Actor


_GRANTS = (
    select(
        func.coalesce(
            func.jsonb_agg(
                func.jsonb_build_array(
                    RoleGrant.role, RoleGrant.organisation_id, RoleGrant.region_id, RoleGrant.region_path
                )
            ),
            func.jsonb_build_array(),
        )
    )
    .where(RoleGrant.user_id == User.id, RoleGrant.valid_until.is_(None))
    .scalar_subquery()
)


# Sent with every page of everybody who is signed in, so built once, over the plain tables.
_users, _sign_ins, _factors = table_of(User), table_of(SignIn), table_of(SecondFactor)
_moment: Any = {
    name: bindparam(name, type_=DateTime(timezone=True)) for name in ("seen_after", "began_after")
}
_OPEN_SIGN_IN = (
    select(
        _sign_ins.c.id,
        _sign_ins.c.seen_at,
        _users.c.id.label("user_id"),
        *(_users.c[name] for name in ("public_id", "name", "email", "locale", "household_id")),
        _GRANTS.label("grants"),
        exists()
        .where(_factors.c.user_id == _users.c.id, _factors.c.stands_since.is_not(None))
        .label("has_second_factor"),
    )
    .join(_users, _users.c.id == _sign_ins.c.user_id)
    .where(
        _sign_ins.c.token_hash == bindparam("token_hash"),
        _sign_ins.c.ended_at.is_(None),
        _sign_ins.c.seen_at > _moment["seen_after"],
        _sign_ins.c.created_at > _moment["began_after"],
        _users.c.disabled_at.is_(None),
    )
)


def find_open_sign_in(session: Session, token: str) -> OpenSignIn | None:
    """Return who a session's secret stands for, in one statement; None when it has ended or run out."""
    moment = clock.now()
    asked = {
        "token_hash": ids.digest(token),
        "seen_after": moment - rules.IDLE,
        "began_after": moment - rules.ABSOLUTE,
    }
    row = session.execute(_OPEN_SIGN_IN, asked).one_or_none()
    if row is None:
        return None
    return OpenSignIn(
        row.id,
        row.user_id,
        row.public_id,
        row.name,
        row.email,
        row.locale,
        row.seen_at,
        row.has_second_factor,
        Actor(row.user_id, row.name, _grants(row.grants), row.household_id),
    )


def find_half_sign_in(session: Session, token: str) -> int | None:
    """Return which person's password was given in this browser a moment ago; None when that is over."""
    return session.scalar(
        select(HalfSignIn.user_id).where(
            HalfSignIn.token_hash == ids.digest(token),
            HalfSignIn.created_at > clock.now() - rules.HALF_SIGN_IN_LIFE,
        )
    )


def count_attempts(session: Session, key: str) -> int:
    """Return how many tries against a key are remembered."""
    counted = select(func.count()).where(
        Attempt.key == ids.digest(key), Attempt.tried_at > clock.now() - rules.FORGET_ATTEMPTS
    )
    return session.scalar(counted) or 0


def find_actor(session: Session, login: str) -> Actor | None:
    """Return a person by e-mail or phone number, as somebody who acts."""
    kind, value = rules.normalise_login(login)
    column = User.phone if kind == "phone" else User.email
    row = session.execute(select(User, _GRANTS.label("grants")).where(column == value)).one_or_none()
    return _actor(row.User, row.grants) if row is not None else None


def acting_user(session: Session, user_id: int) -> Actor | None:
    """Return the person of an open account by id, as somebody who acts with what is granted now."""
    row = session.execute(
        select(User, _GRANTS.label("grants")).where(User.id == user_id, User.disabled_at.is_(None))
    ).one_or_none()
    return _actor(row.User, row.grants) if row is not None else None


def _actor(user: User, grants: list[list[Any]]) -> Actor:
    return Actor(user.id, user.name, _grants(grants), user.household_id)


def _grants(read: list[list[Any]]) -> tuple[Grant, ...]:
    return tuple(Grant(*grant) for grant in read)


def find_user_by_login(session: Session, login: str) -> User | None:
    """Return the open account of an e-mail address or phone number."""
    kind, value = rules.normalise_login(login)
    column = User.phone if kind == "phone" else User.email
    return session.scalar(select(User).where(column == value, User.disabled_at.is_(None)))


def get_user(session: Session, user_id: int) -> User:
    """Return a person by id; raises when there is none."""
    return session.get_one(User, user_id)


@dataclass(frozen=True, slots=True)
class Reachable:
    """A member of a household who reads mail."""

    public_id: str
    name: str
    email: str
    locale: str


def reachable_members(session: Session, household_id: int) -> list[Reachable]:
    """Return the members of a household with an open account and an e-mail address."""
    rows = session.execute(
        select(User.public_id, User.name, User.email, User.locale)
        .where(User.household_id == household_id, User.email.is_not(None), User.disabled_at.is_(None))
        .order_by(User.id)
        .limit(10)
    )
    return [Reachable(row[0], row[1], row[2] or "", row[3]) for row in rows]


def organisation_names(session: Session, ids_: frozenset[int]) -> dict[int, tuple[str, str]]:
    """Return (Chinese, English) names by id."""
    rows = session.execute(
        select(Organisation.id, Organisation.name_zh, Organisation.name_en).where(Organisation.id.in_(ids_))
    )
    return {row.id: (row.name_zh, row.name_en) for row in rows}


def open_sign_ins(session: Session, user_id: int) -> list[SignIn]:
    """Return the browsers in which a person is signed in, newest first."""
    moment = clock.now()
    return list(
        session.scalars(
            select(SignIn)
            .where(
                SignIn.user_id == user_id,
                SignIn.ended_at.is_(None),
                SignIn.seen_at > moment - rules.IDLE,
                SignIn.created_at > moment - rules.ABSOLUTE,
            )
            .order_by(SignIn.id.desc())
            .limit(50)
        )
    )
