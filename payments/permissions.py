"""What people may do with payments."""

from __future__ import annotations

from accounts.values import Role
from core.permissions import permission
from core.text import N_

RECORD_BANK_TRANSFER = permission("payments.record_bank_transfer", N_("Record bank transfers"), Role.FINANCE)
READ_PAYMENT_EVENTS = permission(
    "payments.read_payment_events",
    N_("Read payment events and try failed ones again"),
    Role.FINANCE,
    Role.ADMIN,
)
