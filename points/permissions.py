"""What people may do with points."""

from __future__ import annotations

from accounts.values import Role
from core.permissions import permission
from core.text import N_

RECORD_CLAIM = permission("points.record_claim", N_("Record deeds that earn points"), Role.CADRE)
DECIDE_CLAIM = permission("points.decide_claim", N_("Decide on points claims"), Role.COMMITTEE)
ISSUE_CARD = permission("points.issue_card", N_("Print points cards for households"), Role.CADRE)
RUN_TILL = permission("points.run_till", N_("Run the till of a love supermarket"), Role.STOREKEEPER)
SEE_OWN_POINTS = permission(
    "points.see_own_points", N_("See the points of the own household"), Role.HOUSEHOLD
)
