"""Live sessions for tests, made through the services."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import Role
from core import clock, ids
from core.permissions import Actor, Grant
from shop.catalogue.models import Product, Variant
from shop.live import services
from shop.live.models import LiveItem, LiveSession
from shop.live.values import Plan


def supplier_of(session: Session, variant: Variant) -> Actor:
    """Return somebody of the supplier of a pack size."""
    product = session.get_one(Product, variant.product_id)
    return Actor(None, "孙掌柜", (Grant(Role.SUPPLIER, product.supplier_id),))


def make_plan(**changes: Any) -> Plan:
    """Return a plan that begins in an hour and lasts two."""
    now = clock.now()
    values: dict[str, Any] = {
        "title_zh": "青莲村小米专场",
        "title_en": "An evening of millet",
        "about_zh": "看一看石磨怎么转。",
        "about_en": "See how the mill turns.",
        "starts_at": now + timedelta(hours=1),
        "ends_at": now + timedelta(hours=3),
        "watch_url": "",
    }
    return Plan(**(values | changes))


def make_live(
    session: Session,
    variant: Variant,
    packs: int = 0,
    *,
    opened: bool = False,
    price_fen: int | None = None,
    most_per_buyer: int | None = None,
) -> LiveSession:
    """Return a session of the supplier of a pack size, with so many packs of it set aside."""
    actor = supplier_of(session, variant)
    live = services.plan_session(
        session, actor, actor.grants[0].organisation_id or 0, make_plan(), once=ids.public_id(20)
    )
    if packs:
        services.set_aside(
            session,
            actor,
            live.public_id,
            variant.public_id,
            packs,
            price_fen,
            most_per_buyer,
            once=ids.public_id(20),
        )
    if opened:
        services.open_session(session, actor, live.public_id)
    return live


def edition_of(session: Session, live: LiveSession) -> Variant:
    """Return what a session with one kind of packs sells."""
    item = session.scalars(select(LiveItem).where(LiveItem.session_id == live.id)).one()
    return session.get_one(Variant, item.variant_id, populate_existing=True)


def host_of(session: Session, organisation: Organisation, role: Role) -> Actor:
    """Return somebody who holds the sessions of an organisation."""
    return Actor(None, "周主任", (Grant(role, organisation.id),))
