"""Words of orders: what somebody asks for, how far an order has come, and what each state allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from payments.values import FirstIntent
from shop.cart.values import CartOwner
from shop.catalogue.values import Charge, ReturnTerms
from shop.stock.values import Goods, Wanted


class Kind(StrEnum):
    """Who buys: a person, or an institution on account."""

    PUBLIC = "public"
    INSTITUTION = "institution"


class PaymentMethod(StrEnum):
    """How an order is paid."""

    ONLINE = "online"
    BANK_TRANSFER = "bank_transfer"


class State(StrEnum):
    """How far an order has come."""

    PLACED = "placed"
    PAID = "paid"
    SHIPPED = "shipped"
    RECEIVED = "received"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NEEDS_REVIEW = "needs_review"


class PartState(StrEnum):
    """How far the part of one supplier has come."""

    WAITING = "waiting"
    TO_SHIP = "to_ship"
    SHIPPED = "shipped"
    RECEIVED = "received"
    CANCELLED = "cancelled"


#: Parts that are paid for and not called off: their goods have left the stock and may be, or were, sent.
PAID_PARTS = (PartState.TO_SHIP, PartState.SHIPPED, PartState.RECEIVED)


class InVain(StrEnum):
    """How people read that an order, or a part, ended as received although nothing of it was accepted; not kept as a state."""

    #: A person's order that was lost, or that nobody fetched.
    NOT_ARRIVED = "not_arrived"
    #: An institution's people looked, and accepted nothing.
    TURNED_BACK = "turned_back"


class Action(StrEnum):
    """What can be done to an order as a whole."""

    PAY = "pay"
    CANCEL = "cancel"
    EXPIRE = "expire"
    CONFIRM_PAYMENT = "confirm_payment"
    SHIP = "ship"
    RECEIVE = "receive"
    REVIEW = "review"
    MATCH = "match"
    CALL_OFF = "call_off"
    REFUND_LINE = "refund_line"
    GIVE_BACK = "give_back"
    SEND_AFTER_ALL = "send_after_all"


class PartAction(StrEnum):
    """What can be done to the part of one supplier."""

    RELEASE = "release"
    SHIP = "ship"
    RECEIVE = "receive"
    CANCEL = "cancel"
    CALL_OFF = "call_off"
    REFUND_LINE = "refund_line"


@dataclass(frozen=True, slots=True)
class Pickup:
    """Where a buyer fetches their goods: a node (`shop.fulfilment`) with its name and address at that time."""

    node: str
    name_zh: str
    name_en: str
    address: str
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where an order goes, and to whom: names of the regions in Chinese, `phone` in plain mainland digits.

    `city` is empty in the four municipalities. `region_code` is the deepest region that was picked; orders from before
    the pickers have none. `region_en` is the same way in English, for buyers to read; it goes on no parcel. `address` is
    empty where there is a `pickup`.
    """

    recipient: str
    phone: str
    province: str
    city: str
    district: str
    address: str
    town: str = ""
    village: str = ""
    region_code: str = ""
    region_en: str = ""
    pickup: Pickup | None = None

    @property
    def province_code(self) -> str:
        """Return the two digits of the province's code, by its name where no region was picked."""
        return self.region_code[:2] or next((code for code, zh, _en in PROVINCES if zh == self.province), "")

    @property
    def region(self) -> str:
        """Return the names from the province down, as they stand on a parcel."""
        names = [self.province, self.city, self.district, self.town, self.village]
        return "".join(name for before, name in zip(["", *names], names, strict=False) if name != before)


class InvoiceKind(StrEnum):
    """Whom an invoice names."""

    PERSON = "person"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Invoice:
    """What stands at the head of an invoice; `code` is a company's unified social credit code."""

    kind: InvoiceKind
    title: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What somebody sends to place an order: either `wanted`, or what lies in `cart` at that moment.

    `idem_key` names the form and its sender; the same key gives the same order. `seen_total_fen` is the total that
    stood on the page; nobody is charged another one. Prices are never part of a request. `voucher` is a code as typed.
    `address` is where a buyer who goes on to pay comes from.
    `no_return_for` names the goods whose terms of return the buyer confirmed (`rules.terms_shown`); None: whatever is in
    it.
    """

    idem_key: str
    email: str
    locale: str
    delivery: Delivery
    note: str = ""
    no_return_confirmed: bool = False
    no_return_for: frozenset[str] | None = None
    invoice: Invoice | None = None
    wanted: tuple[Wanted, ...] = ()
    cart: CartOwner | None = None
    institution_id: int | None = None
    guest_secret: str | None = None
    seen_total_fen: int | None = None
    voucher: str = ""
    address: str | None = None


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """What placing an order gave; `payment_intent` is None for an order paid by bank transfer.

    `first_intent` is that of an order which this very step has placed.
    """

    order_id: int
    number: str
    payment_intent: str | None
    replayed: bool
    first_intent: FirstIntent | None = None


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with what each pack of it costs at this quantity, its sum (fen) and its weight (grams)."""

    goods: Goods
    quantity: int
    charge: Charge
    line_fen: int
    grams: int


@dataclass(frozen=True, slots=True)
class PricedPart:
    """What one supplier sends, with its share of the freight and of what a voucher pays (fen)."""

    supplier_id: int
    lines: tuple[PricedLine, ...]
    goods_fen: int
    freight_fen: int
    discount_fen: int = 0


@dataclass(frozen=True, slots=True)
class VillageShare:
    """How much of an order (fen) reaches the growers of a village."""

    village_zh: str
    village_en: str
    producer_fen: int


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """A basket with its sums in fen; parts in the order of their suppliers' ids.

    `until_free_fen` is what more of goods would make the freight free.
    """

    parts: tuple[PricedPart, ...]
    goods_fen: int
    freight_fen: int
    total_fen: int
    grams: int
    villages: tuple[VillageShare, ...]
    until_free_fen: int = 0
    discount_fen: int = 0

    @property
    def lines(self) -> tuple[PricedLine, ...]:
        """Return the lines of every part."""
        return tuple(line for part in self.parts for line in part.lines)

    @property
    def excepted(self) -> dict[ReturnTerms, tuple[PricedLine, ...]]:
        """Return what goes back on other terms than within seven days, by its terms (B10)."""
        found = {
            terms: tuple(line for line in self.lines if line.goods.return_terms == terms)
            for terms in ReturnTerms
            if terms is not ReturnTerms.SEVEN_DAYS
        }
        return {terms: lines for terms, lines in found.items() if lines}


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What the operator's list of orders is narrowed by; days are those on which orders were placed, in China."""

    words: str = ""
    state: str = ""
    kind: str = ""
    method: str = ""
    day_from: date | None = None
    day_to: date | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """Money that arrived for an order: how much (fen), from where, when."""

    amount_fen: int
    source: str
    reference: str
    at: datetime


class Outcome(StrEnum):
    """What money that arrived did."""

    PAID = "paid"
    ALREADY = "already"
    NEEDS_REVIEW = "needs_review"


@dataclass(frozen=True, slots=True)
class Accepted:
    """How many packs of a line were accepted."""

    line_id: int
    quantity: int


#: The provinces of China by the first two digits of their code (GB/T 2260), north to south as the standard lists them.
PROVINCES: tuple[tuple[str, str, str], ...] = (
    ("11", "北京市", "Beijing"),
    ("12", "天津市", "Tianjin"),
    ("13", "河北省", "Hebei"),
    ("14", "山西省", "Shanxi"),
    ("15", "内蒙古自治区", "Inner Mongolia"),
    ("21", "辽宁省", "Liaoning"),
    ("22", "吉林省", "Jilin"),
    ("23", "黑龙江省", "Heilongjiang"),
    ("31", "上海市", "Shanghai"),
    ("32", "江苏省", "Jiangsu"),
    ("33", "浙江省", "Zhejiang"),
    ("34", "安徽省", "Anhui"),
    ("35", "福建省", "Fujian"),
    ("36", "江西省", "Jiangxi"),
    ("37", "山东省", "Shandong"),
    ("41", "河南省", "Henan"),
    ("42", "湖北省", "Hubei"),
    ("43", "湖南省", "Hunan"),
    ("44", "广东省", "Guangdong"),
    ("45", "广西壮族自治区", "Guangxi"),
    ("46", "海南省", "Hainan"),
    ("50", "重庆市", "Chongqing"),
    ("51", "四川省", "Sichuan"),
    ("52", "贵州省", "Guizhou"),
    ("53", "云南省", "Yunnan"),
    ("54", "西藏自治区", "Xizang"),
    ("61", "陕西省", "Shaanxi"),
    ("62", "甘肃省", "Gansu"),
    ("63", "青海省", "Qinghai"),
    ("64", "宁夏回族自治区", "Ningxia"),
    ("65", "新疆维吾尔自治区", "Xinjiang"),
)
