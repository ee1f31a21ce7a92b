"""Words of fulfilment: what was sent and what arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shop.orders.queries import PartView


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What people found when goods arrived: packs accepted by line id, who looked, and what was wrong."""

    accepted: tuple[tuple[int, int], ...]
    inspectors: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part in a supplier's list; amounts in fen."""

    public_id: str
    number: str
    state: str
    paid_at: datetime
    recipient: str
    city: str
    goods_fen: int
    packs: int


@dataclass(frozen=True, slots=True)
class SupplierPart:
    """A part as its supplier sees it: what to send, and to whom."""

    part: PartView
    number: str
    paid_at: datetime
    delivery: dict[str, str]
    note: str
    institution_zh: str
    institution_en: str
