"""Live sessions of the demo world: one that is over and reached villages, one that is on, one that is to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind
from core import clock, ids
from core.db import reading, transaction
from core.permissions import GUEST, Actor
from demo.content import people
from demo.content.places import village_code
from demo.timeline import Timeline
from demo.world import World
from payments.sandbox import rehearsals
from shop.fulfilment import services as fulfilment
from shop.live import queries, services
from shop.live.models import LiveItem
from shop.live.values import Plan
from shop.orders import addresses
from shop.orders import queries as order_queries
from shop.orders import services as orders
from shop.orders.models import SupplierOrder
from shop.orders.values import Delivery, OrderRequest
from shop.stock.values import Wanted

COUNTY = "370406"
#: How often the sessions of the past are bought in, and how many kinds of packs each sells at most.
ORDERS_OF_THE_PAST, ORDERS_OF_TODAY, KINDS = 9, 5, 4


@dataclass(frozen=True, slots=True)
class _Show:
    """A session: who holds it (a supplier's key, "county" or "operator"), when, and how many packs of each are set aside."""

    host: str
    title: tuple[str, str]
    about: tuple[str, str]
    starts_at: datetime
    ends_at: datetime
    packs: int
    percent: int
    orders: int = 0
    most_per_buyer: int | None = None
    watch_url: str = ""


def add_live_sessions(world: World, timeline: Timeline) -> None:
    """Plan the three sessions, their goods and their orders."""
    past = _at(timeline, -9, 19, 30)
    coming = _at(timeline, 3, 19, 30)
    began = (timeline.now - timedelta(minutes=40)).replace(second=0, microsecond=0)
    shows = (
        _Show(
            "county",
            ("山亭好物·县长带货专场", "Shanting's own, with the county head"),
            (
                "县里分管农业的同志和几家合作社一起开播，从碾坊讲到灶台。\n下单的货都提前留好，播完当晚就开始装箱。",
                "The county's head of farming and several cooperatives, from the mill to the stove.\n"
                "What is ordered was set aside beforehand; packing begins the same night.",
            ),
            past,
            past + timedelta(hours=2),
            12,
            92,
            ORDERS_OF_THE_PAST,
        ),
        _Show(
            "qinglian",
            ("青莲碾坊开磨，边碾边卖", "The Qinglian mill is turning"),
            (
                "石磨转一天，直播开一天。想看哪一道工序，在直播间里说一声。\n专场的货单独留出，卖完就是卖完，绝不超卖。",
                "The mill turns all day and so does the broadcast: say which step you want to see.\n"
                "The packs of the session are set aside; when they are gone they are gone.",
            ),
            began,
            began + timedelta(hours=8),
            10,
            90,
            ORDERS_OF_TODAY,
            5,
            "https://live.yigou.example/qinglian",
        ),
        _Show(
            "operator",
            ("冬储专场：过冬好物一次备齐", "Stocking up for winter"),
            (
                "几家供应商同场，过冬要用的一次备齐。开播前先看看都留了什么货。",
                "Several suppliers in one evening, with what a household lays in for winter. See beforehand what is set aside.",
            ),
            coming,
            coming + timedelta(hours=2),
            20,
            95,
            most_per_buyer=2,
            watch_url="https://live.yigou.example/winter",
        ),
    )
    for number, show in enumerate(shows):
        planned = min(show.starts_at, timeline.now) - timedelta(minutes=30 + number)
        timeline.inside(planned, partial(_plan, world, timeline, show))


def _at(timeline: Timeline, days: int, hour: int, minute: int) -> datetime:
    return datetime.combine(timeline.day(days), time(hour, minute), clock.CHINA)


def _plan(world: World, timeline: Timeline, show: _Show, session: Session) -> None:
    host_id, host = _host(world, show.host, session)
    plan = Plan(*show.title, *show.about, show.starts_at, show.ends_at, show.watch_url)
    live = services.plan_session(session, host, host_id, plan, once=ids.public_id(20))
    for key in sorted(world.suppliers):
        if show.host in ("county", "operator", key):
            _set_aside(world, show, live.public_id, world.suppliers[key][1], session)
    public_id, live_id = live.public_id, live.id

    def open_it(session: Session) -> None:
        services.open_session(session, host, public_id)

    def end_it(session: Session) -> None:
        services.end_session(session, host, public_id)

    timeline.inside(show.starts_at, open_it)
    chance = Random(f"yigou-live-{show.host}")
    for number in range(show.orders):
        moment = show.starts_at + timedelta(minutes=3 + 4 * number)
        timeline.outside(moment, partial(_order, world, timeline, live_id, chance))
    timeline.inside(show.ends_at, end_it)


def _host(world: World, key: str, session: Session) -> tuple[int, Actor]:
    if key == "county":
        return world.certifiers[COUNTY]
    if key != "operator":
        return world.suppliers[key]
    operators = select(Organisation.id).where(Organisation.kind == OrganisationKind.OPERATOR.value)
    return session.scalars(operators.order_by(Organisation.id).limit(1)).one(), world.fixed["admin"]


def _set_aside(world: World, show: _Show, public_id: str, supplier: Actor, session: Session) -> None:
    """Set some packs of a supplier aside, of those of which there are plenty."""
    live, host = queries.get_with_host(session, public_id)
    most = KINDS if show.host not in ("county", "operator") else 1
    shelves = {shelf.variant_id: shelf for shelf in world.shelves}
    chosen = 0
    found, _total = queries.packs_for(session, supplier, live, host, "", limit=60, offset=0)
    for item in found:
        shelf = shelves.get(item.ordinary_id)
        plenty = shelf is not None and min(shelf.left, item.ordinary_left) >= show.packs + 15
        single = item.goods.pack_multiple == 1
        if not (shelf and plenty and single) or queries.count_items(session, live.id) >= KINDS:
            continue
        price_fen = item.ordinary_price_fen * show.percent // 1000 * 10
        services.set_aside(
            session,
            supplier,
            public_id,
            item.ordinary_public_id,
            show.packs,
            price_fen,
            show.most_per_buyer,
            once=ids.public_id(20),
        )
        shelf.left -= show.packs
        chosen += 1
        if chosen >= most:
            return


def _order(world: World, timeline: Timeline, live_id: int, chance: Random) -> None:
    with reading() as session:
        items = session.scalars(
            select(LiveItem.variant_id).where(LiveItem.session_id == live_id).order_by(LiveItem.id)
        ).all()
        left = {item.goods.variant_id: item.left for item in queries.goods_of(session, live_id)}
    # The first thing shown sells out; the others as it comes.
    wanted = [variant_id for variant_id in items[:1] if left[variant_id] >= 3]
    wanted += [variant_id for variant_id in items[1:] if left[variant_id] > 4 and chance.random() < 0.45]
    if not wanted:
        return
    person = people.BUYERS[chance.randrange(20)]
    key = f"guest:{ids.public_id(20)}"
    request = OrderRequest(
        idem_key=key,
        email=person.email,
        locale="zh_Hans_CN",
        delivery=Delivery(
            person.name,
            person.phone,
            "山东省",
            "枣庄市",
            "山亭区",
            "村中路 21 号",
            town="翠微镇",
            village="青莲村",
            region_code=village_code("青莲村"),
        ),
        no_return_confirmed=True,
        wanted=tuple(
            Wanted(variant_id, left[variant_id] if left[variant_id] < 6 and n == 0 else 3 if n == 0 else 1)
            for n, variant_id in enumerate(wanted)
        ),
        guest_secret=addresses.guest_secret(key),
    )
    with transaction() as session:
        placed = orders.place_order(session, GUEST, request)
    assert placed.payment_intent is not None
    rehearsals.pay_intent(placed.payment_intent, "alipay")
    timeline.counts["orders"] += 1
    with reading() as session:
        parts = session.execute(
            select(SupplierOrder.public_id, SupplierOrder.supplier_id)
            .where(SupplierOrder.order_id == placed.order_id)
            .order_by(SupplierOrder.id)
        ).all()
    now = clock.now()
    for public_id, supplier_id in parts:
        supplier = world.supplier_actors[supplier_id]
        tracking = f"YD{chance.randint(10**10, 10**11 - 1)}"
        timeline.inside(now + timedelta(hours=15), partial(_send, supplier, public_id, tracking))
        timeline.inside(now + timedelta(days=4), partial(_receive, placed.order_id, public_id))


def _send(supplier: Actor, public_id: str, tracking: str, session: Session) -> None:
    fulfilment.ship_part(session, supplier, public_id, "中国邮政", tracking)


def _receive(order_id: int, public_id: str, session: Session) -> None:
    fulfilment.confirm_receipt(session, GUEST, order_queries.lock_order(session, order_id), public_id)
