"""Words of fulfilment: what was sent and what arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shop.orders.queries import PartView


class NodeKind(StrEnum):
    """Where a node stands, in the order in which parcels come through."""

    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


@dataclass(frozen=True, slots=True)
class PickupPoint:
    """A place of a village where a parcel can be picked up; `hours` as `08:00-18:00`, or empty."""

    public_id: str
    name_zh: str
    name_en: str
    address: str
    hours: str


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A node in the operator's list, with its people and how many parcels are there and on their way to it."""

    public_id: str
    kind: str
    region_zh: str
    region_en: str
    name_zh: str
    name_en: str
    address: str
    hours: str
    keeper: str
    courier: str
    open: bool
    here: int
    coming: int


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
