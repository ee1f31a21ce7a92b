"""Reading orders: always scoped by who asks; locks; and the read models of the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import Role
from core import clock, ids
from core.audit import AuditEntry
from core.db import one_of, table_of
from core.errors import NotFound
from core.permissions import Actor
from payments.models import Refund
from payments.values import Purpose
from registry.models import Region
from shop.catalogue.models import Product
from shop.live.models import LiveItem, LiveSession
from shop.orders import rules
from shop.orders.addresses import read_delivery, read_invoice
from shop.orders.models import Order, OrderLine, OrderRefund, SupplierOrder
from shop.orders.reached import given_back_of, reaching_fen
from shop.orders.values import (
    Delivery,
    InVain,
    Invoice,
    Kind,
    OrderFilter,
    PartState,
    PaymentMethod,
    State,
    VillageShare,
)
from shop.recalls.models import RecalledLine
from shop.vouchers import queries as voucher_queries
from shop.vouchers.queries import UsedVoucher

#: Who may see what an institution has ordered.
INSTITUTION_ROLES = (Role.REQUESTER, Role.APPROVER, Role.RECEIVER)


@dataclass(frozen=True, slots=True)
class SoldLive:
    """The live session whose packs a line was bought of."""

    public_id: str
    title_zh: str
    title_en: str


@dataclass(frozen=True, slots=True)
class LineView:
    """A line as a page shows it; amounts in fen, what was promised when it was placed."""

    line_id: int
    name_zh: str
    name_en: str
    label_zh: str
    label_en: str
    slug: str
    picture: str | None
    quantity: int
    unit_price_fen: int
    line_fen: int
    return_terms: str
    return_note_zh: str
    return_note_en: str
    no_return_confirmed: bool
    accepted_quantity: int | None
    live: SoldLive | None


@dataclass(frozen=True, slots=True)
class PartView:
    """What one supplier sends."""

    part_id: int
    public_id: str
    state: str
    supplier_id: int
    supplier_zh: str
    supplier_en: str
    goods_fen: int
    freight_fen: int
    accepted_fen: int | None
    carrier: str
    tracking_number: str
    shipped_at: datetime | None
    received_at: datetime | None
    inspectors: tuple[str, ...]
    shortage_note: str
    lines: tuple[LineView, ...]
    kind: str

    @property
    def nothing_accepted(self) -> bool:
        """Say whether it was sent in vain: refused whole, or it reached nobody."""
        return self.received_at is not None and not any(line.accepted_quantity for line in self.lines)

    @property
    def shown_state(self) -> str:
        """Return as what it is shown."""
        return rules.shown_state(self.state, self.kind, nothing_accepted=self.nothing_accepted)


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with its parts, where its money goes, and what may be done now."""

    order: Order
    parts: tuple[PartView, ...]
    producer_fen: int
    logistics_fen: int
    other_fen: int
    villages: tuple[VillageShare, ...]
    voucher: UsedVoucher | None
    #: Whether money went or goes back, and whether something of it was recalled: of most orders neither has to be read.
    has_refunds: bool
    has_recalls: bool

    @property
    def delivery(self) -> Delivery:
        """Return where it goes."""
        return read_delivery(self.order.delivery)

    @property
    def invoice(self) -> Invoice | None:
        """Return whom the invoice names."""
        return read_invoice(self.order.invoice)

    @property
    def payable(self) -> bool:
        """Say whether it can be paid online now."""
        order = self.order
        return (
            order.state == State.PLACED
            and order.payment_method == PaymentMethod.ONLINE
            and order.hold_expires_at > clock.now()
        )

    @property
    def may_be_called_off(self) -> bool:
        """Say whether everything that was paid for can be given up whole: nothing is on its way yet."""
        states = {part.state for part in self.parts} - {PartState.CANCELLED.value}
        return self.order.state == State.PAID and states == {PartState.TO_SHIP.value}

    @property
    def nothing_accepted(self) -> bool:
        """Say whether all of it that was sent was sent in vain."""
        sent = [part for part in self.parts if part.state != PartState.CANCELLED]
        return bool(sent) and all(part.nothing_accepted for part in sent)

    @property
    def shown_state(self) -> str:
        """Return as what it is shown."""
        return rules.shown_state(self.order.state, self.order.kind, nothing_accepted=self.nothing_accepted)

    @property
    def accepted_fen(self) -> int:
        """Return what was accepted so far (fen)."""
        return sum(part.accepted_fen or 0 for part in self.parts)


@dataclass(frozen=True, slots=True)
class LastForm:
    """What somebody filled in for an order, to fill the next form in advance."""

    delivery: Delivery
    email: str
    invoice: Invoice | None = None


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order that a form made before; `request_hash` says what was asked for then."""

    order_id: int
    number: str
    payment_intent: str | None
    request_hash: str


@dataclass(frozen=True, slots=True)
class ShownGoods:
    """A product of an order as its list shows it: the picture, and the names it was ordered under."""

    picture: str | None
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in a list; `goods` are its first products, where they are shown, and `more_goods` how many are not."""

    number: str
    state: str
    placed_at: datetime
    total_fen: int
    first_zh: str
    first_en: str
    lines: int
    organisation_zh: str = ""
    organisation_en: str = ""
    accepted_fen: int = 0
    kind: str = ""
    payment_method: str = ""
    nothing_accepted: bool = False
    goods: tuple[ShownGoods, ...] = ()
    more_goods: int = 0

    @property
    def shown_state(self) -> str:
        """Return as what it is shown."""
        return rules.shown_state(self.state, self.kind, nothing_accepted=self.nothing_accepted)


# Sent with every order, so built once.
_orders = table_of(Order)
_BY_KEY = select(_orders.c.id, _orders.c.number, _orders.c.payment_intent, _orders.c.request_hash).where(
    _orders.c.idem_key == bindparam("idem_key")
)
_BY_SECRET = select(Order).where(Order.guest_token_hash == bindparam("secret"))
_LOCKED = (
    select(Order)
    .where(Order.id == bindparam("order_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_parts, _lines, _products = table_of(SupplierOrder), table_of(OrderLine), table_of(Product)
_villages, _suppliers = table_of(Region), table_of(Organisation)
_refunds, _recalled = table_of(Refund), table_of(RecalledLine)
_live_items, _live_sessions = table_of(LiveItem), table_of(LiveSession)
_back = given_back_of(_parts.c.order_id)
_has_refunds = exists(_refunds.c.id).where(
    _refunds.c.purpose == Purpose.ORDER.value, _refunds.c.subject_id == _parts.c.order_id
)
_has_recalls = exists(_recalled.c.order_id).where(_recalled.c.order_id == _parts.c.order_id)
_part_columns = [
    _parts.c[name]
    for name in (
        "id",
        "public_id",
        "state",
        "supplier_id",
        "goods_fen",
        "freight_fen",
        "accepted_fen",
        "carrier",
        "tracking_number",
        "shipped_at",
        "received_at",
        "inspectors",
        "shortage_note",
    )
]
_line_columns = [
    _lines.c[name]
    for name in (
        "name_zh",
        "name_en",
        "label_zh",
        "label_en",
        "quantity",
        "unit_price_fen",
        "line_fen",
        "producer_fen",
        "logistics_fen",
        "other_fen",
        "return_terms",
        "return_note_zh",
        "return_note_en",
        "no_return_confirmed",
        "accepted_quantity",
        "village_id",
    )
]
# Sent for every page and mail of an order: the columns it shows, and no whole rows.
_VIEW_COLUMNS = (
    select(
        *_part_columns,
        *_line_columns,
        _lines.c.id.label("line_id"),
        _products.c.slug,
        _products.c.picture,
        _villages.c.name_zh.label("village_zh"),
        _villages.c.name_en.label("village_en"),
        _suppliers.c.name_zh.label("supplier_zh"),
        _suppliers.c.name_en.label("supplier_en"),
        _live_sessions.c.public_id.label("live_id"),
        _live_sessions.c.title_zh.label("live_zh"),
        _live_sessions.c.title_en.label("live_en"),
        reaching_fen(_back).label("reaching"),
        _has_refunds.label("has_refunds"),
        _has_recalls.label("has_recalls"),
    )
    .select_from(_parts)
    .join(_lines, _lines.c.supplier_order_id == _parts.c.id)
    .join(_products, _products.c.id == _lines.c.product_id)
    .join(_villages, _villages.c.id == _lines.c.village_id)
    .join(_suppliers, _suppliers.c.id == _parts.c.supplier_id)
    .outerjoin(_back, _back.c.line_id == _lines.c.id)
    .outerjoin(_live_items, _live_items.c.variant_id == _lines.c.variant_id)
    .outerjoin(_live_sessions, _live_sessions.c.id == _live_items.c.session_id)
    .order_by(_parts.c.id, _lines.c.id)
)
_VIEW = _VIEW_COLUMNS.where(_parts.c.order_id == bindparam("order_id"))
_VIEW_WITH_ORDER = _VIEW_COLUMNS.add_columns(Order).join(Order, Order.id == _parts.c.order_id)
_VIEW_BY_ID = _VIEW_WITH_ORDER.where(Order.id == one_of("order_ids"))
_VIEW_BY_SECRET = _VIEW_WITH_ORDER.where(Order.guest_token_hash == bindparam("secret"))
_VIEW_OWN = _VIEW_WITH_ORDER.where(
    Order.number == bindparam("number"),
    Order.buyer_user_id == bindparam("user_id"),
    Order.kind == Kind.PUBLIC.value,
)


def packs_of(session: Session, order_id: int) -> dict[int, int]:
    """Return how many packs of what were ordered, by variant id."""
    rows = session.execute(
        select(OrderLine.variant_id, func.sum(OrderLine.quantity))
        .where(OrderLine.order_id == order_id)
        .group_by(OrderLine.variant_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def packs_of_buyer(
    session: Session, variant_ids: Sequence[int], user_id: int | None, phone: str
) -> dict[int, int]:
    """Return how many packs of some variants a buyer has ordered, by variant id; what ended unpaid or called off does not count.

    An account's orders are its own and those of guests to its phone number, a guest's all that go to the phone number.
    """
    to_phone = Order.delivery["phone"].astext == phone
    own = (
        to_phone
        if user_id is None
        else or_(Order.buyer_user_id == user_id, Order.buyer_user_id.is_(None) & to_phone)
    )
    rows = session.execute(
        select(OrderLine.variant_id, func.sum(OrderLine.quantity))
        .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.variant_id.in_(variant_ids), SupplierOrder.state != PartState.CANCELLED.value, own)
        .group_by(OrderLine.variant_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def count_unpaid(session: Session, user_id: int) -> int:
    """Count the public orders of an account that wait for their money."""
    return (
        session.scalar(
            select(func.count()).where(
                Order.buyer_user_id == user_id,
                Order.state == State.PLACED.value,
                Order.kind == Kind.PUBLIC.value,
                Order.hold_expires_at > clock.now(),
            )
        )
        or 0
    )


def find_by_key(session: Session, idem_key: str) -> KnownOrder | None:
    """Return the order that a form made, or None."""
    row = session.execute(_BY_KEY, {"idem_key": idem_key}).first()
    return KnownOrder(*row) if row is not None else None


def own_order(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a public order was placed by this signed-in person."""
    return (Order.buyer_user_id == actor.user_id) & (Order.kind == Kind.PUBLIC.value)


def institution_order(actor: Actor, *roles: str) -> ColumnElement[bool]:
    """Return the condition that an order is of an institution in which the actor holds one of `roles`."""
    return Order.institution_id.in_(actor.organisation_ids(*(roles or INSTITUTION_ROLES)))


def get_own_order(session: Session, actor: Actor, number: str, *, lock: bool = False) -> Order:
    """Return a person's own order, else `NotFound`."""
    if actor.user_id is None:
        raise NotFound("order")
    return _one(session, select(Order).where(Order.number == number, own_order(actor)), lock)


def get_guest_order(session: Session, secret: str, *, lock: bool = False) -> Order:
    """Return the order that a guest's secret opens, else `NotFound`."""
    return _one(session, _BY_SECRET, lock, secret=ids.digest(secret))


def get_institution_order(
    session: Session, actor: Actor, number: str, *roles: str, lock: bool = False
) -> Order:
    """Return an order of an institution of the actor's, else `NotFound`."""
    statement = select(Order).where(Order.number == number, institution_order(actor, *roles))
    return _one(session, statement, lock)


def lock_order(session: Session, order_id: int) -> Order:
    """Return an order, locked for this step."""
    order = session.scalar(_LOCKED, {"order_id": order_id})
    if order is None:
        raise NotFound("order")
    return order


def _one(session: Session, statement: Select[Order], lock: bool, **asked: Any) -> Order:
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    order = session.scalar(statement, asked)
    if order is None:
        raise NotFound("order")
    return order


def lock_parts(session: Session, order_id: int) -> Sequence[SupplierOrder]:
    """Return the parts of an order in the order of their ids; the order itself is locked before."""
    return session.scalars(
        select(SupplierOrder)
        .where(SupplierOrder.order_id == order_id)
        .order_by(SupplierOrder.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def view_order(session: Session, order: Order) -> OrderView:
    """Return everything that the pages of an order show, in one statement, and one more for its voucher."""
    rows = session.execute(_VIEW, {"order_id": order.id}).all()
    return _view(order, rows, _vouchers(session, [order]))


def get_views(session: Session, order_ids: Iterable[int]) -> dict[int, OrderView]:
    """Return orders by id with everything that their mails tell, as `view_order` does; those that are there."""
    rows: dict[int, list[Any]] = {}
    for row in session.execute(_VIEW_BY_ID, {"order_ids": sorted(set(order_ids))}):
        rows.setdefault(row.Order.id, []).append(row)
    orders = [of_one[0].Order for of_one in rows.values()]
    vouchers = _vouchers(session, orders)
    return {order.id: _view(order, rows[order.id], vouchers) for order in orders}


def view_guest_order(session: Session, secret: str) -> OrderView:
    """Return the order that a guest's secret opens, as `view_order` does; `NotFound` for none."""
    return _view_with_order(session, session.execute(_VIEW_BY_SECRET, {"secret": ids.digest(secret)}).all())


def view_own_order(session: Session, actor: Actor, number: str) -> OrderView:
    """Return a person's own order, as `view_order` does; `NotFound` for none."""
    if actor.user_id is None:
        raise NotFound("order")
    asked = {"number": number, "user_id": actor.user_id}
    return _view_with_order(session, session.execute(_VIEW_OWN, asked).all())


def _view_with_order(session: Session, rows: Sequence[Any]) -> OrderView:
    if not rows:
        raise NotFound("order")
    return _view(rows[0].Order, rows, _vouchers(session, [rows[0].Order]))


def _vouchers(session: Session, orders: Iterable[Order]) -> dict[int, UsedVoucher]:
    return voucher_queries.vouchers_of_orders(session, [order.id for order in orders if order.discount_fen])


def _view(order: Order, rows: Sequence[Any], vouchers: Mapping[int, UsedVoucher]) -> OrderView:
    parts: dict[int, list[Any]] = {}
    villages: dict[int, VillageShare] = {}
    for row in rows:
        parts.setdefault(row.id, []).append(row)
        # What is not sent, or went back whole, reaches nobody.
        if row.state == PartState.CANCELLED or not row.reaching:
            continue
        before = villages.get(row.village_id)
        villages[row.village_id] = VillageShare(
            row.village_zh, row.village_en, row.reaching + (before.producer_fen if before else 0)
        )
    return OrderView(
        order,
        tuple(_part_view(order, lines) for lines in parts.values()),
        sum(row.producer_fen for row in rows),
        sum(row.logistics_fen for row in rows),
        sum(row.other_fen for row in rows),
        tuple(sorted(villages.values(), key=lambda share: -share.producer_fen)),
        vouchers.get(order.id),
        rows[0].has_refunds,
        rows[0].has_recalls,
    )


def _line_view(row: Any) -> LineView:
    return LineView(
        row.line_id,
        row.name_zh,
        row.name_en,
        row.label_zh,
        row.label_en,
        row.slug,
        row.picture,
        row.quantity,
        row.unit_price_fen,
        row.line_fen,
        row.return_terms,
        row.return_note_zh,
        row.return_note_en,
        row.no_return_confirmed,
        row.accepted_quantity,
        SoldLive(row.live_id, row.live_zh, row.live_en) if row.live_id is not None else None,
    )


def _part_view(order: Order, lines: Sequence[Any]) -> PartView:
    row = lines[0]
    return PartView(
        row.id,
        row.public_id,
        row.state,
        row.supplier_id,
        row.supplier_zh,
        row.supplier_en,
        row.goods_fen,
        row.freight_fen,
        row.accepted_fen,
        row.carrier,
        row.tracking_number,
        row.shipped_at,
        row.received_at,
        tuple(row.inspectors or ()),
        row.shortage_note,
        tuple(_line_view(line) for line in lines),
        order.kind,
    )


def list_own_orders(session: Session, actor: Actor, *, limit: int, offset: int) -> tuple[list[OrderRow], int]:
    """Return a person's own orders with pictures of their goods, newest first, and how many there are."""
    rows, total = _list(session, own_order(actor), limit, offset)
    return _with_goods(session, rows), total


def list_institution_orders(
    session: Session, actor: Actor, *, limit: int, offset: int
) -> tuple[list[OrderRow], int]:
    """Return the orders of the actor's institutions, newest first, and how many there are."""
    return _list(session, institution_order(actor), limit, offset)


def _list(
    session: Session, condition: ColumnElement[bool], limit: int, offset: int
) -> tuple[list[OrderRow], int]:
    total = session.scalar(select(func.count()).select_from(Order).where(condition)) or 0
    return _rows(session, condition, limit, offset), total


def _rows(
    session: Session,
    condition: ColumnElement[bool],
    limit: int,
    offset: int,
    order: tuple[ColumnElement[Any], ...] = (Order.id.desc(),),
) -> list[OrderRow]:
    first = (
        select(OrderLine.name_zh, OrderLine.name_en, func.count().over().label("lines"))
        .where(OrderLine.order_id == Order.id)
        .order_by(OrderLine.id)
        .limit(1)
        .lateral("first_line")
    )
    accepted = (
        select(cast(func.coalesce(func.sum(SupplierOrder.accepted_fen), 0), BigInteger))
        .where(SupplierOrder.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Order.number,
            Order.state,
            Order.placed_at,
            Order.total_fen,
            first.c.name_zh,
            first.c.name_en,
            first.c.lines,
            func.coalesce(Organisation.name_zh, ""),
            func.coalesce(Organisation.name_en, ""),
            accepted,
            Order.kind,
            Order.payment_method,
            (Order.state == State.RECEIVED.value) & ~_something_accepted(),
        )
        .select_from(Order)
        .join(first, true())
        .outerjoin(Organisation, Organisation.id == Order.institution_id)
        .where(condition)
        .order_by(*order)
        .limit(limit)
        .offset(offset)
    )
    return [OrderRow(*row) for row in rows]


#: So many products of an order are shown in the list.
SHOWN_GOODS = 4


def _with_goods(session: Session, rows: Sequence[OrderRow]) -> list[OrderRow]:
    """Add to each order its first products, each once, in one statement for all of them."""
    one_each = (
        select(Order.number, OrderLine.id, OrderLine.product_id, OrderLine.name_zh, OrderLine.name_en)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.number.in_([row.number for row in rows]))
        .ext(distinct_on(OrderLine.order_id, OrderLine.product_id))
        .order_by(OrderLine.order_id, OrderLine.product_id, OrderLine.id)
        .subquery()
    )
    counted = select(
        one_each,
        func.row_number().over(partition_by=one_each.c.number, order_by=one_each.c.id).label("place"),
        func.count().over(partition_by=one_each.c.number).label("products"),
    ).subquery()
    found = session.execute(
        select(counted.c.number, counted.c.name_zh, counted.c.name_en, counted.c.products, Product.picture)
        .join(Product, Product.id == counted.c.product_id)
        .where(counted.c.place <= SHOWN_GOODS)
        .order_by(counted.c.id)
    )
    of_order: dict[str, list[Any]] = {}
    for row in found:
        of_order.setdefault(row.number, []).append(row)
    return [
        replace(
            row,
            goods=tuple(ShownGoods(p.picture, p.name_zh, p.name_en) for p in of_order[row.number]),
            more_goods=of_order[row.number][0].products - len(of_order[row.number]),
        )
        for row in rows
    ]


def organisation_names(session: Session, organisation_id: int | None) -> tuple[str, str]:
    """Return an organisation's (Chinese, English) name, empty when there is none."""
    found = session.get(Organisation, organisation_id) if organisation_id is not None else None
    return (found.name_zh, found.name_en) if found is not None else ("", "")


def last_forms(session: Session, condition: ColumnElement[bool], most: int = 5) -> list[LastForm]:
    """Return what was filled in for the newest of these orders, each way and place once, newest first."""
    rows = session.execute(
        select(Order.delivery, Order.email, Order.invoice)
        .where(condition)
        .order_by(Order.id.desc())
        .limit(20)
    )
    found: dict[Delivery, LastForm] = {}
    for row in rows:
        delivery = read_delivery(row.delivery)
        found.setdefault(delivery, LastForm(delivery, row.email, read_invoice(row.invoice)))
    return list(found.values())[:most]


def unpaid_past_their_time(session: Session, after_id: int, limit: int = 100) -> list[tuple[int, str]]:
    """Return (id, payment method) of placed orders whose hold has run out, from the id after `after_id` on."""
    rows = session.execute(
        select(Order.id, Order.payment_method)
        .where(Order.state == State.PLACED.value, Order.hold_expires_at <= clock.now(), Order.id > after_id)
        .order_by(Order.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def find_waiting_for_money(session: Session, number: str) -> Order | None:
    """Return the order of this number, or of this payment code, that nobody has paid for yet."""
    if "\x00" in number or not number:
        return None
    return session.scalar(
        select(Order).where(
            or_(Order.number == number, Order.payment_code == ids.read_spoken_code(number)),
            Order.paid_at.is_(None),
        )
    )


def is_paid_by(session: Session, paid_by: str) -> bool:
    """Say whether this money has paid for some order."""
    return session.scalar(select(Order.id).where(Order.paid_by == paid_by)) is not None


def prepaid_refunds(session: Session, order_id: int) -> dict[int, int]:
    """Return what of each part's prepaid money (fen by part id) goes back or went back."""
    rows = session.execute(
        select(OrderRefund.supplier_order_id, cast(func.sum(OrderRefund.prepaid_fen), BigInteger))
        .where(
            OrderRefund.order_id == order_id,
            OrderRefund.supplier_order_id.is_not(None),
            OrderRefund.declined.is_(False),
        )
        .group_by(OrderRefund.supplier_order_id)
    )
    return {int(row[0] or 0): int(row[1]) for row in rows}


def owed_for_part(session: Session, part: SupplierOrder, lines: Iterable[OrderLine]) -> int:
    """Return what an accepted part owes its supplier (fen); `lines` are its lines, with what was accepted of them."""
    back = refunds_of_lines(session, part.order_id)
    return rules.owed_to_supplier_fen(
        [
            ((line.accepted_quantity or 0) * line.unit_price_fen, line.line_fen, back.get(line.id, (0, 0))[0])
            for line in lines
        ],
        part.freight_fen,
    )


def unowed_fen(session: Session, order: Order) -> int:
    """Return what lies prepaid for an order and is owed to nobody any more (fen): it can only go back."""
    if order.paid_at is None:
        return 0
    back = prepaid_refunds(session, order.id)
    parts = session.scalars(select(SupplierOrder).where(SupplierOrder.order_id == order.id))
    return sum(unowed_of_part(order, part, back) for part in parts)


def unowed_of_part(order: Order, part: SupplierOrder, back: Mapping[int, int]) -> int:
    """Return the same for one part; `back` is what `prepaid_refunds` says."""
    paid_for = part.goods_fen + part.freight_fen
    return rules.unowed_fen(order.state, part.state, paid_for, part.accepted_fen, back.get(part.id, 0))


def refunds_of_parts(session: Session, order_id: int) -> dict[int, tuple[int, int]]:
    """Return what of each part goes back or went back, and what of that to a voucher (both fen, by part id)."""
    rows = session.execute(
        select(
            OrderRefund.supplier_order_id,
            cast(func.sum(OrderRefund.prepaid_fen + OrderRefund.payable_fen), BigInteger),
            cast(func.sum(OrderRefund.voucher_fen), BigInteger),
        )
        .where(
            OrderRefund.order_id == order_id,
            OrderRefund.supplier_order_id.is_not(None),
            OrderRefund.declined.is_(False),
        )
        .group_by(OrderRefund.supplier_order_id)
    )
    return {int(row[0] or 0): (int(row[1]), int(row[2])) for row in rows}


def refunds_of_lines(session: Session, order_id: int) -> dict[int, tuple[int, int]]:
    """Return what of each line of an order goes back or went back, of what is prepaid and of what was accepted (fen by line id)."""
    rows = session.execute(
        select(
            OrderRefund.order_line_id,
            cast(func.sum(OrderRefund.prepaid_fen), BigInteger),
            cast(func.sum(OrderRefund.payable_fen), BigInteger),
        )
        .where(
            OrderRefund.order_id == order_id,
            OrderRefund.order_line_id.is_not(None),
            OrderRefund.declined.is_(False),
        )
        .group_by(OrderRefund.order_line_id)
    )
    return {int(row[0] or 0): (int(row[1]), int(row[2])) for row in rows}


def refunded_lines(session: Session, order_id: int) -> dict[int, int]:
    """Return how much (fen by line id, in its prices) of each line of an order goes back or went back by itself."""
    rows = session.execute(
        select(
            OrderRefund.order_line_id,
            cast(func.sum(OrderRefund.amount_fen + OrderRefund.voucher_fen), BigInteger),
        )
        .where(
            OrderRefund.order_id == order_id,
            OrderRefund.order_line_id.is_not(None),
            OrderRefund.declined.is_(False),
        )
        .group_by(OrderRefund.order_line_id)
    )
    return {int(row[0] or 0): int(row[1]) for row in rows}


def find_refund_by_once(session: Session, once: str) -> Refund | None:
    """Return the refund that a form asked for, or None."""
    return session.scalar(select(Refund).where(Refund.once == once))


def refunded_by(session: Session, refund: str) -> tuple[int | None, int] | None:
    """Return the line that a refund was for and its amount in the prices of the line (fen), or None."""
    row = session.execute(
        select(OrderRefund.order_line_id, OrderRefund.amount_fen + OrderRefund.voucher_fen).where(
            OrderRefund.refund == refund
        )
    ).first()
    return (row[0], row[1]) if row is not None else None


def count_refunds(session: Session, order_id: int) -> int:
    """Count what was written down about refunds of an order."""
    statement = select(func.count()).select_from(OrderRefund).where(OrderRefund.order_id == order_id)
    return session.scalar(statement) or 0


def get_order(session: Session, number: str, *, lock: bool = False) -> Order:
    """Return any order, for the operator; raises `NotFound`."""
    if "\x00" in number:
        raise NotFound("order")
    return _one(session, select(Order).where(Order.number == number), lock)


def number_of(session: Session, order_id: int) -> str:
    """Return the number of an order; raises `NotFound`."""
    if order_id >= 2**63:
        raise NotFound("order")
    return _one(session, select(Order).where(Order.id == order_id), False).number


#: By the moment of placing, so that the index on it finds and sorts the orders of some days.
NEWEST_FIRST = (Order.placed_at.desc(), Order.id.desc())


def list_orders(session: Session, wanted: OrderFilter, *, limit: int, offset: int = 0) -> list[OrderRow]:
    """Return every order that fits, newest first, for the operator."""
    return _rows(session, _fitting(wanted), limit, offset, NEWEST_FIRST)


def count_orders(session: Session, wanted: OrderFilter) -> int:
    """Count every order that fits, for the operator."""
    return session.scalar(select(func.count()).select_from(Order).where(_fitting(wanted))) or 0


def _fitting(wanted: OrderFilter) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = true()
    words = wanted.words
    if wanted.state in set(InVain):
        kind = Kind.INSTITUTION if wanted.state == InVain.TURNED_BACK else Kind.PUBLIC
        condition &= (Order.state == State.RECEIVED.value) & (Order.kind == kind.value) & _in_vain()
    elif wanted.state == State.RECEIVED:
        condition &= (Order.state == State.RECEIVED.value) & ~_in_vain()
    elif wanted.state:
        condition &= Order.state == wanted.state
    if wanted.kind:
        condition &= Order.kind == wanted.kind
    if wanted.method:
        condition &= Order.payment_method == wanted.method
    if wanted.day_from is not None:
        condition &= Order.placed_at >= _morning(wanted.day_from)
    if wanted.day_to is not None:
        condition &= Order.placed_at < _morning(wanted.day_to + timedelta(days=1))
    if words:
        condition &= or_(
            Order.number == words,
            Order.number.startswith(words, autoescape=True),
            Order.payment_code == ids.read_spoken_code(words),
            func.lower(Order.email) == words.lower(),
            Order.delivery["recipient"].astext == words,
            Order.delivery["phone"].astext == words.replace(" ", ""),
        )
    return condition


def _something_accepted() -> ColumnElement[bool]:
    return exists().where(OrderLine.order_id == Order.id, OrderLine.accepted_quantity > 0).correlate(Order)


def _in_vain() -> ColumnElement[bool]:
    """Return the condition that nothing of a received order was accepted: of the few parts that owe their suppliers nothing."""
    owes_nothing = select(SupplierOrder.order_id).where(SupplierOrder.accepted_fen == 0)
    return Order.id.in_(owes_nothing) & ~_something_accepted()


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), clock.CHINA)


def history(session: Session, number: str) -> list[AuditEntry]:
    """Return everything that happened to an order: who, what, when, why; oldest first."""
    return list(
        session.scalars(
            select(AuditEntry)
            .where(AuditEntry.subject_type == "order", AuditEntry.subject_id == number)
            .order_by(AuditEntry.id)
        )
    )


def refunds_of(session: Session, order_id: int) -> list[str]:
    """Return the public ids of an order's refunds, oldest first."""
    return list(
        session.scalars(
            select(OrderRefund.refund)
            .where(OrderRefund.order_id == order_id)
            .group_by(OrderRefund.refund)
            .order_by(func.min(OrderRefund.id))
        )
    )


def first_open_code(session: Session) -> tuple[str, int] | None:
    """Return (payment code, total in fen) of the oldest order that waits for a bank transfer."""
    row = session.execute(
        select(Order.payment_code, Order.total_fen)
        .where(Order.state == State.PLACED.value, Order.payment_code.is_not(None))
        .order_by(Order.id)
        .limit(1)
    ).first()
    return (row[0] or "", row[1]) if row is not None else None
