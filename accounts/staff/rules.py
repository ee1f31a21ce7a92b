"""Decisions about appointments: for which kind of organisation a role of staff works, and where."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.values import OrganisationKind, Role


@dataclass(frozen=True, slots=True)
class Post:
    """Where a role of staff is held: in an organisation of this kind, and for a region or everywhere."""

    kind: OrganisationKind
    in_region: bool


POSTS = {
    Role.ADMIN: Post(OrganisationKind.OPERATOR, in_region=False),
    Role.FINANCE: Post(OrganisationKind.OPERATOR, in_region=False),
    Role.CERTIFIER: Post(OrganisationKind.GOVERNMENT, in_region=True),
    Role.SUPERVISOR: Post(OrganisationKind.GOVERNMENT, in_region=True),
}
