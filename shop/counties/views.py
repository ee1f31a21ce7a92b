"""The zones of the counties."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from core.db import reading
from core.errors import NotFound
from shop.catalogue import wording
from shop.counties import queries
from web.access import public
from web.caching import shared

bp = Blueprint("counties", __name__)


@bp.get("/shop/counties")
@public
@shared
def index() -> Any:
    """Show the counties that certify products."""
    with reading() as session:
        counties = queries.list_counties(session, wording.card_words())
    return render_template(
        "shop/counties/index.html",
        counties=[county for county in counties if county.products],
        waiting=[county for county in counties if not county.products],
    )


@bp.get("/shop/counties/<code>")
@public
@shared
def county(code: str) -> Any:
    """Show a county: its products, its villages, and what reached them."""
    if not (code.isascii() and code.isdigit() and len(code) <= 12):
        raise NotFound("county")
    with reading() as session:
        zone = queries.get_zone(session, wording.card_words(), code)
    return render_template("shop/counties/county.html", zone=zone)
