"""Use cases of complaints: reporting, answering, and setting how soon that is done."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import audit, clock, events, ids
from core.errors import Forbidden
from core.permissions import SYSTEM, Actor
from publicity import queries as publicity_queries
from publicity import rules as publicity_rules
from publicity.complaints import queries, rules
from publicity.complaints.errors import ComplaintAnswered
from publicity.complaints.events import ComplaintClosed, ComplaintFiled
from publicity.complaints.models import Complaint, ComplaintPeriod, ComplaintPicture
from publicity.complaints.values import Answer, FiledComplaint, NewComplaint, NewPeriod, Subject
from publicity.errors import BadPeriod, EmptyText, FormSentBefore, NotImpartial, PersonalDataShown
from publicity.permissions import ANSWER_COMPLAINTS, SET_PERIODS


def file_complaint(session: Session, actor: Actor, subject: Subject, new: NewComplaint) -> FiledComplaint:
    """Take a complaint from anybody; the last day for its answer is fixed now.

    The same form again gives the same tracking code; with other words it is refused (`FormSentBefore`).
    """
    words = new.text.strip()
    if not 0 < len(words) <= rules.LONGEST_TEXT:
        raise EmptyText
    code = rules.tracking_code(new.once)
    tracking_digest = ids.digest(ids.read_spoken_code(code))
    now = clock.now()
    complaint = session.scalar(
        insert(Complaint)
        .values(
            public_id=ids.public_id(),
            tracking_digest=tracking_digest,
            subject_type=subject.type,
            subject_id=subject.id,
            title_zh=subject.title_zh,
            title_en=subject.title_en,
            detail=subject.detail,
            path=subject.path,
            region_id=subject.region_id,
            organisation_id=subject.organisation_id,
            reporter_user_id=None if new.anonymous else actor.user_id,
            contact_email=new.contact_email,
            locale=new.locale,
            reason=new.reason.value,
            text=words,
            created_at=now,
            due_on=rules.due_on(now, queries.answer_days(session, clock.today())),
            published=False,
        )
        .on_conflict_do_nothing(index_elements=[Complaint.tracking_digest])
        .returning(Complaint)
    )
    if complaint is None:
        return _sent_before(session, subject, words, tracking_digest, code)
    if new.picture is not None:
        session.add(ComplaintPicture(complaint_id=complaint.id, webp=new.picture))
    audit.record(
        session,
        actor if complaint.reporter_user_id is not None else SYSTEM,
        "complaint filed",
        "complaint",
        complaint.public_id,
        after={"about": f"{subject.type} {subject.id}", "reason": new.reason.value},
    )
    events.publish(session, ComplaintFiled(complaint.id, complaint.subject_type, complaint.subject_id))
    return FiledComplaint(complaint.public_id, code)


def answer_complaint(session: Session, actor: Actor, public_id: str, answer: Answer) -> Complaint:
    """Answer a complaint of one's region, once; an answer to be published must not hold personal data.

    Refused to those who reported it, or belong to the organisation concerned or to the reporter's (`NotImpartial`).
    """
    if not actor.may(ANSWER_COMPLAINTS):
        raise Forbidden(ANSWER_COMPLAINTS.name)
    words = answer.text.strip()
    if not 0 < len(words) <= rules.LONGEST_ANSWER:
        raise EmptyText
    if answer.publish:
        kinds = publicity_rules.personal_data_in(words)
        if kinds:
            raise PersonalDataShown(kinds)
    complaint = queries.lock_complaint(session, actor, public_id)
    if complaint.answered_at is not None:
        raise ComplaintAnswered
    _check_impartial(session, actor, complaint)
    complaint.answered_at = clock.now()
    complaint.answered_by_user_id = actor.user_id
    complaint.outcome = answer.outcome.value
    complaint.answer = words
    complaint.published = answer.publish
    session.flush()
    audit.record(
        session,
        actor,
        "complaint answered",
        "complaint",
        complaint.public_id,
        after={"outcome": answer.outcome.value, "published": answer.publish},
    )
    events.publish(
        session,
        ComplaintClosed(complaint.id, complaint.subject_type, complaint.subject_id, answer.outcome.value),
    )
    return complaint


def set_answer_days(session: Session, actor: Actor, new: NewPeriod) -> None:
    """Set within how many days complaints are answered that come from a day on; those that wait keep their day."""
    if not actor.may(SET_PERIODS):
        raise Forbidden(SET_PERIODS.name)
    if not rules.SHORTEST <= new.answer_days <= rules.LONGEST or new.valid_from < clock.today():
        raise BadPeriod
    values = {"answer_days": new.answer_days, "set_by_user_id": actor.user_id, "set_at": clock.now()}
    session.execute(
        insert(ComplaintPeriod)
        .values(valid_from=new.valid_from, **values)
        .on_conflict_do_update(index_elements=[ComplaintPeriod.valid_from], set_=values)
    )
    audit.record(
        session,
        actor,
        "complaint period set",
        "complaints",
        "answer",
        after={"days": new.answer_days, "from": new.valid_from.isoformat()},
    )


def _sent_before(
    session: Session, subject: Subject, words: str, tracking_digest: str, code: str
) -> FiledComplaint:
    known = queries.find_by_digest(session, tracking_digest)
    if (
        known is None
        or known.text != words
        or (known.subject_type, known.subject_id)
        != (
            subject.type,
            subject.id,
        )
    ):
        raise FormSentBefore
    return FiledComplaint(known.public_id, code)


def _check_impartial(session: Session, actor: Actor, complaint: Complaint) -> None:
    concerned = {complaint.organisation_id} - {None}
    if complaint.reporter_user_id is not None:
        if complaint.reporter_user_id == actor.user_id:
            raise NotImpartial
        concerned |= publicity_queries.organisations_of(session, complaint.reporter_user_id)
    if actor.organisation_ids() & concerned:
        raise NotImpartial
