"""Use cases of registrations: beginning one, filling it in, handing it in, deciding on it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.licences import services as licences
from accounts.licences.models import Licence
from accounts.licences.values import NewLicence
from accounts.models import Organisation
from accounts.permissions import DECIDE_REGISTRATIONS
from accounts.registrations import queries, rules
from accounts.registrations.errors import (
    BadCode,
    BadPhone,
    BadPlace,
    CodeTaken,
    FormSentBefore,
    Incomplete,
    MovedOn,
    OwnRegistration,
    ReasonMissing,
    TooManyOpen,
)
from accounts.registrations.events import RegistrationDecided, RegistrationSubmitted
from accounts.registrations.models import Registration, RegistrationDecision
from accounts.registrations.values import Identity, State
from accounts.values import LegalForm
from core import audit, clock, events, ids
from core.errors import Forbidden, NotFound
from core.permissions import Actor
from registry import queries as registry_queries


def begin_registration(session: Session, actor: Actor, identity: Identity, once: str) -> Registration:
    """Begin to register an organisation; the code keeps nobody else from it until it is handed in.

    The same form again gives the first registration; with another code it is refused (`FormSentBefore`).
    """
    if actor.user_id is None:
        raise Forbidden("sign in first")
    key = f"{actor.user_id}:{once}"
    known = queries.find_by_key(session, key)
    if known is not None:
        if known.credit_code != identity.credit_code:
            raise FormSentBefore
        return known
    if queries.count_open(session, actor.user_id) >= rules.MOST_OPEN:
        raise TooManyOpen
    _check_code(session, identity.credit_code)
    moment = clock.now()
    registration = Registration(
        public_id=ids.public_id(),
        idem_key=key,
        user_id=actor.user_id,
        state=State.DRAFT.value,
        state_since=moment,
        round=0,
        legal_form=identity.legal_form.value,
        name_zh=identity.name_zh,
        name_en=identity.name_en,
        credit_code=identity.credit_code,
        contact_name="",
        contact_phone="",
        created_at=moment,
    )
    session.add(registration)
    session.flush()
    audit.record(session, actor, "registration begun", "registration", registration.public_id)
    return registration


def set_identity(session: Session, actor: Actor, public_id: str, identity: Identity) -> None:
    """Mend who the organisation is, while nobody looks at the registration."""
    registration = _lock_own(session, actor, public_id)
    _check_code(session, identity.credit_code, but=registration.id)
    registration.legal_form = identity.legal_form.value
    registration.name_zh = identity.name_zh
    registration.name_en = identity.name_en
    registration.credit_code = identity.credit_code
    session.flush()


def set_place(session: Session, actor: Actor, public_id: str, region_code: str) -> None:
    """Say where the organisation is: a county, a town or a village of today (`BadPlace` otherwise)."""
    registration = _lock_own(session, actor, public_id)
    region = registry_queries.find_region(session, region_code)
    if region is None or region.level not in rules.SMALL_ENOUGH:
        raise BadPlace
    registration.region_id = region.id
    session.flush()


def set_contact(session: Session, actor: Actor, public_id: str, name: str, phone: str) -> None:
    """Say who answers for the organisation, and by which phone number of mainland China (`BadPhone` otherwise)."""
    registration = _lock_own(session, actor, public_id)
    number = rules.read_phone(phone)
    if number is None:
        raise BadPhone
    registration.contact_name = name.strip()
    registration.contact_phone = number
    session.flush()


def hand_in_licence(session: Session, actor: Actor, public_id: str, new: NewLicence) -> Licence:
    """Add a licence to a registration that nobody looks at."""
    registration = _lock_own(session, actor, public_id)
    return licences.add_to_registration(session, actor, registration.id, new)


def take_out_licence(session: Session, actor: Actor, public_id: str, licence_id: str) -> str:
    """Take a licence out of a registration that was never handed in; returns the key of the document to forget."""
    registration = _lock_own(session, actor, public_id)
    if registration.round:
        raise MovedOn(State(registration.state))
    return licences.remove_from_registration(session, actor, registration.id, licence_id)


def submit_registration(session: Session, actor: Actor, public_id: str) -> Registration:
    """Hand a complete registration in, or one that was refused and mended once more.

    From two with the same code one wins, the other is told (`CodeTaken`).
    """
    registration = _lock_own(session, actor, public_id)
    missing = queries.missing_of(session, registration)
    if missing:
        raise Incomplete(missing)
    queries.lock_code(session, registration.credit_code)
    _check_code(session, registration.credit_code, but=registration.id)
    registration.round += 1
    _move(session, actor, registration, State.SUBMITTED, "submitted")
    events.publish(session, RegistrationSubmitted(registration.id, registration.round))
    return registration


def approve_registration(session: Session, actor: Actor, public_id: str, round_seen: int) -> Organisation:
    """Take the organisation in, with its licences, and let the person who registered it act for it.

    Two who decide at once: one wins, the other is told (`MovedOn`); nobody decides on their own.
    """
    registration = _lock_waiting(session, actor, public_id, round_seen)
    queries.lock_code(session, registration.credit_code)
    _check_code(session, registration.credit_code, but=registration.id)
    form = LegalForm(registration.legal_form)
    organisation = accounts.add_organisation(
        session,
        actor,
        form.organisation_kind,
        registration.name_zh,
        registration.name_en,
        legal_form=form,
        credit_code=registration.credit_code,
        region_id=registration.region_id,
        contact=f"{registration.contact_name} {registration.contact_phone}",
    )
    licences.adopt_licences(session, registration.id, organisation.id)
    accounts.grant_role(
        session, actor, registration.user_id, rules.first_role(form), organisation_id=organisation.id
    )
    registration.organisation_id = organisation.id
    _move(session, actor, registration, State.APPROVED, "approved")
    events.publish(session, RegistrationDecided(registration.id, registration.round, True))
    return organisation


def refuse_registration(session: Session, actor: Actor, public_id: str, round_seen: int, reason: str) -> None:
    """Refuse a registration with a reason that its applicant reads; it may be mended and handed in again."""
    registration = _lock_waiting(session, actor, public_id, round_seen)
    if not rules.is_reason(reason):
        raise ReasonMissing
    _move(session, actor, registration, State.REFUSED, "refused", reason.strip())
    events.publish(session, RegistrationDecided(registration.id, registration.round, False))


def _check_code(session: Session, code: str, *, but: int | None = None) -> None:
    fault = rules.code_fault(code)
    if fault is not None:
        raise BadCode(fault, len(code))
    if queries.is_code_taken(session, code, but=but):
        raise CodeTaken


def _lock_own(session: Session, actor: Actor, public_id: str) -> Registration:
    registration = queries.lock(session, public_id)
    if actor.user_id is None or registration.user_id != actor.user_id:
        raise NotFound("registration")
    if not rules.may_change(State(registration.state)):
        raise MovedOn(State(registration.state))
    return registration


def _lock_waiting(session: Session, actor: Actor, public_id: str, round_seen: int) -> Registration:
    if not actor.may(DECIDE_REGISTRATIONS):
        raise Forbidden(DECIDE_REGISTRATIONS.name)
    registration = queries.lock(session, public_id)
    if not registration.round:
        raise NotFound("registration")
    if State(registration.state) is not State.SUBMITTED or registration.round != round_seen:
        raise MovedOn(State(registration.state))
    if registration.user_id == actor.user_id:
        raise OwnRegistration
    return registration


def _move(
    session: Session, actor: Actor, registration: Registration, state: State, outcome: str, reason: str = ""
) -> None:
    before = registration.state
    registration.state = state.value
    registration.state_since = clock.now()
    session.flush()
    session.add(
        RegistrationDecision(
            registration_id=registration.id,
            round=registration.round,
            outcome=outcome,
            reason=reason,
            user_id=actor.user_id,
            user_name=actor.name,
            happened_at=clock.now(),
        )
    )
    session.flush()
    audit.record(
        session,
        actor,
        f"registration {outcome}",
        "registration",
        registration.public_id,
        reason=reason,
        before={"state": before},
        after={"state": state.value, "round": registration.round},
    )
