"""What people may do in oversight."""

from __future__ import annotations

from accounts.values import Role
from core.permissions import permission
from core.text import N_

READ_OPERATIONS = permission(
    "oversight.read_operations", N_("See mail, jobs and the audit trail"), Role.ADMIN
)
READ_AUDIT = permission("oversight.read_audit", N_("Read the audit trail"), Role.ADMIN, Role.SUPERVISOR)
