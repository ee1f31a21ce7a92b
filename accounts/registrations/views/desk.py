"""The operator's queue of registrations; a county's certifiers read those of their regions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from accounts.licences import wording as licence_wording
from accounts.permissions import DECIDE_REGISTRATIONS, READ_REGISTRATIONS
from accounts.registrations import queries, services, wording
from accounts.registrations.errors import BadCode, CodeTaken, MovedOn, OwnRegistration, ReasonMissing
from accounts.registrations.forms import DecisionForm
from accounts.registrations.values import State
from core.db import reading, transaction
from core.permissions import Actor
from web.access import current_actor, requires
from web.language import in_language
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("registration_desk", __name__)

PAGE_SIZE = 30


@bp.get("/operator/registrations")
@requires(READ_REGISTRATIONS)
def queue() -> Any:
    """Show the registrations that wait, the oldest first, or those that were decided."""
    keep_private()
    decided = request.args.get("show") == "decided"
    number = page_number()
    actor = current_actor()
    with reading() as session:
        rows, total = queries.list_for_desk(
            session, actor, waiting=not decided, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
        waits = queries.count_waiting(session, actor) if decided else total
    return render_template(
        "accounts/registrations/queue.html",
        rows=rows,
        decided=decided,
        waits=waits,
        page=paginate(rows, number, total, PAGE_SIZE),
        may_decide=actor.may(DECIDE_REGISTRATIONS),
        wording=wording,
    )


@bp.get("/operator/registrations/<public_id>")
@requires(READ_REGISTRATIONS)
def one(public_id: str) -> Any:
    """Show a registration with its licences, and what can be decided."""
    return _page(public_id, DecisionForm(formdata=None))


@bp.post("/operator/registrations/<public_id>")
@requires(DECIDE_REGISTRATIONS)
def decide(public_id: str) -> Any:
    """Approve a registration or send it back."""
    public_id = public_id.replace("\x00", "")
    form = DecisionForm()
    if not form.validate_on_submit():
        return _page(public_id, form, status=422)
    seen = request.form.get("round", "")
    round_seen = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 5 else 0
    approved = form.outcome.data == "approve"
    try:
        with transaction() as session:
            if approved:
                services.approve_registration(session, current_actor(), public_id, round_seen)
            else:
                services.refuse_registration(
                    session, current_actor(), public_id, round_seen, form.reason.data or ""
                )
    except ReasonMissing as refusal:
        form.add_error("reason", words_for(refusal))
        return _page(public_id, form, status=422)
    except (BadCode, CodeTaken, MovedOn, OwnRegistration) as refusal:
        return _page(public_id, form, words_for(refusal), int(refusal.status))
    flash(
        _("Approved. The organisation is here from now on; its person gets a mail.")
        if approved
        else _("Sent back. The applicant reads your reason and can mend it."),
        "good",
    )
    return redirect("/operator/registrations", 303)


def waiting(actor: Actor) -> int | None:
    """Return how many registrations wait for the operator, for the rail of tasks."""
    if not actor.may(DECIDE_REGISTRATIONS):
        return None
    with reading() as session:
        return queries.count_waiting(session, actor)


def _page(public_id: str, form: DecisionForm, problem: str = "", status: int = 200) -> Any:
    keep_private()
    actor = current_actor()
    with reading() as session:
        file = queries.get_for_desk(session, actor, public_id.replace("\x00", ""))
    page = render_template(
        "accounts/registrations/decide.html",
        file=file,
        form=form,
        problem=problem,
        place=in_language(*file.row.place),
        turns=wording.turns(file, names=True),
        deciding=actor.may(DECIDE_REGISTRATIONS) and file.row.state is State.SUBMITTED,
        wording=wording,
        licence_wording=licence_wording,
    )
    return page, status
