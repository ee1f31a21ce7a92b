"""The pages of publicity, and what must be registered with them."""

from __future__ import annotations

from flask import Blueprint

from core.db import reading
from core.permissions import Actor
from core.text import N_
from publicity import checks, jobs, models, permissions, queries, wording
from publicity.views import desk, public
from web.navigation import DeskItem, register

BLUEPRINTS: tuple[Blueprint, ...] = (desk.bp, public.bp)


def _waiting(actor: Actor) -> int | None:
    if not actor.may(permissions.ANSWER_OBJECTIONS):
        return None
    with reading() as session:
        return queries.count_waiting(session, actor) or None


register(
    DeskItem(
        label=N_("Public notices"),
        url="/notices/desk",
        icon="eye",
        permission=permissions.READ_RECORDS,
        order=30,
        count=_waiting,
    )
)

__all__ = ["BLUEPRINTS", "checks", "jobs", "models", "wording"]
