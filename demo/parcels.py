"""Parcels of the demo world on our own way: nodes from the county down, scans, one waiting at 青莲村's point with its code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import queries as account_queries
from core import clock, documents, ids
from core.db import reading, transaction
from core.permissions import GUEST, Actor
from demo.content import people
from demo.content.places import village_code
from demo.directory import Door
from demo.timeline import Timeline
from demo.world import World
from payments.sandbox import rehearsals
from shop.fulfilment import codes
from shop.fulfilment import jobs as fulfilment_jobs
from shop.fulfilment import services as fulfilment
from shop.fulfilment.values import NewNode, Way
from shop.orders import addresses
from shop.orders import services as orders
from shop.orders.models import Order, SupplierOrder
from shop.orders.values import Delivery, OrderRequest, Pickup
from shop.stock.values import Wanted

#: When the nodes were opened, in days from today.
OPENED = -34
#: How often the days of receipt were looked at while the past was played, in days, and since when.
LOOKED_EVERY, LOOKED_SINCE = 3, 190
COUNTY, TOWN = "370406", "370406181"


@dataclass(frozen=True, slots=True)
class Story:
    """One order to 青莲村: who placed it when (days from today), how many nodes have noted it, and how it ended."""

    day: int
    buyer: int
    pickup: bool
    reached: int
    ended: bool = False


#: `buyer` counts the invented buyers; -1 is buyer@.
STORIES = (
    Story(-19, 3, pickup=True, reached=3, ended=True),
    Story(-12, 5, pickup=False, reached=3, ended=True),
    Story(-6, -1, pickup=True, reached=3),
    Story(-5, 8, pickup=True, reached=2),
    Story(-4, 11, pickup=False, reached=3),
    Story(-3, 14, pickup=True, reached=1),
)


class Parcels:
    """The nodes' part of the past: plans everything on the timeline when it is made."""

    def __init__(self, world: World, timeline: Timeline, door: Door) -> None:
        """Plan nodes, a few orders that travel through them, and receipts that confirm themselves."""
        self.world, self.timeline, self.door = world, timeline, door
        self.chance = Random("yigou-parcels")
        self.nodes: list[tuple[str, Actor]] = []
        self.point: Pickup | None = None
        timeline.inside(timeline.moment(timeline.day(OPENED), 9, 11), self._open_nodes)
        for story in STORIES:
            moment = timeline.moment(timeline.day(story.day), 9, 12)
            timeline.outside(moment, partial(self._order, story))
        for day in range(-LOOKED_SINCE, 0, LOOKED_EVERY):
            timeline.outside(timeline.moment(timeline.day(day), 22, 23), _confirm_receipts)

    def _open_nodes(self, session: Session) -> None:
        village = village_code("青莲村")
        keeper = self.world.fixed.get("keeper")
        told = (
            (COUNTY, "山亭县域共配仓", "Shanting county depot", "物流园 3 号库", "07:00-19:00", "冯长顺"),
            (TOWN, "翠微镇寄递网点", "Cuiwei town node", "镇便民服务中心东侧", "08:00-18:00", "尤巧云"),
            (village, "青莲村自提点", "Qinglian village point", "青莲村爱心超市旁", "08:00-20:00", "卞秋生"),
        )
        for code, name_zh, name_en, address, hours, person in told:
            email = f"node.{code}@people.yigou.example"
            mine = code == village and keeper is not None
            if not mine:
                self.door.open_account(session, person, email)
            kept = keeper if mine else account_queries.find_actor(session, email)
            assert kept is not None
            assert kept.user_id is not None
            login = account_queries.get_user(session, kept.user_id).email or ""
            node = fulfilment.add_node(
                session,
                self.world.fixed["admin"],
                self.world.places[code].id,
                NewNode(name_zh, name_en, address, hours, keeper=login),
            )
            self.nodes.append((node.public_id, kept))
            self.point = Pickup(node.public_id, name_zh, name_en, address, hours)

    def _order(self, story: Story) -> None:
        shelves = [
            shelf
            for shelf in self.world.shelves
            if shelf.left > 12 and shelf.pack.pack_multiple == 1 and shelf.pack.price_fen < 9_000
        ]
        if not shelves:
            return
        shelf = self.chance.choice(shelves)
        shelf.left -= 2
        if story.buyer < 0:
            actor, name, phone = self.world.fixed["buyer"], "陆晓棠", "14500099001"
            email = "buyer@demo.yigou.example"
        else:
            person = people.BUYERS[story.buyer]
            actor, name, phone, email = GUEST, person.name, person.phone, person.email
        key = f"{actor.user_id or 'guest'}:{ids.public_id(20)}"
        request = OrderRequest(
            idem_key=key,
            email=email,
            locale="zh_Hans_CN",
            delivery=Delivery(
                name,
                phone,
                "山东省",
                "枣庄市",
                "山亭区",
                "" if story.pickup else "村中路 17 号",
                town="翠微镇",
                village="青莲村",
                region_code=village_code("青莲村"),
                pickup=self.point if story.pickup else None,
            ),
            no_return_confirmed=True,
            wanted=(Wanted(shelf.variant_id, 2),),
            guest_secret=addresses.guest_secret(key) if actor is GUEST else None,
        )
        with transaction() as session:
            placed = orders.place_order(session, actor, request)
        assert placed.payment_intent is not None
        rehearsals.pay_intent(placed.payment_intent, "alipay")
        self.timeline.counts["orders"] += 1
        with reading() as session:
            part = session.scalars(
                select(SupplierOrder).where(SupplierOrder.order_id == placed.order_id)
            ).one()
            made = session.get_one(Order, placed.order_id).placed_at
        day = made.astimezone(clock.CHINA).date()
        sent = self.timeline.moment(day, 15, 17)
        self.timeline.inside(sent, partial(self._send, part.public_id, part.supplier_id))
        code = f"{placed.number}-1"
        for place in range(story.reached):
            at = self.timeline.moment(day + timedelta(days=place + 1), 9, 17)
            self.timeline.inside(at, partial(self._scan, code, place))
        if story.ended:
            at = self.timeline.moment(day + timedelta(days=story.reached + 1), 9, 19)
            self.timeline.inside(at, partial(self._hand_over, code, name, story.pickup))

    def _send(self, public_id: str, supplier_id: int, session: Session) -> None:
        supplier = self.world.supplier_actors[supplier_id]
        fulfilment.ship_part(session, supplier, public_id, "", "", way=Way.OWN)

    def _scan(self, code: str, place: int, session: Session) -> None:
        node, keeper = self.nodes[place]
        fulfilment.scan_parcel(session, keeper, node, code)

    def _hand_over(self, code: str, name: str, pickup: bool, session: Session) -> None:
        keeper = self.nodes[-1][1]
        if pickup:
            fulfilment.hand_out(session, keeper, code, codes.pickup_code(code))
        else:
            photo = documents.keep_document(_photo()).key
            fulfilment.deliver_parcel(session, keeper, code, f"{name[0]}家老人代收", photo)


def _confirm_receipts() -> None:
    """Do what the worker would have done by then."""
    fulfilment_jobs.confirm_receipts()


def _photo() -> bytes:
    """Draw a parcel before a door."""
    picture = Image.new("RGB", (640, 480), "#c9c2b2")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((360, 40, 600, 400), fill="#7a4b2e", outline="#4a2c1a", width=6)
    pen.ellipse((380, 210, 400, 230), fill="#e3b341")
    pen.rectangle((0, 400, 640, 480), fill="#8d8878")
    pen.rectangle((120, 270, 330, 430), fill="#c79a5b", outline="#8a6414", width=4)
    pen.rectangle((210, 270, 240, 430), fill="#e6d3ad")
    made = BytesIO()
    picture.save(made, "JPEG", quality=85)
    return made.getvalue()
