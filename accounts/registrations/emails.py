"""Mail about registrations: to the operator when one is handed in, to the applicant when it is decided."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from accounts.models import User
from accounts.registrations import queries
from accounts.registrations.events import RegistrationDecided, RegistrationSubmitted
from accounts.registrations.models import Registration
from accounts.registrations.values import State
from core import events, jobs
from core.db import reading, transaction
from web import mailing

MAIL_SUBMITTED = "accounts.mail_registration_submitted"
MAIL_DECIDED = "accounts.mail_registration_decided"


@events.on(RegistrationSubmitted)
def tell_operator(session: Session, event: RegistrationSubmitted) -> None:
    """Let the worker write to the operator and confirm to the applicant that a registration waits."""
    jobs.enqueue(
        session,
        MAIL_SUBMITTED,
        {"registration_id": event.registration_id, "round": event.round},
        key=f"{MAIL_SUBMITTED}:{event.registration_id}:{event.round}",
    )


@events.on(RegistrationDecided)
def tell_applicant(session: Session, event: RegistrationDecided) -> None:
    """Let the worker write to the applicant what was decided, and why."""
    jobs.enqueue(
        session,
        MAIL_DECIDED,
        {
            "registration_id": event.registration_id,
            "round": event.round,
            "approved": event.approved,
        },
        key=f"{MAIL_DECIDED}:{event.registration_id}:{event.round}",
    )


@jobs.handler(MAIL_SUBMITTED)
def compose_submitted(payload: dict[str, Any]) -> None:
    """Compose the mails that a registration waits: to who decides, and to who applied."""
    with reading() as session:
        registration = session.get_one(Registration, payload["registration_id"])
        applicant = session.get_one(User, registration.user_id)
        deciders = queries.admins(session)
    readers = [("waits", reader) for reader in deciders if reader.id != applicant.id]
    if applicant.email is not None:
        readers.append(("received", applicant))
    _post(registration, readers, payload["round"])


@jobs.handler(MAIL_DECIDED)
def compose_decided(payload: dict[str, Any]) -> None:
    """Compose the mail that a registration was approved or sent back."""
    with reading() as session:
        registration = session.get_one(Registration, payload["registration_id"])
        applicant = session.get_one(User, registration.user_id)
        turns = queries.turns_of(session, registration.id)
    if applicant.email is None:
        return
    about = State.APPROVED.value if payload["approved"] else State.REFUSED.value
    reason = next((turn.reason for turn in turns if turn.round == payload["round"] and turn.reason), "")
    _post(registration, [(about, applicant)], payload["round"], reason)


def _post(
    registration: Registration, readers: list[tuple[str, User]], round_number: int, reason: str = ""
) -> None:
    with transaction() as session:
        for about, reader in readers:
            desk = about == "waits"
            mailing.post(
                session,
                key=f"registration-{about}:{registration.public_id}:{round_number}:{reader.public_id}",
                recipient=reader.email or "",
                template="accounts/registrations/emails/news",
                locale=reader.locale,
                about=about,
                name=reader.name,
                organisation=(registration.name_zh, registration.name_en),
                reason=reason,
                path=("/operator/registrations/" if desk else "/registrations/") + registration.public_id,
            )
