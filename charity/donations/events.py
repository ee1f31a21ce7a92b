"""Facts about donations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DonationSettled:
    """A gift is in its campaign's fund; `charity.donations.emails` thanks the donor."""

    donation_id: int
    public_id: str
    amount_fen: int
