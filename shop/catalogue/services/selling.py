"""Putting products on sale and taking them off."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, events
from core.permissions import Actor
from search import services as search_services
from shop.catalogue.errors import NotReadyForSale
from shop.catalogue.events import ProductListed, ProductUnlisted
from shop.catalogue.models import Product, Variant
from shop.catalogue.services.owning import own_product


def list_product(session: Session, actor: Actor, product_id: int) -> Product:
    """Put a product on sale; one that is on sale stays where it is in the list.

    A draft without a pack size is refused (`NotReadyForSale`). What is not certified yet may be on sale: its page is
    there, and it cannot be ordered before its certificate.
    """
    product = own_product(session, actor, product_id)
    if product.listed_at is None:
        packs = select(Variant.id).where(Variant.product_id == product.id, Variant.on_shelf)
        if session.scalar(packs.limit(1)) is None:
            raise NotReadyForSale
        product.listed_at = clock.now()
        session.flush()
        audit.record(session, actor, "product listed", "product", product.slug)
        search_services.note_change(session, [product.id])
        events.publish(session, ProductListed(product.id))
    return product


def unlist_product(session: Session, actor: Actor, product_id: int) -> Product:
    """Take a product off sale; its page answers 404 and open orders go on."""
    product = own_product(session, actor, product_id)
    if product.listed_at is not None:
        product.listed_at = None
        session.flush()
        audit.record(session, actor, "product unlisted", "product", product.slug)
        search_services.note_change(session, [product.id])
        events.publish(session, ProductUnlisted(product.id))
    return product
