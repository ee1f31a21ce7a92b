"""Reading certificates: which hold now, what the public may know, and what a certifier may look at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, lateral, or_, select, true
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation
from accounts.values import Role
from core import clock, stamps, storage
from core.audit import AuditEntry
from core.db import table_of
from core.errors import NotFound
from core.permissions import Actor
from registry.models import Region
from registry.queries import within
from shop.catalogue.models import Product
from shop.certification.models import Certificate
from shop.certification.rules import state_at
from shop.certification.values import CertificateFile, CertificateState, CertifierFile, CertifierRow, last_day

# In every basket and list, so over the plain table.
_certificates = table_of(Certificate)


def certified_condition(now: Any) -> ColumnElement[bool]:
    """Return the condition on `Certificate` that it holds at this moment (A4): exact even if no job ever runs.

    `now` is a moment, or a bind parameter for one.
    """
    return and_(
        _certificates.c.valid_from <= now,
        _certificates.c.valid_until > now,
        _certificates.c.suspended_at.is_(None),
        _certificates.c.revoked_at.is_(None),
    )


@stamps.horizon
def next_change(session: Session, now: datetime) -> datetime | None:
    """Return the next moment at which some certificate begins or ends by the clock."""
    moments = select(
        select(func.min(Certificate.valid_until)).where(Certificate.valid_until > now).scalar_subquery(),
        select(func.min(Certificate.valid_from)).where(Certificate.valid_from > now).scalar_subquery(),
    )
    return min((moment for moment in session.execute(moments).one() if moment is not None), default=None)


def is_certified(now: Any) -> ColumnElement[bool]:
    """Return the condition on `Product` that one of its certificates holds at this moment."""
    return exists(
        select(Certificate.id).where(Certificate.product_id == Product.id, certified_condition(now))
    )


def in_counties(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Product` that the actor certifies in its county, or in a region above it."""
    paths = actor.region_paths(Role.CERTIFIER)
    return Product.county_id.in_(select(Region.id).where(Region.level == "county", within(paths)))


def in_towns(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Product` that the actor makes the first checks in its town."""
    paths = actor.region_paths(Role.CERTIFIER)
    town = aliased(Region)
    return Product.village_id.in_(
        select(Region.id)
        .join(town, town.id == Region.parent_id)
        .where(town.level == "town", town.path.in_(paths))
    )


def in_regions(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Product` that the actor certifies there, at whichever stage."""
    return or_(in_counties(actor), in_towns(actor))


def certificate_ids(session: Session, product_ids: list[int], now: datetime) -> dict[int, int]:
    """Return the id of the certificate in force by product; products without one are left out."""
    rows = session.execute(
        select(Certificate.product_id, Certificate.id)
        .where(Certificate.product_id.in_(product_ids), certified_condition(now))
        .order_by(Certificate.valid_until)
    )
    return {row.product_id: row.id for row in rows}


def lock_certificate(session: Session, number: str) -> Certificate:
    """Return a certificate by its number, locked for this step; `NotFound` when there is none."""
    certificate = session.scalar(select(Certificate).where(Certificate.number == number).with_for_update())
    if certificate is None:
        raise NotFound("certificate")
    return certificate


_village, _town, _county = aliased(Region), aliased(Region), aliased(Region)
_supplier, _issuer = aliased(Organisation), aliased(Organisation)


def get_certificate(session: Session, number: str) -> CertificateFile:
    """Return what the public may know of a certificate; `NotFound` when there is none."""
    row = session.execute(_files().where(Certificate.number == number)).one_or_none()
    if row is None:
        raise NotFound("certificate")
    return _file(row, clock.now())


def _files() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Certificate,
            Product.slug,
            Product.name_zh,
            Product.name_en,
            Product.picture,
            Product.listed_at,
            Product.households_count,
            _issuer.name_zh.label("issuer_zh"),
            _issuer.name_en.label("issuer_en"),
            _supplier.name_zh.label("supplier_zh"),
            _supplier.name_en.label("supplier_en"),
            _village.name_zh.label("village_zh"),
            _village.name_en.label("village_en"),
            _town.name_zh.label("town_zh"),
            _town.name_en.label("town_en"),
            _county.name_zh.label("county_zh"),
            _county.name_en.label("county_en"),
        )
        .join(Product, Product.id == Certificate.product_id)
        .join(_issuer, _issuer.id == Certificate.issuer_id)
        .join(_supplier, _supplier.id == Product.supplier_id)
        .join(_village, _village.id == Product.village_id)
        .outerjoin(_town, _town.id == _village.parent_id)
        .join(_county, _county.id == Product.county_id)
    )


def _file(row: Any, now: datetime) -> CertificateFile:
    certificate: Certificate = row.Certificate
    return CertificateFile(
        number=certificate.number,
        state=_state(certificate, now),
        valid_from=certificate.valid_from.astimezone(clock.CHINA).date(),
        last_day=last_day(certificate.valid_until),
        suspended_on=certificate.suspended_at.astimezone(clock.CHINA).date()
        if certificate.suspended_at
        else None,
        revoked_on=certificate.revoked_at.astimezone(clock.CHINA).date() if certificate.revoked_at else None,
        issuer=(row.issuer_zh, row.issuer_en),
        product_slug=row.slug,
        product=(row.name_zh, row.name_en),
        product_listed=row.listed_at is not None,
        image_url=storage.picture_url(row.picture, 640),
        supplier=(row.supplier_zh, row.supplier_en),
        village=(row.village_zh, row.village_en),
        town=(row.town_zh or "", row.town_en or ""),
        county=(row.county_zh, row.county_en),
        households_count=row.households_count,
        kind=certificate.kind,
    )


def _state(row: Any, now: datetime) -> CertificateState:
    return state_at(now, row.valid_from, row.valid_until, row.suspended_at, row.revoked_at)


def _last_certificate(now: datetime) -> Any:
    """Return the certificate of a product that is in force, else the last there was, as a lateral row."""
    return lateral(
        select(
            Certificate.number,
            Certificate.valid_from,
            Certificate.valid_until,
            Certificate.suspended_at,
            Certificate.revoked_at,
        )
        .where(Certificate.product_id == Product.id)
        .order_by(certified_condition(now).desc(), Certificate.valid_until.desc())
        .limit(1)
    ).alias("last_certificate")


def _rows(now: datetime, actor: Actor) -> tuple[Select[*tuple[Any, ...]], Any]:
    last = _last_certificate(now)
    statement = (
        select(
            Product.id,
            Product.slug,
            Product.name_zh,
            Product.name_en,
            Product.picture,
            Product.supplier_id,
            Product.households_count,
            _supplier.name_zh.label("supplier_zh"),
            _supplier.name_en.label("supplier_en"),
            _village.name_zh.label("village_zh"),
            _village.name_en.label("village_en"),
            _county.id.label("county_id"),
            _county.path.label("county_path"),
            last,
        )
        .join(_supplier, _supplier.id == Product.supplier_id)
        .join(_village, _village.id == Product.village_id)
        .join(_county, _county.id == Product.county_id)
        .outerjoin(last, true())
        .where(in_regions(actor))
    )
    return statement, last


def _row(row: Any, now: datetime) -> CertifierRow:
    return CertifierRow(
        product_slug=row.slug,
        product=(row.name_zh, row.name_en),
        image_url=storage.picture_url(row.picture, 320),
        supplier=(row.supplier_zh, row.supplier_en),
        village=(row.village_zh, row.village_en),
        number=row.number,
        state=_state(row, now) if row.number is not None else None,
        last_day=last_day(row.valid_until) if row.valid_until is not None else None,
    )


def visible_to_certifier(
    session: Session, actor: Actor, *, waiting: bool = False, limit: int, offset: int
) -> tuple[list[CertifierRow], int]:
    """Return one page of the products of the actor's regions, those without a certificate in force first.

    `waiting` leaves only those without one. Also returns how many there are.
    """
    now = clock.now()
    statement, last = _rows(now, actor)
    in_force = and_(
        last.c.number.is_not(None),
        last.c.valid_from <= now,
        last.c.valid_until > now,
        last.c.suspended_at.is_(None),
        last.c.revoked_at.is_(None),
    )
    if waiting:
        statement = statement.where(or_(last.c.number.is_(None), ~in_force))
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    rows = session.execute(
        statement.order_by(in_force, last.c.valid_until, Product.id).limit(limit).offset(offset)
    )
    return [_row(row, now) for row in rows], total


def get_certifier_file(session: Session, actor: Actor, slug: str) -> CertifierFile:
    """Return a product of the actor's regions with its certificates and what was done to them, newest first."""
    now = clock.now()
    statement, _last = _rows(now, actor)
    row = session.execute(statement.where(Product.slug == slug)).one_or_none()
    if row is None:
        raise NotFound("product")
    certificates = [
        _file(found, now)
        for found in session.execute(
            _files()
            .where(Certificate.product_id == row.id)
            .order_by(Certificate.valid_until.desc(), Certificate.id)
        )
    ]
    story = session.execute(
        select(AuditEntry.happened_at, AuditEntry.action, AuditEntry.actor_name, AuditEntry.reason)
        .where(
            AuditEntry.subject_type == "certificate",
            AuditEntry.subject_id.in_([certificate.number for certificate in certificates]),
        )
        .order_by(AuditEntry.id.desc())
        .limit(50)
    )
    return CertifierFile(
        product_id=row.id,
        row=_row(row, now),
        households_count=row.households_count,
        own_supplier=row.supplier_id in actor.organisation_ids(),
        at_county=any(row.county_path.startswith(path) for path in actor.region_paths(Role.CERTIFIER)),
        certificates=tuple(certificates),
        story=tuple((entry.happened_at, entry.action, entry.actor_name, entry.reason) for entry in story),
    )
