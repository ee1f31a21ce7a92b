"""Live sessions as everybody sees them: what is on, what is coming, what was, and the page of one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from core.db import reading
from shop.live import queries, rules, wording
from shop.live.values import SessionState
from shop.stock.queries import free_watch
from shop.stock.rules import most_sellable
from shop.stock.wording import limit_text, unit_price_text
from web import kept_pages
from web.access import public
from web.caching import shared
from web.kept_pages import kept
from web.pagination import page_number, paginate

bp = Blueprint("live", __name__)

PAGE_SIZE = 12

#: How long (seconds) the page of a session that is over may be kept: its orders are not among what is watched.
SECONDS = 60


@bp.get("/shop/live")
@public
@shared
@kept("page")
def index() -> Any:
    """Show the sessions that are on, those to come, and the past ones."""
    number = page_number()
    with reading() as session:
        running = queries.list_running(session) if number == 1 else []
        past, total = queries.list_past(session, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    return render_template(
        "shop/live/index.html",
        open=[card for card in running if card.state is SessionState.OPEN],
        coming=[card for card in running if card.state is SessionState.PLANNED],
        page=paginate(past, number, total, PAGE_SIZE),
        **wording.session_words(),
    )


@bp.get("/shop/live/<public_id>")
@public
@shared
@kept()
def show(public_id: str) -> Any:
    """Show a session with its goods and how many packs are left of those set aside; afterwards, what it sold."""
    with reading() as session:
        live, host = queries.get_with_host(session, public_id)
        goods = [item for item in queries.goods_of(session, live.id) if item.set_aside]
        over = live.closed_at is not None
        sold = queries.packs_sold(session, live.id) if over else {}
        reached = queries.reached_by(session, live.id) if over else []
    if over:
        kept_pages.at_most(SECONDS)
    else:
        kept_pages.depends_on(
            free_watch,
            [item.goods.variant_id for item in goods] + [item.ordinary_id for item in goods],
            [item.left for item in goods] + [item.ordinary_left for item in goods],
        )
    return render_template(
        "shop/live/show.html",
        live=live,
        host=host,
        goods=goods,
        sold=sold,
        reached=reached,
        percent_left=rules.percent_left,
        most_sellable=most_sellable,
        unit_price_text=unit_price_text,
        impact_of=wording.impact_of,
        limit_text=limit_text,
        **wording.session_words(),
    )
