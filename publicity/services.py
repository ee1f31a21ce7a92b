"""Use cases of publicity: opening notices, objecting, answering, ending, withdrawing, setting the minimum time."""

from __future__ import annotations

from sqlalchemy import Text, cast, func, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from core import audit, clock, events, ids
from core.errors import Forbidden
from core.permissions import SYSTEM, Actor
from publicity import queries, rules
from publicity.errors import (
    AlreadyAnswered,
    AlreadyPublic,
    BadNotice,
    BadPeriod,
    EmptyText,
    FormSentBefore,
    NoticeNotRunning,
    NoticeTooEarly,
    NotImpartial,
    ObjectionsOpen,
    PersonalDataShown,
)
from publicity.events import (
    NoticeEnded,
    NoticeOpened,
    NoticeWithdrawn,
    ObjectionAnswered,
    ObjectionRaised,
)
from publicity.models import Notice, Objection, Period
from publicity.permissions import ANSWER_OBJECTIONS, SET_PERIODS
from publicity.values import (
    Decision,
    NewNotice,
    NewObjection,
    NewPeriod,
    NoticeState,
    RaisedObjection,
)
from registry import queries as registry_queries


def open_notice(session: Session, actor: Actor, new: NewNotice) -> Notice:
    """Put something before the public from now on; titles, places and content are frozen.

    Refuses content with ID numbers, phone numbers, bank accounts, home addresses or health words (`PersonalDataShown`),
    a second notice of the kind about a thing while one runs (`AlreadyPublic`), and a time shorter than the one set for
    the kind (`BadNotice`). Who may open one is decided by the package that asks.
    """
    _check_new(new)
    now = clock.now()
    least = queries.minimum_days(session, new.kind, clock.today())
    days = least if new.minimum_days is None else new.minimum_days
    if not least <= days <= rules.LONGEST:
        raise BadNotice("minimum_days")
    place_zh, place_en = registry_queries.place_names(session, new.region_id)
    if not place_zh:
        raise BadNotice("region")
    content = new.content.to_json()
    notice: Notice | None = session.scalar(
        insert(Notice)
        .values(
            public_id=ids.public_id(),
            code=ids.spoken_code("GS"),
            kind=new.kind.value,
            subject_type=new.subject_type,
            subject_id=new.subject_id,
            organisation_id=new.organisation_id,
            region_id=new.region_id,
            title_zh=new.title_zh.strip(),
            title_en=new.title_en.strip(),
            place_zh=place_zh,
            place_en=place_en,
            content=content,
            digest=func.encode(
                func.sha256(
                    func.convert_to(
                        func.concat(
                            new.title_zh.strip(),
                            "\n",
                            new.title_en.strip(),
                            "\n",
                            cast(cast(content, JSONB), Text),
                        ),
                        "UTF8",
                    )
                ),
                "hex",
            ),
            starts_at=now,
            minimum_days=days,
            ends_at=rules.earliest_end(now, days),
            opened_by_user_id=actor.user_id,
            state=NoticeState.RUNNING.value,
            result_zh="",
        )
        .on_conflict_do_nothing(
            index_elements=[Notice.kind, Notice.subject_type, Notice.subject_id],
            # Written out: a prepared statement with a parameter here would no longer match the partial index.
            index_where=text("state = 'running'"),
        )
        .returning(Notice)
    )
    if notice is None:
        raise AlreadyPublic
    audit.record(
        session, actor, "notice opened", "notice", notice.public_id, after={"kind": new.kind, "days": days}
    )
    events.publish(session, NoticeOpened(notice.id, notice.kind, notice.subject_type, notice.subject_id))
    return notice


def object_to_notice(session: Session, actor: Actor, public_id: str, new: NewObjection) -> RaisedObjection:
    """Take an objection from anybody while the notice runs; it must be answered before the notice can end.

    The same form again gives the same tracking code; with other words it is refused (`FormSentBefore`).
    """
    words = new.text.strip()
    if not 0 < len(words) <= rules.LONGEST_OBJECTION:
        raise EmptyText
    notice = queries.share_notice(session, public_id)
    code = rules.tracking_code(new.once)
    tracking_digest = ids.digest(ids.read_spoken_code(code))
    if queries.find_objection_by_digest(session, tracking_digest) is not None:
        return _sent_before(session, notice, words, tracking_digest, code)
    if notice.state != NoticeState.RUNNING.value:
        raise NoticeNotRunning
    objection = session.scalar(
        insert(Objection)
        .values(
            public_id=ids.public_id(),
            notice_id=notice.id,
            tracking_digest=tracking_digest,
            objector_user_id=None if new.anonymous else actor.user_id,
            contact_email=new.contact_email,
            locale=new.locale,
            text=words,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[Objection.tracking_digest])
        .returning(Objection)
    )
    if objection is None:
        return _sent_before(session, notice, words, tracking_digest, code)
    audit.record(
        session,
        actor if objection.objector_user_id is not None else SYSTEM,
        "objection raised",
        "notice",
        notice.public_id,
        after={"objection": objection.public_id},
    )
    events.publish(
        session,
        ObjectionRaised(objection.id, notice.id, notice.kind, notice.subject_type, notice.subject_id),
    )
    return RaisedObjection(objection.public_id, notice.public_id, code)


def answer_objection(
    session: Session, actor: Actor, public_id: str, decision: Decision, answer: str
) -> Objection:
    """Decide an objection in one's region, with an answer that everybody may read.

    Refused to those who objected, or belong to the organisation of the subject or of the objector (`NotImpartial`).
    An upheld objection does not end the notice; it ends at its time as `ended_upheld`.
    """
    if not actor.may(ANSWER_OBJECTIONS):
        raise Forbidden(ANSWER_OBJECTIONS.name)
    words = answer.strip()
    if not 0 < len(words) <= rules.LONGEST_ANSWER:
        raise EmptyText
    _refuse_personal_data(words)
    notice, objection = queries.lock_objection(session, actor, public_id)
    if objection.answered_at is not None:
        raise AlreadyAnswered
    if notice.state != NoticeState.RUNNING.value:
        raise NoticeNotRunning
    _check_impartial(session, actor, notice, objection)
    objection.answered_at = clock.now()
    objection.answered_by_user_id = actor.user_id
    objection.answer = words
    objection.decision = decision.value
    session.flush()
    audit.record(
        session,
        actor,
        "objection answered",
        "notice",
        notice.public_id,
        after={"objection": objection.public_id, "decision": decision.value},
    )
    events.publish(
        session,
        ObjectionAnswered(
            objection.id,
            notice.id,
            notice.kind,
            notice.subject_type,
            notice.subject_id,
            decision is Decision.UPHELD,
        ),
    )
    return objection


def end_notice(session: Session, actor: Actor, public_id: str, result_zh: str = "") -> Notice:
    """End a notice of one's region; refused before its time (`NoticeTooEarly`) or with an open objection (`ObjectionsOpen`)."""
    if not actor.may(ANSWER_OBJECTIONS):
        raise Forbidden(ANSWER_OBJECTIONS.name)
    words = result_zh.strip()
    if len(words) > rules.LONGEST_ANSWER:
        raise EmptyText
    _refuse_personal_data(words)
    notice = queries.lock_notice(session, actor, public_id)
    _end(session, actor, notice, words)
    return notice


def end_due_notice(session: Session, notice_id: int) -> bool:
    """End a notice whose time is over when nothing stands against it; False when there is nothing to do (any more)."""
    notice = queries.lock_due(session, notice_id)
    if notice is None:
        return False
    try:
        _end(session, SYSTEM, notice, "")
    except ObjectionsOpen:
        return False
    return True


def withdraw_notice(session: Session, actor: Actor, notice_id: int, reason: str) -> Notice:
    """Take a running notice back because its subject was; for the package of the subject, whose rules decide who may."""
    notice = queries.lock_notice_by_id(session, notice_id)
    if notice.state != NoticeState.RUNNING.value:
        raise NoticeNotRunning
    _refuse_personal_data(reason)
    notice.state = NoticeState.WITHDRAWN.value
    notice.ended_at = clock.now()
    notice.ended_by_user_id = actor.user_id
    notice.result_zh = reason.strip()
    session.flush()
    audit.record(session, actor, "notice withdrawn", "notice", notice.public_id, reason=reason)
    events.publish(session, NoticeWithdrawn(notice.id, notice.kind, notice.subject_type, notice.subject_id))
    return notice


def set_period(session: Session, actor: Actor, new: NewPeriod) -> None:
    """Set how many days notices of a kind stand at least, from a day that is not over; running notices keep theirs."""
    if not actor.may(SET_PERIODS):
        raise Forbidden(SET_PERIODS.name)
    if not rules.SHORTEST <= new.minimum_days <= rules.LONGEST or new.valid_from < clock.today():
        raise BadPeriod
    values = {"minimum_days": new.minimum_days, "set_by_user_id": actor.user_id, "set_at": clock.now()}
    session.execute(
        insert(Period)
        .values(kind=new.kind.value, valid_from=new.valid_from, **values)
        .on_conflict_do_update(index_elements=[Period.kind, Period.valid_from], set_=values)
    )
    audit.record(
        session,
        actor,
        "notice period set",
        "notice kind",
        new.kind.value,
        after={"days": new.minimum_days, "from": new.valid_from.isoformat()},
    )


def _check_new(new: NewNotice) -> None:
    if not new.title_zh.strip():
        raise BadNotice("title")
    if not new.subject_type or not new.subject_id:
        raise BadNotice("subject")
    link = new.content.link
    if link and (not link.startswith("/") or link.startswith("//")):
        raise BadNotice("link")
    table = new.content.table
    if table is not None and any(len(row) != len(table.columns) for row in table.rows):
        raise BadNotice("table")
    if not new.content.lines and (table is None or not table.rows):
        raise BadNotice("content")
    _refuse_personal_data(new.title_zh, new.title_en, *new.content.texts())


def _refuse_personal_data(*texts: str) -> None:
    kinds = rules.personal_data_in(*texts)
    if kinds:
        raise PersonalDataShown(kinds)


def _sent_before(
    session: Session, notice: Notice, words: str, tracking_digest: str, code: str
) -> RaisedObjection:
    known = queries.find_objection_by_digest(session, tracking_digest)
    if known is None or known.notice_id != notice.id or known.text != words:
        raise FormSentBefore
    return RaisedObjection(known.public_id, notice.public_id, code)


def _check_impartial(session: Session, actor: Actor, notice: Notice, objection: Objection) -> None:
    own = actor.organisation_ids()
    concerned = {notice.organisation_id} - {None}
    if objection.objector_user_id is not None:
        if objection.objector_user_id == actor.user_id:
            raise NotImpartial
        concerned |= queries.organisations_of(session, objection.objector_user_id)
    if own & concerned:
        raise NotImpartial


def _end(session: Session, actor: Actor, notice: Notice, result_zh: str) -> None:
    if notice.state != NoticeState.RUNNING.value:
        raise NoticeNotRunning
    if clock.now() < notice.ends_at:
        raise NoticeTooEarly(notice.ends_at)
    waiting, decisions = queries.decisions_of(session, notice.id)
    if waiting:
        raise ObjectionsOpen(waiting)
    state = rules.result_of(decisions)
    notice.state = state.value
    notice.ended_at = clock.now()
    notice.ended_by_user_id = actor.user_id
    notice.result_zh = result_zh
    session.flush()
    audit.record(session, actor, "notice ended", "notice", notice.public_id, after={"state": state.value})
    events.publish(
        session,
        NoticeEnded(
            notice.id,
            notice.kind,
            notice.subject_type,
            notice.subject_id,
            state is NoticeState.ENDED_UPHELD,
        ),
    )
