"""The committee's pages: what waits, and what was decided."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.values import Role
from core.db import reading, transaction
from core.errors import Forbidden, NotFound, Refusal
from points import labels
from points.awards import queries, rules, services
from points.awards.forms import DecisionForm
from points.permissions import DECIDE_CLAIM
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.wording import words_for

bp = Blueprint("points_committee", __name__)

PAGE = 25
WAITING = 30


@bp.get("/points/committee")
@requires(DECIDE_CLAIM)
def queue() -> Any:
    """Show what waits for a decision, oldest first."""
    return _queue_page()


@bp.get("/points/committee/decided")
@requires(DECIDE_CLAIM)
def decided() -> Any:
    """List what the committee of these villages decided."""
    number = page_number()
    with reading() as session:
        rows, total = queries.decided_claims(session, current_actor(), limit=PAGE, offset=(number - 1) * PAGE)
        waiting = queries.count_waiting(session, current_actor())
    return render_template(
        "points/awards/decided.html",
        page=paginate(rows, number, total, PAGE),
        waiting=waiting,
        claim_state=labels.claim_state,
    )


@bp.post("/points/committee/<public_id>/<decision>")
@requires(DECIDE_CLAIM)
def decide(public_id: str, decision: str) -> Any:
    """Approve a deed, which issues its points at once, or refuse it with a reason."""
    if decision not in ("approve", "refuse"):
        abort(404)
    form = DecisionForm()
    if not form.validate_on_submit():
        return _queue_page(public_id, str(next(iter(form.reason.errors), "")), form.reason.data or "", 422)
    reason = form.reason.data or ""
    try:
        with transaction() as step:
            if decision == "approve":
                claim = services.approve_claim(step, current_actor(), public_id, reason)
            else:
                claim = services.refuse_claim(step, current_actor(), public_id, reason)
    except NotFound:
        raise
    except Refusal as refusal:
        return _queue_page(public_id, words_for(refusal), reason, int(refusal.status))
    if decision == "approve":
        flash(
            ngettext(
                "Approved: %(num)s point is on the household's account.",
                "Approved: %(num)s points are on the household's account.",
                claim.points,
            ),
            "good",
        )
    else:
        flash(_("Not approved. The household reads your reason."), "good")
    return redirect("/points/committee", 303)


def _queue_page(
    public_id: str = "", problem: str = "", reason: str = "", status: int = 200
) -> tuple[str, int]:
    actor = current_actor()
    with reading() as session:
        rows = queries.waiting_claims(session, actor, limit=WAITING)
        waiting = queries.count_waiting(session, actor)
        approved = queries.approved_by_rule(
            session, [(row.household_id, row.rule_id, row.happened_on.year) for row in rows]
        )
    cards = []
    for row in rows:
        own = ""
        try:
            rules.check_decider(
                state=row.state,
                recorder_user_id=row.recorder_user_id,
                household_id=row.household_id,
                user_id=actor.user_id or 0,
                own_household_id=actor.household_id,
            )
        except (Refusal, Forbidden) as refusal:
            own = words_for(refusal)
        before = approved.get((row.household_id, row.rule_id, row.happened_on.year), 0)
        cards.append(
            {
                "claim": row,
                "category": labels.rule_category(row.category),
                "own": own,
                "before": before,
                "percent": min(100, 100 * (before + row.points) // row.yearly_cap),
                "over": before + row.points > row.yearly_cap,
                "problem": problem if row.public_id == public_id else "",
                "reason": reason if row.public_id == public_id else "",
            }
        )
    page = render_template(
        "points/awards/committee.html",
        cards=cards,
        waiting=waiting,
        problem=problem if problem and not any(card["problem"] for card in cards) else "",
    )
    return page, status


def waiting_count(actor: Any) -> int | None:
    """Count what waits, for the rail."""
    if not actor.has_role(Role.COMMITTEE.value):
        return None
    with reading() as session:
        return queries.count_waiting(session, actor)
