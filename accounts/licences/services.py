"""Use cases of licences: handing one in, taking over from an older one, reminding before the end."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.licences import queries, rules
from accounts.licences.errors import BadLicence, FormSentBefore
from accounts.licences.events import LicenceEnding
from accounts.licences.models import Licence, LicenceReminder
from accounts.licences.values import LicenceKind, NewLicence
from accounts.models import Organisation
from accounts.values import Role
from core import audit, clock, events, ids
from core.errors import NotFound
from core.permissions import SYSTEM, Actor


def add_licence(session: Session, actor: Actor, organisation_id: int, new: NewLicence) -> Licence:
    """Hand in a licence of one of the actor's suppliers; what it takes over from stays in the record.

    The same form again gives the first licence; with other contents it is refused (`FormSentBefore`).
    """
    organisation = session.scalar(
        select(Organisation)
        .where(
            Organisation.id == organisation_id,
            Organisation.id.in_(actor.organisation_ids(Role.SUPPLIER)),
            Organisation.closed_on.is_(None),
        )
        .with_for_update(key_share=True)
    )
    if organisation is None:
        raise NotFound("organisation")
    return _add(
        session, actor, new, Licence.organisation_id == organisation.id, organisation_id=organisation.id
    )


def add_to_registration(session: Session, actor: Actor, registration_id: int, new: NewLicence) -> Licence:
    """Hand in a licence with a registration, which the caller has locked and found to be the actor's."""
    return _add(
        session, actor, new, Licence.registration_id == registration_id, registration_id=registration_id
    )


def remove_from_registration(session: Session, actor: Actor, registration_id: int, public_id: str) -> str:
    """Take a licence out of a registration that nobody has seen yet; returns the key of the document to forget."""
    licence = session.scalar(
        select(Licence).where(Licence.public_id == public_id, Licence.registration_id == registration_id)
    )
    if licence is None:
        raise NotFound("licence")
    session.execute(
        update(Licence)
        .where(Licence.superseded_by_id == licence.id)
        .values(superseded_by_id=None, superseded_on=None)
    )
    key = licence.document_key
    session.delete(licence)
    session.flush()
    audit.record(session, actor, "licence taken out", "licence", public_id)
    return key


def adopt_licences(session: Session, registration_id: int, organisation_id: int) -> None:
    """Give the licences of an approved registration to its organisation."""
    session.execute(
        update(Licence)
        .where(Licence.registration_id == registration_id)
        .values(organisation_id=organisation_id)
    )


def note_reading(session: Session, actor: Actor, public_id: str) -> None:
    """Note that somebody who checks licences read the document of one."""
    audit.record(session, actor, "licence read", "licence", public_id)


def remind_of_end(session: Session, licence_id: int, today: date) -> bool:
    """Let the organisation know that a licence ends before long or has ended, once for each mark; says if it did."""
    licence = session.get_one(Licence, licence_id)
    if licence.superseded_by_id is not None or licence.valid_until is None:
        return False
    mark = rules.reminder_due((licence.valid_until - today).days)
    if mark is None:
        return False
    # Looked at late, the earlier reminders are skipped: the latest one says it all.
    skipped = [days for days in rules.REMIND_DAYS if days >= mark]
    added = session.execute(
        insert(LicenceReminder)
        .values([{"licence_id": licence.id, "days_before": days, "sent_at": clock.now()} for days in skipped])
        .on_conflict_do_nothing()
        .returning(LicenceReminder.days_before)
    ).all()
    if mark not in {row.days_before for row in added}:
        return False
    audit.record(
        session, SYSTEM, "licence reminder", "licence", licence.public_id, after={"days_before": mark}
    )
    events.publish(session, LicenceEnding(licence.id, mark))
    return True


def _add(
    session: Session,
    actor: Actor,
    new: NewLicence,
    whose: ColumnElement[bool],
    *,
    organisation_id: int | None = None,
    registration_id: int | None = None,
) -> Licence:
    today = clock.today()
    number = new.number.strip()
    key = f"{actor.user_id}:{new.once}"
    known = queries.find_by_key(session, key)
    if known is not None:
        same = (known.kind, known.number, known.valid_from, known.valid_until) == (
            new.kind.value,
            number,
            new.valid_from,
            new.valid_until,
        )
        if not same or (known.organisation_id, known.registration_id) != (organisation_id, registration_id):
            raise FormSentBefore
        return known
    fault = rules.fault_of(new, today)
    if fault is not None:
        raise BadLicence(fault)
    standing = queries.standing_licences(session, whose)
    if new.renews and new.renews not in {licence.public_id for licence in standing}:
        raise BadLicence("renews")
    licence = Licence(
        public_id=ids.public_id(),
        idem_key=key,
        organisation_id=organisation_id,
        registration_id=registration_id,
        kind=new.kind.value,
        number=number,
        valid_from=new.valid_from,
        valid_until=new.valid_until,
        document_key=new.document_key,
        document_type=new.document_type,
        document_bytes=new.document_bytes,
        added_by_user_id=actor.user_id,
        added_at=clock.now(),
    )
    session.add(licence)
    session.flush()
    replaced = [
        older
        for older in standing
        if rules.takes_over(new, older.public_id, LicenceKind(older.kind), older.number)
    ]
    for older in replaced:
        older.superseded_by_id = licence.id
        # The older one holds until the new one begins.
        older.superseded_on = max(new.valid_from, today)
    session.flush()
    audit.record(
        session,
        actor,
        "licence handed in",
        "licence",
        licence.public_id,
        after={
            "kind": new.kind.value,
            "number": number,
            "valid_until": new.valid_until.isoformat() if new.valid_until else None,
            "takes_over_from": [older.public_id for older in replaced],
        },
    )
    return licence
