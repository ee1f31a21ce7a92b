"""What people may do with accounts."""

from __future__ import annotations

from accounts.values import Role
from core.permissions import permission
from core.text import N_

READ_MAIL_OUTBOX = permission("accounts.read_mail_outbox", N_("Read the mail outbox"), Role.ADMIN)
