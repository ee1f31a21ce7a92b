"""Reading product files: a supplier's products as a list holds them, its uploads, and their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import Role
from core import clock
from core.errors import NotFound
from core.permissions import Actor
from registry.models import Region
from shop.catalogue import rules as catalogue
from shop.catalogue.models import Product, Variant
from shop.catalogue.values import ProductEdit, VariantEdit
from shop.certification.models import Certificate
from shop.certification.queries import certified_condition
from shop.product_files import rules
from shop.product_files.models import ProductUpload, UploadedRow
from shop.product_files.values import (
    Action,
    Column,
    Known,
    KnownPack,
    KnownProduct,
    Outcome,
    State,
    UploadLine,
)
from shop.stock.models import Stock


def own_suppliers(session: Session, actor: Actor) -> list[tuple[int, str, str]]:
    """Return the suppliers that the actor acts for: id and the names in both languages."""
    rows = session.execute(
        select(Organisation.id, Organisation.name_zh, Organisation.name_en)
        .where(Organisation.id.in_(actor.organisation_ids(Role.SUPPLIER)))
        .order_by(Organisation.id)
    )
    return [(row.id, row.name_zh, row.name_en) for row in rows]


def products_of(session: Session, supplier_ids: Iterable[int]) -> tuple[KnownProduct, ...]:
    """Return every product of some suppliers with its pack sizes, oldest first, in three statements."""
    suppliers = list(supplier_ids)
    packs: dict[int, list[KnownPack]] = defaultdict(list)
    for variant, on_hand in session.execute(
        select(Variant, func.coalesce(Stock.on_hand, 0))
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(Stock, Stock.variant_id == Variant.id)
        .where(Product.supplier_id.in_(suppliers), Variant.edition_of.is_(None))
        .order_by(Variant.id)
    ):
        packs[variant.product_id].append(
            KnownPack(
                variant.id, variant.version, variant.closed_at is not None, on_hand, edit_of_pack(variant)
            )
        )
    certificates = {
        row.product_id: row.number
        for row in session.execute(
            select(Certificate.product_id, Certificate.number)
            .join(Product, Product.id == Certificate.product_id)
            .where(Product.supplier_id.in_(suppliers), certified_condition(clock.now()))
            .order_by(Certificate.id)
        )
    }
    return tuple(
        KnownProduct(
            product.id,
            product.version,
            product.slug,
            product.listed_at is not None,
            certificates.get(product.id, ""),
            code,
            (name_zh, name_en),
            edit_of(product),
            tuple(packs[product.id]),
        )
        for product, code, name_zh, name_en in session.execute(
            select(Product, Region.code, Region.name_zh, Region.name_en)
            .join(Region, Region.id == Product.village_id)
            .where(Product.supplier_id.in_(suppliers))
            .order_by(Product.id)
        )
    )


def list_cells(
    session: Session, supplier_ids: Iterable[int], *, english: bool
) -> Iterator[dict[Column, str]]:
    """Return the product list of some suppliers, a row for each open pack size, and one for a product without any."""
    for product in products_of(session, supplier_ids):
        packs = [pack for pack in product.packs if not pack.closed]
        for pack in packs or (None,):
            yield rules.product_cells(product, pack, english=english)


def known_for(session: Session, supplier_id: int, skus: Sequence[str], codes: Iterable[str]) -> Known:
    """Return what the rows of a file are held against: own products, numbers others have, villages; five statements."""
    products = products_of(session, [supplier_id])
    own = {pack.edit.sku for product in products for pack in product.packs}
    strange = [sku for sku in skus if sku not in own]
    foreign = session.scalars(select(Variant.sku).where(Variant.sku.in_(strange))) if strange else ()
    villages = session.execute(
        select(Region.code, Region.id).where(
            Region.code.in_(set(codes)), Region.level == "village", Region.valid_until.is_(None)
        )
    )
    by_code = {row.code: row.id for row in villages}
    # A product may come from a village whose code has changed since; its own code is as good as before.
    own_villages = {product.village_code: product.edit.village_id for product in products}
    return Known(products, frozenset(foreign), own_villages | by_code)


def edit_of(product: Product) -> ProductEdit:
    """Return a product as an edit that changes nothing."""
    return ProductEdit(
        category=product.category,
        village_id=product.village_id,
        name_zh=product.name_zh,
        name_en=product.name_en,
        summary_zh=product.summary_zh,
        summary_en=product.summary_en,
        story_zh=product.story_zh,
        story_en=product.story_en,
        storage_zh=product.storage_zh,
        storage_en=product.storage_en,
        shelf_life_days=product.shelf_life_days,
        return_terms=product.return_terms,
        return_note_zh=product.return_note_zh,
        return_note_en=product.return_note_en,
    )


def edit_of_pack(variant: Variant) -> VariantEdit:
    """Return a pack size as an edit that changes nothing."""
    return VariantEdit(
        sku=variant.sku,
        label_zh=variant.label_zh,
        label_en=variant.label_en,
        net_grams=variant.net_grams,
        pieces=variant.pieces,
        price_fen=variant.price_fen,
        producer_fen=variant.producer_fen,
        logistics_fen=variant.logistics_fen,
        other_fen=variant.other_fen,
        pack_multiple=variant.pack_multiple,
        ladder=catalogue.as_ladder(variant.ladder),
    )


def get_upload(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> ProductUpload:
    """Return an upload of a supplier that the actor acts for; `NotFound` for others'."""
    found = select(ProductUpload).where(
        ProductUpload.public_id == public_id.replace("\x00", ""),
        ProductUpload.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)),
    )
    upload = session.scalar(found.with_for_update() if lock else found)
    if upload is None:
        raise NotFound("upload")
    return upload


def visible_uploads(session: Session, actor: Actor, *, limit: int) -> list[UploadLine]:
    """Return the last uploads of the actor's suppliers, newest first."""
    uploads = session.scalars(
        select(ProductUpload)
        .where(ProductUpload.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)))
        .order_by(ProductUpload.id.desc())
        .limit(limit)
    )
    return [
        UploadLine(
            u.public_id,
            u.filename,
            State(u.state),
            u.created_at,
            u.user_name,
            u.rows_total,
            u.adds,
            u.changes,
            u.wrong,
            u.applied,
            u.turned_away,
        )
        for u in uploads
    ]


def at_work(session: Session, supplier_id: int) -> int:
    """Return how many files of a supplier are being read or applied."""
    return (
        session.scalar(
            select(func.count())
            .select_from(ProductUpload)
            .where(
                ProductUpload.supplier_id == supplier_id,
                ProductUpload.state.in_([state for state in State if state.at_work]),
            )
        )
        or 0
    )


def rows_shown(
    session: Session, upload_id: int, actions: Sequence[Action], *, limit: int, offset: int
) -> list[UploadedRow]:
    """Return one page of the rows of an upload that would do (or cannot do) something."""
    return list(
        session.scalars(
            select(UploadedRow)
            .where(UploadedRow.upload_id == upload_id, UploadedRow.action.in_(actions))
            .order_by(UploadedRow.number)
            .limit(limit)
            .offset(offset)
        )
    )


_TURNED_AWAY = or_(
    UploadedRow.action == Action.WRONG, UploadedRow.outcome.in_([Outcome.STALE, Outcome.REFUSED])
)


def rows_turned_away(
    session: Session, upload_id: int, *, limit: int | None = None, offset: int = 0
) -> list[UploadedRow]:
    """Return the rows that were not taken, in the order of the file."""
    return list(
        session.scalars(
            select(UploadedRow)
            .where(UploadedRow.upload_id == upload_id, _TURNED_AWAY)
            .order_by(UploadedRow.number)
            .limit(limit)
            .offset(offset)
        )
    )


def next_units(session: Session, upload_id: int, limit: int) -> list[list[UploadedRow]]:
    """Return the rows of the next products of an upload that are still to be applied, by product."""
    open_rows = (
        UploadedRow.upload_id == upload_id,
        UploadedRow.outcome.is_(None),
        UploadedRow.action.in_([Action.ADD, Action.CHANGE]),
    )
    units = select(UploadedRow.unit).where(*open_rows).distinct().order_by(UploadedRow.unit).limit(limit)
    found: dict[int, list[UploadedRow]] = defaultdict(list)
    for row in session.scalars(
        select(UploadedRow)
        .where(*open_rows, UploadedRow.unit.in_(units))
        .order_by(UploadedRow.unit, UploadedRow.number)
    ):
        found[row.unit].append(row)
    return list(found.values())


def old_uploads(session: Session, before: object, limit: int) -> list[tuple[int, str]]:
    """Return the uploads made before a moment: id and file key."""
    rows = session.execute(
        select(ProductUpload.id, ProductUpload.file_key)
        .where(ProductUpload.created_at < before)
        .order_by(ProductUpload.created_at)
        .limit(limit)
    )
    return [(row.id, row.file_key) for row in rows]
