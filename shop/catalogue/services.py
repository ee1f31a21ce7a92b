"""Use cases of the catalogue: adding products, putting them on sale, taking them off."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import audit, clock, events, ids
from core.errors import NotFound
from core.permissions import SYSTEM, Actor
from registry.models import Region
from search import services as search_services
from shop.catalogue import rules
from shop.catalogue.errors import BadProduct
from shop.catalogue.events import ProductListed, ProductUnlisted
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import NewProduct
from shop.stock import services as stock_services
from shop.stock.models import Stock


def add_product(session: Session, actor: Actor, new: NewProduct) -> Product:
    """Add a product with its pack sizes and their first stock; it is not on sale before `list_product`.

    The actor belongs to the supplier (`NotFound` else). Raises `BadProduct` when the rules find a fault, the address
    or an article number is taken, or the origin is no village of a county.
    """
    _require_supplier(actor, new.supplier_id)
    problem = rules.problem_of(new)
    if problem is not None:
        raise BadProduct(problem)
    supplier = session.get(Organisation, new.supplier_id)
    if supplier is None or supplier.kind != OrganisationKind.SUPPLIER:
        raise BadProduct("supplier")
    _refuse_taken(session, new)
    product = Product(
        slug=new.slug,
        supplier_id=new.supplier_id,
        village_id=new.village_id,
        county_id=_county_of(session, new.village_id),
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
        perishable=new.perishable,
        picture=new.picture,
        households_count=new.households_count,
        from_price_fen=min(variant.price_fen for variant in new.variants),
        created_at=clock.now(),
    )
    session.add(product)
    session.flush()
    for item in new.variants:
        variant = Variant(
            public_id=ids.public_id(),
            product_id=product.id,
            sku=item.sku,
            label_zh=item.label_zh.strip(),
            label_en=item.label_en.strip(),
            net_grams=item.net_grams,
            pieces=item.pieces,
            price_fen=item.price_fen,
            producer_fen=item.producer_fen,
            logistics_fen=item.logistics_fen,
            other_fen=item.other_fen,
            pack_multiple=item.pack_multiple,
        )
        session.add(variant)
        session.flush()
        session.add(Stock(variant_id=variant.id, on_hand=0))
        session.flush()
        if item.stock:
            stock_services.receive_stock(session, actor, variant.id, item.stock, "opening stock")
    audit.record(session, actor, "product added", "product", product.slug, after={"name": product.name_zh})
    search_services.note_change(session, [product.id])
    return product


def list_product(session: Session, actor: Actor, product_id: int) -> Product:
    """Put a product on sale; one that is on sale stays where it is in the list."""
    product = _own_product(session, actor, product_id)
    if product.listed_at is None:
        product.listed_at = clock.now()
        session.flush()
        audit.record(session, actor, "product listed", "product", product.slug)
        search_services.note_change(session, [product.id])
        events.publish(session, ProductListed(product.id))
    return product


def unlist_product(session: Session, actor: Actor, product_id: int) -> Product:
    """Take a product off sale; its page answers 404 and open orders go on."""
    product = _own_product(session, actor, product_id)
    if product.listed_at is not None:
        product.listed_at = None
        session.flush()
        audit.record(session, actor, "product unlisted", "product", product.slug)
        search_services.note_change(session, [product.id])
        events.publish(session, ProductUnlisted(product.id))
    return product


def _require_supplier(actor: Actor, supplier_id: int) -> None:
    if actor != SYSTEM and supplier_id not in actor.organisation_ids(Role.SUPPLIER):
        raise NotFound("supplier")


def _own_product(session: Session, actor: Actor, product_id: int) -> Product:
    product = session.get(Product, product_id, with_for_update=True)
    if product is None:
        raise NotFound("product")
    _require_supplier(actor, product.supplier_id)
    return product


def _refuse_taken(session: Session, new: NewProduct) -> None:
    if session.scalar(select(Product.id).where(Product.slug == new.slug)) is not None:
        raise BadProduct("slug taken")
    skus = [variant.sku for variant in new.variants]
    taken = session.scalar(select(func.count()).select_from(Variant).where(Variant.sku.in_(skus)))
    if taken or len(set(skus)) < len(skus):
        raise BadProduct("sku taken")


def _county_of(session: Session, village_id: int) -> int:
    """Return the county above a village."""
    village = session.get(Region, village_id)
    if village is None or village.level != "village":
        raise BadProduct("village")
    above = [int(part) for part in village.path.split("/") if part]
    county_id = session.scalar(select(Region.id).where(Region.id.in_(above), Region.level == "county"))
    if county_id is None:
        raise BadProduct("village")
    return county_id
