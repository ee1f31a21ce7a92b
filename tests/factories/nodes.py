"""Nodes of a county, a town and a village with their keepers, and parts that are sent through them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import queries as account_queries
from accounts.models import Organisation, User
from accounts.values import OrganisationKind, Role
from core import clock
from core.permissions import SYSTEM, Actor
from registry.models import Region
from shop.fulfilment import services
from shop.fulfilment.models import Node
from shop.fulfilment.values import NewNode, Way
from shop.orders import services as order_services
from shop.orders.models import Order, SupplierOrder
from shop.orders.values import Pickup, Received
from tests.factories.orders import DELIVERY, make_variant, place
from tests.factories.people import actor_of, make_organisation, make_user, make_village
from tests.shop.orders.test_services import MONEY


@dataclass(frozen=True)
class Chain:
    """The nodes on the way to a village, and who keeps each."""

    village: Region
    nodes: tuple[Node, Node, Node]
    keepers: tuple[User, User, User]
    actors: tuple[Actor, Actor, Actor]

    @property
    def point(self) -> Node:
        """Return the pick-up point."""
        return self.nodes[2]


def make_chain(session: Session) -> Chain:
    """Return three nodes, each with its own keeper."""
    village = make_village(session)
    county, town = (session.get_one(Region, int(part)) for part in village.path.strip("/").split("/")[-3:-1])
    nodes, keepers, actors = [], [], []
    for region, name in ((county, "山亭县级仓"), (town, "店子镇网点"), (village, "青莲村服务点")):
        keeper = make_user(session, name=f"{name}负责人")
        nodes.append(
            services.add_node(
                session,
                SYSTEM,
                region.id,
                NewNode(name, f"Node {region.name_en}", f"{name} 1 号", "08:00-18:00", keeper.email or ""),
            )
        )
        keepers.append(keeper)
        actor = account_queries.acting_user(session, keeper.id)
        assert actor is not None
        actors.append(actor)
    return Chain(village, tuple(nodes), tuple(keepers), tuple(actors))  # type: ignore[arg-type]


@dataclass(frozen=True)
class SentPart:
    """A paid order's only part, and whose it is to send."""

    order: Order
    part: SupplierOrder
    supplier: Organisation
    seller: Actor
    seller_user: User

    @property
    def code(self) -> str:
        """Return the code of its parcel."""
        return f"{self.order.number}-1"


def paid_part(session: Session, chain: Chain, *, pickup: bool = True, **changes: object) -> SentPart:
    """Return a paid order to the village of the chain: to be picked up there, or brought to the door."""
    supplier = make_organisation(session, OrganisationKind.SUPPLIER)
    point = chain.point
    delivery = replace(
        DELIVERY,
        region_code=chain.village.code,
        pickup=Pickup(point.public_id, point.name_zh, point.name_en, point.address, point.hours)
        if pickup
        else None,
    )
    variant = make_variant(session, supplier=supplier, price_fen=100_00)
    placed = place(session, (variant, 2), delivery=delivery, **changes)  # type: ignore[arg-type]
    order = session.get_one(Order, placed.order_id)
    received = Received(order.total_fen, "tests", placed.number, clock.now())
    order_services.mark_order_paid(session, order.id, received, MONEY)
    part = session.scalars(select(SupplierOrder).where(SupplierOrder.order_id == order.id)).one()
    user = make_user(session, Role.SUPPLIER, organisation=supplier)
    return SentPart(order, part, supplier, actor_of(user, Role.SUPPLIER, organisation=supplier), user)


def send(session: Session, sent: SentPart, way: Way = Way.OWN) -> SentPart:
    """Send it through our nodes, or with a carrier."""
    services.ship_part(session, sent.seller, sent.part.public_id, "顺丰", "SF123456", way=way)
    return sent


def bring_to_point(session: Session, chain: Chain, sent: SentPart) -> None:
    """Let every keeper note it in order."""
    for node, actor in zip(chain.nodes, chain.actors, strict=True):
        services.scan_parcel(session, actor, node.public_id, sent.code)
