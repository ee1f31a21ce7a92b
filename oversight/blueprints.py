"""The pages of oversight."""

from __future__ import annotations

from core.text import N_
from oversight import permissions
from oversight.open_books.views import bp as open_books
from oversight.operations.views import bp as operations
from web.navigation import DeskItem, Part, register

BLUEPRINTS = (open_books, operations)

register(
    DeskItem(N_("Mail outbox"), "/operator/mail", "mail", permissions.READ_OPERATIONS, 800, part=Part.SYSTEM),
    DeskItem(
        N_("Jobs and self-check"),
        "/operator/jobs",
        "seal-check",
        permissions.READ_OPERATIONS,
        810,
        part=Part.SYSTEM,
    ),
    DeskItem(N_("Audit trail"), "/operator/audit", "book", permissions.READ_AUDIT, 820, part=Part.SYSTEM),
)
