"""The home page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from core import clock, money
from core.db import reading
from shop.catalogue import queries as catalogue_queries
from shop.catalogue import wording as catalogue_wording
from shop.catalogue.values import Sort
from shop.home import queries, sections
from shop.home.values import Number
from shop.live import queries as live_queries
from shop.live.wording import session_words
from web import kept_pages
from web.access import public
from web.caching import shared
from web.kept_pages import kept
from web.templating import moment

bp = Blueprint("home", __name__)

THIS_WEEK = 8
MOST_SESSIONS = 3

#: How long (seconds) the finished page may be kept: what the books say is not among what is watched.
SECONDS = 3


@bp.get("/")
@public
@shared
@kept()
def home() -> Any:
    """Show what there is this week, what is collected for, and what the books say."""
    week = clock.today().isocalendar()
    with reading() as session:
        shelves = catalogue_queries.shelves(session)
        chosen = catalogue_queries.weekly_ids(session, f"{week.year}-{week.week}", THIS_WEEK)
        cards = catalogue_queries.product_cards(
            session, catalogue_wording.card_words(), ids=chosen, sort=Sort.RELEVANCE, limit=THIS_WEEK
        )
        books = queries.read_books(session)
        arrivals = queries.arrivals(session)
        campaigns = sections.campaigns(session)
        live = live_queries.list_running(session, before=live_queries.soon(), limit=MOST_SESSIONS)
        more = sections.numbers(session)
    kept_pages.at_most(SECONDS)
    products = sum(shelf.count for shelf in shelves.values())
    return render_template(
        "shop/home/home.html",
        cards=cards,
        shelves=[
            (label, shelves[key])
            for key, label in catalogue_wording.category_labels().items()
            if key in shelves
        ],
        numbers=[
            Number(_("Certified products on sale"), f"{products:,}", "/shop/products"),
            *more,
            Number(_("Reached villages this year"), money.format_yuan(books.reached_fen), "/open-books"),
        ],
        books=books,
        checked_text=checked_words(books.checked_at),
        arrivals=arrivals,
        campaigns=campaigns,
        live=live,
        **session_words(),
    )


def checked_words(checked_at: datetime | None) -> str:
    """Say when the books were last checked."""
    if checked_at is None:
        return _("The first self-check is under way")
    minutes = int((clock.now() - checked_at).total_seconds() // 60)
    if minutes < 1:
        return _("Checked just now; anyone may check again")
    if minutes < 60:
        return ngettext(
            "Checked %(num)s minute ago; anyone may check again",
            "Checked %(num)s minutes ago; anyone may check again",
            minutes,
        )
    return _("Last checked on %(moment)s; anyone may check again", moment=moment(checked_at))
