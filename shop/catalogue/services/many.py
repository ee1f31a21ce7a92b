"""Editing many products in one go, for lists of thousands: the plain cases together, the others one by one elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from accounts.values import Role
from core import audit, clock, events
from core.permissions import Actor
from search import services as search_services
from shop.catalogue import rules
from shop.catalogue.events import PriceChanged
from shop.catalogue.models import Product, Variant
from shop.catalogue.services.editing import (
    CERTIFIED_FIELDS,
    PRICE_FIELDS,
    product_changes,
    variant_changes,
)
from shop.catalogue.services.owning import in_audit, note_price
from shop.catalogue.values import Changes, PackPatch, ProductEdit, ProductPatch, VariantEdit


def edit_many(session: Session, actor: Actor, patches: Sequence[ProductPatch]) -> frozenset[int]:
    """Change products and pack sizes of the actor's suppliers, in the same few statements however many there are.

    Only products in whose way nothing stands are changed, wholly: all of their versions are those that were seen,
    nothing is wrong, and neither name, shelf, village nor article number changes. Returns their ids; for the others
    `edit_product` and `edit_variant` say what is wrong. What is written (history of prices, audit trail, search) is as there.
    """
    own = actor.organisation_ids(Role.SUPPLIER)
    products = {
        product.id: product
        for product in session.scalars(
            select(Product)
            .where(Product.id.in_([patch.product_id for patch in patches]), Product.supplier_id.in_(own))
            .order_by(Product.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    }
    variants = {
        variant.id: variant
        for variant in session.scalars(
            select(Variant)
            .where(Variant.id.in_([pack.variant_id for patch in patches for pack in patch.packs]))
            .order_by(Variant.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    }
    done: set[int] = set()
    priced: list[tuple[Product, Variant, int]] = []
    moment = clock.now()
    for patch in patches:
        product = products.get(patch.product_id)
        found = None if product is None else _changes(product, variants, patch)
        if product is None or found is None or product.id in done:
            continue
        of_product, of_packs = found
        done.add(product.id)
        if of_product:
            _change(session, actor, product, of_product, "product edited", "product", product.slug)
        for variant, changes in of_packs:
            before_fen = variant.price_fen
            _change(session, actor, variant, changes, "pack size edited", "variant", variant.public_id)
            if PRICE_FIELDS & changes.keys():
                note_price(session, actor, variant, moment)
                priced.append((product, variant, before_fen))
    session.flush()
    _refresh_from_prices(session, {product.id for product, _variant, _fen in priced})
    for product, variant, before_fen in priced:
        events.publish(session, PriceChanged(product.id, variant.id, before_fen, variant.price_fen))
    search_services.note_change(session, sorted(done))
    return frozenset(done)


def _changes(
    product: Product, variants: dict[int, Variant], patch: ProductPatch
) -> tuple[Changes, list[tuple[Variant, Changes]]] | None:
    """Return what a patch changes of a product and its pack sizes; None when something stands in its way."""
    of_product: Changes = {}
    if patch.fields:
        edit = replace(
            ProductEdit(**{field.name: getattr(product, field.name) for field in fields(ProductEdit)}),
            **patch.fields,
        )
        of_product = product_changes(product, edit)
        if (
            patch.version != product.version
            or of_product.keys() & set(CERTIFIED_FIELDS)
            or rules.faults_of_product(edit)
        ):
            return None
    of_packs = []
    for pack in patch.packs:
        variant = variants.get(pack.variant_id)
        changes = None if variant is None else _pack_changes(product, variant, pack)
        if variant is None or changes is None:
            return None
        if changes:
            of_packs.append((variant, changes))
    return of_product, of_packs


def _pack_changes(product: Product, variant: Variant, pack: PackPatch) -> Changes | None:
    now = {field.name: getattr(variant, field.name) for field in fields(VariantEdit)}
    now["ladder"] = rules.as_ladder(variant.ladder)
    edit = VariantEdit(**{**now, **pack.fields})
    changes = variant_changes(variant, edit)
    in_the_way = (
        variant.product_id != product.id
        or variant.closed_at is not None
        or variant.version != pack.version
        or "sku" in changes
        or rules.faults_of_variant(edit)
    )
    return None if in_the_way else changes


def _change(
    session: Session, actor: Actor, row: Product | Variant, changes: Changes, action: str, kind: str, key: str
) -> None:
    for field, (_old, new) in changes.items():
        setattr(row, field, new)
    row.version += 1
    before, after = in_audit(changes, row.version)
    audit.record(session, actor, action, kind, key, before=before, after=after)


def _refresh_from_prices(session: Session, product_ids: set[int]) -> None:
    """Copy the lowest open price to these products."""
    if not product_ids:
        return
    lowest = (
        select(func.coalesce(func.min(Variant.price_fen), 0))
        .where(Variant.product_id == Product.id, Variant.closed_at.is_(None))
        .scalar_subquery()
    )
    session.execute(
        update(Product)
        .where(Product.id.in_(product_ids))
        .values(from_price_fen=lowest)
        .execution_options(synchronize_session="fetch")
    )
