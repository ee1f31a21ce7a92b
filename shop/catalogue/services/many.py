"""Adding and editing many products in one go, for lists of thousands: the plain cases together, the others one by one elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import audit, clock, events, ids
from core.permissions import Actor
from registry.models import Region
from search import services as search_services
from shop.benefit_shares import queries as share_queries
from shop.benefit_shares.rules import WHOLE
from shop.catalogue import rules
from shop.catalogue.events import PricesChanged, ProductsListed
from shop.catalogue.models import PriceChange, Product, Variant
from shop.catalogue.services.adding import longer_slug, plain_slug
from shop.catalogue.services.editing import (
    CERTIFIED_FIELDS,
    PRICE_FIELDS,
    product_changes,
    variant_changes,
)
from shop.catalogue.services.owning import in_audit, note_price, require_supplier, sku_or_ours
from shop.catalogue.values import (
    Changes,
    NewProduct,
    PackAddition,
    PackPatch,
    ProductAddition,
    ProductEdit,
    ProductPatch,
    VariantEdit,
)
from shop.stock import services as stock


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
    shared = share_queries.with_shares(session, list(products))
    done: set[int] = set()
    priced: list[tuple[Product, Variant]] = []
    moment = clock.now()
    with audit.together(session):
        for patch in patches:
            product = products.get(patch.product_id)
            # A price of whose sales households have a share is looked at by itself: `edit_variant` says what it must bear.
            alone = patch.product_id in shared and any(
                PRICE_FIELDS & pack.fields.keys() for pack in patch.packs
            )
            found = None if product is None or alone else _changes(product, variants, patch)
            if product is None or found is None or product.id in done:
                continue
            of_product, of_packs = found
            done.add(product.id)
            if of_product:
                _change(session, actor, product, of_product, "product edited", "product", product.slug)
            for variant, changes in of_packs:
                _change(session, actor, variant, changes, "pack size edited", "variant", variant.public_id)
                if PRICE_FIELDS & changes.keys():
                    note_price(session, actor, variant, moment)
                    priced.append((product, variant))
    session.flush()
    _refresh_from_prices(session, {product.id for product, _variant in priced})
    if priced:
        events.publish(session, PricesChanged(tuple(variant.id for _product, variant in priced)))
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
        .where(Variant.product_id == Product.id, Variant.on_shelf)
        .scalar_subquery()
    )
    session.execute(
        update(Product)
        .where(Product.id.in_(product_ids))
        .values(from_price_fen=lowest)
        .execution_options(synchronize_session="fetch")
    )


def add_many(
    session: Session, actor: Actor, supplier_id: int, additions: Sequence[ProductAddition]
) -> frozenset[str]:
    """Add products of the actor's supplier with pack sizes and stock, in the same few statements however many there are.

    Only those in whose way nothing stands are added, wholly: nothing is wrong with them, their prices bear what
    households were promised, they were not added before, and no name or article number is taken. Returns their `once`;
    for the others `add_product` and `add_variant` say what is wrong. What is written (history of prices, movements, audit trail, search, code) is as there.
    """
    require_supplier(actor, supplier_id)
    kind = session.scalar(select(Organisation.kind).where(Organisation.id == supplier_id))
    if kind != OrganisationKind.SUPPLIER:
        return frozenset()
    counties = _counties(session, {addition.new.village_id for addition in additions})
    share_queries.keep_terms(session, supplier_id)
    promised = share_queries.promised_of_new(session, supplier_id)
    fine = [
        addition
        for addition in additions
        if addition.new.village_id in counties
        and not rules.faults_of_new(_whole(addition))
        and all(pack.new.producer_fen * WHOLE >= pack.new.price_fen * promised for pack in addition.packs)
    ]
    free = _free(session, supplier_id, fine)
    if not free:
        return frozenset()
    try:
        with session.begin_nested():
            _write(session, actor, supplier_id, free, counties)
    except IntegrityError:
        # Somebody took an address or a number at this very moment: one by one it will be said which.
        return frozenset()
    return frozenset(addition.once for addition, _slug in free)


def _whole(addition: ProductAddition) -> NewProduct:
    return replace(addition.new, variants=tuple(pack.new for pack in addition.packs))


def _counties(session: Session, village_ids: set[int]) -> dict[int, int]:
    """Return the county above each of these villages; what is no village of a county is left out."""
    above = {
        row.id: [int(part) for part in row.path.split("/") if part]
        for row in session.execute(
            select(Region.id, Region.path).where(Region.id.in_(village_ids), Region.level == "village")
        )
    }
    counties = set(
        session.scalars(
            select(Region.id).where(
                Region.id.in_({part for parts in above.values() for part in parts}), Region.level == "county"
            )
        )
    )
    return {village: part for village, parts in above.items() for part in parts if part in counties}


def _free(
    session: Session, supplier_id: int, additions: Sequence[ProductAddition]
) -> list[tuple[ProductAddition, str]]:
    """Return those of the additions that take nothing which is taken, each with a free address."""
    names = Counter(addition.new.name_zh.strip() for addition in additions)
    skus = Counter(sku for addition in additions for pack in addition.packs if (sku := pack.new.sku.strip()))
    bases = {addition.once: plain_slug(addition.new.name_zh, addition.new.name_en) for addition in additions}
    taken = session.execute(
        select(Product.slug, Product.name_zh, Product.once, Product.supplier_id).where(
            or_(
                Product.slug.in_(bases.values()),
                Product.once.in_(bases),
                (Product.supplier_id == supplier_id) & Product.name_zh.in_(names),
            )
        )
    ).all()
    slugs = {row.slug for row in taken} | set(rules.RESERVED_SLUGS)
    known = {row.once for row in taken}
    own = {row.name_zh for row in taken if row.supplier_id == supplier_id}
    onces = [pack.once for addition in additions for pack in addition.packs]
    packs = session.execute(
        select(Variant.sku, Variant.once).where(or_(Variant.sku.in_(skus), Variant.once.in_(onces)))
    ).all()
    numbers, added = {row.sku for row in packs}, {row.once for row in packs}
    found = []
    for addition in additions:
        name = addition.new.name_zh.strip()
        typed = [pack.new.sku.strip() for pack in addition.packs]
        if (
            addition.once in known
            or name in own
            or names[name] > 1
            or any(sku in numbers or skus[sku] > 1 for sku in typed if sku)
            or any(pack.once in added for pack in addition.packs)
        ):
            continue
        slug = bases[addition.once]
        if slug in slugs:
            slug = longer_slug(slug)
        slugs.add(slug)
        found.append((addition, slug))
    return found


def _write(
    session: Session,
    actor: Actor,
    supplier_id: int,
    free: Sequence[tuple[ProductAddition, str]],
    counties: dict[int, int],
) -> None:
    moment = clock.now()
    product_ids = session.scalars(
        insert(Product).returning(Product.id, sort_by_parameter_order=True),
        [_product(supplier_id, addition, slug, counties, moment) for addition, slug in free],
    ).all()
    packs = [
        (product_id, slug, pack)
        for product_id, (addition, slug) in zip(product_ids, free, strict=True)
        for pack in addition.packs
    ]
    variants = [_variant(product_id, pack) for product_id, _slug, pack in packs]
    if variants:
        variant_ids = session.scalars(
            insert(Variant).returning(Variant.id, sort_by_parameter_order=True), variants
        ).all()
        session.execute(
            insert(PriceChange),
            [
                {
                    "variant_id": variant_id,
                    **{name: variant[name] for name in PRICE_FIELDS},
                    "actor_user_id": actor.user_id,
                    "changed_at": moment,
                }
                for variant_id, variant in zip(variant_ids, variants, strict=True)
            ],
        )
        stock.open_many(
            session,
            actor,
            [
                (variant_id, pack.new.stock, pack.reason, pack.once)
                for variant_id, (_product_id, _slug, pack) in zip(variant_ids, packs, strict=True)
            ],
        )
    labels = iter(variants)
    with audit.together(session):
        for addition, slug in free:
            audit.record(
                session, actor, "product added", "product", slug, after={"name": addition.new.name_zh.strip()}
            )
            for _pack in addition.packs:
                variant = next(labels)
                audit.record(
                    session,
                    actor,
                    "pack size added",
                    "product",
                    slug,
                    after={
                        "sku": variant["sku"],
                        "label": variant["label_zh"],
                        "price_fen": variant["price_fen"],
                    },
                )
            if addition.on_sale and addition.packs:
                audit.record(session, actor, "product listed", "product", slug)
    session.flush()
    search_services.note_change(session, product_ids)
    listed = tuple(
        product_id
        for product_id, (addition, _slug) in zip(product_ids, free, strict=True)
        if addition.on_sale and addition.packs
    )
    if listed:
        events.publish(session, ProductsListed(listed))


def _product(
    supplier_id: int, addition: ProductAddition, slug: str, counties: dict[int, int], moment: Any
) -> dict[str, Any]:
    new = addition.new
    return {
        "slug": slug,
        "supplier_id": supplier_id,
        "village_id": new.village_id,
        "county_id": counties[new.village_id],
        "category": new.category,
        "name_zh": new.name_zh.strip(),
        "name_en": new.name_en.strip(),
        "summary_zh": new.summary_zh,
        "summary_en": new.summary_en,
        "story_zh": new.story_zh,
        "story_en": new.story_en,
        "storage_zh": new.storage_zh,
        "storage_en": new.storage_en,
        "shelf_life_days": new.shelf_life_days,
        "return_terms": new.return_terms,
        "return_note_zh": new.return_note_zh.strip(),
        "return_note_en": new.return_note_en.strip(),
        "picture": None,
        "households_count": new.households_count,
        "from_price_fen": min((pack.new.price_fen for pack in addition.packs), default=0),
        "once": addition.once,
        "created_at": moment,
        "listed_at": moment if addition.on_sale and addition.packs else None,
    }


def _variant(product_id: int, pack: PackAddition) -> dict[str, Any]:
    new, public_id = pack.new, ids.public_id()
    return {
        "public_id": public_id,
        "product_id": product_id,
        "sku": sku_or_ours(new.sku, public_id),
        "label_zh": new.label_zh.strip(),
        "label_en": new.label_en.strip(),
        "net_grams": new.net_grams,
        "pieces": new.pieces,
        "price_fen": new.price_fen,
        "producer_fen": new.producer_fen,
        "logistics_fen": new.logistics_fen,
        "other_fen": new.other_fen,
        "pack_multiple": new.pack_multiple,
        "ladder": rules.stored_ladder(new.ladder),
        "once": pack.once,
    }
