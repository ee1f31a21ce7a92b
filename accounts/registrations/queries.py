"""Reading registrations: one's own, and those that the operator decides and counties look at."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from accounts.licences import queries as licence_queries
from accounts.licences import rules as licence_rules
from accounts.licences.values import Need
from accounts.models import Organisation, RoleGrant, User
from accounts.registrations import rules
from accounts.registrations.models import Registration, RegistrationDecision
from accounts.registrations.values import Missing, RegistrationFile, RegistrationRow, State, Turn
from accounts.values import LegalForm, Role
from core import clock
from core.db import lock_keys
from core.errors import NotFound
from core.permissions import Actor
from registry import queries as registry_queries
from registry.models import Region
from registry.queries import within


def own_registrations(session: Session, actor: Actor) -> list[RegistrationRow]:
    """Return what somebody registered or began to register, the newest first."""
    rows = session.scalars(
        select(Registration)
        .where(Registration.user_id == actor.user_id)
        .order_by(Registration.id.desc())
        .limit(50)
    )
    return _rows(session, rows.all())


def get_own(session: Session, actor: Actor, public_id: str) -> RegistrationFile:
    """Return a registration to the one who began it, else `NotFound`."""
    found = session.scalar(
        select(Registration).where(Registration.public_id == public_id, Registration.user_id == actor.user_id)
    )
    if found is None:
        raise NotFound("registration")
    return _file(session, found)


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Registration` and its `Region` that the actor looks at it by office."""
    if actor.has_role(Role.ADMIN):
        return true()
    return within(actor.region_paths(Role.CERTIFIER))


def list_for_desk(
    session: Session, actor: Actor, *, waiting: bool, limit: int, offset: int
) -> tuple[list[RegistrationRow], int]:
    """Return one page of registrations that wait (the oldest first) or were decided (the newest), and how many."""
    states = [State.SUBMITTED.value] if waiting else [State.APPROVED.value, State.REFUSED.value]
    conditions = (Registration.state.in_(states), visible(actor))
    joined = select(Registration).join(Region, Region.id == Registration.region_id).where(*conditions)
    total = session.scalar(joined.with_only_columns(func.count()))
    order = Registration.state_since if waiting else Registration.state_since.desc()
    rows = session.scalars(joined.order_by(order, Registration.id).limit(limit).offset(offset))
    return _rows(session, rows.all()), total or 0


def count_waiting(session: Session, actor: Actor) -> int:
    """Return how many registrations wait for a decision."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Registration)
            .join(Region, Region.id == Registration.region_id)
            .where(Registration.state == State.SUBMITTED.value, visible(actor))
        )
        or 0
    )


def get_for_desk(session: Session, actor: Actor, public_id: str) -> RegistrationFile:
    """Return a registration that was handed in to those who look at it by office, else `NotFound`."""
    found = session.scalar(
        select(Registration)
        .join(Region, Region.id == Registration.region_id)
        .where(Registration.public_id == public_id, Registration.round > 0, visible(actor))
    )
    if found is None:
        raise NotFound("registration")
    return _file(session, found)


def lock(session: Session, public_id: str) -> Registration:
    """Return a registration, locked for this step, else `NotFound`."""
    found = session.scalar(select(Registration).where(Registration.public_id == public_id).with_for_update())
    if found is None:
        raise NotFound("registration")
    return found


def find_by_key(session: Session, idem_key: str) -> Registration | None:
    """Return the registration that a form began before."""
    return session.scalar(select(Registration).where(Registration.idem_key == idem_key))


def count_open(session: Session, user_id: int) -> int:
    """Return how many registrations somebody has begun and not brought to an end."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Registration)
            .where(Registration.user_id == user_id, Registration.state != State.APPROVED.value)
        )
        or 0
    )


def lock_code(session: Session, code: str) -> None:
    """Let the steps that want the same code wait for one another."""
    lock_keys(session, f"organisation {code}")


def is_code_taken(session: Session, code: str, *, but: int | None = None) -> bool:
    """Say whether an organisation has this code, or another registration with it waits."""
    if session.scalar(select(Organisation.id).where(Organisation.credit_code == code)) is not None:
        return True
    waiting = select(Registration.id).where(
        Registration.credit_code == code,
        Registration.state == State.SUBMITTED.value,
        Registration.id != (but or 0),
    )
    return session.scalar(waiting.limit(1)) is not None


def missing_of(session: Session, registration: Registration) -> tuple[Missing, ...]:
    """Return what a registration lacks today."""
    windows = licence_queries.windows_of_registration(session, registration.id)
    return rules.find_missing(
        place=registration.region_id is not None,
        contact=bool(registration.contact_name and registration.contact_phone),
        licence=not licence_rules.find_faults(windows, (Need.BUSINESS,), clock.today()),
    )


def admins(session: Session) -> list[User]:
    """Return the people of the operator who decide and read mail."""
    return list(
        session.scalars(
            select(User)
            .where(
                User.id.in_(
                    select(RoleGrant.user_id).where(
                        RoleGrant.role == Role.ADMIN.value, RoleGrant.valid_until.is_(None)
                    )
                ),
                User.email.is_not(None),
                User.disabled_at.is_(None),
            )
            .order_by(User.id)
        )
    )


def turns_of(session: Session, registration_id: int) -> tuple[Turn, ...]:
    """Return what happened to a registration, in its order."""
    rows = session.scalars(
        select(RegistrationDecision)
        .where(RegistrationDecision.registration_id == registration_id)
        .order_by(RegistrationDecision.id)
    )
    return tuple(Turn(row.outcome, row.round, row.happened_at, row.user_name, row.reason) for row in rows)


def _rows(session: Session, found: Sequence[Registration]) -> list[RegistrationRow]:
    wanted = frozenset(registration.region_id for registration in found if registration.region_id)
    places = registry_queries.names_of_places(session, wanted)
    return [
        RegistrationRow(
            public_id=registration.public_id,
            state=State(registration.state),
            legal_form=LegalForm(registration.legal_form),
            name=(registration.name_zh, registration.name_en),
            place=places.get(registration.region_id or 0, ("", "")),
            state_since=registration.state_since,
            round=registration.round,
        )
        for registration in found
    ]


def _file(session: Session, found: Registration) -> RegistrationFile:
    applicant = session.get_one(User, found.user_id)
    region = session.get(Region, found.region_id) if found.region_id else None
    return RegistrationFile(
        row=_rows(session, [found])[0],
        registration_id=found.id,
        credit_code=found.credit_code,
        region_code=region.code if region else "",
        contact_name=found.contact_name,
        contact_phone=found.contact_phone,
        applicant=applicant.name,
        turns=turns_of(session, found.id),
        licences=tuple(licence_queries.licences_of_registration(session, found.id, clock.today())),
        missing=missing_of(session, found),
    )
