"""Reading who is staff."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation, RoleGrant, User
from accounts.second_factors.models import SecondFactor
from accounts.staff.rules import POSTS
from accounts.staff.values import Holder
from accounts.values import OrganisationKind, Role
from registry.models import Region


def list_holders(session: Session) -> list[Holder]:
    """Return everybody who holds a role of staff, by role and name."""
    rows = session.execute(
        select(User, RoleGrant, Organisation.name_zh, Region.code, SecondFactor.stands_since)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .outerjoin(Organisation, Organisation.id == RoleGrant.organisation_id)
        .outerjoin(Region, Region.id == RoleGrant.region_id)
        .outerjoin(SecondFactor, SecondFactor.user_id == User.id)
        .where(RoleGrant.role.in_(POSTS), RoleGrant.valid_until.is_(None), User.disabled_at.is_(None))
        .order_by(RoleGrant.role, User.name, RoleGrant.id)
    )
    return [
        Holder(
            user.email or user.phone or "",
            user.name,
            Role(grant.role),
            office or "",
            code or "",
            grant.valid_from,
            stands_since is not None,
        )
        for user, grant, office, code, stands_since in rows
    ]


def find_office(session: Session, kind: OrganisationKind, name: str) -> Organisation | None:
    """Return the organisation of a kind with this Chinese name; of the operator, of which there is one, whatever the name."""
    statement = select(Organisation).where(Organisation.kind == kind.value)
    if kind != OrganisationKind.OPERATOR:
        statement = statement.where(Organisation.name_zh == name)
    return session.scalar(statement.order_by(Organisation.id).limit(1))
