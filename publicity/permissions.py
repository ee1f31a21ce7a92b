"""What people may do with notices."""

from __future__ import annotations

from accounts.values import Role
from core.permissions import permission
from core.text import N_

ANSWER_OBJECTIONS = permission(
    "publicity.answer_objections",
    N_("Answer objections and end notices"),
    Role.CERTIFIER,
    Role.CADRE,
    Role.ADMIN,
)
READ_RECORDS = permission(
    "publicity.read_records",
    N_("Read notices and objections, ended ones too"),
    Role.CERTIFIER,
    Role.CADRE,
    Role.ADMIN,
    Role.SUPERVISOR,
)
SET_PERIODS = permission("publicity.set_periods", N_("Set how long notices stand"), Role.ADMIN)
ANSWER_COMPLAINTS = permission(
    "publicity.answer_complaints", N_("Answer reports that something is wrong"), Role.CERTIFIER, Role.ADMIN
)
READ_COMPLAINTS = permission(
    "publicity.read_complaints",
    N_("Read reports that something is wrong"),
    Role.CERTIFIER,
    Role.ADMIN,
    Role.SUPERVISOR,
)
