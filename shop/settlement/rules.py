"""Decisions about settlement."""

from __future__ import annotations

#: For how many days after receipt buyers may claim, unless a dated setting says otherwise; then the money is due.
CLAIM_DAYS = 7
