"""A supplier calls a batch back: what that would do, then doing it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from core.db import reading, transaction
from shop.permissions import MANAGE_PRODUCTS
from shop.recalls import queries, services
from shop.recalls.forms import RecallForm
from shop.tracing import queries as tracing_queries
from shop.tracing import rules
from shop.tracing.errors import BadBatch, BatchClosed
from shop.tracing.values import Closing
from web.access import current_actor, requires
from web.wording import words_for

bp = Blueprint("batch_recalls", __name__)


@bp.get("/supplier/batches/<code>/recall")
@requires(MANAGE_PRODUCTS)
def ask(code: str) -> Any:
    """Show what recalling an own batch would do now."""
    with reading() as session:
        row = tracing_queries.get_own_batch(session, current_actor(), code.replace("\x00", "")).row
    if row.closing in (Closing.RECALLED, Closing.MISTAKE):
        return redirect(f"/supplier/batches/{row.code}", 303)
    return _page(code, RecallForm(formdata=None))


@bp.post("/supplier/batches/<code>/recall")
@requires(MANAGE_PRODUCTS)
def recall(code: str) -> Any:
    """Call an own batch back."""
    form = RecallForm()
    if not form.validate_on_submit():
        return _page(code, form, 422)
    try:
        with transaction() as session:
            done = services.recall_batch(
                session, current_actor(), code.replace("\x00", ""), form.reason.data or ""
            )
    except BadBatch as refusal:
        form.add_error("reason", words_for(refusal))
        return _page(code, form, int(refusal.status))
    except BatchClosed as refusal:
        form.form_errors.append(words_for(refusal))
        return _page(code, form, int(refusal.status))
    if done.replayed:
        flash(_("This batch was recalled before; nobody is told twice."), "info")
    else:
        flash(
            ngettext(
                "The batch is recalled. %(num)s pack left the stock, and everybody who got some is told.",
                "The batch is recalled. %(num)s packs left the stock, and everybody who got some is told.",
                done.packs_taken,
            ),
            "good",
        )
    return redirect(f"/supplier/batches/{code}", 303)


def _page(code: str, form: RecallForm, status: int = 200) -> Any:
    code = code.replace("\x00", "")
    with reading() as session:
        row = tracing_queries.get_own_batch(session, current_actor(), code).row
        preview = queries.preview(session, current_actor(), code)
    page = render_template(
        "shop/recalls/recall.html",
        row=row,
        preview=preview,
        form=form,
        shown_code=rules.shown_code(row.code),
    )
    return page, status
