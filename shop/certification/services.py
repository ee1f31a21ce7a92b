"""Use cases of certification: issuing, suspending, lifting a suspension, revoking."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.values import OrganisationKind, Role
from core import audit, clock, events, ids
from core.errors import NotFound
from core.permissions import SYSTEM, Actor
from registry.models import Region
from search import services as search_services
from shop.catalogue.models import Product
from shop.certification import queries, rules
from shop.certification.errors import (
    AlreadyCertified,
    BadWindow,
    NotYourCounty,
    NumberTaken,
    OwnSupplier,
    ReasonMissing,
    WrongState,
)
from shop.certification.events import (
    CertificateIssued,
    CertificateRevoked,
    CertificateSuspended,
    CertificateSuspensionLifted,
)
from shop.certification.models import Certificate
from shop.certification.values import CertificateKind, Step


def issue_certificate(
    session: Session,
    actor: Actor,
    product_id: int,
    issuer_id: int,
    valid_until: datetime,
    number: str | None = None,
    *,
    valid_from: datetime | None = None,
    kind: CertificateKind = CertificateKind.AID_PRODUCT,
) -> Certificate:
    """Certify a product from `valid_from` (now) until just before `valid_until`.

    The actor is a certifier of the product's county who does not belong to its supplier, and signs for an office of
    that county. Refuses a second certificate over part of the same time; without a number one is made.
    """
    product = session.get(Product, product_id, with_for_update=True)
    if product is None:
        raise NotFound("product")
    county = _require_certifier(session, actor, product)
    _require_issuer(session, actor, issuer_id, county)
    moment = clock.now()
    begin = valid_from or moment
    if not rules.window_is_good(moment, begin, valid_until):
        raise BadWindow
    return _issue(session, actor, product, county, issuer_id, begin, valid_until, number, actor.user_id, kind)


def issue_approved(
    session: Session,
    product_id: int,
    issuer_id: int,
    valid_from: datetime,
    valid_until: datetime,
    approved_by_user_id: int | None,
    kind: CertificateKind = CertificateKind.AID_PRODUCT,
) -> Certificate:
    """Certify a product whose application passed every stage and stood its time before the public (rules A1, A5).

    Whether it did is for `shop.applications` to know, which alone calls this.
    """
    product = session.get(Product, product_id, with_for_update=True)
    if product is None:
        raise NotFound("product")
    if not rules.window_is_good(clock.now(), valid_from, valid_until):
        raise BadWindow
    county = session.get_one(Region, product.county_id)
    return _issue(
        session, SYSTEM, product, county, issuer_id, valid_from, valid_until, None, approved_by_user_id, kind
    )


def _issue(
    session: Session,
    actor: Actor,
    product: Product,
    county: Region,
    issuer_id: int,
    begin: datetime,
    valid_until: datetime,
    number: str | None,
    approved_by_user_id: int | None,
    kind: CertificateKind,
) -> Certificate:
    overlapping = session.scalar(
        select(Certificate.number).where(
            Certificate.product_id == product.id,
            Certificate.revoked_at.is_(None),
            Certificate.valid_from < valid_until,
            Certificate.valid_until > begin,
        )
    )
    if overlapping is not None:
        raise AlreadyCertified(overlapping)
    if number is None:
        number = f"{county.code}-{begin.astimezone(clock.CHINA).year}-{ids.public_id(6)}"
    if session.scalar(select(Certificate.id).where(Certificate.number == number)) is not None:
        raise NumberTaken(number)
    certificate = Certificate(
        number=number,
        kind=kind.value,
        product_id=product.id,
        issuer_id=issuer_id,
        valid_from=begin,
        valid_until=valid_until,
        approved_by_user_id=approved_by_user_id,
    )
    session.add(certificate)
    session.flush()
    audit.record(
        session,
        actor,
        "certificate issued",
        "certificate",
        number,
        after={
            "product": product.slug,
            "kind": kind.value,
            "valid_from": begin.isoformat(),
            "valid_until": valid_until.isoformat(),
        },
    )
    search_services.note_change(session, [product.id])
    events.publish(session, CertificateIssued(certificate.id, product.id, number))
    return certificate


def suspend_certificate(session: Session, actor: Actor, number: str, reason: str) -> Certificate:
    """Stop a certificate for the time being: from this moment the product is not orderable as certified."""
    certificate = _take_step(session, actor, number, Step.SUSPEND, reason)
    certificate.suspended_at = clock.now()
    session.flush()
    events.publish(
        session, CertificateSuspended(certificate.id, certificate.product_id, number, reason.strip())
    )
    return certificate


def lift_suspension(session: Session, actor: Actor, number: str, reason: str) -> Certificate:
    """Let a suspended certificate hold again until its day."""
    certificate = _take_step(session, actor, number, Step.LIFT, reason)
    certificate.suspended_at = None
    session.flush()
    events.publish(
        session, CertificateSuspensionLifted(certificate.id, certificate.product_id, number, reason.strip())
    )
    return certificate


def revoke_certificate(session: Session, actor: Actor, number: str, reason: str) -> Certificate:
    """End a certificate for good; a new one may follow."""
    certificate = _take_step(session, actor, number, Step.REVOKE, reason)
    certificate.revoked_at = clock.now()
    session.flush()
    events.publish(
        session, CertificateRevoked(certificate.id, certificate.product_id, number, reason.strip())
    )
    return certificate


def _take_step(session: Session, actor: Actor, number: str, step: Step, reason: str) -> Certificate:
    certificate = queries.lock_certificate(session, number)
    product = session.get_one(Product, certificate.product_id)
    _require_certifier(session, actor, product)
    if len(reason.strip()) < rules.SHORTEST_REASON:
        raise ReasonMissing
    state = rules.state_at(
        clock.now(),
        certificate.valid_from,
        certificate.valid_until,
        certificate.suspended_at,
        certificate.revoked_at,
    )
    if not rules.may(step, state):
        raise WrongState(state)
    audit.record(
        session,
        actor,
        f"certificate {step.value}",
        "certificate",
        number,
        reason=reason.strip(),
        before={"state": state},
    )
    search_services.note_change(session, [certificate.product_id])
    return certificate


def _require_certifier(session: Session, actor: Actor, product: Product) -> Region:
    """Return the product's county when the actor certifies there, else `NotFound`; never their own supplier's."""
    county = session.get_one(Region, product.county_id)
    if not any(county.path.startswith(path) for path in actor.region_paths(Role.CERTIFIER)):
        raise NotFound("product")
    if product.supplier_id in actor.organisation_ids():
        raise OwnSupplier
    return county


def _require_issuer(session: Session, actor: Actor, issuer_id: int, county: Region) -> None:
    issuer = session.get(Organisation, issuer_id)
    if issuer is None or issuer.kind != OrganisationKind.GOVERNMENT or issuer.closed_on is not None:
        raise NotYourCounty
    signs_for = actor.organisation_ids(Role.CERTIFIER)
    if signs_for and issuer_id not in signs_for:
        raise NotYourCounty
    if issuer.region_id is not None and str(issuer.region_id) not in county.path.split("/"):
        raise NotYourCounty
