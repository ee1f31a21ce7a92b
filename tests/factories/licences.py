"""Licences, documents and registrations for tests, made through the services."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from io import BytesIO

from PIL import Image
from sqlalchemy.orm import Session

from accounts.licences import services as licences
from accounts.licences.models import Licence
from accounts.licences.values import LicenceKind, NewLicence
from accounts.models import Organisation, User
from accounts.registrations import services as registrations
from accounts.registrations.models import Registration
from accounts.registrations.values import Identity
from accounts.values import LegalForm, Role
from core import clock, documents, ids
from core.permissions import Actor, Grant
from registry.models import Region

_count = itertools.count(1)

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def picture(size: tuple[int, int] = (40, 30)) -> bytes:
    """Return a small JPEG with metadata."""
    file = BytesIO()
    made = Image.new("RGB", size, (200, 40, 30))
    exif = made.getexif()
    exif[0x010F] = "Secret Camera"
    made.save(file, "JPEG", exif=exif)
    return file.getvalue()


def new_licence(kind: LicenceKind = LicenceKind.BUSINESS, **changes: object) -> NewLicence:
    """Return what could be handed in: valid for a year from yesterday on, with a kept PDF."""
    document = documents.keep_document(PDF)
    values: dict[str, object] = {
        "kind": kind,
        "number": f"NO-{next(_count)}",
        "valid_from": clock.today() - timedelta(days=1),
        "valid_until": clock.today() + timedelta(days=364),
        "document_key": document.key,
        "document_type": document.media_type,
        "document_bytes": document.size,
        "once": ids.public_id(20),
    }
    return NewLicence(**{**values, **changes})  # type: ignore[arg-type]


def keeper_of(organisation: Organisation, user: User | None = None) -> Actor:
    """Return somebody who keeps the licences of a supplier."""
    return Actor(user.id if user else None, "李运河", (Grant(Role.SUPPLIER, organisation.id),))


def make_licence(
    session: Session, organisation: Organisation, kind: LicenceKind = LicenceKind.BUSINESS, **changes: object
) -> Licence:
    """Return a licence of a supplier that was handed in."""
    return licences.add_licence(
        session, keeper_of(organisation), organisation.id, new_licence(kind, **changes)
    )


def license_supplier(session: Session, organisation: Organisation) -> None:
    """Give a supplier the licences without which nothing of it can be certified, for a long term."""
    for kind in (LicenceKind.BUSINESS, LicenceKind.FOOD_PRODUCTION):
        make_licence(session, organisation, kind, valid_from=date(2020, 1, 1), valid_until=None)


def expire(session: Session, licence: Licence, days: int = 1) -> None:
    """Let a licence have ended so many days ago, as time would."""
    licence.valid_until = clock.today() - timedelta(days=days)
    licence.valid_from = licence.valid_until - timedelta(days=365)
    session.flush()


def begun(
    session: Session,
    actor: Actor,
    code: str,
    form: LegalForm = LegalForm.COOPERATIVE,
    name: str = "青溪种植专业合作社",
) -> Registration:
    """Return a registration of which only the first part is filled in."""
    identity = Identity(form, name, "Qingxi Growers", code)
    return registrations.begin_registration(session, actor, identity, ids.public_id(20))


def complete(
    session: Session,
    actor: Actor,
    code: str,
    region: Region,
    form: LegalForm = LegalForm.COOPERATIVE,
    name: str = "青溪种植专业合作社",
) -> Registration:
    """Return a registration that could be handed in."""
    registration = begun(session, actor, code, form, name)
    registrations.set_place(session, actor, registration.public_id, region.code)
    registrations.set_contact(session, actor, registration.public_id, "李青溪", "138 0013 8000")
    registrations.hand_in_licence(session, actor, registration.public_id, new_licence())
    return registration


def waiting(session: Session, actor: Actor, code: str, region: Region, **changes: object) -> Registration:
    """Return a registration that was handed in."""
    registration = complete(session, actor, code, region, **changes)  # type: ignore[arg-type]
    return registrations.submit_registration(session, actor, registration.public_id)
