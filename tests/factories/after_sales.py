"""Received orders and claims for tests, made through the services."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import ids
from core.permissions import GUEST, Actor
from payments.sandbox import rehearsals
from shop.after_sales import services
from shop.after_sales.models import Claim
from shop.after_sales.values import ClaimKind, NewClaim, Reason, Wish
from shop.catalogue.models import Variant
from shop.fulfilment import services as fulfilment
from shop.orders import queries as order_queries
from shop.orders.models import Order, OrderLine, SupplierOrder
from tests.factories.orders import place
from tests.factories.people import actor_of, make_organisation, make_user


def received_order(
    session: Session, *wanted: tuple[Variant, int], actor: Actor = GUEST, secret: str | None = None
) -> Order:
    """Return a public order that was paid, sent and received whole."""
    placed = place(
        session, *wanted, actor=actor, guest_secret=secret or (ids.secret() if actor is GUEST else None)
    )
    session.commit()
    assert placed.payment_intent is not None
    rehearsals.pay_intent(placed.payment_intent)
    order = order_queries.lock_order(session, placed.order_id)
    for part in order_queries.lock_parts(session, order.id):
        fulfilment.ship_part(session, seller_of(session, part), part.public_id, "Post", "1")
        fulfilment.confirm_receipt(session, actor, order, part.public_id)
    session.commit()
    return order


def seller_of(session: Session, part: SupplierOrder | Claim) -> Actor:
    """Return somebody of the supplier of a part or claim."""
    supplier = session.get_one(Organisation, part.supplier_id)
    user = make_user(session, Role.SUPPLIER, organisation=supplier)
    return actor_of(user, Role.SUPPLIER, organisation=supplier)


def officer(session: Session) -> Actor:
    """Return a finance officer of an operator."""
    operator = make_organisation(session, OrganisationKind.OPERATOR)
    return actor_of(
        make_user(session, Role.FINANCE, organisation=operator), Role.FINANCE, organisation=operator
    )


def line_of(session: Session, order: Order) -> OrderLine:
    """Return the first line of an order."""
    return session.scalars(
        select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.id)
    ).first()  # type: ignore[return-value]


def new_claim(line: OrderLine, **changes: Any) -> NewClaim:
    """Return a claim that a pack of a line was spoiled."""
    values: dict[str, Any] = {
        "once": ids.public_id(20),
        "line_id": line.id,
        "kind": ClaimKind.QUALITY,
        "reason": Reason.SPOILED,
        "wants": Wish.REFUND_FULL,
        "quantity": 1,
        "words": "一袋发霉了",
    }
    return NewClaim(**{**values, **changes})


def new_return(line: OrderLine, **changes: Any) -> NewClaim:
    """Return a return without a reason."""
    return new_claim(
        line,
        **{
            "kind": ClaimKind.RETURN,
            "reason": Reason.NO_REASON,
            "wants": Wish.RETURN_REFUND,
            "words": "",
            **changes,
        },
    )


def file_claim(session: Session, order: Order, actor: Actor = GUEST, **changes: Any) -> Claim:
    """File a quality claim about the first line of an order."""
    return services.file_claim(session, actor, order, new_claim(line_of(session, order), **changes))


def picture(colour: str = "red") -> bytes:
    """Return a small JPEG."""
    data = BytesIO()
    Image.new("RGB", (40, 30), colour).save(data, "JPEG")
    return data.getvalue()
