"""Words of fulfilment: what was sent and what arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum

from shop.orders.queries import PartView
from shop.orders.values import Delivery, Invoice


class NodeKind(StrEnum):
    """Where a node stands, in the order in which parcels come through."""

    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


class Way(StrEnum):
    """How a parcel travels: with a carrier, or on our own way through the nodes."""

    CARRIER = "carrier"
    OWN = "own"


class Proof(StrEnum):
    """What shows that a parcel was handed over: the buyer's code, or the name of who took it."""

    CODE = "code"
    NAME = "name"


class Scan(StrEnum):
    """What a scan at a node does: it is noted, or was before."""

    NOTED = "noted"
    KNOWN = "known"


#: After so many days receipt confirms itself, until the operator sets others.
DEFAULT_DAYS = 10

#: After so many days the buyer of a parcel that waits is reminded, until the operator sets others.
DEFAULT_REMIND_DAYS = 3


@dataclass(frozen=True, slots=True)
class NewNode:
    """What the operator says about a node; keeper and courier by their sign-in names, empty for nobody."""

    name_zh: str
    name_en: str
    address: str
    hours: str
    keeper: str = ""
    courier: str = ""


@dataclass(frozen=True, slots=True)
class RoutePoint:
    """An open node as a route sees it."""

    node_id: int
    kind: NodeKind


@dataclass(frozen=True, slots=True)
class Stop:
    """A node on a parcel's way, and who noted it there and when."""

    position: int
    node_id: int
    name_zh: str
    name_en: str
    kind: str
    address: str
    hours: str
    at: datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class Travel:
    """How a parcel travels and how far it has come.

    `pickup_code` is filled while it waits to be picked up, and only for the buyer's own page.
    """

    parcel_id: int
    code: str
    part_public_id: str
    way: str
    pickup: bool
    reached: int
    stops: tuple[Stop, ...]
    sent_at: datetime
    confirm_on: date | None
    delivered_at: datetime | None
    proof: str | None
    receiver: str
    has_photo: bool
    pickup_code: str = ""

    @property
    def waits_for_pickup(self) -> bool:
        """Say whether it lies at its last node until the buyer comes with the code."""
        return self.pickup and self.delivered_at is None and self.reached == len(self.stops)


@dataclass(frozen=True, slots=True)
class KeptParcel:
    """A parcel as the keeper of a node sees it: name and last digits of the phone, the rest once it lies there.

    `other` is the node to which it goes on from here, or from which it comes; None at the end or the beginning.
    """

    code: str
    node: tuple[str, str]
    other: tuple[str, str] | None
    pickup: bool
    here: bool
    packs: int
    since: datetime
    recipient: str
    phone: str
    address: str
    left_lying: bool = False

    @property
    def to_hand_out(self) -> bool:
        """Say whether it is handed to the buyer from here."""
        return self.here and self.other is None


@dataclass(frozen=True, slots=True)
class PickLine:
    """What to take from the store: packs of one variant over all parts to be sent, and for how many orders."""

    variant_id: int
    name_zh: str
    name_en: str
    label_zh: str
    label_en: str
    sku: str
    packs: int
    orders: int


class Paper(Enum):
    """What packing slips are printed on: width, height and margin in millimetres."""

    A5 = (148.0, 210.0, 9.0)
    A4 = (210.0, 297.0, 14.0)

    def __init__(self, width: float, height: float, margin: float) -> None:
        self.width, self.height, self.margin = width, height, margin


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A line of a packing slip; price and sum in fen, left out where the slip shows none."""

    name: tuple[str, str]
    label: tuple[str, str]
    packs: int
    unit_price_fen: int
    line_fen: int


@dataclass(frozen=True, slots=True)
class Slip:
    """What a packing slip says of one part: from whom, to whom, what, under which code."""

    code: str
    number: str
    ordered_on: date
    supplier: tuple[str, str]
    recipient: str
    phone: str
    address: str
    institution: tuple[str, str]
    pickup: tuple[str, str]
    note: str
    lines: tuple[SlipLine, ...]
    goods_fen: int
    freight_fen: int


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
    delivery: Delivery
    note: str
    institution_zh: str
    institution_en: str
    invoice: Invoice | None
