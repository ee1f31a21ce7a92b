"""How the demo world keeps its licences, and who wants to be registered in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

from fpdf import FPDF
from sqlalchemy.orm import Session

from accounts.licences import jobs as licence_jobs
from accounts.licences import queries as licence_queries
from accounts.licences import services as licences
from accounts.licences.values import LicenceKind, NewLicence
from accounts.registrations import queries as registration_queries
from accounts.registrations import services as registrations
from accounts.registrations.values import Identity
from accounts.values import LegalForm
from core import clock, documents, ids
from core.db import transaction
from core.permissions import Actor
from demo.content import places
from demo.content.suppliers import SUPPLIERS
from demo.content.values import Supplier
from demo.timeline import Timeline
from demo.world import World

#: Whose inspection report ends soon, and whose food licence has ended (its product is still being prepared).
ENDING, EXPIRED = "daochuan", "qinglian"
ENDING_IN, EXPIRED_FOR = 24, 9

LEGAL_FORMS = {
    "cooperative": LegalForm.COOPERATIVE,
    "lead_enterprise": LegalForm.COMPANY,
    "family_farm": LegalForm.FAMILY_FARM,
    "aid_workshop": LegalForm.AID_WORKSHOP,
    "primary_school": LegalForm.SCHOOL,
    "middle_school": LegalForm.SCHOOL,
    "vocational_college": LegalForm.SCHOOL,
    "hospital": LegalForm.HOSPITAL,
    "nursing_home": LegalForm.AGENCY,
    "county_agency": LegalForm.AGENCY,
}

_WAITING = Identity(
    LegalForm.COOPERATIVE, "樱桃坪大樱桃种植专业合作社", "Yingtaoping Cherry Growers", "93370406YGDEM02015"
)
_REFUSED = Identity(LegalForm.SCHOOL, "河湾镇中心小学", "Hewan Central Primary School", "12370405YGDEM02025")
_REASON = "法人证书照片反光，看不清有效期和印章，请重新拍一张再提交。"


def license_suppliers(world: World, today: date) -> None:
    """Let every supplier hand in what it shows; `today` is the day on which the demo is looked at."""
    began = clock.today()
    with transaction() as session:
        for supplier in SUPPLIERS:
            _hand_in(
                session, world, supplier, LicenceKind.BUSINESS, supplier.credit_code, date(2019, 3, 18), None
            )
            ends = date(began.year + 3, 6, 30)
            if supplier.key == EXPIRED:
                ends = today - timedelta(days=EXPIRED_FOR)
            number = f"SC1{supplier.credit_code[2:8]}{supplier.credit_code[-6:-1]}"
            first = ends - timedelta(days=5 * 365)
            _hand_in(session, world, supplier, LicenceKind.FOOD_PRODUCTION, number, first, ends)
            if supplier.key == ENDING:
                ends = today - timedelta(days=200)
                first = ends - timedelta(days=364)
                _hand_in(session, world, supplier, LicenceKind.INSPECTION, "ZZJC-DEMO-0117", first, ends)


def add_registrations(world: World, timeline: Timeline, buyers: dict[str, Actor]) -> None:
    """Plan the newer inspection report, the reminders, and two registrations: one waits, one was sent back."""
    today = timeline.today
    timeline.inside(_at(timeline, -215), partial(_renew_report, world, today))
    for days in (-69, -39, -36, -8, -6):
        timeline.outside(_at(timeline, days), _remind)
    first, second = list(buyers.values())[:2]
    timeline.inside(_at(timeline, -2), partial(_register, first, _WAITING, "樱桃坪村", "139 6324 0118"))
    timeline.inside(_at(timeline, -6), partial(_register, second, _REFUSED, "河湾村", "0632-6610 233"))
    timeline.inside(_at(timeline, -4), partial(_send_back, world.fixed["admin"], second))


def _at(timeline: Timeline, days: int) -> datetime:
    return timeline.moment(timeline.day(days), 9.0, 11.0)


def _remind() -> None:
    licence_jobs.remind_of_ends()


def _renew_report(world: World, today: date, session: Session) -> None:
    supplier = next(found for found in SUPPLIERS if found.key == ENDING)
    ends = today + timedelta(days=ENDING_IN)
    older = next(
        licence.public_id
        for licence in licence_queries.licences_of(session, world.suppliers[ENDING][0], clock.today())
        if licence.kind is LicenceKind.INSPECTION
    )
    _hand_in(
        session,
        world,
        supplier,
        LicenceKind.INSPECTION,
        "ZZJC-DEMO-0342",
        clock.today() - timedelta(days=3),
        ends,
        renews=older,
    )


def _hand_in(
    session: Session,
    world: World,
    supplier: Supplier,
    kind: LicenceKind,
    number: str,
    first: date,
    ends: date | None,
    renews: str = "",
) -> None:
    organisation_id, actor = world.suppliers[supplier.key]
    new = _licence(kind, number, first, ends, supplier.name_en, renews)
    licences.add_licence(session, actor, organisation_id, new)


def _register(actor: Actor, identity: Identity, village: str, phone: str, session: Session) -> None:
    registration = registrations.begin_registration(session, actor, identity, ids.public_id(20))
    registrations.set_place(session, actor, registration.public_id, places.village_code(village))
    registrations.set_contact(session, actor, registration.public_id, actor.name, phone)
    new = _licence(LicenceKind.BUSINESS, identity.credit_code, date(2021, 4, 6), None, identity.name_en)
    registrations.hand_in_licence(session, actor, registration.public_id, new)
    registrations.submit_registration(session, actor, registration.public_id)


def _send_back(admin: Actor, applicant: Actor, session: Session) -> None:
    (row, *_others) = registration_queries.own_registrations(session, applicant)
    registrations.refuse_registration(session, admin, row.public_id, row.round, _REASON)


def _licence(
    kind: LicenceKind, number: str, first: date, ends: date | None, holder: str, renews: str = ""
) -> NewLicence:
    document = documents.keep_document(_specimen(kind, number, first, ends, holder))
    return NewLicence(
        kind=kind,
        number=number,
        valid_from=first,
        valid_until=ends,
        document_key=document.key,
        document_type=document.media_type,
        document_bytes=document.size,
        once=ids.public_id(20),
        renews=renews,
    )


def _specimen(kind: LicenceKind, number: str, first: date, ends: date | None, holder: str) -> bytes:
    """Draw a page that could be mistaken for no real licence."""
    page = FPDF(orientation="landscape", format=(148, 210))
    page.add_page()
    page.set_font("Helvetica", "B", 26)
    page.cell(0, 24, "SPECIMEN", align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font("Helvetica", size=13)
    until = ends.isoformat() if ends else "long-term"
    for line in (
        kind.value.replace("_", " "),
        holder,
        number,
        f"{first.isoformat()} - {until}",
        "Invented for a demo",
    ):
        page.cell(0, 12, line, align="C", new_x="LMARGIN", new_y="NEXT")
    return bytes(page.output())
