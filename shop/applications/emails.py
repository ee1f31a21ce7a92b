"""Mail to suppliers: how their applications and certificates stand; written by the worker, once for each fact."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from core import clock, events, jobs
from core.db import reading, transaction
from publicity import queries as publicity_queries
from shop.applications import queries
from shop.applications.events import (
    ApplicationCertified,
    ApplicationPublished,
    ApplicationRefused,
    ApplicationSentBack,
    RenewalOpened,
)
from shop.applications.models import Application
from shop.catalogue.models import Product
from shop.certification.events import CertificateRevoked, CertificateSuspended, CertificateSuspensionLifted
from shop.certification.models import Certificate
from shop.certification.values import last_day
from web import mailing

MAIL_APPLICATION = "shop.mail_application"
MAIL_CERTIFICATE = "shop.mail_certificate"


@events.on(ApplicationPublished)
def tell_published(session: Session, event: ApplicationPublished) -> None:
    """Let the worker write that a notice runs."""
    _about_application(session, "published", event.application_id, str(event.notice_id))


@events.on(ApplicationRefused)
def tell_refused(session: Session, event: ApplicationRefused) -> None:
    """Let the worker write that a stage refused, and why."""
    _about_application(session, "refused", event.application_id, event.stage)


@events.on(ApplicationSentBack)
def tell_sent_back(session: Session, event: ApplicationSentBack) -> None:
    """Let the worker write that the stages begin again."""
    _about_application(session, "sent_back", event.application_id, str(event.round))


@events.on(ApplicationCertified)
def tell_certified(session: Session, event: ApplicationCertified) -> None:
    """Let the worker write that the certificate is there."""
    _about_application(session, "certified", event.application_id, str(event.certificate_id))


@events.on(RenewalOpened)
def tell_renewal(session: Session, event: RenewalOpened) -> None:
    """Let the worker write that a certificate ends before long."""
    _about_certificate(session, "renewal", event.certificate_id, "", "")


@events.on(CertificateSuspended)
def tell_suspended(session: Session, event: CertificateSuspended) -> None:
    """Let the worker write that a certificate is suspended, and why."""
    _about_certificate(session, "suspended", event.certificate_id, event.reason, clock.now().isoformat())


@events.on(CertificateSuspensionLifted)
def tell_lifted(session: Session, event: CertificateSuspensionLifted) -> None:
    """Let the worker write that a certificate holds again."""
    _about_certificate(session, "lifted", event.certificate_id, event.reason, clock.now().isoformat())


@events.on(CertificateRevoked)
def tell_revoked(session: Session, event: CertificateRevoked) -> None:
    """Let the worker write that a certificate was revoked, and why."""
    _about_certificate(session, "revoked", event.certificate_id, event.reason, clock.now().isoformat())


def _about_application(session: Session, about: str, application_id: int, fact: str) -> None:
    jobs.enqueue(
        session,
        MAIL_APPLICATION,
        {"about": about, "application_id": application_id, "fact": fact},
        key=f"{MAIL_APPLICATION}:{about}:{application_id}:{fact}",
    )


# A certificate may be suspended and lifted several times: the moment makes each time a fact of its own.
def _about_certificate(session: Session, about: str, certificate_id: int, reason: str, fact: str) -> None:
    jobs.enqueue(
        session,
        MAIL_CERTIFICATE,
        {"about": about, "certificate_id": certificate_id, "reason": reason, "fact": fact},
        key=f"{MAIL_CERTIFICATE}:{about}:{certificate_id}:{fact}",
    )


@jobs.handler(MAIL_APPLICATION)
def compose_application(payload: dict[str, Any]) -> None:
    """Compose a mail about an application for each person of its supplier who reads mail."""
    about = payload["about"]
    with reading() as session:
        application = session.get_one(Application, payload["application_id"])
        product = session.get_one(Product, application.product_id)
        records = queries.records_of(session, application.id)
        notices = publicity_queries.notices_about(session, queries.SUBJECT, application.public_id)
        certificate = (
            session.get_one(Certificate, application.certificate_id) if application.certificate_id else None
        )
        readers = queries.readers_of_supplier(session, application.supplier_id)
    reason = next((record.note for record in reversed(records) if record.outcome == "refused"), "")
    with transaction() as session:
        for reader in readers:
            mailing.post(
                session,
                key=f"application-{about}:{application.public_id}:{payload['fact']}:{reader.public_id}",
                recipient=reader.email or "",
                template="shop/applications/emails/news",
                locale=reader.locale,
                about=about,
                name=reader.name,
                product=(product.name_zh, product.name_en),
                reason=reason,
                notice_through=last_day(notices[0].ends_at) if notices else None,
                number=certificate.number if certificate else "",
                ends_on=last_day(certificate.valid_until) if certificate else None,
                path=f"/supplier/applications/{application.public_id}",
            )


@jobs.handler(MAIL_CERTIFICATE)
def compose_certificate(payload: dict[str, Any]) -> None:
    """Compose a mail about a certificate for each person of its supplier who reads mail."""
    about = payload["about"]
    with reading() as session:
        certificate = session.get_one(Certificate, payload["certificate_id"])
        product = session.get_one(Product, certificate.product_id)
        readers = queries.readers_of_supplier(session, product.supplier_id)
    with transaction() as session:
        for reader in readers:
            mailing.post(
                session,
                key=f"certificate-{about}:{certificate.number}:{payload['fact']}:{reader.public_id}",
                recipient=reader.email or "",
                template="shop/applications/emails/news",
                locale=reader.locale,
                about=about,
                name=reader.name,
                product=(product.name_zh, product.name_en),
                reason=payload["reason"],
                notice_through=None,
                number=certificate.number,
                ends_on=last_day(certificate.valid_until),
                path="/supplier/applications",
            )
