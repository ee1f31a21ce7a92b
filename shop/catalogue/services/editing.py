"""Editing products and pack sizes: everything at once, only what changed is written, nobody's work is lost."""

from __future__ import annotations

from dataclasses import fields, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.values import Role
from core import audit, clock, events
from core.errors import NotFound
from core.permissions import SYSTEM, Actor
from search import services as search_services
from shop.catalogue import rules
from shop.catalogue.errors import BadProduct, PackClosed
from shop.catalogue.events import PriceChanged, TermsCorrected
from shop.catalogue.models import Product, Variant
from shop.catalogue.services.owning import (
    county_of,
    in_audit,
    note_price,
    own_product,
    own_variant,
    refresh_from_price,
    require_version,
    share_faults,
)
from shop.catalogue.services.selling import unlist_product
from shop.catalogue.values import Changes, Fault, ProductEdit, Terms, VariantEdit
from shop.certification.models import Certificate
from shop.certification.queries import certified_condition

#: What a certificate was given for; it is not changed while one is in force.
CERTIFIED_FIELDS = ("name_zh", "category", "village_id")

#: What belongs to a price.
PRICE_FIELDS = frozenset({"price_fen", "producer_fen", "logistics_fen", "other_fen", "ladder"})


def product_changes(product: Product, edit: ProductEdit | Terms) -> Changes:
    """Return what an edit would change of a product, by field."""
    found: Changes = {}
    for field in fields(edit):
        old, new = getattr(product, field.name), getattr(edit, field.name)
        new = new.strip() if isinstance(new, str) else new
        if isinstance(new, str):
            new = new.replace("\r\n", "\n")
        if old != new:
            found[field.name] = (old, new)
    return found


def variant_changes(variant: Variant, edit: VariantEdit) -> Changes:
    """Return what an edit would change of a pack size, by field; an empty article number keeps the old one."""
    found: Changes = {}
    for field in fields(edit):
        old, new = getattr(variant, field.name), getattr(edit, field.name)
        if field.name == "ladder":
            new = rules.stored_ladder(edit.ladder)
        if isinstance(new, str):
            new = new.strip() or (old if field.name == "sku" else "")
        if old != new:
            found[field.name] = (old, new)
    return found


def edit_product(
    session: Session, actor: Actor, product_id: int, edit: ProductEdit, *, version: int
) -> Changes:
    """Change texts and facts of a product of the actor's supplier; returns what was changed, by field.

    `version` is the one that the form showed: refused when somebody changed it since (`ChangedMeanwhile`), when
    something cannot be (`BadProduct` with every fault), or when a certificate in force speaks of another name, shelf
    or village. An edit that changes nothing is no edit.
    """
    product = own_product(session, actor, product_id)
    changes = product_changes(product, edit)
    if not changes:
        return {}
    require_version(session, "product", product.slug, version, product.version)
    faults = rules.faults_of_product(edit)
    touched = [field for field in CERTIFIED_FIELDS if field in changes]
    if touched and actor != SYSTEM and _is_certified(session, product.id):
        faults.extend(Fault("village" if f == "village_id" else f, "certified") for f in touched)
    if faults:
        raise BadProduct(faults=faults)
    if "village_id" in changes:
        product.county_id = county_of(session, edit.village_id)
    _change(session, actor, product, changes, "product edited")
    return changes


def correct_terms(
    session: Session, actor: Actor, product_id: int, terms: Terms, reason: str, *, version: int
) -> Changes:
    """Put the terms of return of any product right, as the operator, with a reason that its supplier reads in a mail.

    They hold for what is ordered from now on: the lines of orders keep theirs. Refused as `edit_product` is. Terms that
    are as they were are no correction; returns what was changed, by field.
    """
    if not actor.has_role(Role.ADMIN):
        raise NotFound("product")
    if not reason.strip():
        raise ValueError("a correction has a reason")
    product = session.get(Product, product_id, with_for_update={"key_share": True}, populate_existing=True)
    if product is None:
        raise NotFound("product")
    changes = product_changes(product, terms)
    if not changes:
        return {}
    require_version(session, "product", product.slug, version, product.version)
    faults = rules.faults_of_terms(terms)
    if faults:
        raise BadProduct(faults=faults)
    _change(session, actor, product, changes, "terms of return corrected", reason.strip())
    events.publish(session, TermsCorrected(product.id, product.version, reason.strip()))
    return changes


def _change(
    session: Session, actor: Actor, product: Product, changes: Changes, action: str, reason: str = ""
) -> None:
    for field, (_old, new) in changes.items():
        setattr(product, field, new)
    product.version += 1
    session.flush()
    before, after = in_audit(changes, product.version)
    audit.record(session, actor, action, "product", product.slug, before=before, after=after, reason=reason)
    search_services.note_change(session, [product.id])


def edit_variant(
    session: Session, actor: Actor, variant_id: int, edit: VariantEdit, *, version: int
) -> Changes:
    """Change a pack size of the actor's supplier, its price and ladder too; returns what was changed, by field.

    Orders placed before keep their price. A changed price is written into the price history and told
    (`PriceChanged`). Refused as `edit_product` is, and when the pack size is closed (`PackClosed`).
    """
    product, variant = own_variant(session, actor, variant_id)
    changes = variant_changes(variant, edit)
    if not changes:
        return {}
    require_version(session, "variant", variant.public_id, version, variant.version)
    if variant.closed_at is not None:
        raise PackClosed
    faults = rules.faults_of_variant(edit)
    if "sku" in changes:
        taken = select(Variant.id).where(Variant.sku == edit.sku.strip(), Variant.id != variant.id)
        if session.scalar(taken) is not None:
            faults.append(Fault("sku", "sku taken"))
    if not faults and edit.producer_fen * variant.price_fen < variant.producer_fen * edit.price_fen:
        faults = share_faults(session, product, edit.price_fen, edit.producer_fen)
    if faults:
        raise BadProduct(faults=faults)
    before_fen = variant.price_fen
    for field, (_old, new) in changes.items():
        setattr(variant, field, new)
    variant.version += 1
    session.flush()
    if PRICE_FIELDS & changes.keys():
        note_price(session, actor, variant)
        refresh_from_price(session, product)
        events.publish(session, PriceChanged(product.id, variant.id, before_fen, variant.price_fen))
    before, after = in_audit(changes, variant.version)
    audit.record(session, actor, "pack size edited", "variant", variant.public_id, before=before, after=after)
    search_services.note_change(session, [product.id])
    return changes


def close_variant(session: Session, actor: Actor, variant_id: int, *, version: int) -> Variant:
    """Take a pack size out of the range: nobody can order it any more, open orders go on.

    The last one of a product on sale takes the product off sale with it.
    """
    product, variant = own_variant(session, actor, variant_id)
    if variant.closed_at is not None:
        return variant
    require_version(session, "variant", variant.public_id, version, variant.version)
    variant.closed_at = clock.now()
    _note_closing(session, actor, product, variant, "pack size closed")
    if product.from_price_fen == 0 and product.listed_at is not None:
        unlist_product(session, actor, product.id)
    return variant


def reopen_variant(session: Session, actor: Actor, variant_id: int, *, version: int) -> Variant:
    """Take a pack size into the range again, if its growers' part bears the shares of sales agreed meanwhile (`BadProduct`)."""
    product, variant = own_variant(session, actor, variant_id)
    if variant.closed_at is None:
        return variant
    require_version(session, "variant", variant.public_id, version, variant.version)
    faults = share_faults(session, product, variant.price_fen, variant.producer_fen)
    if faults:
        # A closed pack size cannot be edited, so the words name another way out.
        raise BadProduct(faults=[replace(fault, problem="household shares, closed") for fault in faults])
    variant.closed_at = None
    _note_closing(session, actor, product, variant, "pack size reopened")
    return variant


def _note_closing(session: Session, actor: Actor, product: Product, variant: Variant, action: str) -> None:
    variant.version += 1
    refresh_from_price(session, product)
    closed = variant.closed_at is not None
    audit.record(
        session,
        actor,
        action,
        "variant",
        variant.public_id,
        before={"closed": not closed},
        after={"closed": closed, "version": variant.version},
    )
    search_services.note_change(session, [product.id])


def _is_certified(session: Session, product_id: int) -> bool:
    found = select(Certificate.id).where(
        Certificate.product_id == product_id, certified_condition(clock.now())
    )
    return session.scalar(found.limit(1)) is not None
