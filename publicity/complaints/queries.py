"""Reading complaints: what the public learns, what senders see, and what those who answer see in their regions."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.values import Role
from core import clock, ids
from core.clock import CHINA
from core.errors import NotFound
from core.permissions import Actor
from publicity.complaints import rules
from publicity.complaints.errors import UnknownComplaintCode
from publicity.complaints.models import Complaint, ComplaintPeriod, ComplaintPicture
from publicity.complaints.values import ComplaintCard, NewPeriod, Outcome, PublishedAnswer, Reason
from registry.models import Region
from registry.queries import within

ANSWERING_ROLES = (Role.CERTIFIER.value, Role.ADMIN.value)
READING_ROLES = (*ANSWERING_ROLES, Role.SUPERVISOR.value)

_place, _above = aliased(Region), aliased(Region)


def answer_days(session: Session, day: date) -> int:
    """Return within how many days a complaint is answered that comes on `day`."""
    kept = session.scalar(
        select(ComplaintPeriod.answer_days)
        .where(ComplaintPeriod.valid_from <= day)
        .order_by(ComplaintPeriod.valid_from.desc())
        .limit(1)
    )
    return kept if kept is not None else rules.ANSWER_DAYS


def periods(session: Session) -> list[NewPeriod]:
    """Return what was set, the newest first."""
    rows = session.scalars(select(ComplaintPeriod).order_by(ComplaintPeriod.valid_from.desc()).limit(100))
    return [NewPeriod(row.answer_days, row.valid_from) for row in rows]


def published_about(
    session: Session, subject_type: str, subject_id: str, *, limit: int = 10
) -> list[PublishedAnswer]:
    """Return the published answers to complaints about a thing, the newest first."""
    rows = session.execute(
        select(
            Complaint.reason,
            Complaint.detail,
            Complaint.created_at,
            Complaint.answered_at,
            Complaint.outcome,
            Complaint.answer,
        )
        .where(
            Complaint.subject_type == subject_type,
            Complaint.subject_id == subject_id,
            Complaint.published,
        )
        .order_by(Complaint.answered_at.desc(), Complaint.id.desc())
        .limit(limit)
    )
    return [
        PublishedAnswer(
            Reason(row.reason),
            row.detail,
            row.created_at.astimezone(CHINA).date(),
            row.answered_at.astimezone(CHINA).date(),
            Outcome(row.outcome),
            row.answer,
        )
        for row in rows
    ]


def get_tracked(session: Session, tracking_code: str) -> ComplaintCard:
    """Return the complaint that a tracking code belongs to, else `UnknownComplaintCode`."""
    row = session.execute(
        _cards().where(Complaint.tracking_digest == ids.digest(ids.read_spoken_code(tracking_code)))
    ).one_or_none()
    if row is None:
        raise UnknownComplaintCode
    return _card(row)


def own_complaints(session: Session, actor: Actor, limit: int = 50) -> list[ComplaintCard]:
    """Return what a signed-in person reported under their name, newest first."""
    if actor.user_id is None:
        return []
    rows = session.execute(
        _cards().where(Complaint.reporter_user_id == actor.user_id).order_by(Complaint.id.desc()).limit(limit)
    )
    return [_card(row) for row in rows]


def visible_complaints(
    session: Session, actor: Actor, *, answered: bool, limit: int, offset: int = 0
) -> list[ComplaintCard]:
    """Return the complaints of the actor's regions: those that wait, the next due first, or those with an answer."""
    order = (
        (Complaint.answered_at.desc(), Complaint.id.desc()) if answered else (Complaint.due_on, Complaint.id)
    )
    rows = session.execute(
        _cards()
        .where(Complaint.answered_at.is_not(None) == answered, _visible(actor, READING_ROLES))
        .order_by(*order)
        .limit(limit)
        .offset(offset)
    )
    return [_card(row) for row in rows]


def count_visible(session: Session, actor: Actor) -> tuple[int, int]:
    """Return how many complaints of the actor's regions wait, and how many have their answer."""
    row = session.execute(
        select(
            func.count().filter(Complaint.answered_at.is_(None)),
            func.count().filter(Complaint.answered_at.is_not(None)),
        ).where(_visible(actor, READING_ROLES))
    ).one()
    return row[0], row[1]


def count_waiting(session: Session, actor: Actor) -> int:
    """Return how many complaints wait in the actor's regions."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Complaint)
            .where(Complaint.answered_at.is_(None), _visible(actor, ANSWERING_ROLES))
        )
        or 0
    )


def get_visible(session: Session, actor: Actor, public_id: str) -> ComplaintCard:
    """Return a complaint of the actor's regions, else `NotFound`."""
    row = session.execute(
        _cards().where(Complaint.public_id == public_id, _visible(actor, READING_ROLES))
    ).one_or_none()
    if row is None:
        raise NotFound("complaint")
    return _card(row)


def get_picture(session: Session, actor: Actor, public_id: str) -> bytes:
    """Return the picture of a complaint of the actor's regions, else `NotFound`."""
    found = session.scalar(
        select(ComplaintPicture.webp)
        .join(Complaint, Complaint.id == ComplaintPicture.complaint_id)
        .where(Complaint.public_id == public_id, _visible(actor, READING_ROLES))
    )
    if found is None:
        raise NotFound("picture")
    return found


def lock_complaint(session: Session, actor: Actor, public_id: str) -> Complaint:
    """Lock a complaint that the actor may answer, else `NotFound`."""
    complaint = session.scalar(
        select(Complaint)
        .where(Complaint.public_id == public_id, _visible(actor, ANSWERING_ROLES))
        .with_for_update()
    )
    if complaint is None:
        raise NotFound("complaint")
    return complaint


def find_by_digest(session: Session, tracking_digest: str) -> Complaint | None:
    """Return the complaint with this tracking code."""
    return session.scalar(select(Complaint).where(Complaint.tracking_digest == tracking_digest))


def _visible(actor: Actor, roles: tuple[str, ...]) -> ColumnElement[bool]:
    paths = actor.region_paths(*roles)
    inside = Complaint.region_id.in_(select(Region.id).where(within(paths)))
    return or_(inside, Complaint.region_id.is_(None)) if "" in paths else and_(inside)


def _cards() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Complaint,
            _place.name_zh.label("place_zh"),
            _place.name_en.label("place_en"),
            _above.name_zh.label("above_zh"),
            _above.name_en.label("above_en"),
            exists(select(1).where(ComplaintPicture.complaint_id == Complaint.id)).label("has_picture"),
        )
        .outerjoin(_place, _place.id == Complaint.region_id)
        .outerjoin(_above, _above.id == _place.parent_id)
    )


def _card(row: Any) -> ComplaintCard:
    complaint: Complaint = row.Complaint
    return ComplaintCard(
        public_id=complaint.public_id,
        subject_type=complaint.subject_type,
        subject_id=complaint.subject_id,
        title=(complaint.title_zh, complaint.title_en),
        detail=complaint.detail,
        path=complaint.path,
        place=(
            (row.above_zh or "") + (row.place_zh or ""),
            ", ".join(part for part in (row.place_en, row.above_en) if part),
        ),
        reason=Reason(complaint.reason),
        text=complaint.text,
        has_picture=row.has_picture,
        created_at=complaint.created_at,
        due_on=complaint.due_on,
        days_left=(complaint.due_on - clock.today()).days,
        signed_in=complaint.reporter_user_id is not None,
        wants_mail=complaint.contact_email is not None,
        answered_at=complaint.answered_at,
        outcome=Outcome(complaint.outcome) if complaint.outcome else None,
        answer=complaint.answer,
        published=complaint.published,
    )
