"""Words of shares of sales: what was agreed, what is kept, what is due to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Agreed:
    """That an agreed link has a share of a received line (hundredths of a percent)."""

    link_id: int
    line_id: int
    share_bps: int


@dataclass(frozen=True, slots=True)
class Due:
    """How the shares of a link or a supplier stand (fen): kept in all, of this released, and what is due."""

    kept_fen: int = 0
    released_fen: int = 0

    @property
    def due_fen(self) -> int:
        """Return what is kept for the household and not released."""
        return self.kept_fen - self.released_fen


@dataclass(frozen=True, slots=True)
class SupplierDue:
    """What is due to households of one supplier (fen), and how much of it by links that have ended."""

    public_id: str
    name_zh: str
    name_en: str
    links: int
    kept_fen: int
    released_fen: int
    due_fen: int
    ended_fen: int
    oldest: datetime | None
    payments_waiting: int


@dataclass(frozen=True, slots=True)
class LinkDue:
    """What is due by one link (fen); the household's name is masked."""

    public_id: str
    product: tuple[str, str]
    householder: str
    kind: tuple[str, str]
    share_bps: int | None
    valid_until: date
    withdrawn: bool
    ended: bool
    paid_fen: int
    kept_fen: int
    released_fen: int
    oldest: datetime | None

    @property
    def due_fen(self) -> int:
        """Return what is kept for the household and not released."""
        return self.kept_fen - self.released_fen


@dataclass(frozen=True, slots=True)
class ShareEntry:
    """One entry of a link's account (fen): above 0 what was kept, below 0 what went back or was released."""

    entry_id: int
    at: datetime
    kind: str
    amount_fen: int
