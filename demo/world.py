"""What the demo world consists of while it is being built: its size, its people and its places."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from core.permissions import Actor
from demo.content.values import Pack, Product

#: The fewest households with which the walk can be played: somebody earns, somebody else decides.
FEWEST_HOUSEHOLDS = 4
MOST_HOUSEHOLDS = 89_999


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything there is; None takes all that the content has."""

    households: int = 300
    products: int | None = None
    orders: int = 200
    canteen_orders: int = 24
    gifts: int = 260
    pictures: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """A region as later steps need it."""

    id: int
    code: str
    path: str


@dataclass(slots=True)
class Home:
    """A household with what it may spend; `causes` and `labour` shape which deeds it does."""

    id: int
    public_id: str
    head: str
    village: str
    labour: str
    schoolchildren: bool
    points: int = 0
    card_id: int | None = None
    visit_planned: bool = False
    earned: dict[tuple[str, int], int] = field(default_factory=dict)
    deeds: set[tuple[str, date]] = field(default_factory=set)


@dataclass(slots=True)
class Village:
    """A village with those who record and decide, and its households."""

    place: Place
    town_code: str
    cadre: Actor
    committee: list[Actor]
    homes: list[Home]


@dataclass(frozen=True, slots=True)
class Canteen:
    """An institution with the two people who act for it."""

    key: str
    organisation_id: int
    requester: Actor
    approver: Actor


@dataclass(slots=True)
class Shelf:
    """A pack size on sale and how many packs are thought to be left."""

    variant_id: int
    product: Product
    pack: Pack
    left: int


@dataclass(slots=True)
class World:
    """Everything that was built so far, by the keys of the content."""

    size: Size
    places: dict[str, Place] = field(default_factory=dict)
    certifiers: dict[str, tuple[int, Actor]] = field(default_factory=dict)
    suppliers: dict[str, tuple[int, Actor]] = field(default_factory=dict)
    supplier_actors: dict[int, Actor] = field(default_factory=dict)
    canteens: list[Canteen] = field(default_factory=list)
    charities: dict[str, tuple[int, Actor]] = field(default_factory=dict)
    villages: dict[str, Village] = field(default_factory=dict)
    homes: dict[int, Home] = field(default_factory=dict)
    fixed: dict[str, Actor] = field(default_factory=dict)
    finance: Actor | None = None
    shelves: list[Shelf] = field(default_factory=list)
    voucher_codes: list[str] = field(default_factory=list)
    rules: dict[str, str] = field(default_factory=dict)
