"""What the demo world sold: products put on sale one by one, orders of the public, orders of canteens."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from enum import Enum
from functools import partial
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, ids
from core.db import reading, transaction
from core.permissions import GUEST, Actor
from demo import vouchers
from demo.albums import Album
from demo.assortment import ladder_of
from demo.content.institutions import INSTITUTIONS
from demo.content.products import PRODUCTS
from demo.content.values import Institution, Pack, Person, Product
from demo.delivering import delivery_to, invoice_of
from demo.timeline import Timeline
from demo.world import Canteen, Shelf, World
from payments import services as payments
from payments.sandbox import rehearsals
from payments.values import Purpose
from shop.catalogue import services as catalogue
from shop.catalogue.models import Variant
from shop.catalogue.values import Category, NewProduct, NewVariant
from shop.certification import services as certification
from shop.certification import values as certification_values
from shop.fulfilment import services as fulfilment
from shop.fulfilment.values import Acceptance
from shop.orders import addresses
from shop.orders import jobs as order_jobs
from shop.orders import queries as order_queries
from shop.orders import services as orders
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.values import Invoice, InvoiceKind, OrderRequest
from shop.stock import services as stock
from shop.stock.values import Wanted

#: The rice of the walk; in a small world too.
WALK_PRODUCT = "shitang-dami"

FIRST_LISTED, LAST_LISTED = -235, -6
HISTORY = 183
#: In how many days the certificates of a few products end.
SOON = (9, 16, 24)

CANTEEN_GRAMS = 5_000

_DESTINATIONS: tuple[tuple[str, str, str, str], ...] = (
    ("山东省", "枣庄市", "薛城区", "民生路 26 号枣林苑 3 号楼 2 单元"),
    ("山东省", "枣庄市", "市中区", "文化东路 118 号"),
    ("山东省", "枣庄市", "滕州市", "龙泉南路 9 号善园小区 12 号楼"),
    ("山东省", "济南市", "历下区", "泉城花园 7 号楼 1 单元 501"),
    ("山东省", "济宁市", "任城区", "运河新村 16 号楼"),
    ("山东省", "临沂市", "兰山区", "沂蒙路 203 号柳青苑"),
    ("山东省", "青岛市", "市北区", "延吉路 88 号 4 单元 302"),
    ("山东省", "潍坊市", "奎文区", "鸢飞路 41 号"),
    ("山东省", "烟台市", "芝罘区", "南大街 150 号海棠里 5 号楼"),
    ("江苏省", "徐州市", "云龙区", "和平路 64 号翠屏家园"),
    ("江苏省", "南京市", "建邺区", "云锦路 12 号 9 幢 1804"),
    ("河南省", "商丘市", "梁园区", "归德路 35 号"),
    ("河北省", "石家庄市", "裕华区", "槐安东路 77 号富强里"),
    ("北京市", "北京市", "海淀区", "知春里 28 号楼 6 门 402"),
    ("上海市", "上海市", "杨浦区", "鞍山路 219 弄 15 号 603 室"),
    ("天津市", "天津市", "南开区", "长江道 56 号康居园"),
    ("浙江省", "杭州市", "拱墅区", "湖墅南路 103 号 2 幢"),
    ("安徽省", "合肥市", "蜀山区", "望江西路 82 号桂花园"),
    ("湖北省", "武汉市", "武昌区", "中南路 17 号 3 栋 1102"),
    ("广东省", "深圳市", "南山区", "后海大道 66 号 B 座 1507"),
)
_NOTES = (
    "",
    "",
    "",
    "",
    "",
    "放门卫即可，谢谢。",
    "周末在家，平日请放驿站。",
    "给老人吃的，麻烦挑软一点的。",
    "孩子学校义卖用，辛苦了。",
)
_CARRIERS = ("中国邮政", "城乡客货邮专线", "枣庄冷链配送")
_METHODS = ("wechat_pay", "wechat_pay", "wechat_pay", "alipay", "alipay", "card")


class Reaches(Enum):
    """How far a canteen's order comes by today, at most."""

    PLACED = 1
    PAID = 2
    SHIPPED = 3
    ACCEPTED = 4


class Shop:
    """The shop's part of the past: plans everything on the timeline when it is made."""

    def __init__(
        self,
        world: World,
        timeline: Timeline,
        album: Album,
        buyers: tuple[Person, ...],
        members: dict[str, Actor],
        elsewhere: frozenset[str] = frozenset(),
    ) -> None:
        """Plan products, orders of the public and orders of canteens; `elsewhere` are products others offer."""
        self.elsewhere = elsewhere
        self.world = world
        self.timeline = timeline
        self.album = album
        self.buyers = buyers
        self.members = members
        self.chance: Random = Random("yigou-shop")
        self._plan_products()
        self._plan_orders()
        self._plan_canteens()

    # --- products -------------------------------------------------------------------------------------

    def _plan_products(self) -> None:
        chosen = _choose(self.world.size.products)
        first = max(1, len(chosen) // 2)
        planned: list[tuple[int, int, Product]] = []
        for index, product in enumerate(chosen):
            # Half of them were there when the six months began, the others came along the way.
            if index < first:
                day = self.chance.randint(FIRST_LISTED, -HISTORY - 2)
            else:
                day = self.chance.randint(-HISTORY, LAST_LISTED)
            planned.append((FIRST_LISTED if index == 0 else day, index, product))
        ends_soon = _ending_soon([product for product in chosen if product.slug not in self.elsewhere])
        for day, _, product in sorted(planned, key=lambda plan: plan[:2]):
            if product.slug in self.elsewhere:
                continue
            self.album.order(product.slug, product)
            soon = ends_soon.get(product.slug)
            self.timeline.inside(
                self.timeline.moment(self.timeline.day(day), 9, 17), partial(self._offer, product, soon)
            )

    def _offer(self, product: Product, certificate_ends_in: int | None, session: Session) -> None:
        _id, supplier = self.world.suppliers[product.supplier]
        added = catalogue.add_product(session, supplier, as_written(product, self.world, self.album))
        catalogue.list_product(session, supplier, added.id)
        office_id, certifier = self.world.certifiers[product.village[:6]]
        last_day = (
            self.timeline.day(certificate_ends_in)
            if certificate_ends_in is not None
            else _in_a_year(self.timeline.today, self.chance)
        )
        # What hands make at home is collected house by house: it may only be called a local product (rule A2).
        loose = product.category == Category.CRAFTS
        kinds = certification_values.CertificateKind
        certification.issue_certificate(
            session,
            certifier,
            added.id,
            office_id,
            certification_values.end_of(last_day),
            kind=kinds.LOCAL_PRODUCT if loose else kinds.AID_PRODUCT,
        )
        packs = {pack.sku: pack for pack in product.variants}
        rows = session.execute(
            select(Variant.id, Variant.sku).where(Variant.product_id == added.id).order_by(Variant.id)
        )
        for row in rows:
            pack = packs[row.sku]
            self.world.shelves.append(Shelf(row.id, product, pack, pack.stock))
        self.timeline.counts["products"] += 1

    # --- orders of the public -------------------------------------------------------------------------

    def _plan_orders(self) -> None:
        for _ in range(self.world.size.orders):
            moment = self.timeline.moment(growing_day(self.timeline, self.chance), 7, 23)
            self.timeline.outside(moment, self._order)

    def _order(self) -> None:
        chance = self.chance
        pick = chance.random()
        person: Person | None = None
        if pick < 0.06:
            actor, name, phone = self.world.fixed["buyer"], "陆晓棠", "14500099001"
            email = "buyer@demo.yigou.example"
        else:
            person = chance.choice(self.buyers)
            actor = self.members.get(person.email, GUEST)
            name, phone, email = person.name, person.phone, person.email
        wanted = self._fill_basket()
        if not wanted:
            return
        key = f"{actor.user_id or 'guest'}:{ids.public_id(20)}"
        secret = addresses.guest_secret(key) if actor is GUEST else None
        request = OrderRequest(
            idem_key=key,
            email=email,
            locale="en" if chance.random() < 0.06 else "zh_Hans_CN",
            delivery=delivery_to(name, phone, *self._destination(email)),
            invoice=invoice_of(email, name),
            note=chance.choice(_NOTES),
            no_return_confirmed=True,
            wanted=wanted,
            guest_secret=secret,
            voucher=vouchers.take_code(self.world, self.timeline.counts["orders"], wanted),
        )
        with transaction() as session:
            placed = orders.place_order(session, actor, request)
        assert placed.payment_intent is not None
        moment = self._moment_of(placed.order_id)
        self.timeline.counts["orders"] += 1
        fate = chance.random()
        if fate < 0.04:
            self._give_back(wanted)
            self.timeline.outside(moment + timedelta(minutes=31), _expire_orders)
        elif fate < 0.065:
            self._give_back(wanted)
            self.timeline.outside(
                moment + timedelta(minutes=chance.randint(3, 20)),
                lambda: self._cancel(actor, placed.order_id),
            )
        else:
            intent = placed.payment_intent
            self.timeline.outside(
                moment + timedelta(seconds=chance.randint(40, 500)),
                lambda: self._pay(actor, placed.order_id, intent, chance.choice(_METHODS)),
            )

    def _destination(self, email: str) -> tuple[str, str, str, str]:
        """Return where a person lives, always the same place."""
        weights = [6 if place[0] == "山东省" else 2 for place in _DESTINATIONS]
        return Random(email).choices(_DESTINATIONS, weights)[0]

    def _fill_basket(self) -> tuple[Wanted, ...]:
        open_shelves = [shelf for shelf in self.world.shelves if shelf.left > 12 * shelf.pack.pack_multiple]
        if not open_shelves:
            return ()
        weights = [_appeal(shelf.product.slug, shelf.pack) for shelf in open_shelves]
        chosen: dict[str, Wanted] = {}
        for _ in range(self.chance.choices((1, 2, 3, 4, 5), (26, 32, 22, 13, 7))[0]):
            shelf = self.chance.choices(open_shelves, weights)[0]
            packs = self.chance.choices((1, 2, 3, 4), (58, 28, 9, 5))[0] * shelf.pack.pack_multiple
            if shelf.product.slug not in chosen:
                chosen[shelf.product.slug] = Wanted(shelf.variant_id, packs)
                shelf.left -= packs
        return tuple(chosen.values())

    def _give_back(self, wanted: tuple[Wanted, ...]) -> None:
        by_id = {shelf.variant_id: shelf for shelf in self.world.shelves}
        for item in wanted:
            by_id[item.variant_id].left += item.quantity

    def _cancel(self, actor: Actor, order_id: int) -> None:
        if payments.cancel_open_intents(Purpose.ORDER, order_id) in ("none", "cancelled"):
            with transaction() as session:
                orders.cancel_order(session, actor, order_id)

    def _pay(self, actor: Actor, order_id: int, intent: str, method: str) -> None:
        rehearsals.pay_intent(intent, method)
        moment = self._moment_of(order_id, paid=True)
        for public_id, supplier_id in self._parts(order_id):
            shipped = self._next_working_moment(moment, self.chance.randint(1, 3))
            self.timeline.inside(shipped, partial(self._ship, public_id, supplier_id))
            if self.chance.random() < 0.94:
                day = (shipped + timedelta(days=self.chance.randint(1, 4))).date()
                received = self.timeline.moment(day, 9, 21.5)
                self.timeline.inside(received, partial(self._receive, actor, order_id, public_id))

    def _parts(self, order_id: int) -> list[tuple[str, int]]:
        with reading() as session:
            return _parts_of(session, order_id)

    def _moment_of(self, order_id: int, *, paid: bool = False) -> datetime:
        with reading() as session:
            order = session.get_one(Order, order_id)
        return (order.paid_at or order.placed_at) if paid else order.placed_at

    def _next_working_moment(self, after: datetime, days: int) -> datetime:
        day = (after + timedelta(days=days)).date()
        moment = self.timeline.moment(day, 8, 18)
        return moment if moment > after else self.timeline.moment(day + timedelta(days=1), 8, 12)

    def _ship(self, public_id: str, supplier_id: int, session: Session) -> None:
        supplier = self.world.supplier_actors[supplier_id]
        carrier = self.chance.choice(_CARRIERS)
        tracking = f"YD{self.chance.randint(10**10, 10**11 - 1)}"
        fulfilment.ship_part(session, supplier, public_id, carrier, tracking)

    def _receive(self, actor: Actor, order_id: int, public_id: str, session: Session) -> None:
        fulfilment.confirm_receipt(session, actor, order_queries.lock_order(session, order_id), public_id)

    # --- canteens -------------------------------------------------------------------------------------

    def _plan_canteens(self) -> None:
        walk, *others = self.world.canteens
        total = self.world.size.canteen_orders
        # The canteen of the walk has one order to pay for, one on its way, and some that are done.
        own = (-3, -9, -24, -47, -71, -98, -126, -158)[: max(2, total // 3)]
        for number, day in enumerate(own):
            reaches = {0: Reaches.PLACED, 1: Reaches.SHIPPED}.get(number, Reaches.ACCEPTED)
            self._plan_canteen(walk, day, reaches)
        # One order of another canteen is paid and waits for supplier@ to ship the rice.
        self._plan_canteen(others[0], -2, Reaches.PAID)
        further = total - len(own) - 1
        for number in range(further):
            # Spread evenly along the growth, so that no month is empty and none towers over the rest.
            share = (number + 0.2 + 0.6 * self.chance.random()) / further
            day = -HISTORY + round(HISTORY * (share**0.75))
            self._plan_canteen(others[number % len(others)], min(day, -1), Reaches.ACCEPTED)

    def _plan_canteen(self, canteen: Canteen, day: int, reaches: Reaches) -> None:
        moment = self.timeline.moment(self.timeline.day(day), 8, 11)
        self.timeline.outside(moment, partial(self._order_for, canteen, moment, reaches))

    def _order_for(self, canteen: Canteen, moment: datetime, reaches: Reaches) -> None:
        institution = next(found for found in INSTITUTIONS if found.key == canteen.key)
        wanted = self._fill_store_room(institution, with_rice=reaches is Reaches.PAID)
        if not wanted:
            return
        request = OrderRequest(
            idem_key=f"{canteen.requester.user_id}:{ids.public_id(20)}",
            email=institution.email,
            locale="zh_Hans_CN",
            delivery=delivery_to(
                institution.contact_name,
                institution.contact_phone,
                "山东省",
                "枣庄市",
                institution.address_zh[:3],
                institution.address_zh[3:],
            ),
            note="请送到食堂后门，周一至周五上午十点前收货。",
            invoice=Invoice(InvoiceKind.COMPANY, institution.name_zh, institution.credit_code),
            no_return_confirmed=True,
            wanted=wanted,
            institution_id=canteen.organisation_id,
        )
        with transaction() as session:
            self._restock(session, wanted)
            placed = orders.place_order(session, canteen.requester, request)
            code = session.get_one(Order, placed.order_id).payment_code
        self.timeline.counts["canteen orders"] += 1
        if reaches is not Reaches.PLACED and code is not None:
            day = (
                moment + timedelta(days=1 if reaches is Reaches.PAID else self.chance.randint(1, 3))
            ).date()
            arrived = self.timeline.moment(day, 14, 17)
            self.timeline.inside(
                arrived,
                partial(self._record_transfer, canteen, placed.order_id, code, arrived, reaches),
            )

    def _fill_store_room(self, institution: Institution, *, with_rice: bool) -> tuple[Wanted, ...]:
        large = [
            shelf
            for shelf in self.world.shelves
            if (shelf.pack.net_grams or 0) >= CANTEEN_GRAMS
            and shelf.product.category in ("grain_oil", "fruit_vegetables", "cooked_food")
        ]
        if not large:
            return ()
        chosen = self.chance.sample(large, min(len(large), self.chance.randint(3, 6)))
        rice = next((shelf for shelf in large if shelf.product.slug == WALK_PRODUCT), None)
        if rice is not None and rice not in chosen and (with_rice or self.chance.random() < 0.7):
            chosen.append(rice)
        growth = 1.3 + (clock.today() - self.timeline.today).days / (1.6 * HISTORY)
        found: dict[int, Wanted] = {}
        for shelf in chosen:
            grams = min(institution.diners, 1_500) * self.chance.randint(90, 260) * growth
            packs = max(1, min(120, round(grams / (shelf.pack.net_grams or 1))))
            multiple = shelf.pack.pack_multiple
            found[shelf.variant_id] = Wanted(shelf.variant_id, -(-packs // multiple) * multiple)
        return tuple(found.values())

    def _restock(self, session: Session, wanted: tuple[Wanted, ...]) -> None:
        """Let suppliers bring in more where a canteen takes much, so that enough is left for everybody."""
        by_id = {shelf.variant_id: shelf for shelf in self.world.shelves}
        for item in wanted:
            shelf = by_id[item.variant_id]
            shelf.left -= item.quantity
            if shelf.left < shelf.pack.stock // 3:
                more = shelf.pack.stock - shelf.left
                _, supplier = self.world.suppliers[shelf.product.supplier]
                stock.receive_stock(session, supplier, shelf.variant_id, more, "new delivery")
                shelf.left += more

    def _record_transfer(
        self,
        canteen: Canteen,
        order_id: int,
        code: str,
        moment: datetime,
        reaches: Reaches,
        session: Session,
    ) -> None:
        assert self.world.finance is not None
        order = session.get_one(Order, order_id)
        payments.record_bank_transfer(
            session,
            self.world.finance,
            code,
            order.total_fen,
            moment.date(),
            f"NX{moment:%Y%m%d}{self.chance.randint(10**7, 10**8 - 1)}",
        )
        if reaches is Reaches.PAID:
            return
        for public_id, supplier_id in _parts_of(session, order_id):
            shipped = self._next_working_moment(moment, 1)
            self.timeline.inside(shipped, partial(self._ship, public_id, supplier_id))
            if reaches is Reaches.ACCEPTED:
                received = self._next_working_moment(shipped, 1)
                self.timeline.inside(received, partial(self._accept, canteen, order_id, public_id))

    def _accept(self, canteen: Canteen, order_id: int, public_id: str, session: Session) -> None:
        order = order_queries.lock_order(session, order_id)
        lines = session.execute(
            select(OrderLine.id, OrderLine.quantity)
            .join(SupplierOrder, SupplierOrder.id == OrderLine.supplier_order_id)
            .where(SupplierOrder.public_id == public_id)
            .order_by(OrderLine.id)
        ).all()
        fulfilment.accept_part(
            session,
            canteen.approver,
            order,
            public_id,
            Acceptance(
                tuple((line.id, line.quantity) for line in lines),
                (canteen.requester.name, canteen.approver.name),
            ),
        )


def _parts_of(session: Session, order_id: int) -> list[tuple[str, int]]:
    """Return public id and supplier of every part of an order."""
    rows = session.execute(
        select(SupplierOrder.public_id, SupplierOrder.supplier_id)
        .where(SupplierOrder.order_id == order_id)
        .order_by(SupplierOrder.id)
    )
    return [(row[0], row[1]) for row in rows]


def _expire_orders() -> None:
    """Do what the worker would have done by then."""
    order_jobs.expire_unpaid_orders()


def growing_day(timeline: Timeline, chance: Random) -> date:
    """Draw a day of the last six months; later days are up to three times as likely."""
    while True:
        offset = chance.randint(-HISTORY, -1)
        if chance.random() < (1 + 2 * (HISTORY + offset) / HISTORY) / 3:
            return timeline.day(offset)


def _choose(total: int | None) -> list[Product]:
    """Return the products of a world: the rice of the walk first, then all categories by turns."""
    rice = next(product for product in PRODUCTS if product.slug == WALK_PRODUCT)
    by_category: dict[str, list[Product]] = defaultdict(list)
    for product in PRODUCTS:
        if product is not rice:
            by_category[product.category].append(product)
    chosen = [rice]
    while any(by_category.values()):
        for products in by_category.values():
            if products:
                chosen.append(products.pop(0))
    return chosen if total is None else chosen[:total]


def _ending_soon(chosen: list[Product]) -> dict[str, int]:
    """Return in how many days the certificates of a few products end, one of them in certifier@'s county."""
    rice, *others = chosen
    others.sort(key=lambda product: product.village[:6] != rice.village[:6])
    found = [*others[:1], *others[-2:]]
    return {product.slug: days for product, days in zip(found, SOON, strict=False)}


def as_written(product: Product, world: World, album: Album) -> NewProduct:
    """Return a product of the content as its supplier adds it, with its picture."""
    return NewProduct(
        slug=product.slug,
        supplier_id=world.suppliers[product.supplier][0],
        village_id=world.places[product.village].id,
        category=product.category,
        name_zh=product.name_zh,
        name_en=product.name_en,
        summary_zh=product.summary_zh,
        summary_en=product.summary_en,
        story_zh=product.story_zh,
        story_en=product.story_en,
        variants=tuple(_variant(pack) for pack in product.variants),
        storage_zh=product.storage_zh,
        storage_en=product.storage_en,
        shelf_life_days=product.shelf_life_days,
        return_terms=product.return_terms,
        return_note_zh=product.return_note_zh,
        return_note_en=product.return_note_en,
        picture=album.key(product.slug),
        households_count=product.households,
    )


def _variant(pack: Pack) -> NewVariant:
    return NewVariant(
        sku=pack.sku,
        label_zh=pack.label_zh,
        label_en=pack.label_en,
        net_grams=pack.net_grams,
        pieces=pack.pieces,
        price_fen=pack.price_fen,
        producer_fen=pack.producer_fen,
        logistics_fen=pack.logistics_fen,
        other_fen=pack.other_fen,
        pack_multiple=pack.pack_multiple,
        stock=pack.stock,
        ladder=ladder_of(pack),
    )


def _appeal(slug: str, pack: Pack) -> float:
    """Say how readily the public takes a pack: some products are loved, canteen packs are for canteens."""
    loved = Random(f"yigou-appeal-{slug}").choice((1, 1, 2, 2, 3, 5))
    if pack.pack_multiple > 1 or (pack.net_grams or 0) >= 10_000 or pack.price_fen > 30_000:
        return 0.15 * loved
    return float(loved)


def _in_a_year(today: date, chance: Random) -> date:
    """Draw the last day of a certificate, some months to a year from today, at a month's end."""
    day = today + timedelta(days=chance.randint(120, 330))
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
