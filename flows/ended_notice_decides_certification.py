"""A notice that ended clear certifies its product; one that was upheld against, or withdrawn, sends it back to review."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core import events
from publicity.events import NoticeEnded, NoticeWithdrawn
from shop.applications import services
from shop.applications.queries import SUBJECT


@events.on(NoticeEnded)
def decide(session: Session, event: NoticeEnded) -> None:
    """Certify, or send back, in the step that ends the notice."""
    if event.subject_type == SUBJECT:
        services.leave_publicity(session, event.subject_id, event.notice_id, upheld=event.upheld)


@events.on(NoticeWithdrawn)
def send_back(session: Session, event: NoticeWithdrawn) -> None:
    """Send an application back whose notice was withdrawn."""
    if event.subject_type == SUBJECT:
        services.return_withdrawn(session, event.subject_id, event.notice_id)
