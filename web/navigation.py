"""The left rail of the desks: packages name their tasks, each person sees theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _

from core.permissions import Actor, Permission
from web.access import current_actor


@dataclass(frozen=True, slots=True)
class DeskItem:
    """A task in the rail; `label` is an English msgid, `count` says how much waits (or None)."""

    label: str
    url: str
    icon: str
    permission: Permission
    order: int = 100
    count: Callable[[Actor], int | None] | None = None


@dataclass(frozen=True, slots=True)
class DeskLink:
    """A task as the rail shows it."""

    label: str
    url: str
    icon: str
    count: int | None
    active: bool


_items: list[DeskItem] = []


def register(*items: DeskItem) -> None:
    """Add tasks to the rail."""
    for item in items:
        if item not in _items:
            _items.append(item)
    _items.sort(key=lambda item: (item.order, item.url))


def desk_links() -> list[DeskLink]:
    """Return the tasks of the person behind this request."""
    actor = current_actor()
    return [
        DeskLink(
            _(item.label),
            item.url,
            item.icon,
            item.count(actor) if item.count else None,
            request.path == item.url or request.path.startswith(item.url + "/"),
        )
        for item in _items
        if actor.may(item.permission)
    ]
