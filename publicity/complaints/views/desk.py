"""The desk of those who answer complaints: a queue with clocks, one complaint, the time that is given."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from core import clock
from core.db import reading, transaction
from core.errors import Refusal
from core.permissions import Actor
from publicity.complaints import queries, rules, services
from publicity.complaints.errors import ComplaintAnswered
from publicity.complaints.forms import AnswerForm, PeriodForm
from publicity.complaints.wording import OUTCOMES, REASONS, clock_text, clock_tone
from publicity.errors import EmptyText, NotImpartial, PersonalDataShown
from publicity.permissions import ANSWER_COMPLAINTS, READ_COMPLAINTS, SET_PERIODS
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("complaints_desk", __name__)

PAGE_SIZE = 30


def waiting(actor: Actor) -> int | None:
    """Return how many complaints wait for the actor, for the rail of tasks."""
    if not actor.may(ANSWER_COMPLAINTS):
        return None
    with reading() as session:
        return queries.count_waiting(session, actor) or None


@bp.get("/complaints/desk")
@requires(READ_COMPLAINTS)
def desk() -> Any:
    """List the complaints that wait, the next due first, or those with an answer, within the person's regions."""
    show = request.args.get("show", "waiting")
    if show not in ("waiting", "answered"):
        abort(404)
    number, actor = page_number(), current_actor()
    with reading() as session:
        open_count, answered_count = queries.count_visible(session, actor)
        found = queries.visible_complaints(
            session,
            actor,
            answered=show == "answered",
            limit=PAGE_SIZE,
            offset=(number - 1) * PAGE_SIZE,
        )
        days = queries.answer_days(session, clock.today())
    keep_private()
    totals = {"waiting": open_count, "answered": answered_count}
    return render_template(
        "publicity/complaints/desk.html",
        page=paginate(found, number, totals[show], PAGE_SIZE),
        show=show,
        totals=totals,
        days=days,
        reasons=REASONS,
        outcomes=OUTCOMES,
        clock_text=clock_text,
        clock_tone=clock_tone,
        may_answer=actor.may(ANSWER_COMPLAINTS),
        may_set=actor.may(SET_PERIODS),
    )


@bp.get("/complaints/desk/<public_id>")
@requires(READ_COMPLAINTS)
def one(public_id: str) -> Any:
    """Show a complaint, to be answered."""
    return _page(public_id, AnswerForm(formdata=None, publish=True))


@bp.post("/complaints/desk/<public_id>")
@requires(ANSWER_COMPLAINTS)
def answer(public_id: str) -> Any:
    """Answer a complaint."""
    form = AnswerForm()
    if not form.validate_on_submit():
        return _page(public_id, form, 422)
    try:
        with transaction() as session:
            services.answer_complaint(
                session, current_actor(), public_id.replace("\x00", ""), form.to_answer()
            )
    except (PersonalDataShown, EmptyText) as refusal:
        form.add_error("answer", words_for(refusal))
        return _page(public_id, form, int(refusal.status))
    except ComplaintAnswered as refusal:
        flash(words_for(refusal), "info")
        return redirect(f"/complaints/desk/{public_id}", 303)
    except NotImpartial as refusal:
        form.form_errors.append(words_for(refusal))
        return _page(public_id, form, int(refusal.status))
    flash(_("Answered. Whoever reported it sees the answer with their code."), "good")
    return redirect("/complaints/desk", 303)


@bp.get("/complaints/desk/<public_id>/picture")
@requires(READ_COMPLAINTS)
def picture(public_id: str) -> Any:
    """Show the picture that came with a complaint to those who may read it."""
    with reading() as session:
        webp = queries.get_picture(session, current_actor(), public_id.replace("\x00", ""))
    keep_private()
    return Response(webp, mimetype="image/webp", headers={"Content-Disposition": "inline"})


@bp.get("/complaints/settings")
@requires(SET_PERIODS)
def settings() -> Any:
    """Show within how many days complaints are answered."""
    return _settings_page(PeriodForm(formdata=None, valid_from=clock.today().isoformat()))


@bp.post("/complaints/settings")
@requires(SET_PERIODS)
def change() -> Any:
    """Set within how many days complaints are answered, from a day on."""
    form = PeriodForm()
    if not form.validate_on_submit():
        return _settings_page(form, 422)
    try:
        with transaction() as session:
            services.set_answer_days(session, current_actor(), form.to_request())
    except Refusal as refusal:
        form.form_errors.append(words_for(refusal))
        return _settings_page(form, int(refusal.status))
    flash(_("Kept. Reports that wait keep the day that they were given."), "good")
    return redirect("/complaints/settings", 303)


def _page(public_id: str, form: AnswerForm, status: int = 200) -> Any:
    actor = current_actor()
    with reading() as session:
        found = queries.get_visible(session, actor, public_id.replace("\x00", ""))
    keep_private()
    page = render_template(
        "publicity/complaints/one.html",
        found=found,
        form=form,
        may_answer=actor.may(ANSWER_COMPLAINTS),
        reasons=REASONS,
        outcomes=OUTCOMES,
        clock_text=clock_text,
        clock_tone=clock_tone,
    )
    return page, status


def _settings_page(form: PeriodForm, status: int = 200) -> Any:
    today = clock.today()
    with reading() as session:
        kept = queries.periods(session)
        days = queries.answer_days(session, today)
    keep_private()
    page = render_template(
        "publicity/complaints/settings.html", form=form, kept=kept, days=days, usual=rules.ANSWER_DAYS
    )
    return page, status
