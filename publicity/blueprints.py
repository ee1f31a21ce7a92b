"""The pages of publicity, and what must be registered with them."""

from __future__ import annotations

from flask import Blueprint

from core.db import reading
from core.permissions import Actor
from core.text import N_
from publicity import checks, emails, jobs, models, permissions, queries, wording
from publicity.complaints import emails as complaint_emails
from publicity.complaints import wording as complaint_wording
from publicity.complaints.views import BLUEPRINTS as COMPLAINTS
from publicity.complaints.views import waiting as waiting_complaints
from publicity.views import desk, public
from web.navigation import DeskItem, Part, register

BLUEPRINTS: tuple[Blueprint, ...] = (desk.bp, public.bp, *COMPLAINTS)


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
        part=Part.PUBLIC,
    ),
    DeskItem(
        label=N_("Reports of wrongs"),
        url="/complaints/desk",
        icon="warning",
        permission=permissions.READ_COMPLAINTS,
        order=31,
        count=waiting_complaints,
        part=Part.PUBLIC,
    ),
)

__all__ = [
    "BLUEPRINTS",
    "checks",
    "complaint_emails",
    "complaint_wording",
    "emails",
    "jobs",
    "models",
    "wording",
]
