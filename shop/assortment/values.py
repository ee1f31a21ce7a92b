"""Words of the workbench: a product as its supplier sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shop.catalogue.values import Charge, PastPrice, PriceStep
from shop.certification.values import CertificateState


@dataclass(frozen=True, slots=True)
class Origin:
    """A village that a product may come from, under its town; names as (zh, en)."""

    id: int
    town: tuple[str, str]
    village: tuple[str, str]


@dataclass(frozen=True, slots=True)
class OwnPicture:
    """A picture with its place, from 1."""

    public_id: str
    position: int
    url: str
    alt_zh: str
    alt_en: str


@dataclass(frozen=True, slots=True)
class OwnPack:
    """A pack size with its price (fen), stock (packs) and what stood in the middle of the last 90 days (fen)."""

    id: int
    public_id: str
    sku: str
    label: tuple[str, str]
    net_grams: int | None
    pieces: int | None
    charge: Charge
    unit_price_fen: int
    percents: tuple[int, int, int]
    ladder: tuple[PriceStep, ...]
    pack_multiple: int
    on_hand: int
    held: int
    version: int
    closed: bool
    median_fen: int | None
    dear: bool

    @property
    def available(self) -> int:
        """Return how many packs nobody has set aside."""
        return self.on_hand - self.held


@dataclass(frozen=True, slots=True)
class OwnProduct:
    """A product with everything its supplier keeps of it; names as (zh, en)."""

    id: int
    slug: str
    name: tuple[str, str]
    category: str
    village: tuple[str, str]
    listed: bool
    certificate_state: CertificateState | None
    certificate_number: str | None
    last_day: date | None
    pictures: tuple[OwnPicture, ...]
    packs: tuple[OwnPack, ...]
    lacks: tuple[str, ...]

    @property
    def open_packs(self) -> tuple[OwnPack, ...]:
        """Return the pack sizes that are in the range."""
        return tuple(pack for pack in self.packs if not pack.closed)


@dataclass(frozen=True, slots=True)
class StockMove:
    """A change of what is on hand, in packs."""

    moved_at: datetime
    change: int
    reason: str
    order_number: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class PackFile:
    """A pack size with its past: what it cost and what came and went."""

    product: OwnProduct
    pack: OwnPack
    prices: tuple[PastPrice, ...]
    moves: tuple[StockMove, ...]
    percent: int
    in_sessions: int
