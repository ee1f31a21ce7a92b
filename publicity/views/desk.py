"""The desk of those who answer: objections that wait, notices that run, records for supervisors."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from core import clock
from core.db import reading, transaction
from core.errors import Refusal
from publicity import queries, rules, services
from publicity.errors import AlreadyAnswered, NotImpartial, PersonalDataShown
from publicity.forms import AnswerForm, EndForm, PeriodForm
from publicity.permissions import ANSWER_OBJECTIONS, READ_RECORDS, SET_PERIODS
from publicity.values import Decision, NoticeKind
from publicity.wording import KINDS, STATES
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("publicity_desk", __name__)

PAGE_SIZE = 30


@bp.get("/notices/desk")
@requires(READ_RECORDS)
def desk() -> Any:
    """List the objections that wait, the notices that run, or all that ended, within the person's regions."""
    show = request.args.get("show", "waiting")
    if show not in ("waiting", "running", "ended"):
        abort(404)
    number, actor = page_number(), current_actor()
    offset = (number - 1) * PAGE_SIZE
    found: Any
    with reading() as session:
        waiting = queries.count_waiting(session, actor)
        running, ended = queries.count_visible(session, actor)
        if show == "waiting":
            found = queries.waiting_objections(session, actor, limit=PAGE_SIZE, offset=offset)
        else:
            found = queries.visible_notices(
                session, actor, running=show == "running", limit=PAGE_SIZE, offset=offset
            )
    keep_private()
    totals = {"waiting": waiting, "running": running, "ended": ended}
    return render_template(
        "publicity/desk/desk.html",
        page=paginate(found, number, totals[show], PAGE_SIZE),
        show=show,
        totals=totals,
        kinds=KINDS,
        states=STATES,
        may_answer=actor.may(ANSWER_OBJECTIONS),
        may_set=actor.may(SET_PERIODS),
    )


@bp.get("/notices/desk/<public_id>")
@requires(READ_RECORDS)
def record(public_id: str) -> Any:
    """Show the whole record of a notice, however long ago it ended."""
    return _record_page(public_id, EndForm(formdata=None))


@bp.post("/notices/desk/<public_id>/end")
@requires(ANSWER_OBJECTIONS)
def end(public_id: str) -> Any:
    """End a notice whose time is over."""
    form = EndForm()
    if not form.validate_on_submit():
        return _record_page(public_id, form, 422)
    try:
        with transaction() as session:
            services.end_notice(session, current_actor(), public_id, form.result_zh.data or "")
    except PersonalDataShown as refusal:
        form.add_error("result_zh", words_for(refusal))
        return _record_page(public_id, form, int(refusal.status))
    flash(_("The notice has ended, and its result is public."), "success")
    return redirect(f"/notices/desk/{public_id}", 303)


@bp.get("/notices/desk/objections/<public_id>")
@requires(ANSWER_OBJECTIONS)
def objection(public_id: str) -> Any:
    """Show an objection with its notice, to be answered."""
    return _objection_page(public_id, AnswerForm(formdata=None))


@bp.post("/notices/desk/objections/<public_id>")
@requires(ANSWER_OBJECTIONS)
def answer(public_id: str) -> Any:
    """Decide an objection."""
    form = AnswerForm()
    if not form.validate_on_submit():
        return _objection_page(public_id, form, 422)
    try:
        with transaction() as session:
            services.answer_objection(
                session, current_actor(), public_id, Decision(form.decision.data), form.answer.data or ""
            )
    except PersonalDataShown as refusal:
        form.add_error("answer", words_for(refusal))
        return _objection_page(public_id, form, int(refusal.status))
    except AlreadyAnswered as refusal:
        flash(words_for(refusal), "info")
        return redirect(f"/notices/desk/objections/{public_id}", 303)
    except NotImpartial as refusal:
        form.form_errors.append(words_for(refusal))
        return _objection_page(public_id, form, int(refusal.status))
    flash(
        _("Answered. Whoever objected sees it with their code, everybody sees it beside the notice."),
        "success",
    )
    return redirect("/notices/desk", 303)


@bp.get("/notices/desk/periods")
@requires(SET_PERIODS)
def periods() -> Any:
    """Show how long each kind of notice stands."""
    return _periods_page(PeriodForm(formdata=None, valid_from=clock.today().isoformat()))


@bp.post("/notices/desk/periods")
@requires(SET_PERIODS)
def set_period() -> Any:
    """Set how long a kind of notice stands from a day on."""
    form = PeriodForm()
    if not form.validate_on_submit():
        return _periods_page(form, 422)
    try:
        with transaction() as session:
            services.set_period(session, current_actor(), form.to_request())
    except Refusal as refusal:
        form.form_errors.append(words_for(refusal))
        return _periods_page(form, int(refusal.status))
    flash(_("Kept. Notices that run keep the time with which they opened."), "success")
    return redirect("/notices/desk/periods", 303)


def _record_page(public_id: str, form: EndForm, status: int = 200) -> Any:
    actor = current_actor()
    with reading() as session:
        found = queries.get_record(session, actor, public_id)
    keep_private()
    now = clock.now()
    return render_template(
        "publicity/desk/record.html",
        record=found,
        notice=found.notice,
        card=found.card,
        content=found.content,
        form=form,
        may_answer=actor.may(ANSWER_OBJECTIONS),
        listed=rules.is_listed(found.notice.state, found.notice.ended_at, now),
        time_over=now >= found.notice.ends_at,
        kinds=KINDS,
        states=STATES,
    ), status


def _objection_page(public_id: str, form: AnswerForm, status: int = 200) -> Any:
    with reading() as session:
        found, card = queries.get_waiting(session, current_actor(), public_id)
    keep_private()
    return render_template(
        "publicity/desk/objection.html", objection=found, card=card, form=form, kinds=KINDS, states=STATES
    ), status


def _periods_page(form: PeriodForm, status: int = 200) -> Any:
    today = clock.today()
    with reading() as session:
        kept = queries.periods(session)
    rows = []
    for kind in NoticeKind:
        of_kind = [period for period in kept if period.kind is kind]
        holding = next((period for period in of_kind if period.valid_from <= today), None)
        coming = [period for period in of_kind if period.valid_from > today]
        rows.append((KINDS[kind.value], holding, rules.default_days(kind), coming))
    keep_private()
    return render_template("publicity/desk/periods.html", form=form, rows=rows), status
