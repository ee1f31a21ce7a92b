"""Words of recalls: what a line of an order has to do with a batch that was called back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shop.orders.values import Delivery

Text = tuple[str, str]


class Touch(StrEnum):
    """What a recall means for a line: its packs may be of the batch, or there is no pack left for it."""

    MAY_HOLD = "may_hold"
    LET_GO = "let_go"


@dataclass(frozen=True, slots=True)
class Recalled:
    """What recalling gave: `replayed` when the batch had been recalled before."""

    public_id: str
    packs_taken: int
    replayed: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What recalling a batch would do now."""

    on_hand: int
    packs_taken: int
    orders: int
    to_send: int
    since: date


@dataclass(frozen=True, slots=True)
class RecallRow:
    """A recall in a list."""

    public_id: str
    code: str
    batch: str
    product: Text
    pack: Text
    product_slug: str
    supplier_id: int
    supplier: Text
    reason: str
    made_on: date
    since: date
    packs_taken: int
    recalled_at: datetime
    recalled_by: str
    seen_at: datetime | None
    seen_by: str
    orders: int
    to_send: int
    let_go: int


@dataclass(frozen=True, slots=True)
class GotIt:
    """A line of an order that may hold packs of a recalled batch, for the operator's eyes only."""

    order_number: str
    touch: Touch
    state: str
    quantity: int
    delivery: Delivery
    email: str
    shipped_at: datetime | None
    received_at: datetime | None
    told: bool
    claims: int


@dataclass(frozen=True, slots=True)
class LineRecall:
    """What the page of an order says of one of its lines."""

    line_id: int
    touch: Touch
    product: Text
    batch: str
    code: str
    reason: str
    recalled_at: datetime
