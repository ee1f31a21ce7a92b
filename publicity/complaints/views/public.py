"""What everybody sees of complaints: the tracking code once, and what became of a report.

The form itself stands on the page of the thing that is complained about; its package calls `told`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, session

from accounts import services as account_services
from core import clock
from core.db import reading, transaction
from core.errors import TooManyAttempts
from publicity.complaints import queries
from publicity.complaints.errors import UnknownComplaintCode
from publicity.complaints.forms import TrackForm
from publicity.complaints.values import ComplaintCard, FiledComplaint
from publicity.complaints.wording import OUTCOMES, REASONS
from web.access import current_actor, public
from web.addresses import visitor_network
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("complaints", __name__)

TOLD = "complaint_code"
SHOWN_FOR = timedelta(minutes=10)
#: A village may share one address: so many tries count as one.
SHARED_ADDRESS = 4


def count_try(what: str) -> None:
    """Count a try of this network address, in a step of its own; raises `TooManyAttempts`."""
    with transaction() as step:
        account_services.count_attempt(step, f"{what}:{visitor_network()}", scale=SHARED_ADDRESS)


def told(filed: FiledComplaint, back: str) -> Any:
    """Lead whoever has just reported to the page that shows the tracking code once."""
    session[TOLD] = {"code": filed.tracking_code, "back": back, "at": int(clock.now().timestamp())}
    return redirect("/complaints/received", 303)


@bp.get("/complaints/received")
@public
def received() -> Any:
    """Show the tracking code to whoever has just reported something, for ten minutes."""
    kept = session.get(TOLD)
    if not isinstance(kept, dict):
        return redirect("/complaints/track", 302)
    if datetime.fromtimestamp(int(kept["at"]), UTC) + SHOWN_FOR < clock.now():
        session.pop(TOLD, None)
        return redirect("/complaints/track", 302)
    with reading() as opened:
        found = queries.get_tracked(opened, kept["code"])
    keep_private()
    return render_template(
        "publicity/complaints/received.html", code=kept["code"], back=kept["back"], found=found
    )


@bp.get("/complaints/track")
@public
def track() -> Any:
    """Ask for a tracking code; people who are signed in see what they reported under their name."""
    return _page(TrackForm(formdata=None))


@bp.post("/complaints/track")
@public
def show_tracked() -> Any:
    """Show what became of the report with this code."""
    form = TrackForm()
    if not form.validate_on_submit():
        return _page(form, status=422)
    try:
        count_try("complaint-tracking-from")
        with reading() as opened:
            found = queries.get_tracked(opened, form.code.data or "")
    except TooManyAttempts as refusal:
        form.form_errors.append(words_for(refusal))
        page = _page(form, status=int(refusal.status))
        page.headers["Retry-After"] = str(refusal.retry_after)
        return page
    except UnknownComplaintCode as refusal:
        form.add_error("code", words_for(refusal))
        return _page(form, status=int(refusal.status))
    return _page(form, found=found)


def _page(form: TrackForm, *, found: ComplaintCard | None = None, status: int = 200) -> Any:
    with reading() as opened:
        own = queries.own_complaints(opened, current_actor())
    keep_private()
    page = current_app.make_response(
        render_template(
            "publicity/complaints/track.html",
            form=form,
            found=found,
            own=own,
            reasons=REASONS,
            outcomes=OUTCOMES,
        )
    )
    page.status_code = status
    return page
