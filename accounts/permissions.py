"""What people may do with accounts."""

from __future__ import annotations

from accounts.values import Role
from core.permissions import permission
from core.text import N_

READ_MAIL_OUTBOX = permission("accounts.read_mail_outbox", N_("Read the mail outbox"), Role.ADMIN)
MANAGE_LICENCES = permission(
    "accounts.manage_licences", N_("Hand in the licences of a supplier"), Role.SUPPLIER
)
READ_REGISTRATIONS = permission(
    "accounts.read_registrations",
    N_("See which organisations want to be registered"),
    Role.ADMIN,
    Role.CERTIFIER,
)
DECIDE_REGISTRATIONS = permission(
    "accounts.decide_registrations", N_("Decide which organisations are registered"), Role.ADMIN
)
TAKE_SECOND_FACTORS_OFF = permission(
    "accounts.take_second_factors_off",
    N_("See which staff has two-step sign-in, and take it off whoever lost the phone"),
    Role.ADMIN,
)
