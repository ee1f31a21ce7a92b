"""Printing cards: the code is shown to who prints it, for a few minutes, and kept nowhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import segno
from flask import Blueprint, redirect, render_template, session
from markupsafe import Markup

from accounts.values import Role
from core import clock
from core.db import reading, transaction
from points.permissions import ISSUE_CARD, SEE_OWN_POINTS
from points.redemptions import queries, services
from registry import queries as registry_queries
from registry.models import Household
from web.access import current_actor, requires
from web.security import keep_private

bp = Blueprint("points_cards", __name__)

PRINTED = "printed_card"
SHOWN_FOR = timedelta(minutes=10)


@bp.get("/points/my/card")
@requires(SEE_OWN_POINTS)
def my_card() -> Any:
    """Show the own card to print, or offer a new one."""
    with reading() as opened:
        household = registry_queries.get_own_household(opened, current_actor())
    return _card_page(household, "/points/my/card", "/points/my")


@bp.post("/points/my/card")
@requires(SEE_OWN_POINTS)
def print_my_card() -> Any:
    """Make a new card for the own household; the old one ends."""
    with transaction() as step:
        household = registry_queries.get_own_household(step, current_actor())
        _remember(household, services.issue_card(step, current_actor(), household.id)[1])
    return redirect("/points/my/card", 303)


@bp.get("/points/households/<public_id>/card")
@requires(ISSUE_CARD)
def household_card(public_id: str) -> Any:
    """Show a household's fresh card to print, or offer a new one."""
    with reading() as opened:
        household = registry_queries.get_household(opened, current_actor(), public_id, Role.CADRE.value)
    return _card_page(
        household, f"/points/households/{public_id}/card", f"/points/claims/new?household={public_id}"
    )


@bp.post("/points/households/<public_id>/card")
@requires(ISSUE_CARD)
def print_household_card(public_id: str) -> Any:
    """Make a new card for a household of the cadre's villages; the old one ends."""
    with transaction() as step:
        household = registry_queries.get_household(step, current_actor(), public_id, Role.CADRE.value)
        _remember(household, services.issue_card(step, current_actor(), household.id)[1])
    return redirect(f"/points/households/{public_id}/card", 303)


def _remember(household: Household, code: str) -> None:
    session[PRINTED] = {
        "household": household.public_id,
        "code": code,
        "at": int(clock.now().timestamp()),
    }


def _fresh_code(household: Household) -> str | None:
    kept = session.get(PRINTED)
    if not isinstance(kept, dict) or kept.get("household") != household.public_id:
        return None
    if datetime.fromtimestamp(int(kept["at"]), UTC) + SHOWN_FOR < clock.now():
        session.pop(PRINTED, None)
        return None
    return str(kept["code"])


def _card_page(household: Household, own_url: str, back_url: str) -> Any:
    keep_private()
    code = _fresh_code(household)
    with reading() as opened:
        card = queries.open_card(opened, household.id)
        village = registry_queries.get_region(opened, household.village_id)
    picture = ""
    if code is not None:
        made = segno.make(code, error="m", micro=False)
        picture = Markup(
            made.svg_inline(scale=4, border=2, omitsize=True, svgclass="card-qr", lineclass=None)
        )
    return render_template(
        "points/redemptions/card.html",
        household=household,
        masked=registry_queries.mask(household.householder),
        village=village,
        card=card,
        code=code,
        picture=picture,
        own_url=own_url,
        back_url=back_url,
    )
