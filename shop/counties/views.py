"""The zones of the counties."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from core.db import reading
from core.errors import NotFound
from shop.catalogue import wording
from shop.counties import queries
from shop.stock.queries import sold_out_watch
from web import kept_pages
from web.access import public
from web.caching import shared
from web.kept_pages import kept

bp = Blueprint("counties", __name__)

#: How long (seconds) a finished page may be kept: orders, which reached the villages, are not among what is watched.
SECONDS = 60


@bp.get("/shop/counties")
@public
@shared
@kept()
def index() -> Any:
    """Show the counties that certify products."""
    with reading() as session:
        counties = queries.list_counties(session, wording.card_words())
    kept_pages.at_most(SECONDS)
    return render_template(
        "shop/counties/index.html",
        counties=[county for county in counties if county.products],
        waiting=[county for county in counties if not county.products],
    )


@bp.get("/shop/counties/<code>")
@public
@shared
@kept()
def county(code: str) -> Any:
    """Show a county: its products, its villages, and what reached them."""
    if not (code.isascii() and code.isdigit() and len(code) <= 12):
        raise NotFound("county")
    with reading() as session:
        zone = queries.get_zone(session, wording.card_words(), code)
    kept_pages.at_most(SECONDS)
    kept_pages.depends_on(
        sold_out_watch, [card.id for card in zone.cards], [card.sold_out for card in zone.cards]
    )
    return render_template("shop/counties/county.html", zone=zone)
