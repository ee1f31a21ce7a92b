"""Reading a supplier's own products with everything it keeps of them; all of it is the actor's or not found."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation, User
from accounts.values import OrganisationKind, Role
from core import clock, storage
from core.errors import NotFound
from core.permissions import Actor
from registry.models import Region
from registry.values import RegionLevel
from shop.applications import queries as applications
from shop.assortment.values import Origin, OwnPack, OwnPicture, OwnProduct, PackFile, StockMove
from shop.catalogue import queries as catalogue
from shop.catalogue import rules
from shop.catalogue.models import Picture, Product, Variant
from shop.catalogue.queries.suppliers import lacks_of
from shop.catalogue.values import Charge
from shop.certification.models import Certificate
from shop.certification.queries import certified_condition
from shop.certification.rules import state_at
from shop.certification.values import last_day
from shop.orders.models import Order
from shop.stock.models import Stock, StockMovement
from shop.stock.queries import held_quantity

#: No list of villages to choose from is longer.
MOST_VILLAGES = 3_000


def get_product(session: Session, actor: Actor, slug: str) -> Product:
    """Return a product of the actor's suppliers by its address; `NotFound` for others."""
    found = session.scalar(
        select(Product).where(
            Product.slug == slug.replace("\x00", ""),
            Product.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)),
        )
    )
    if found is None:
        raise NotFound("product")
    return found


def get_variant(session: Session, actor: Actor, slug: str, public_id: str) -> Variant:
    """Return a pack size of a product of the actor's suppliers; `NotFound` for others."""
    product = get_product(session, actor, slug)
    found = session.scalar(
        select(Variant).where(
            Variant.product_id == product.id,
            Variant.edition_of.is_(None),
            Variant.public_id == public_id.replace("\x00", ""),
        )
    )
    if found is None:
        raise NotFound("variant")
    return found


def view_product(session: Session, actor: Actor, slug: str) -> OwnProduct:
    """Return a product with its pictures, pack sizes, stock, certificate and what it lacks."""
    product = get_product(session, actor, slug)
    now = clock.now()
    percent = applications.settings_on(session, clock.today()).price_rise_percent
    village = session.get_one(Region, product.village_id)
    certificate = session.scalar(
        select(Certificate)
        .where(Certificate.product_id == product.id)
        .order_by(certified_condition(now).desc(), Certificate.valid_until.desc())
        .limit(1)
    )
    pictures = session.scalars(
        select(Picture).where(Picture.product_id == product.id).order_by(Picture.position, Picture.id)
    )
    rows = session.execute(
        select(Variant, Stock.on_hand, held_quantity(Variant.id, now).label("held"))
        .outerjoin(Stock, Stock.variant_id == Variant.id)
        .where(Variant.product_id == product.id, Variant.edition_of.is_(None))
        .order_by(Variant.closed_at.is_not(None), Variant.price_fen, Variant.id)
    ).all()
    medians = catalogue.median_prices(session, [row.Variant.id for row in rows])
    packs = tuple(
        _pack(row.Variant, row.on_hand or 0, int(row.held), medians.get(row.Variant.id), percent)
        for row in rows
    )
    state = (
        state_at(
            now,
            certificate.valid_from,
            certificate.valid_until,
            certificate.suspended_at,
            certificate.revoked_at,
        )
        if certificate is not None
        else None
    )
    return OwnProduct(
        id=product.id,
        slug=product.slug,
        name=(product.name_zh, product.name_en),
        category=product.category,
        village=(village.name_zh, village.name_en),
        listed=product.listed_at is not None,
        certificate_state=state,
        certificate_number=certificate.number if certificate is not None else None,
        last_day=last_day(certificate.valid_until) if certificate is not None else None,
        pictures=tuple(
            OwnPicture(
                picture.public_id,
                picture.position,
                storage.picture_url(picture.key, 320),
                picture.alt_zh,
                picture.alt_en,
            )
            for picture in pictures
        ),
        packs=packs,
        lacks=lacks_of(
            product,
            packs=sum(not pack.closed for pack in packs),
            available=sum(pack.available for pack in packs if not pack.closed),
            certificate_state=state,
        ),
    )


def view_pack(session: Session, actor: Actor, slug: str, public_id: str) -> PackFile:
    """Return a pack size with what it cost before and what came and went."""
    product = view_product(session, actor, slug)
    pack = next((pack for pack in product.packs if pack.public_id == public_id), None)
    if pack is None:
        raise NotFound("variant")
    moves = session.execute(
        select(StockMovement.moved_at, StockMovement.change, StockMovement.reason, Order.number, User.name)
        .outerjoin(Order, Order.id == StockMovement.order_id)
        .outerjoin(User, (User.id == StockMovement.actor_user_id) & StockMovement.order_id.is_(None))
        .where(StockMovement.variant_id == pack.id)
        .order_by(StockMovement.id.desc())
        .limit(30)
    )
    return PackFile(
        product,
        pack,
        tuple(catalogue.price_history(session, pack.id, limit=30)),
        tuple(StockMove(*row[:4], row[4] or "") for row in moves),
        applications.settings_on(session, clock.today()).price_rise_percent,
        int(
            session.scalar(
                select(func.sum(Stock.on_hand))
                .join(Variant, Variant.id == Stock.variant_id)
                .where(Variant.edition_of == pack.id)
            )
            or 0
        ),
    )


def own_suppliers(session: Session, actor: Actor) -> list[Organisation]:
    """Return the suppliers for which somebody may add products, by name."""
    return list(
        session.scalars(
            select(Organisation)
            .where(
                Organisation.id.in_(actor.organisation_ids(Role.SUPPLIER)),
                Organisation.kind == OrganisationKind.SUPPLIER.value,
                Organisation.closed_on.is_(None),
            )
            .order_by(Organisation.name_zh, Organisation.id)
        )
    )


def origins(session: Session, actor: Actor) -> list[Origin]:
    """Return the villages that products of the actor's suppliers may come from: those of their counties.

    A supplier without a place of its own may choose among all.
    """
    above = aliased(Region)
    homes = session.execute(
        select(Region.path)
        .join(Organisation, Organisation.region_id == Region.id)
        .where(Organisation.id.in_(actor.organisation_ids(Role.SUPPLIER)))
    )
    parts = {int(part) for row in homes for part in row.path.split("/") if part}
    used = select(Product.county_id).where(Product.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)))
    counties = session.scalars(
        select(Region.path).where(
            Region.level == RegionLevel.COUNTY.value, or_(Region.id.in_(parts), Region.id.in_(used))
        )
    ).all()
    within = [Region.path.startswith(path, autoescape=True) for path in counties]
    rows = session.execute(
        select(Region.id, above.name_zh, above.name_en, Region.name_zh, Region.name_en)
        .join(above, above.id == Region.parent_id)
        .where(
            Region.level == RegionLevel.VILLAGE.value,
            Region.valid_until.is_(None),
            *([or_(*within)] if within else []),
        )
        .order_by(Region.code)
        .limit(MOST_VILLAGES)
    )
    return [Origin(row[0], (row[1], row[2]), (row[3], row[4])) for row in rows]


def _pack(variant: Variant, on_hand: int, held: int, median: int | None, percent: int) -> OwnPack:
    charge = Charge(variant.price_fen, variant.producer_fen, variant.logistics_fen, variant.other_fen)
    return OwnPack(
        id=variant.id,
        public_id=variant.public_id,
        sku=variant.sku,
        label=(variant.label_zh, variant.label_en),
        net_grams=variant.net_grams,
        pieces=variant.pieces,
        charge=charge,
        unit_price_fen=rules.unit_price_fen(variant.price_fen, variant.net_grams, variant.pieces),
        percents=rules.shares_percent(
            variant.price_fen, variant.producer_fen, variant.logistics_fen, variant.other_fen
        ),
        ladder=rules.as_ladder(variant.ladder),
        pack_multiple=variant.pack_multiple,
        on_hand=on_hand,
        held=held,
        version=variant.version,
        closed=variant.closed_at is not None,
        median_fen=median,
        dear=rules.is_dear(variant.price_fen, median, percent),
    )
