"""Who acts, what they were granted, and what a permission is."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Permission:
    """One kind of thing that people with one of `roles` may do; `label` is an English msgid."""

    name: str
    label: str
    roles: frozenset[str]


def permission(name: str, label: str, *roles: str) -> Permission:
    """Declare a permission and the roles that carry it."""
    return Permission(name, label, frozenset(roles))


@dataclass(frozen=True, slots=True)
class Grant:
    """A role given to a person, in an organisation, a region (with its path in the tree), both or neither."""

    role: str
    organisation_id: int | None = None
    region_id: int | None = None
    region_path: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or the system) behind a step; a guest has no `user_id` and no grants."""

    user_id: int | None
    name: str
    grants: tuple[Grant, ...] = field(default=())
    household_id: int | None = None
    #: Granted, but of no effect before the person has a second factor.
    resting: tuple[Grant, ...] = field(default=())

    def may(self, wanted: Permission) -> bool:
        """Say whether some grant of this actor carries the permission."""
        return any(grant.role in wanted.roles for grant in self.grants)

    def rests(self, wanted: Permission) -> bool:
        """Say whether some grant that rests would carry the permission."""
        return any(grant.role in wanted.roles for grant in self.resting)

    def has_role(self, role: str) -> bool:
        """Say whether this actor was granted the role anywhere."""
        return any(grant.role == role for grant in self.grants)

    def organisation_ids(self, *roles: str) -> frozenset[int]:
        """Return the organisations in which this actor holds one of `roles` (any role when none is named)."""
        return frozenset(
            grant.organisation_id
            for grant in self.grants
            if grant.organisation_id is not None and (not roles or grant.role in roles)
        )

    def region_paths(self, *roles: str) -> tuple[str, ...]:
        """Return the paths of the regions in which this actor holds one of `roles`; `""` means everywhere."""
        return tuple(
            sorted(
                {
                    grant.region_path or ""
                    for grant in self.grants
                    if grant.role in roles
                    and (grant.region_path is not None or grant.organisation_id is None)
                }
            )
        )


GUEST = Actor(None, "guest")
SYSTEM = Actor(None, "system")
