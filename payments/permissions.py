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
DECIDE_REFUNDS = permission(
    "payments.decide_refunds", N_("Approve refunds and note those paid by hand"), Role.FINANCE, Role.ADMIN
)
SET_REFUND_LIMIT = permission(
    "payments.set_refund_limit", N_("Set above which amount a second person approves refunds"), Role.ADMIN
)
RESOLVE_MONEY = permission(
    "payments.resolve_money", N_("Decide about money that fits nothing"), Role.FINANCE, Role.ADMIN
)
RECONCILE = permission(
    "payments.reconcile", N_("Compare the provider, our payments and the ledger"), Role.FINANCE, Role.ADMIN
)
