"""Received orders and reviews for tests, made through the services."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import clock, ids
from core.permissions import GUEST, Actor
from shop.catalogue.models import Product, Variant
from shop.fulfilment import services as fulfilment
from shop.fulfilment.values import Acceptance
from shop.orders import queries as order_queries
from shop.orders import services as orders
from shop.orders.models import Order, OrderLine, SupplierOrder
from shop.orders.values import Received
from shop.reviews import services
from shop.reviews.models import Review
from shop.reviews.values import Written
from tests.factories.orders import make_variant, place
from tests.factories.people import actor_of, make_organisation, make_user
from tests.shop.orders.test_services import MONEY


@dataclass
class Bought:
    """An order of one line for one supplier, as far as it came."""

    order: Order
    secret: str
    line: OrderLine
    part: SupplierOrder
    product: Product
    supplier: Organisation
    seller: Actor

    @property
    def path(self) -> str:
        """Return where a guest opens it."""
        return f"/shop/orders/guest/{self.secret}"


def buy(
    session: Session,
    *,
    variant: Variant | None = None,
    supplier: Organisation | None = None,
    actor: Actor = GUEST,
    received: bool = True,
    **changes: object,
) -> Bought:
    """Return a paid order of one line, sent and received unless told otherwise."""
    if variant is None:
        supplier = supplier or make_organisation(session, OrganisationKind.SUPPLIER)
        variant = make_variant(session, supplier=supplier)
    secret = ids.secret()
    placed = place(
        session, (variant, 1), actor=actor, guest_secret=secret if actor is GUEST else None, **changes
    )
    order = session.get_one(Order, placed.order_id)
    orders.mark_order_paid(
        session, order.id, Received(order.total_fen, "tests", placed.number, clock.now()), MONEY
    )
    part = session.scalars(select(SupplierOrder).where(SupplierOrder.order_id == order.id)).one()
    line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
    supplier = session.get_one(Organisation, part.supplier_id)
    seller = actor_of(make_user(session), Role.SUPPLIER, organisation=supplier)
    if received:
        fulfilment.ship_part(session, seller, part.public_id, "顺丰", "SF123456")
        fulfilment.accept_part(
            session,
            actor,
            order_queries.lock_order(session, order.id),
            part.public_id,
            Acceptance(((line.id, 1),), ("张三", "李四")),
        )
    return Bought(
        session.get_one(Order, order.id),
        secret,
        line,
        part,
        session.get_one(Product, line.product_id),
        supplier,
        seller,
    )


def review(
    session: Session,
    bought: Bought,
    stars: int = 5,
    text: str = "很好吃",
    *,
    actor: Actor = GUEST,
    version: int = 0,
    pictures: tuple[str, ...] = (),
) -> Review:
    """Let the buyer review what was received, or edit the review of `version`."""
    order = order_queries.lock_order(session, bought.order.id)
    return services.write_review(
        session, actor, order, bought.line.id, Written(stars, text, pictures), version=version
    )
