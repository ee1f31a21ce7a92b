"""A supplier's own products, in whatever state they are."""

from __future__ import annotations

from sqlalchemy import func, lateral, select, true
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock, money, storage
from core.errors import NotFound
from core.permissions import Actor
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import SupplierProduct
from shop.certification.models import Certificate
from shop.certification.queries import certified_condition
from shop.certification.rules import state_at
from shop.certification.values import last_day
from shop.stock.models import Stock
from shop.stock.queries import held_quantity


def visible_products(
    session: Session, actor: Actor, *, english: bool, limit: int, offset: int
) -> tuple[list[SupplierProduct], int]:
    """Return one page of the products of the actor's suppliers, newest first, and how many there are."""
    now = clock.now()
    suppliers = actor.organisation_ids(Role.SUPPLIER)
    last = lateral(
        select(
            Certificate.number,
            Certificate.valid_from,
            Certificate.valid_until,
            Certificate.suspended_at,
            Certificate.revoked_at,
        )
        .where(Certificate.product_id == Product.id)
        .order_by(certified_condition(now).desc(), Certificate.valid_until.desc())
        .limit(1)
    ).alias("last_certificate")
    packs = lateral(
        select(
            func.count().label("packs"),
            func.coalesce(func.sum(Stock.on_hand), 0).label("on_hand"),
            func.coalesce(func.sum(held_quantity(Variant.id, now)), 0).label("held"),
        )
        .select_from(Variant)
        .outerjoin(Stock, Stock.variant_id == Variant.id)
        .where(Variant.product_id == Product.id, Variant.closed_at.is_(None))
    ).alias("packs_of_product")
    total = select(func.count()).select_from(Product).where(Product.supplier_id.in_(suppliers))
    rows = session.execute(
        select(Product, last, packs)
        .select_from(Product)
        .outerjoin(last, true())
        .join(packs, true())
        .where(Product.supplier_id.in_(suppliers))
        .order_by(Product.id.desc())
        .limit(limit)
        .offset(offset)
    )
    found = [
        SupplierProduct(
            slug=row.Product.slug,
            title=row.Product.name_en if english and row.Product.name_en else row.Product.name_zh,
            category=row.Product.category,
            image_url=storage.picture_url(row.Product.picture, 320),
            price_text=money.format_fen(row.Product.from_price_fen),
            packs=row.packs,
            available=int(row.on_hand) - int(row.held),
            held=int(row.held),
            listed=row.Product.listed_at is not None,
            certificate_number=row.number,
            certificate_state=(
                state_at(now, row.valid_from, row.valid_until, row.suspended_at, row.revoked_at)
                if row.number is not None
                else None
            ),
            last_day=last_day(row.valid_until) if row.valid_until is not None else None,
        )
        for row in rows
    ]
    return found, session.scalar(total) or 0


def own_product_id(session: Session, actor: Actor, slug: str) -> int:
    """Return the id of a product of the actor's suppliers by its address; `NotFound` for others."""
    product_id = session.scalar(
        select(Product.id).where(
            Product.slug == slug.replace("\x00", ""),
            Product.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)),
        )
    )
    if product_id is None:
        raise NotFound("product")
    return product_id
