"""The household's own page: three numbers, what happened lately, and why."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from core import clock
from core.db import reading
from points import labels
from points.awards import queries as award_queries
from points.permissions import SEE_OWN_POINTS
from points.redemptions import queries
from registry import queries as registry_queries
from web.access import current_actor, requires

bp = Blueprint("points_household", __name__)

LATEST = 20


@bp.get("/points/my")
@requires(SEE_OWN_POINTS)
def my() -> Any:
    """Show the own household's points."""
    actor = current_actor()
    now = clock.now().astimezone(clock.CHINA)
    new_year = now.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    with reading() as session:
        household = registry_queries.get_own_household(session, actor)
        balance = queries.points_balance(session, household.ledger_ref)
        earned = award_queries.earned_since(session, household.id, new_year)
        redeemed = queries.redeemed_since(session, household.id, new_year)
        claims = award_queries.claims_of_household(session, household.id, limit=LATEST)
        redemptions = queries.redemptions_of_household(session, household.id, limit=LATEST)
        card = queries.open_card(session, household.id)
    entries = sorted(
        [("claim", claim.decided_at or claim.recorded_at, claim) for claim in claims]
        + [("redemption", redemption.created_at, redemption) for redemption in redemptions],
        key=lambda entry: entry[1],
        reverse=True,
    )[:LATEST]
    return render_template(
        "points/redemptions/my.html",
        household=household,
        balance=balance,
        earned=earned,
        redeemed=redeemed,
        entries=entries,
        card=card,
        year=now.year,
        claim_state=labels.claim_state,
    )
