"""Use cases of appointments: giving somebody a role of staff, and ending it."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import queries as account_queries
from accounts import rules as account_rules
from accounts import services as accounts
from accounts.models import Organisation, RoleGrant, User
from accounts.staff import queries
from accounts.staff.errors import CannotAppoint, LastAdministrator, NotHeld
from accounts.staff.rules import POSTS
from accounts.staff.values import Appointed, Appointment
from accounts.values import OrganisationKind, Role
from core.db import lock_keys
from core.permissions import Actor
from registry import queries as registry_queries
from registry.models import Region

#: Appointments are rare; one after the other, nobody is added twice and the last administrator stays.
_ONE_AT_A_TIME = "accounts.staff"


def appoint(session: Session, actor: Actor, wanted: Appointment) -> Appointed:
    """Give somebody a role of staff; whoever has no account gets one, and a mail that leads to their first password.

    The office is added to the directory when it is not there. Done twice it changes nothing. Refused with the reason
    (`CannotAppoint`).
    """
    post = POSTS.get(wanted.role)
    if post is None:
        raise CannotAppoint(f"{wanted.role} is no role of staff; these are: {', '.join(POSTS)}.")
    lock_keys(session, _ONE_AT_A_TIME)
    region = _region(session, wanted, needed=post.in_region)
    office = _office(session, actor, wanted, post.kind, region)
    user = _person(session, actor, wanted)
    held = session.scalar(
        select(RoleGrant.id).where(
            RoleGrant.user_id == user.id,
            RoleGrant.role == wanted.role.value,
            RoleGrant.organisation_id == office.id,
            RoleGrant.region_id == region.id if region is not None else RoleGrant.region_id.is_(None),
            RoleGrant.valid_until.is_(None),
        )
    )
    if held is None:
        accounts.grant_role(
            session,
            actor,
            user.id,
            wanted.role,
            organisation_id=office.id,
            region_id=region.id if region is not None else None,
            region_path=region.path if region is not None else None,
        )
    invited = user.password_hash == accounts.NO_PASSWORD
    if invited:
        accounts.ask_password_reset(session, wanted.email)
    return Appointed(held is None, invited)


def dismiss(session: Session, actor: Actor, login: str, role: Role) -> int:
    """End a role of staff of a person wherever they hold it, at once; returns how many grants ended.

    Refused when they do not hold it (`NotHeld`) and for the last administrator (`LastAdministrator`).
    """
    lock_keys(session, _ONE_AT_A_TIME)
    user = account_queries.find_user_by_login(session, login) if role in POSTS else None
    if user is None:
        raise NotHeld(login)
    ended = accounts.end_role(session, actor, user.id, role)
    if not ended:
        raise NotHeld(login)
    if role == Role.ADMIN and not _administrators(session):
        raise LastAdministrator
    return ended


def _administrators(session: Session) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(RoleGrant)
            .join(User, User.id == RoleGrant.user_id)
            .where(
                RoleGrant.role == Role.ADMIN.value,
                RoleGrant.valid_until.is_(None),
                User.disabled_at.is_(None),
            )
        )
        or 0
    )


def _region(session: Session, wanted: Appointment, *, needed: bool) -> Region | None:
    if not needed:
        if wanted.region_code:
            raise CannotAppoint(f"The role {wanted.role} is held everywhere; leave the region out.")
        return None
    if not wanted.region_code:
        raise CannotAppoint(f"The role {wanted.role} is held in a region; name its code, such as 370406.")
    region = registry_queries.find_region(session, wanted.region_code)
    if region is None:
        raise CannotAppoint(
            f"There is no region {wanted.region_code}; `flask registry load` adds every county."
        )
    return region


def _office(
    session: Session, actor: Actor, wanted: Appointment, kind: OrganisationKind, region: Region | None
) -> Organisation:
    found = queries.find_office(session, kind, wanted.office)
    if found is not None:
        return found
    if not wanted.office:
        raise CannotAppoint("Name the office they work for, in Chinese; it is added to the directory.")
    return accounts.add_organisation(
        session,
        actor,
        kind,
        wanted.office,
        wanted.office,
        region_id=region.id if region is not None else None,
    )


def _person(session: Session, actor: Actor, wanted: Appointment) -> User:
    user = account_queries.find_user_by_login(session, wanted.email)
    if user is not None:
        return user
    try:
        email = account_rules.plain_email(wanted.email)
    except ValueError:
        raise CannotAppoint(f"{wanted.email!r} is no e-mail address, and nobody signs in with it.") from None
    if not wanted.name:
        raise CannotAppoint(f"Nobody signs in with {email} yet; give their name.")
    return accounts.add_user(session, actor, wanted.name, email=email)
