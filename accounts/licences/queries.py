"""Reading licences: an organisation its own, certifiers those of their regions, the operator all."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from accounts.licences import rules
from accounts.licences.models import Licence, LicenceReminder
from accounts.licences.values import (
    Fault,
    LicenceFile,
    LicenceKind,
    LicenceRow,
    Need,
    Standing,
    Window,
)
from accounts.models import Organisation, RoleGrant, User
from accounts.registrations.models import Registration
from accounts.values import Role
from core.errors import NotFound
from core.permissions import Actor
from registry.models import Region
from registry.queries import within


def window_of(licence: Licence) -> Window:
    """Return when a licence holds."""
    return Window(LicenceKind(licence.kind), licence.valid_from, licence.valid_until, licence.superseded_on)


def find_faults(
    session: Session, organisation_ids: Collection[int], today: date
) -> dict[int, dict[Need, Fault]]:
    """Return for each organisation which needs no licence of it meets today; one statement."""
    windows: dict[int, list[Window]] = {organisation_id: [] for organisation_id in organisation_ids}
    rows = session.scalars(select(Licence).where(Licence.organisation_id.in_(list(windows))))
    for licence in rows:
        assert licence.organisation_id is not None
        windows[licence.organisation_id].append(window_of(licence))
    return {found: rules.find_faults(known, tuple(Need), today) for found, known in windows.items()}


def licences_of(session: Session, organisation_id: int, today: date) -> list[LicenceRow]:
    """Return the licences of an organisation: those in force by kind, then those that were replaced."""
    return _rows(session, Licence.organisation_id == organisation_id, today)


def licences_of_registration(session: Session, registration_id: int, today: date) -> list[LicenceRow]:
    """Return the licences that came with a registration."""
    return _rows(session, Licence.registration_id == registration_id, today)


def windows_of_registration(session: Session, registration_id: int) -> list[Window]:
    """Return when the licences of a registration hold."""
    rows = session.scalars(select(Licence).where(Licence.registration_id == registration_id))
    return [window_of(licence) for licence in rows]


def _rows(session: Session, whose: ColumnElement[bool], today: date) -> list[LicenceRow]:
    rows = []
    for licence in session.scalars(select(Licence).where(whose).order_by(Licence.id.desc()).limit(500)):
        window = window_of(licence)
        rows.append(
            LicenceRow(
                public_id=licence.public_id,
                kind=window.kind,
                number=licence.number,
                valid_from=licence.valid_from,
                valid_until=licence.valid_until,
                standing=rules.standing_on(window, today),
                days_left=rules.days_left(window, today),
                pdf=licence.document_type == "application/pdf",
                size=licence.document_bytes,
                added_at=licence.added_at,
            )
        )
    order = list(LicenceKind)
    return sorted(rows, key=lambda row: (row.standing is Standing.REPLACED, order.index(row.kind)))


def find_by_key(session: Session, idem_key: str) -> Licence | None:
    """Return the licence that a form brought before."""
    return session.scalar(select(Licence).where(Licence.idem_key == idem_key))


def standing_licences(session: Session, whose: ColumnElement[bool]) -> list[Licence]:
    """Return the licences of an owner that nothing has taken over from, the oldest first."""
    return list(
        session.scalars(select(Licence).where(whose, Licence.superseded_by_id.is_(None)).order_by(Licence.id))
    )


def count_ending(session: Session, actor: Actor, today: date) -> int:
    """Return how many licences of the actor's suppliers have ended or end before long."""
    return len(
        session.scalars(
            select(Licence.id).where(
                Licence.organisation_id.in_(actor.organisation_ids(Role.SUPPLIER)),
                Licence.superseded_by_id.is_(None),
                Licence.valid_until <= today + timedelta(days=rules.ENDING_DAYS),
            )
        ).all()
    )


def own_suppliers(session: Session, actor: Actor) -> list[Organisation]:
    """Return the suppliers whose licences somebody keeps, by name."""
    return list(
        session.scalars(
            select(Organisation)
            .where(
                Organisation.id.in_(actor.organisation_ids(Role.SUPPLIER)), Organisation.closed_on.is_(None)
            )
            .order_by(Organisation.name_zh, Organisation.id)
        )
    )


def get_own(session: Session, actor: Actor, public_id: str) -> Licence:
    """Return a licence of one of the actor's suppliers, else `NotFound`."""
    licence = session.scalar(
        select(Licence).where(
            Licence.public_id == public_id,
            Licence.organisation_id.in_(actor.organisation_ids(Role.SUPPLIER)),
        )
    )
    if licence is None:
        raise NotFound("licence")
    return licence


def get_file(session: Session, actor: Actor, public_id: str) -> LicenceFile:
    """Return the document of a licence to its organisation, who handed it in, certifiers of its region, the operator.

    Everybody else gets `NotFound`, as for one that does not exist.
    """
    licence = session.scalar(select(Licence).where(Licence.public_id == public_id))
    if licence is None:
        raise NotFound("licence")
    own = licence.organisation_id in actor.organisation_ids() or _handed_in(session, actor, licence)
    if not own and not _may_check(session, actor, licence):
        raise NotFound("licence")
    return LicenceFile(
        licence.id,
        licence.public_id,
        LicenceKind(licence.kind),
        licence.document_key,
        licence.document_type,
        own,
    )


def _handed_in(session: Session, actor: Actor, licence: Licence) -> bool:
    # Once the organisation is there, its people read its licences, whoever registered it.
    if actor.user_id is None or licence.organisation_id is not None:
        return False
    applicant = session.scalar(select(Registration.user_id).where(Registration.id == licence.registration_id))
    return applicant == actor.user_id


def _may_check(session: Session, actor: Actor, licence: Licence) -> bool:
    handed_in = licence.organisation_id is not None or bool(
        session.scalar(select(Registration.round).where(Registration.id == licence.registration_id))
    )
    if not handed_in:
        return False
    if actor.has_role(Role.ADMIN):
        return True
    regions = [
        select(Organisation.region_id).where(Organisation.id == licence.organisation_id).scalar_subquery(),
        select(Registration.region_id).where(Registration.id == licence.registration_id).scalar_subquery(),
    ]
    return bool(
        session.scalar(
            select(
                exists().where(
                    or_(*(Region.id == region for region in regions)),
                    within(actor.region_paths(Role.CERTIFIER)),
                )
            )
        )
    )


def ending(session: Session, today: date) -> list[tuple[int, date]]:
    """Return the licences that have ended or end before long, with their last days, the first to end first."""
    rows = session.execute(
        select(Licence.id, Licence.valid_until)
        .join(Organisation, Organisation.id == Licence.organisation_id)
        .where(
            Licence.superseded_by_id.is_(None),
            Licence.valid_until <= today + timedelta(days=rules.ENDING_DAYS),
            Organisation.closed_on.is_(None),
            ~exists().where(LicenceReminder.licence_id == Licence.id, LicenceReminder.days_before == 0),
        )
        .order_by(Licence.valid_until, Licence.id)
    )
    return [(row.id, row.valid_until) for row in rows]


def readers_of(session: Session, organisation_id: int) -> list[User]:
    """Return the people of a supplier who read mail."""
    return list(
        session.scalars(
            select(User)
            .where(
                User.id.in_(
                    select(RoleGrant.user_id).where(
                        RoleGrant.organisation_id == organisation_id,
                        RoleGrant.role == Role.SUPPLIER.value,
                        RoleGrant.valid_until.is_(None),
                    )
                ),
                User.email.is_not(None),
                User.disabled_at.is_(None),
            )
            .order_by(User.id)
        )
    )
