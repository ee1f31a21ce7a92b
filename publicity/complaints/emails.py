"""Mail to people who reported something and left an address; written by the worker, once."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from accounts.models import User
from core import events, jobs
from core.db import transaction
from publicity.complaints.events import ComplaintClosed
from publicity.complaints.models import Complaint
from web import mailing

MAIL_COMPLAINT = "publicity.mail_complaint"


@events.on(ComplaintClosed)
def tell_reporter(session: Session, event: ComplaintClosed) -> None:
    """Let the worker write that the report has its answer, if the person can be reached."""
    complaint = session.get_one(Complaint, event.complaint_id)
    if complaint.contact_email is not None or complaint.reporter_user_id is not None:
        jobs.enqueue(
            session,
            MAIL_COMPLAINT,
            {"complaint_id": event.complaint_id},
            key=f"{MAIL_COMPLAINT}:{event.complaint_id}",
        )


@jobs.handler(MAIL_COMPLAINT)
def compose_complaint(payload: dict[str, Any]) -> None:
    """Compose the mail and forget the address that was left for it."""
    with transaction() as session:
        complaint = session.get_one(Complaint, payload["complaint_id"])
        user = session.get(User, complaint.reporter_user_id) if complaint.reporter_user_id else None
        recipient = complaint.contact_email or (user.email if user else None)
        if recipient is None:
            return
        mailing.post(
            session,
            key=f"complaint-answered:{complaint.public_id}",
            recipient=recipient,
            template="publicity/complaints/emails/answered",
            locale=complaint.locale,
            title=(complaint.title_zh, complaint.title_en),
            outcome=complaint.outcome,
            answer=complaint.answer,
            path=complaint.path if complaint.published else "",
        )
        complaint.contact_email = None
