"""Reading batches and codes: what everybody may see behind a code, and what a supplier sees of its own batches."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, lateral, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation
from accounts.values import Role
from core import clock, storage
from core.clock import CHINA
from core.errors import NotFound
from core.permissions import Actor
from registry.models import Region
from registry.queries import on_the_way
from shop.applications import queries as application_queries
from shop.benefit_links import queries as link_queries
from shop.catalogue.models import Product, Variant
from shop.certification.models import Certificate
from shop.certification.queries import certified_condition
from shop.certification.rules import state_at
from shop.certification.values import CertificateKind, last_day
from shop.tracing import rules
from shop.tracing.errors import UnknownTraceCode
from shop.tracing.models import Batch, BatchVersion, TraceCode
from shop.tracing.values import (
    BatchFacts,
    BatchFile,
    BatchRow,
    BatchStep,
    Closing,
    Freshness,
    Printable,
    PrintableCode,
    Text,
    Trace,
    TracedBatch,
    TracedCertificate,
)

_supplier, _issuer, _village, _place = (
    aliased(Organisation),
    aliased(Organisation),
    aliased(Region),
    aliased(Region),
)


def read_trace(session: Session, typed: str) -> Trace:
    """Return everything that the public may know behind a code, as it stands at this moment.

    At most four statements. Raises `UnknownTraceCode` with what is wrong with the code.
    """
    code, fault = rules.read_code(typed)
    if fault is not None:
        raise UnknownTraceCode(typed, fault)
    now, today = clock.now(), clock.today()
    row = session.execute(_trace_statement(now).where(TraceCode.code == code)).one_or_none()
    if row is None:
        raise UnknownTraceCode(typed, None)
    product: Product = row.Product
    certificate = _certificate(row, now)
    return Trace(
        code=code,
        product_id=product.id,
        product_slug=product.slug,
        product=(product.name_zh, product.name_en),
        listed=product.listed_at is not None,
        image_url=storage.picture_url(product.picture, 320),
        image_srcset=storage.picture_srcset(product.picture),
        supplier_id=product.supplier_id,
        supplier=(row.supplier_zh, row.supplier_en),
        village_id=product.village_id,
        origin=tuple((zh, en) for zh, en in row.places or ()),
        storage=(product.storage_zh, product.storage_en),
        certificate=certificate,
        stages=tuple(application_queries.stages_passed(session, certificate.number)) if certificate else (),
        households=link_queries.summarise(session, product.id, today).households,
        declared=product.households_count,
        batch=_traced_batch(row, today),
    )


def find_code(session: Session, product_id: int, batch_id: int | None) -> str | None:
    """Return the code of a batch, or of the product itself."""
    return session.scalar(
        select(TraceCode.code).where(
            TraceCode.product_id == product_id,
            TraceCode.batch_id.is_(None) if batch_id is None else TraceCode.batch_id == batch_id,
        )
    )


def products_without_code(session: Session, limit: int) -> list[int]:
    """Return products on sale that have no code of their own."""
    has = select(TraceCode.code).where(TraceCode.product_id == Product.id, TraceCode.batch_id.is_(None))
    return list(
        session.scalars(
            select(Product.id)
            .where(Product.listed_at.is_not(None), ~has.exists())
            .order_by(Product.id)
            .limit(limit)
        )
    )


def find_by_key(session: Session, idem_key: str) -> Batch | None:
    """Return the batch that a form recorded before."""
    return session.scalar(select(Batch).where(Batch.idem_key == idem_key))


def is_open_variant(session: Session, product_id: int, variant_id: int) -> bool:
    """Say whether a product offers this pack size."""
    found = session.scalar(
        select(Variant.id).where(Variant.id == variant_id, Variant.product_id == product_id, Variant.on_shelf)
    )
    return found is not None


def open_variants(session: Session, product_id: int) -> list[Variant]:
    """Return the pack sizes that a product offers."""
    return list(
        session.scalars(
            select(Variant)
            .where(Variant.product_id == product_id, Variant.on_shelf)
            .order_by(Variant.price_fen, Variant.id)
        )
    )


def lock_own_batch(session: Session, actor: Actor, code: str) -> Batch:
    """Lock a batch of the actor's suppliers, else `NotFound`."""
    batch = session.scalar(
        select(Batch)
        .join(TraceCode, TraceCode.batch_id == Batch.id)
        .join(Product, Product.id == Batch.product_id)
        .where(TraceCode.code == code, Product.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)))
        .with_for_update(of=Batch)
    )
    if batch is None:
        raise NotFound("batch")
    return batch


def facts_of(session: Session, batch: Batch) -> BatchFacts:
    """Return what is known of a batch."""
    kept = session.scalars(
        select(BatchVersion).where(BatchVersion.batch_id == batch.id, BatchVersion.version == batch.version)
    ).one()
    return BatchFacts(
        made_on=kept.made_on,
        packs=kept.packs,
        best_before=kept.best_before,
        storage_zh=kept.storage_zh,
        storage_en=kept.storage_en,
        inspection_number=kept.inspection_number,
        inspected_on=kept.inspected_on,
    )


def visible_batches(
    session: Session,
    actor: Actor,
    *,
    product_slug: str | None = None,
    near_only: bool = False,
    limit: int,
    offset: int = 0,
) -> tuple[list[BatchRow], int]:
    """Return one page of the batches of the actor's suppliers and how many there are: open ones first, next to expire first.

    `near_only` leaves open batches that are near their best-before day or past it.
    """
    today = clock.today()
    statement = _rows().where(Product.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)))
    if product_slug is not None:
        statement = statement.where(Product.slug == product_slug)
    if near_only:
        life = BatchVersion.best_before - BatchVersion.made_on
        statement = statement.where(
            Batch.closed_at.is_(None),
            BatchVersion.best_before - today <= func.least(rules.NEAR_DAYS, life / 3),
        )
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    rows = session.execute(
        statement.order_by(
            Batch.closed_at.is_not(None), BatchVersion.best_before.asc().nulls_last(), Batch.id.desc()
        )
        .limit(limit)
        .offset(offset)
    )
    return [_row(row, today) for row in rows], total


def get_own_batch(session: Session, actor: Actor, code: str) -> BatchFile:
    """Return a batch of the actor's suppliers with its story, the newest version first; else `NotFound`."""
    row = session.execute(
        _rows().where(TraceCode.code == code, Product.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)))
    ).one_or_none()
    if row is None:
        raise NotFound("batch")
    versions = session.scalars(
        select(BatchVersion)
        .where(BatchVersion.batch_id == row.Batch.id)
        .order_by(BatchVersion.version.desc())
        .limit(100)
    )
    return BatchFile(
        row=_row(row, clock.today()),
        product_id=row.Batch.product_id,
        shelf_life_days=row.shelf_life_days,
        steps=tuple(
            BatchStep(
                version=kept.version,
                made_on=kept.made_on,
                best_before=kept.best_before,
                packs=kept.packs,
                storage=(kept.storage_zh, kept.storage_en),
                inspection_number=kept.inspection_number,
                inspected_on=kept.inspected_on,
                reason=kept.reason,
                who=kept.user_name,
                at=kept.recorded_at,
            )
            for kept in versions
        ),
    )


def get_printable(session: Session, actor: Actor, slug: str) -> Printable:
    """Return an own product with its open batches, the newest first, else `NotFound`; two statements."""
    now, today = clock.now(), clock.today()
    last = _last_certificate(now)
    row = session.execute(
        select(
            Product,
            _supplier.name_zh.label("supplier_zh"),
            _supplier.name_en.label("supplier_en"),
            _places(_village).label("places"),
            last,
        )
        .join(_supplier, _supplier.id == Product.supplier_id)
        .join(_village, _village.id == Product.village_id)
        .outerjoin(last, true())
        .where(
            Product.slug == slug.replace("\x00", ""),
            Product.supplier_id.in_(actor.organisation_ids(Role.SUPPLIER)),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("product")
    product: Product = row.Product
    batches = session.execute(
        _rows()
        .where(Batch.product_id == product.id, Batch.closed_at.is_(None))
        .order_by(BatchVersion.made_on.desc(), Batch.id.desc())
        .limit(100)
    )
    codes = [PrintableCode(found.code, _row(found, today)) for found in batches]
    return Printable(
        product_id=product.id,
        slug=product.slug,
        product=(product.name_zh, product.name_en),
        supplier=(row.supplier_zh, row.supplier_en),
        origin=_origin(row.places or ()),
        storage=(product.storage_zh, product.storage_en),
        shelf_life_days=product.shelf_life_days,
        certificate=_certificate(row, now),
        codes=tuple(codes),
    )


def _origin(places: Any) -> Text:
    """Return county and village for a label; `places` runs from the province down."""
    near = list(places)[2:] or list(places)
    ends = [near[0], near[-1]] if len(near) > 1 else near
    return "".join(zh for zh, _en in ends), ", ".join(en for _zh, en in reversed(ends) if en)


def _last_certificate(now: datetime) -> Any:
    return lateral(
        select(
            Certificate.number.label("certificate_number"),
            Certificate.kind.label("certificate_kind"),
            Certificate.valid_from,
            Certificate.valid_until,
            Certificate.suspended_at,
            Certificate.revoked_at,
            _issuer.name_zh.label("issuer_zh"),
            _issuer.name_en.label("issuer_en"),
        )
        .join(_issuer, _issuer.id == Certificate.issuer_id)
        .where(Certificate.product_id == Product.id)
        .order_by(certified_condition(now).desc(), Certificate.valid_until.desc())
        .limit(1)
    ).alias("last_certificate")


def _places(village: Any) -> Any:
    return (
        select(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(_place.name_zh, _place.name_en), func.length(_place.path)
                )
            )
        )
        .where(_place.id == on_the_way(village.path))
        .correlate(village)
        .scalar_subquery()
    )


def _trace_statement(now: datetime) -> Select[*tuple[Any, ...]]:
    last = _last_certificate(now)
    return (
        select(
            Product,
            Batch,
            BatchVersion,
            Variant.label_zh,
            Variant.label_en,
            _supplier.name_zh.label("supplier_zh"),
            _supplier.name_en.label("supplier_en"),
            _places(_village).label("places"),
            last,
        )
        .select_from(TraceCode)
        .join(Product, Product.id == TraceCode.product_id)
        .join(_supplier, _supplier.id == Product.supplier_id)
        .join(_village, _village.id == Product.village_id)
        .outerjoin(Batch, Batch.id == TraceCode.batch_id)
        .outerjoin(
            BatchVersion, and_(BatchVersion.batch_id == Batch.id, BatchVersion.version == Batch.version)
        )
        .outerjoin(Variant, Variant.id == Batch.variant_id)
        .outerjoin(last, true())
    )


def _china_day(moment: datetime | None) -> date | None:
    return moment.astimezone(CHINA).date() if moment is not None else None


def _certificate(row: Any, now: datetime) -> TracedCertificate | None:
    if row.certificate_number is None:
        return None
    return TracedCertificate(
        number=row.certificate_number,
        kind=CertificateKind(row.certificate_kind),
        state=state_at(now, row.valid_from, row.valid_until, row.suspended_at, row.revoked_at),
        issuer=(row.issuer_zh, row.issuer_en),
        valid_from=row.valid_from.astimezone(CHINA).date(),
        last_day=last_day(row.valid_until),
        suspended_on=_china_day(row.suspended_at),
        revoked_on=_china_day(row.revoked_at),
    )


def _traced_batch(row: Any, today: date) -> TracedBatch | None:
    batch: Batch | None = row.Batch
    if batch is None:
        return None
    kept: BatchVersion = row.BatchVersion
    return TracedBatch(
        number=batch.number,
        pack=(row.label_zh, row.label_en),
        made_on=kept.made_on,
        best_before=kept.best_before,
        freshness=rules.freshness(today, kept.made_on, kept.best_before),
        storage=_storage(kept, row.Product),
        inspection_number=kept.inspection_number,
        inspected_on=kept.inspected_on,
        corrected_on=_china_day(kept.recorded_at) if kept.version > 1 else None,
        closing=Closing(batch.closing) if batch.closing else None,
        closed_on=_china_day(batch.closed_at),
        closing_reason=batch.closing_reason or "",
    )


def _storage(kept: BatchVersion, product: Product) -> Text:
    if kept.storage_zh or kept.storage_en:
        return kept.storage_zh, kept.storage_en
    return product.storage_zh, product.storage_en


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            TraceCode.code,
            Batch,
            BatchVersion,
            Product.slug,
            Product.name_zh,
            Product.name_en,
            Product.picture,
            Product.shelf_life_days,
            case((BatchVersion.storage_zh != "", BatchVersion.storage_zh), else_=Product.storage_zh).label(
                "storage_zh"
            ),
            case((BatchVersion.storage_zh != "", BatchVersion.storage_en), else_=Product.storage_en).label(
                "storage_en"
            ),
            Variant.label_zh,
            Variant.label_en,
        )
        .select_from(Batch)
        .join(TraceCode, TraceCode.batch_id == Batch.id)
        .join(BatchVersion, and_(BatchVersion.batch_id == Batch.id, BatchVersion.version == Batch.version))
        .join(Product, Product.id == Batch.product_id)
        .join(Variant, Variant.id == Batch.variant_id)
    )


def _row(row: Any, today: date) -> BatchRow:
    batch: Batch = row.Batch
    kept: BatchVersion = row.BatchVersion
    stands = rules.freshness(today, kept.made_on, kept.best_before)
    return BatchRow(
        code=row.code,
        number=batch.number,
        product_slug=row.slug,
        product=(row.name_zh, row.name_en),
        image_url=storage.picture_url(row.picture, 320),
        pack=(row.label_zh, row.label_en),
        version=batch.version,
        made_on=kept.made_on,
        best_before=kept.best_before,
        freshness=stands,
        days_left=(kept.best_before - today).days
        if kept.best_before is not None and stands is not Freshness.KEEPS
        else None,
        packs=kept.packs,
        stocked_packs=batch.stocked_packs,
        storage=(row.storage_zh, row.storage_en),
        inspection_number=kept.inspection_number,
        inspected_on=kept.inspected_on,
        closing=Closing(batch.closing) if batch.closing else None,
        closed_on=_china_day(batch.closed_at),
        closing_reason=batch.closing_reason or "",
    )
