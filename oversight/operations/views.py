"""The operator's look behind the pages: mail, jobs, audit trail."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user  # noqa: F401 - templates of the desk need it

from core import jobs
from core.db import reading, transaction
from core.mail import Mail
from ledger import checks
from oversight import permissions
from oversight.operations import queries, services, wording
from web.access import current_actor, requires
from web.pagination import page_number, paginate

bp = Blueprint("operations", __name__, url_prefix="/operator")

_LINK = re.compile(r"https?://\S+")


@bp.get("/mail")
@requires(permissions.READ_OPERATIONS)
def mail() -> Any:
    """List the outbox."""
    number = page_number()
    with reading() as session:
        mails, total = queries.mails(session, 50, (number - 1) * 50)
    return render_template("oversight/operations/mail.html", page=paginate(mails, number, total, 50))


@bp.get("/mail/<int:mail_id>")
@requires(permissions.READ_OPERATIONS)
def message(mail_id: int) -> Any:
    """Show one message as text, without its links: they let their reader in, and nobody else may come in by them."""
    if mail_id >= 2**62:
        abort(404)
    with reading() as session:
        found = session.get(Mail, mail_id)
    if found is None:
        abort(404)
    instead = _("[a link for the reader alone]")
    words = "" if found.secret else _LINK.sub(lambda _link: instead, found.text)
    return render_template("oversight/operations/message.html", mail=found, words=words)


@bp.get("/jobs")
@requires(permissions.READ_OPERATIONS)
def job_list() -> Any:
    """Show what waits, what failed, what runs by the clock, and what the books said when they last checked themselves."""
    with reading() as session:
        failed = queries.failed_jobs(session)
        periodic = queries.periodic_jobs(session)
        check = checks.latest(session)
    waiting, given_up = jobs.backlog()
    return render_template(
        "oversight/operations/jobs.html",
        failed=failed,
        periodic=periodic,
        check=check,
        words=wording,
        waiting=waiting,
        given_up=given_up,
    )


@bp.post("/jobs/try-again")
@requires(permissions.READ_OPERATIONS)
def try_again() -> Any:
    """Let what failed run once more, when its reason is mended."""
    with transaction() as session:
        count = services.try_jobs_again(session, current_actor())
    if count:
        flash(
            _("Jobs tried again now: %(count)s. What still fails shows up here again.", count=count), "good"
        )
    else:
        flash(_("Nothing has failed, so there is nothing to try again."), "info")
    return redirect("/operator/jobs", 303)


@bp.get("/audit")
@requires(permissions.READ_AUDIT)
def audit_trail() -> Any:
    """Read the audit trail, newest first."""
    text = request.args.get("before", "")
    if text and (not text.isascii() or not text.isdigit() or len(text) > 18):
        abort(404)
    with reading() as session:
        entries = queries.audit_entries(session, int(text) if text else None, 50)
    older = entries[-1].id if len(entries) == 50 else None
    return render_template("oversight/operations/audit.html", entries=entries, older=older, words=wording)
