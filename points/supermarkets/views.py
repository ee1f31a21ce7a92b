"""Public pages of the love supermarkets: which there are, and what lies on the shelf; no personal data."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request

from core.db import reading
from core.storage import picture_url
from points import labels
from points.supermarkets import queries
from registry import queries as registry_queries
from web.access import public
from web.caching import shared

bp = Blueprint("points_stores", __name__)


@bp.get("/points/stores")
@public
@shared
def stores() -> Any:
    """List the stores, of one county when asked."""
    code = request.args.get("county") or None
    with reading() as session:
        counties = registry_queries.counties(session)
        if code is not None and code not in {county.code for county in counties}:
            abort(404)
        cards = queries.store_cards(session)
    with_stores = {card.county_code for card in cards}
    shown = [card for card in cards if code in (None, card.county_code)]
    return render_template(
        "points/supermarkets/stores.html",
        counties=[county for county in counties if county.code in with_stores],
        county=next((county for county in counties if county.code == code), None),
        groups=[
            (county, [card for card in shown if card.county_code == county.code])
            for county in counties
            if any(card.county_code == county.code for card in shown)
        ],
        total=len(cards),
        counts={county: sum(card.county_code == county for card in cards) for county in with_stores},
        open_days=labels.open_days,
        picture_url=picture_url,
    )


@bp.get("/points/stores/<public_id>")
@public
@shared
def store(public_id: str) -> Any:
    """Show what a store gives for points, and when it opens."""
    with reading() as session:
        place = queries.get_store(session, public_id)
        shelf = queries.shelf(session, place.id)
    groups = labels.by_category(shelf)
    return render_template(
        "points/supermarkets/store.html",
        store=place,
        groups=groups,
        kinds=sum(1 for item in shelf if item.left),
        week=[(labels.weekday(n), labels.weekday(n, short=False), n in place.open_days) for n in range(1, 8)],
        picture_url=picture_url,
    )
