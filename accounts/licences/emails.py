"""Mail to suppliers about licences that end."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from accounts.licences import queries, wording
from accounts.licences.events import LicenceEnding
from accounts.licences.models import Licence
from accounts.licences.values import LicenceKind
from core import events, jobs
from core.db import reading, transaction
from web import mailing

MAIL = "accounts.mail_licence_ending"


@events.on(LicenceEnding)
def tell_ending(session: Session, event: LicenceEnding) -> None:
    """Let the worker write that a licence ends before long or has ended."""
    jobs.enqueue(
        session,
        MAIL,
        {"licence_id": event.licence_id, "days_before": event.days_before},
        key=f"{MAIL}:{event.licence_id}:{event.days_before}",
    )


@jobs.handler(MAIL)
def compose_ending(payload: dict[str, Any]) -> None:
    """Compose the reminder for each person of the supplier who reads mail."""
    with reading() as session:
        licence = session.get_one(Licence, payload["licence_id"])
        assert licence.organisation_id is not None
        readers = queries.readers_of(session, licence.organisation_id)
    with transaction() as session:
        for reader in readers:
            mailing.post(
                session,
                key=f"licence-ending:{licence.public_id}:{payload['days_before']}:{reader.public_id}",
                recipient=reader.email or "",
                template="accounts/licences/emails/ending",
                locale=reader.locale,
                name=reader.name,
                kind=LicenceKind(licence.kind),
                kind_label=wording.kind_label,
                number=licence.number,
                last_day=licence.valid_until,
                ended=payload["days_before"] == 0,
                path="/supplier/licences",
            )
