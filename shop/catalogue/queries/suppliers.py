"""A supplier's own products, in whatever state they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, lateral, select, true
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock, money, storage
from core.errors import NotFound
from core.permissions import Actor
from shop.catalogue.models import Product, Variant
from shop.catalogue.rules import EDIBLE
from shop.catalogue.values import SupplierProduct
from shop.certification.models import Certificate
from shop.certification.queries import certified_condition
from shop.certification.rules import state_at
from shop.certification.values import CertificateState, last_day
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
        .where(Variant.product_id == Product.id, Variant.on_shelf)
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
            certificate_state=_state(row, now),
            last_day=last_day(row.valid_until) if row.valid_until is not None else None,
            lacks=lacks_of(
                row.Product,
                packs=row.packs,
                available=int(row.on_hand) - int(row.held),
                certificate_state=_state(row, now),
            ),
        )
        for row in rows
    ]
    return found, session.scalar(total) or 0


def _state(row: Any, now: datetime) -> CertificateState | None:
    if row.number is None:
        return None
    return state_at(now, row.valid_from, row.valid_until, row.suspended_at, row.revoked_at)


def lacks_of(
    product: Product, *, packs: int, available: int, certificate_state: str | None
) -> tuple[str, ...]:
    """Return what a product still lacks to be sold well, in the order in which a supplier would mend it."""
    lacking = {
        "packs": packs == 0,
        "picture": product.picture is None,
        "story": not product.story_zh.strip(),
        "english": not product.name_en.strip(),
        "storage": product.category in EDIBLE and not product.storage_zh.strip(),
        "shelf_life": product.category in EDIBLE and product.shelf_life_days is None,
        "certificate": certificate_state != CertificateState.IN_FORCE,
        "stock": packs > 0 and available <= 0,
        "sale": product.listed_at is None and packs > 0,
    }
    return tuple(name for name, is_lacking in lacking.items() if is_lacking)


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
