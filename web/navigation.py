"""The left rail of the desks: packages name their tasks, each person sees theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from flask import request
from flask_babel import gettext as _

from core.permissions import Actor, Permission
from core.text import N_
from web.access import current_actor


class Part(IntEnum):
    """A part of a long rail, in the order in which they stand; `OWN` has no heading."""

    OWN = 0
    PUBLIC = 1
    TRADE = 2
    GOODS = 3
    MONEY = 4
    RULES = 5
    SYSTEM = 6


_HEADINGS = {
    Part.PUBLIC: N_("Joining and the public"),
    Part.TRADE: N_("Trade"),
    Part.GOODS: N_("Goods and proofs"),
    Part.MONEY: N_("Payments and books"),
    Part.RULES: N_("Rules"),
    Part.SYSTEM: N_("System"),
}
#: A rail of fewer tasks is read at a glance.
HEADED_FROM = 8


@dataclass(frozen=True, slots=True)
class DeskItem:
    """A task in the rail; `label` is an English msgid, `count` says how much waits (or None), `order` holds within a part."""

    label: str
    url: str
    icon: str
    permission: Permission
    order: int = 100
    count: Callable[[Actor], int | None] | None = None
    part: Part = Part.OWN


@dataclass(frozen=True, slots=True)
class DeskLink:
    """A task as the rail shows it; the first of a part has its heading, if the rail is long."""

    label: str
    url: str
    icon: str
    count: int | None
    active: bool
    heading: str = ""


_items: list[DeskItem] = []


def register(*items: DeskItem) -> None:
    """Add tasks to the rail."""
    for item in items:
        if item not in _items:
            _items.append(item)
    _items.sort(key=lambda item: (item.part, item.order, item.url))


def desk_links() -> list[DeskLink]:
    """Return the tasks of the person behind this request."""
    actor = current_actor()
    items = [item for item in _items if actor.may(item.permission)]
    headed = len(items) >= HEADED_FROM and len({item.part for item in items}) > 1
    links = []
    for number, item in enumerate(items):
        opens_part = (
            headed and item.part in _HEADINGS and (number == 0 or items[number - 1].part != item.part)
        )
        links.append(
            DeskLink(
                _(item.label),
                item.url,
                item.icon,
                item.count(actor) if item.count else None,
                request.path == item.url or request.path.startswith(item.url + "/"),
                _(_HEADINGS[item.part]) if opens_part else "",
            )
        )
    return links
