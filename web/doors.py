"""What a signed-in person reads who opens a page that is for others: how one comes to the role that it needs."""

from __future__ import annotations

from dataclasses import dataclass

from core.permissions import Permission


@dataclass(frozen=True, slots=True)
class WayIn:
    """How people come to a role: English msgids, and the address where they begin."""

    title: str
    text: str
    action_label: str
    action_url: str


_ways: dict[str, WayIn] = {}


def explain(way: WayIn, *roles: str) -> None:
    """Show this to people who lack one of these roles."""
    for role in roles:
        _ways[role] = way


def way_in(wanted: Permission) -> WayIn | None:
    """Return how somebody comes to what a permission needs; None where nobody can ask for it."""
    ways = {_ways.get(role) for role in wanted.roles}
    return ways.pop() if len(ways) == 1 else None
