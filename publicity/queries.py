"""Reading notices: what everybody sees, what those who answer see in their regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from accounts.models import RoleGrant
from accounts.values import Role
from core import clock, ids
from core.errors import NotFound
from core.permissions import Actor
from publicity import rules
from publicity.errors import NoticePutAway, UnknownTrackingCode
from publicity.models import Notice, Objection, Period
from publicity.values import NewPeriod, NoticeContent, NoticeKind, NoticeState
from registry.models import Region
from registry.queries import within

ANSWERING_ROLES = (Role.CERTIFIER.value, Role.CADRE.value, Role.ADMIN.value)
READING_ROLES = (*ANSWERING_ROLES, Role.SUPERVISOR.value)


@dataclass(frozen=True, slots=True)
class NoticeCard:
    """A notice in a list, with how long it still stands."""

    public_id: str
    code: str
    kind: str
    title_zh: str
    title_en: str
    place_zh: str
    place_en: str
    state: str
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    days_left: int
    percent: int
    objections: int
    open_objections: int

    @property
    def last_day(self) -> date:
        """Return the last day on which it stands for sure."""
        return rules.last_day(self.ends_at)

    @property
    def running(self) -> bool:
        """Say whether objections are still taken."""
        return self.state == NoticeState.RUNNING.value


@dataclass(frozen=True, slots=True)
class AnsweredObjection:
    """What the public learns of an objection: when it came, how it was decided, the answer; never its words."""

    created_at: datetime
    answered_at: datetime | None
    decision: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class NoticeFile:
    """A notice with what is public of its objections."""

    notice: Notice
    card: NoticeCard
    content: NoticeContent
    answered: tuple[AnsweredObjection, ...]


@dataclass(frozen=True, slots=True)
class ObjectionCard:
    """An objection as its sender and those who answer see it."""

    public_id: str
    text: str
    created_at: datetime
    waited_days: int
    late: bool
    signed_in: bool
    answered_at: datetime | None
    decision: str | None
    answer: str | None
    notice_public_id: str
    notice_title_zh: str
    notice_title_en: str
    notice_place_zh: str
    notice_place_en: str
    notice_state: str


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """The whole record of a notice for those who answer and those who supervise."""

    notice: Notice
    card: NoticeCard
    content: NoticeContent
    objections: tuple[ObjectionCard, ...]


_COUNT = (
    select(func.count())
    .where(Objection.notice_id == Notice.id)
    .correlate(Notice)
    .scalar_subquery()
    .label("n")
)
_COUNT_OPEN = (
    select(func.count())
    .where(Objection.notice_id == Notice.id, Objection.answered_at.is_(None))
    .correlate(Notice)
    .scalar_subquery()
    .label("n_open")
)


def _card(notice: Notice, objections: int, open_objections: int) -> NoticeCard:
    now = clock.now()
    return NoticeCard(
        notice.public_id,
        notice.code,
        notice.kind,
        notice.title_zh,
        notice.title_en,
        notice.place_zh,
        notice.place_en,
        notice.state,
        notice.starts_at,
        notice.ends_at,
        notice.ended_at,
        rules.days_left(now, notice.ends_at),
        rules.percent_over(now, notice.starts_at, notice.ends_at),
        objections,
        open_objections,
    )


def _objection_card(objection: Objection, notice: Notice) -> ObjectionCard:
    waited = rules.waited_days(objection.created_at, objection.answered_at or clock.now())
    return ObjectionCard(
        objection.public_id,
        objection.text,
        objection.created_at,
        waited,
        waited > rules.ANSWER_WITHIN_DAYS,
        objection.objector_user_id is not None,
        objection.answered_at,
        objection.decision,
        objection.answer,
        notice.public_id,
        notice.title_zh,
        notice.title_en,
        notice.place_zh,
        notice.place_en,
        notice.state,
    )


def _below(path: str) -> ColumnElement[bool]:
    return Region.path.startswith(path, autoescape=True)


# What everybody sees


def _listed(ended: bool) -> ColumnElement[bool]:
    if ended:
        return and_(
            Notice.state != NoticeState.RUNNING.value,
            Notice.ended_at > clock.now() - rules.LISTED_AFTER_END,
        )
    return Notice.state == NoticeState.RUNNING.value


def listed_notices(
    session: Session, *, ended: bool, county_path: str = "", limit: int, offset: int = 0
) -> list[NoticeCard]:
    """Return running notices, the next to end first, or those that ended lately, the newest first."""
    order = (Notice.ended_at.desc(), Notice.id.desc()) if ended else (Notice.ends_at, Notice.id)
    rows = session.execute(
        select(Notice, _COUNT, _COUNT_OPEN)
        .join(Region, Region.id == Notice.region_id)
        .where(_listed(ended), _below(county_path))
        .order_by(*order)
        .limit(limit)
        .offset(offset)
    )
    return [_card(*row) for row in rows]


def count_listed(session: Session, *, county_path: str = "") -> tuple[int, int]:
    """Return how many notices run, and how many ended lately."""
    row = session.execute(
        select(func.count().filter(_listed(False)), func.count().filter(_listed(True)))
        .select_from(Notice)
        .join(Region, Region.id == Notice.region_id)
        .where(or_(_listed(False), _listed(True)), _below(county_path))
    ).one()
    return row[0], row[1]


def get_public_notice(session: Session, public_id: str) -> NoticeFile:
    """Return a notice that everybody may see; raises `NoticePutAway` once it has left the lists (rule I3)."""
    row = session.execute(
        select(Notice, _COUNT, _COUNT_OPEN).where(Notice.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise NotFound("notice")
    notice: Notice = row[0]
    if not rules.is_listed(notice.state, notice.ended_at, clock.now()):
        raise NoticePutAway
    answered = session.scalars(
        select(Objection)
        .where(Objection.notice_id == notice.id, Objection.answered_at.is_not(None))
        .order_by(Objection.id)
    )
    return NoticeFile(
        notice,
        _card(*row),
        NoticeContent.from_json(notice.content),
        tuple(AnsweredObjection(o.created_at, o.answered_at, o.decision, o.answer) for o in answered),
    )


def find_by_code(session: Session, code: str) -> str | None:
    """Return the public id of the notice that carries this printed code."""
    return session.scalar(select(Notice.public_id).where(Notice.code == ids.read_spoken_code(code)))


def get_tracked(session: Session, tracking_code: str) -> ObjectionCard:
    """Return the objection that a tracking code belongs to, else `UnknownTrackingCode`."""
    row = session.execute(
        select(Objection, Notice)
        .join(Notice, Notice.id == Objection.notice_id)
        .where(Objection.tracking_digest == ids.digest(ids.read_spoken_code(tracking_code)))
    ).one_or_none()
    if row is None:
        raise UnknownTrackingCode
    return _objection_card(*row)


def own_objections(session: Session, actor: Actor, limit: int = 50) -> list[ObjectionCard]:
    """Return what a signed-in person objected under their name, newest first."""
    if actor.user_id is None:
        return []
    rows = session.execute(
        select(Objection, Notice)
        .join(Notice, Notice.id == Objection.notice_id)
        .where(Objection.objector_user_id == actor.user_id)
        .order_by(Objection.id.desc())
        .limit(limit)
    )
    return [_objection_card(*row) for row in rows]


# What other packages ask


def notices_about(session: Session, subject_type: str, subject_id: str) -> list[NoticeCard]:
    """Return every notice about a thing, the newest first."""
    rows = session.execute(
        select(Notice, _COUNT, _COUNT_OPEN)
        .where(Notice.subject_type == subject_type, Notice.subject_id == subject_id)
        .order_by(Notice.id.desc())
        .limit(50)
    )
    return [_card(*row) for row in rows]


def find_running(session: Session, kind: NoticeKind, subject_type: str, subject_id: str) -> Notice | None:
    """Return the notice of this kind that runs about a thing."""
    return session.scalar(
        select(Notice).where(
            Notice.kind == kind.value,
            Notice.subject_type == subject_type,
            Notice.subject_id == subject_id,
            Notice.state == NoticeState.RUNNING.value,
        )
    )


def minimum_days(session: Session, kind: NoticeKind, day: date) -> int:
    """Return how many days a notice of a kind stands at least when it opens on `day`."""
    kept = session.scalar(
        select(Period.minimum_days)
        .where(Period.kind == kind.value, Period.valid_from <= day)
        .order_by(Period.valid_from.desc())
        .limit(1)
    )
    return kept if kept is not None else rules.default_days(kind)


def periods(session: Session) -> list[NewPeriod]:
    """Return what was set, the newest first."""
    rows = session.scalars(select(Period).order_by(Period.valid_from.desc(), Period.id.desc()).limit(200))
    return [NewPeriod(NoticeKind(row.kind), row.minimum_days, row.valid_from) for row in rows]


# What those who answer see


def _visible(actor: Actor, roles: Sequence[str]) -> Select[Any]:
    return select(Region.id).where(within(actor.region_paths(*roles)))


def visible_notices(
    session: Session, actor: Actor, *, running: bool, limit: int, offset: int = 0
) -> list[NoticeCard]:
    """Return the notices of the actor's regions: those that run, or all that ended, however long ago."""
    is_running = Notice.state == NoticeState.RUNNING.value
    rows = session.execute(
        select(Notice, _COUNT, _COUNT_OPEN)
        .where(is_running if running else ~is_running, Notice.region_id.in_(_visible(actor, READING_ROLES)))
        .order_by(*((Notice.ends_at, Notice.id) if running else (Notice.ended_at.desc(), Notice.id.desc())))
        .limit(limit)
        .offset(offset)
    )
    return [_card(*row) for row in rows]


def count_visible(session: Session, actor: Actor) -> tuple[int, int]:
    """Return how many notices of the actor's regions run, and how many ended."""
    is_running = Notice.state == NoticeState.RUNNING.value
    row = session.execute(
        select(func.count().filter(is_running), func.count().filter(~is_running)).where(
            Notice.region_id.in_(_visible(actor, READING_ROLES))
        )
    ).one()
    return row[0], row[1]


def waiting_objections(session: Session, actor: Actor, *, limit: int, offset: int = 0) -> list[ObjectionCard]:
    """Return the objections without an answer in the actor's regions, the oldest first."""
    rows = session.execute(
        select(Objection, Notice)
        .join(Notice, Notice.id == Objection.notice_id)
        .where(
            Objection.answered_at.is_(None),
            Notice.state == NoticeState.RUNNING.value,
            Notice.region_id.in_(_visible(actor, READING_ROLES)),
        )
        .order_by(Objection.created_at, Objection.id)
        .limit(limit)
        .offset(offset)
    )
    return [_objection_card(*row) for row in rows]


def count_waiting(session: Session, actor: Actor) -> int:
    """Return how many objections wait in the actor's regions."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Objection)
            .join(Notice, Notice.id == Objection.notice_id)
            .where(
                Objection.answered_at.is_(None),
                Notice.state == NoticeState.RUNNING.value,
                Notice.region_id.in_(_visible(actor, READING_ROLES)),
            )
        )
        or 0
    )


def get_record(session: Session, actor: Actor, public_id: str) -> NoticeRecord:
    """Return the whole record of a notice of the actor's regions, else `NotFound`."""
    row = session.execute(
        select(Notice, _COUNT, _COUNT_OPEN).where(
            Notice.public_id == public_id, Notice.region_id.in_(_visible(actor, READING_ROLES))
        )
    ).one_or_none()
    if row is None:
        raise NotFound("notice")
    notice: Notice = row[0]
    objections = session.scalars(
        select(Objection).where(Objection.notice_id == notice.id).order_by(Objection.id)
    )
    return NoticeRecord(
        notice,
        _card(*row),
        NoticeContent.from_json(notice.content),
        tuple(_objection_card(objection, notice) for objection in objections),
    )


def get_waiting(session: Session, actor: Actor, public_id: str) -> tuple[ObjectionCard, NoticeCard]:
    """Return an objection that the actor may answer, with its notice, else `NotFound`."""
    row = session.execute(
        select(Objection, Notice, _COUNT, _COUNT_OPEN)
        .join(Notice, Notice.id == Objection.notice_id)
        .where(Objection.public_id == public_id, Notice.region_id.in_(_visible(actor, ANSWERING_ROLES)))
    ).one_or_none()
    if row is None:
        raise NotFound("objection")
    return _objection_card(row[0], row[1]), _card(row[1], row[2], row[3])


# Locks, always the notice before its objections


def share_notice(session: Session, public_id: str) -> Notice:
    """Keep a notice from ending during this step; objections share the lock."""
    notice = session.scalar(select(Notice).where(Notice.public_id == public_id).with_for_update(read=True))
    if notice is None:
        raise NotFound("notice")
    return notice


def lock_notice(session: Session, actor: Actor, public_id: str) -> Notice:
    """Lock a notice of the actor's regions, else `NotFound`."""
    notice = session.scalar(
        select(Notice)
        .where(Notice.public_id == public_id, Notice.region_id.in_(_visible(actor, ANSWERING_ROLES)))
        .with_for_update()
    )
    if notice is None:
        raise NotFound("notice")
    return notice


def lock_notice_by_id(session: Session, notice_id: int) -> Notice:
    """Lock a notice for the package that it is about."""
    return session.scalars(select(Notice).where(Notice.id == notice_id).with_for_update()).one()


def lock_due(session: Session, notice_id: int) -> Notice | None:
    """Lock a notice whose time is over, unless it has ended or somebody else is at it."""
    return session.scalar(
        select(Notice)
        .where(
            Notice.id == notice_id,
            Notice.state == NoticeState.RUNNING.value,
            Notice.ends_at <= clock.now(),
        )
        .with_for_update(skip_locked=True)
    )


def due_ids(session: Session, limit: int = 500) -> list[int]:
    """Return the notices whose time is over and whose objections are all answered."""
    waiting = select(Objection.id).where(Objection.notice_id == Notice.id, Objection.answered_at.is_(None))
    return list(
        session.scalars(
            select(Notice.id)
            .where(
                Notice.state == NoticeState.RUNNING.value,
                Notice.ends_at <= clock.now(),
                ~waiting.exists(),
            )
            .order_by(Notice.ends_at, Notice.id)
            .limit(limit)
        )
    )


def lock_objection(session: Session, actor: Actor, public_id: str) -> tuple[Notice, Objection]:
    """Lock an objection of the actor's regions and keep its notice from ending, else `NotFound`."""
    notice_id = session.scalar(select(Objection.notice_id).where(Objection.public_id == public_id))
    notice = session.scalar(
        select(Notice)
        .where(Notice.id == notice_id, Notice.region_id.in_(_visible(actor, ANSWERING_ROLES)))
        .with_for_update(read=True)
    )
    if notice is None:
        raise NotFound("objection")
    objection = session.scalars(
        select(Objection).where(Objection.public_id == public_id).with_for_update()
    ).one()
    return notice, objection


def find_objection_by_digest(session: Session, tracking_digest: str) -> Objection | None:
    """Return the objection with this tracking code."""
    return session.scalar(select(Objection).where(Objection.tracking_digest == tracking_digest))


def decisions_of(session: Session, notice_id: int) -> tuple[int, list[str]]:
    """Return how many objections wait, and how the others were decided; call it under the notice's lock."""
    decisions = session.scalars(select(Objection.decision).where(Objection.notice_id == notice_id)).all()
    return sum(decision is None for decision in decisions), [d for d in decisions if d is not None]


def organisations_of(session: Session, user_id: int) -> frozenset[int]:
    """Return the organisations to which a person belongs today."""
    return frozenset(
        found
        for found in session.scalars(
            select(RoleGrant.organisation_id).where(
                RoleGrant.user_id == user_id,
                RoleGrant.valid_until.is_(None),
                RoleGrant.organisation_id.is_not(None),
            )
        )
        if found is not None
    )
