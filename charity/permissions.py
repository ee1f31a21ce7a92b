"""What people may do in charity."""

from __future__ import annotations

from accounts.values import Role
from core.permissions import permission
from core.text import N_

MANAGE_CAMPAIGNS = permission(
    "charity.manage_campaigns", N_("Publish and end the campaigns of a charity"), Role.CHARITY_OFFICER
)
READ_GIFTS = permission(
    "charity.read_gifts", N_("Read the gifts to a charity and export them"), Role.CHARITY_OFFICER
)
