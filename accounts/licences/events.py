"""Facts about licences."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LicenceEnding:
    """A licence ends in at most `days_before` days, or has ended (0); `accounts.licences.emails` writes."""

    licence_id: int
    days_before: int
