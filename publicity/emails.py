"""Mail to people who objected to a notice and left an address or their name; written by the worker, once."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from accounts.models import User
from core import events, jobs
from core.db import transaction
from publicity.events import ObjectionAnswered
from publicity.models import Notice, Objection
from web import mailing

MAIL_OBJECTION = "publicity.mail_objection"


@events.on(ObjectionAnswered)
def tell_objector(session: Session, event: ObjectionAnswered) -> None:
    """Let the worker write that the objection has its answer, if the person can be reached."""
    objection = session.get_one(Objection, event.objection_id)
    if objection.contact_email is not None or objection.objector_user_id is not None:
        jobs.enqueue(
            session,
            MAIL_OBJECTION,
            {"objection_id": event.objection_id},
            key=f"{MAIL_OBJECTION}:{event.objection_id}",
        )


@jobs.handler(MAIL_OBJECTION)
def compose_objection(payload: dict[str, Any]) -> None:
    """Compose the mail and forget the address that was left for it."""
    with transaction() as session:
        objection = session.get_one(Objection, payload["objection_id"])
        user = session.get(User, objection.objector_user_id) if objection.objector_user_id else None
        recipient = objection.contact_email or (user.email if user else None)
        if recipient is None:
            return
        notice = session.get_one(Notice, objection.notice_id)
        mailing.post(
            session,
            key=f"objection-answered:{objection.public_id}",
            recipient=recipient,
            template="publicity/emails/objection",
            locale=user.locale if user and objection.contact_email is None else objection.locale,
            title=(notice.title_zh, notice.title_en),
            upheld=objection.decision == "upheld",
            answer=objection.answer,
        )
        objection.contact_email = None
