"""The operator's recalls: the list, who got a batch, and the same as CSV; none of it is public."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template
from flask_babel import gettext as _

from core.db import reading, transaction
from core.errors import NotFound
from core.permissions import Actor
from payments.services import require_operator
from shop.permissions import HANDLE_ORDERS
from shop.recalls import exports, queries, services, wording
from shop.recalls.forms import SeenForm
from shop.tracing import rules
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.security import keep_private

bp = Blueprint("recalls", __name__)

PAGE_SIZE = 50
#: So many lines are in one CSV at most.
MOST_ROWS = 20_000


def unseen_recalls(_actor: Actor) -> int | None:
    """Return how many recalls nobody of the operator has looked at, for the rail."""
    with reading() as session:
        return queries.count_unseen(session) or None


@bp.get("/operator/recalls")
@requires(HANDLE_ORDERS)
def index() -> Any:
    """List every recall, newest first."""
    number = page_number()
    with reading() as session:
        require_operator(session, current_actor())
        rows, total = queries.list_recalls(session, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    return render_template("shop/recalls/index.html", page=paginate(rows, number, total, PAGE_SIZE))


@bp.get("/operator/recalls/<public_id>")
@requires(HANDLE_ORDERS)
def show(public_id: str) -> Any:
    """Show a recall and who got packs of the batch, or may have."""
    keep_private()
    number = page_number()
    with reading() as session:
        require_operator(session, current_actor())
        recall = queries.get_recall(session, public_id)
        rows, total = queries.who_got_it(session, public_id, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    return render_template(
        "shop/recalls/show.html",
        recall=recall,
        page=paginate(rows, number, total, PAGE_SIZE),
        most=MOST_ROWS,
        shown_code=rules.shown_code(recall.code),
        state_text=wording.state_text,
        state_tone=wording.state_tone,
    )


@bp.get("/operator/recalls/<public_id>.csv")
@requires(HANDLE_ORDERS)
def csv(public_id: str) -> Any:
    """Give the same list as CSV."""
    keep_private()
    with reading() as session:
        require_operator(session, current_actor())
        recall = queries.get_recall(session, public_id)
        rows, _total = queries.who_got_it(session, public_id, limit=MOST_ROWS)
    return Response(
        exports.got_it_csv(rows, wording.state_text),
        mimetype="text/csv",
        headers={
            "Content-Disposition": f'attachment; filename="recall-{recall.public_id}.csv"',
            "Cache-Control": "no-store",
        },
    )


@bp.post("/operator/recalls/<public_id>/seen")
@requires(HANDLE_ORDERS)
def seen(public_id: str) -> Any:
    """Note that somebody of the operator has looked at it."""
    if not SeenForm().validate_on_submit():
        raise NotFound("recall")
    with transaction() as session:
        require_operator(session, current_actor())
        services.mark_seen(session, current_actor(), public_id)
    flash(_("Noted. The recall is no longer counted as new."), "good")
    return redirect(f"/operator/recalls/{public_id}", 303)
