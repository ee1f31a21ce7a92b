"""Who of the operator may see and move its money."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core.permissions import Actor


def handles_operator_money(session: Session, actor: Actor) -> bool:
    """Say whether the actor is a finance officer of the operator, not of a canteen."""
    grants = [grant for grant in actor.grants if grant.role == Role.FINANCE]
    if any(grant.organisation_id is None for grant in grants):
        return True
    inside = [grant.organisation_id for grant in grants]
    if not inside:
        return False
    found = select(Organisation.id).where(
        Organisation.id.in_(inside), Organisation.kind == OrganisationKind.OPERATOR.value
    )
    return session.scalar(found.limit(1)) is not None


def reads_operator_inbox(session: Session, actor: Actor) -> bool:
    """Say whether the actor may see the operator's payment events."""
    return actor.has_role(Role.ADMIN) or handles_operator_money(session, actor)
