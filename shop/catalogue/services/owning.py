"""What every change of a product begins with: whose it is, and the lock that lets one person in at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import clock
from core.audit import AuditEntry
from core.errors import NotFound
from core.permissions import SYSTEM, Actor
from registry.models import Region
from shop.benefit_shares import queries as share_queries
from shop.benefit_shares.rules import WHOLE
from shop.catalogue.errors import BadProduct, ChangedMeanwhile
from shop.catalogue.models import PriceChange, Product, Variant
from shop.catalogue.values import Changes, Fault


def require_supplier(actor: Actor, supplier_id: int) -> None:
    """Refuse those who do not belong to the supplier (`NotFound`)."""
    if actor != SYSTEM and supplier_id not in actor.organisation_ids(Role.SUPPLIER):
        raise NotFound("supplier")


def own_product(session: Session, actor: Actor, product_id: int) -> Product:
    """Return a product of the actor's supplier, locked for this step against other editors (not against orders)."""
    product = session.get(Product, product_id, with_for_update={"key_share": True}, populate_existing=True)
    if product is None:
        raise NotFound("product")
    require_supplier(actor, product.supplier_id)
    return product


def own_variant(session: Session, actor: Actor, variant_id: int) -> tuple[Product, Variant]:
    """Return a pack size of the actor's supplier with its product; the product is locked first.

    Those of live sessions are none of the range (`NotFound`).
    """
    product_id = session.scalar(
        select(Variant.product_id).where(Variant.id == variant_id, Variant.edition_of.is_(None))
    )
    if product_id is None:
        raise NotFound("variant")
    product = own_product(session, actor, product_id)
    return product, session.get_one(
        Variant, variant_id, with_for_update={"key_share": True}, populate_existing=True
    )


def share_faults(session: Session, product: Product, price_fen: int, producer_fen: int) -> list[Fault]:
    """Return the fault of a price whose growers' part would not bear the shares of sales agreed with households."""
    share_queries.keep_terms(session, product.supplier_id)
    needed = -(-price_fen * share_queries.promised_of(session, product) // WHOLE)
    return [Fault("producer", "household shares", needed - producer_fen)] if producer_fen < needed else []


def county_of(session: Session, village_id: int) -> int:
    """Return the county above a village."""
    village = session.get(Region, village_id)
    if village is None or village.level != "village":
        raise BadProduct("village")
    above = [int(part) for part in village.path.split("/") if part]
    county_id = session.scalar(select(Region.id).where(Region.id.in_(above), Region.level == "county"))
    if county_id is None:
        raise BadProduct("village")
    return county_id


def require_version(session: Session, subject: str, key: str, seen: int, now: int) -> None:
    """Refuse an edit of what somebody changed since it was seen, and tell what was changed by whom (`ChangedMeanwhile`)."""
    if seen == now:
        return
    changes: Changes = {}
    by, at = "", None
    entries = session.execute(
        select(AuditEntry.actor_name, AuditEntry.happened_at, AuditEntry.before, AuditEntry.after)
        .where(
            AuditEntry.subject_type == subject,
            AuditEntry.subject_id == key,
            AuditEntry.after["version"].as_integer() > seen,
        )
        .order_by(AuditEntry.id)
    )
    for name, moment, before, after in entries:
        by, at = name, moment
        for field, value in (after or {}).items():
            if field != "version":
                first = changes[field][0] if field in changes else (before or {}).get(field)
                changes[field] = (first, value)
    raise ChangedMeanwhile(now, changes, by, at)


def in_audit(changes: Changes, version: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the audit trail keeps of an edit: before, and after with the new version."""
    before = {field: old for field, (old, _new) in changes.items()}
    return before, {**{field: new for field, (_old, new) in changes.items()}, "version": version}


def note_price(session: Session, actor: Actor, variant: Variant, moment: datetime | None = None) -> None:
    """Write down what a pack size costs from now on."""
    session.add(
        PriceChange(
            variant_id=variant.id,
            price_fen=variant.price_fen,
            producer_fen=variant.producer_fen,
            logistics_fen=variant.logistics_fen,
            other_fen=variant.other_fen,
            ladder=list(variant.ladder),
            actor_user_id=actor.user_id,
            changed_at=moment or clock.now(),
        )
    )


def refresh_from_price(session: Session, product: Product) -> None:
    """Copy the lowest price of the open pack sizes to the product; one without any goes off sale."""
    session.flush()
    lowest = session.scalar(
        select(func.min(Variant.price_fen)).where(Variant.product_id == product.id, Variant.on_shelf)
    )
    product.from_price_fen = lowest or 0
    session.flush()


def sku_or_ours(sku: str, taken: str) -> str:
    """Return an article number as it was typed, or one of ours made from a public identifier."""
    return sku.strip() or f"YG-{taken[:8]}"
