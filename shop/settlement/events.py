"""Facts about settlement."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PayoutPaid:
    """Money has left for a supplier (fen); a mail says so."""

    payout_id: int
    public_id: str
    supplier_id: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class DisputeAnswered:
    """The operator answered what a supplier found wrong; a mail says so."""

    dispute_id: int
    public_id: str
    supplier_id: int


@dataclass(frozen=True, slots=True)
class PayoutFailed:
    """A payout did not reach its supplier and is owed again; a mail says so."""

    public_id: str
    supplier_id: int
