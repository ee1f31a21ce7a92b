"""What everybody sees: the lists, a notice, its paper for the village board, objecting and tracking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import segno
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session
from flask_babel import gettext as _
from markupsafe import Markup

from accounts import services as account_services
from core import clock, ids
from core.db import reading, transaction
from core.errors import TooManyAttempts
from publicity import queries, services
from publicity.errors import EmptyText, FormSentBefore, UnknownTrackingCode
from publicity.forms import ObjectionForm, TrackForm
from publicity.wording import KINDS, STATES
from registry import queries as registry_queries
from web.access import current_actor, public
from web.addresses import visitor_network
from web.language import locale_code
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("publicity", __name__)

PAGE_SIZE = 20
TOLD = "objection_code"
SHOWN_FOR = timedelta(minutes=10)
#: A village may share one address: so many tries count as one.
SHARED_ADDRESS = 4


@bp.get("/notices")
@public
def notices() -> Any:
    """List the notices that run, or that ended lately, of one county when asked; lead a printed code to its notice."""
    typed = request.args.get("code", "").strip()
    if typed:
        return _to_notice_of(typed)
    ended = request.args.get("show") == "ended"
    number = page_number()
    code = request.args.get("county") or None
    with reading() as opened:
        counties = registry_queries.counties(opened)
        county = next((found for found in counties if found.code == code), None)
        if code is not None and county is None:
            abort(404)
        path = county.path if county else ""
        counts = queries.count_listed(opened, county_path=path)
        found = queries.listed_notices(
            opened, ended=ended, county_path=path, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
    return render_template(
        "publicity/notices/list.html",
        page=paginate(found, number, counts[ended], PAGE_SIZE),
        counts=counts,
        ended=ended,
        county=county,
        counties=counties,
        kinds=KINDS,
        states=STATES,
    )


@bp.get("/notices/<public_id>")
@public
def notice(public_id: str) -> Any:
    """Show a notice with how long it still stands, and take objections."""
    return _notice_page(public_id, ObjectionForm.fresh())


@bp.get("/notices/<public_id>/objections")
@public
def objection_address(public_id: str) -> Any:
    """Lead whoever reloads the form's address back to the notice."""
    return redirect(f"/notices/{public_id}", 302)


@bp.post("/notices/<public_id>/objections")
@public
def object_to(public_id: str) -> Any:
    """Take an objection and show its tracking code once."""
    form = ObjectionForm()
    if not form.validate_on_submit():
        return _notice_page(public_id, form, 422)
    try:
        with transaction() as step:
            account_services.count_attempt(step, f"objection-from:{visitor_network()}", scale=SHARED_ADDRESS)
        with transaction() as step:
            raised = services.object_to_notice(
                step, current_actor(), public_id, form.to_request(locale_code())
            )
    except TooManyAttempts as refusal:
        form.form_errors.append(words_for(refusal))
        page = _notice_page(public_id, form, int(refusal.status))
        page.headers["Retry-After"] = str(refusal.retry_after)
        return page
    except FormSentBefore as refusal:
        # The next try is a new form, with what was typed.
        form.once.data = ids.public_id(20)
        form.form_errors.append(words_for(refusal))
        return _notice_page(public_id, form, int(refusal.status))
    except EmptyText as refusal:
        form.add_error("text", words_for(refusal))
        return _notice_page(public_id, form, int(refusal.status))
    session[TOLD] = {
        "notice": public_id,
        "code": raised.tracking_code,
        "at": int(clock.now().timestamp()),
    }
    return redirect(f"/notices/{public_id}/objected", 303)


@bp.get("/notices/<public_id>/objected")
@public
def objected(public_id: str) -> Any:
    """Show the tracking code to whoever has just objected, for ten minutes."""
    kept = session.get(TOLD)
    if not isinstance(kept, dict) or kept.get("notice") != public_id:
        return redirect(f"/notices/{public_id}", 302)
    if datetime.fromtimestamp(int(kept["at"]), UTC) + SHOWN_FOR < clock.now():
        session.pop(TOLD, None)
        return redirect(f"/notices/{public_id}", 302)
    with reading() as opened:
        file = queries.get_public_notice(opened, public_id)
    keep_private()
    return render_template("publicity/notices/objected.html", notice=file.notice, code=kept["code"])


@bp.get("/notices/<public_id>/print")
@public
def paper(public_id: str) -> Any:
    """Show the notice as a page of A4 for the village board, with a QR code that leads here."""
    with reading() as opened:
        file = queries.get_public_notice(opened, public_id)
    address = f"{current_app.config['BASE_URL']}/notices/{public_id}"
    made = segno.make(address, error="m", micro=False)
    picture = Markup(made.svg_inline(scale=4, border=0, omitsize=True, svgclass="notice-qr", lineclass=None))
    return render_template(
        "publicity/notices/print.html",
        file=file,
        notice=file.notice,
        content=file.content,
        picture=picture,
        address=address,
        kinds=KINDS,
        states=STATES,
    )


@bp.get("/notices/track")
@public
def track() -> Any:
    """Ask for a tracking code; people who are signed in see what they objected under their name."""
    return _track_page(TrackForm(formdata=None))


@bp.post("/notices/track")
@public
def show_tracked() -> Any:
    """Show what became of the objection with this code."""
    form = TrackForm()
    if not form.validate_on_submit():
        return _track_page(form, status=422)
    try:
        with transaction() as step:
            account_services.count_attempt(step, f"tracking-from:{visitor_network()}", scale=SHARED_ADDRESS)
        with reading() as opened:
            found = queries.get_tracked(opened, form.code.data or "")
    except TooManyAttempts as refusal:
        form.form_errors.append(words_for(refusal))
        page = _track_page(form, status=int(refusal.status))
        page.headers["Retry-After"] = str(refusal.retry_after)
        return page
    except UnknownTrackingCode as refusal:
        form.add_error("code", words_for(refusal))
        return _track_page(form, status=int(refusal.status))
    return _track_page(form, found=found)


def _to_notice_of(typed: str) -> Any:
    with reading() as opened:
        public_id = queries.find_by_code(opened, typed) if len(typed) <= 40 and "\x00" not in typed else None
    if public_id is None:
        flash(_("No notice has this code. Please compare it with the paper."), "warn")
        return redirect("/notices", 303)
    return redirect(f"/notices/{public_id}", 303)


def _notice_page(public_id: str, form: ObjectionForm, status: int = 200) -> Any:
    with reading() as opened:
        file = queries.get_public_notice(opened, public_id)
    page = current_app.make_response(
        render_template(
            "publicity/notices/notice.html",
            file=file,
            notice=file.notice,
            card=file.card,
            content=file.content,
            form=form,
            kinds=KINDS,
            states=STATES,
        )
    )
    page.status_code = status
    return page


def _track_page(form: TrackForm, *, found: queries.ObjectionCard | None = None, status: int = 200) -> Any:
    with reading() as opened:
        own = queries.own_objections(opened, current_actor())
    keep_private()
    page = current_app.make_response(
        render_template("publicity/notices/track.html", form=form, found=found, own=own)
    )
    page.status_code = status
    return page
