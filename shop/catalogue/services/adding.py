"""Adding products and pack sizes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind
from core import audit, clock, ids
from core.db import lock_keys
from core.permissions import Actor
from search import services as search_services
from search import words
from shop.catalogue import rules
from shop.catalogue.errors import BadProduct
from shop.catalogue.models import Picture, Product, Variant
from shop.catalogue.services.owning import (
    county_of,
    note_price,
    own_product,
    refresh_from_price,
    require_supplier,
    share_faults,
    sku_or_ours,
)
from shop.catalogue.values import Fault, NewProduct, NewVariant
from shop.stock import services as stock_services
from shop.stock.models import Stock

_NOT_IN_ADDRESSES = re.compile(r"[^a-z0-9]+")


def add_product(session: Session, actor: Actor, new: NewProduct, *, once: str | None = None) -> Product:
    """Add a product with its pack sizes and their first stock; it is not on sale before `list_product`.

    The actor belongs to the supplier (`NotFound` else). Raises `BadProduct` when the rules find a fault, the address
    or an article number is taken, or the origin is no village of a county. A form sent twice (`once`) adds it once.
    """
    require_supplier(actor, new.supplier_id)
    if once is not None:
        lock_keys(session, f"new product {once}")
        known = session.scalar(
            select(Product).where(Product.once == once, Product.supplier_id == new.supplier_id)
        )
        if known is not None:
            return known
    faults = rules.faults_of_new(new)
    if faults:
        raise BadProduct(faults=faults)
    supplier = session.get(Organisation, new.supplier_id)
    if supplier is None or supplier.kind != OrganisationKind.SUPPLIER:
        raise BadProduct("supplier")
    if new.slug and session.scalar(select(Product.id).where(Product.slug == new.slug)) is not None:
        raise BadProduct("slug taken")
    _refuse_taken_skus(session, [variant.sku for variant in new.variants])
    moment = clock.now()
    product = Product(
        slug=new.slug or free_slug(session, new.name_zh, new.name_en),
        supplier_id=new.supplier_id,
        village_id=new.village_id,
        county_id=county_of(session, new.village_id),
        category=new.category,
        name_zh=new.name_zh.strip(),
        name_en=new.name_en.strip(),
        summary_zh=new.summary_zh,
        summary_en=new.summary_en,
        story_zh=new.story_zh,
        story_en=new.story_en,
        storage_zh=new.storage_zh,
        storage_en=new.storage_en,
        shelf_life_days=new.shelf_life_days,
        return_terms=new.return_terms,
        return_note_zh=new.return_note_zh.strip(),
        return_note_en=new.return_note_en.strip(),
        picture=new.picture,
        households_count=new.households_count,
        from_price_fen=min((variant.price_fen for variant in new.variants), default=0),
        once=once,
        created_at=moment,
    )
    session.add(product)
    session.flush()
    if new.picture is not None:
        session.add(
            Picture(
                public_id=ids.public_id(), product_id=product.id, position=1, key=new.picture, added_at=moment
            )
        )
    if faults := [
        fault
        for item in new.variants
        for fault in share_faults(session, product, item.price_fen, item.producer_fen)
    ]:
        raise BadProduct(faults=faults)
    for item in new.variants:
        _write_variant(session, actor, product, item)
    audit.record(session, actor, "product added", "product", product.slug, after={"name": product.name_zh})
    search_services.note_change(session, [product.id])
    return product


def add_variant(
    session: Session, actor: Actor, product_id: int, new: NewVariant, *, once: str | None = None
) -> Variant:
    """Add a pack size with its price, ladder and first stock to a product of the actor's supplier.

    Raises `BadProduct` when the rules find a fault or the article number is taken. A form sent twice adds it once.
    """
    product = own_product(session, actor, product_id)
    if once is not None:
        known = session.scalar(select(Variant).where(Variant.once == once, Variant.product_id == product.id))
        if known is not None:
            return known
    faults = rules.faults_of_variant(new)
    if not 0 <= new.stock <= rules.MOST_STOCK:
        faults = [*faults, Fault("stock", "quantity")]
    if faults or (faults := share_faults(session, product, new.price_fen, new.producer_fen)):
        raise BadProduct(faults=faults)
    _refuse_taken_skus(session, [new.sku])
    variant = _write_variant(session, actor, product, new, once)
    refresh_from_price(session, product)
    audit.record(
        session,
        actor,
        "pack size added",
        "product",
        product.slug,
        after={"sku": variant.sku, "label": variant.label_zh, "price_fen": variant.price_fen},
    )
    search_services.note_change(session, [product.id])
    return variant


def free_slug(session: Session, name_zh: str, name_en: str) -> str:
    """Return an address for a product: its English name, else its pinyin, with a few characters more when it is taken."""
    base = slug = plain_slug(name_zh, name_en)
    while (
        slug in rules.RESERVED_SLUGS
        or session.scalar(select(Product.id).where(Product.slug == slug)) is not None
    ):
        slug = longer_slug(base)
    return slug


def plain_slug(name_zh: str, name_en: str) -> str:
    """Return the address that a product has when it is free."""
    plain = unicodedata.normalize("NFKD", name_en).encode("ascii", "ignore").decode().lower()
    base = _NOT_IN_ADDRESSES.sub("-", plain).strip("-")
    if not base:
        base = _NOT_IN_ADDRESSES.sub("-", words.sounds(name_zh)[0].lower()).strip("-")
    return base[: rules.LONGEST_SLUG - 12].strip("-") or "product"


def longer_slug(base: str) -> str:
    """Return an address that hardly any product has."""
    return f"{base}-{ids.public_id(5).lower()}"


def _write_variant(
    session: Session, actor: Actor, product: Product, item: NewVariant, once: str | None = None
) -> Variant:
    public_id = ids.public_id()
    variant = Variant(
        public_id=public_id,
        product_id=product.id,
        sku=sku_or_ours(item.sku, public_id),
        label_zh=item.label_zh.strip(),
        label_en=item.label_en.strip(),
        net_grams=item.net_grams,
        pieces=item.pieces,
        price_fen=item.price_fen,
        producer_fen=item.producer_fen,
        logistics_fen=item.logistics_fen,
        other_fen=item.other_fen,
        pack_multiple=item.pack_multiple,
        ladder=rules.stored_ladder(item.ladder),
        once=once,
    )
    session.add(variant)
    session.flush()
    note_price(session, actor, variant)
    session.add(Stock(variant_id=variant.id, on_hand=0))
    session.flush()
    if item.stock:
        stock_services.receive_stock(session, actor, variant.id, item.stock, "opening stock")
    return variant


def _refuse_taken_skus(session: Session, skus: Sequence[str]) -> None:
    typed = [sku.strip() for sku in skus if sku.strip()]
    taken = typed and session.scalar(select(func.count()).select_from(Variant).where(Variant.sku.in_(typed)))
    if taken or len(set(typed)) < len(typed):
        raise BadProduct("sku taken")
