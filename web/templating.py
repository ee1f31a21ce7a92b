"""What every template may use, and the strictness that finds a misspelt name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Flask
from flask_babel import format_date, format_datetime, gettext
from jinja2 import StrictUndefined

from core import clock, money, storage
from web.assets import asset
from web.caching import known_visitor
from web.language import in_language, locale_code, other_locale_url
from web.navigation import desk_links
from web.tables import labelled


def day(value: date | datetime | None) -> str:
    """Write a day the way people of this language do; empty for none."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(clock.CHINA).date()
    return format_date(value, "medium" if locale_code() == "en" else "y年M月d日")


def moment(value: datetime | None) -> str:
    """Write a day and a time in China; empty for none."""
    if value is None:
        return ""
    return format_datetime(value, "d MMM y HH:mm" if locale_code() == "en" else "y年M月d日 HH:mm")


def init_app(app: Flask, **more: Any) -> None:
    """Add globals and filters; `more` comes from the composition root."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=asset,
        fen=money.format_fen,
        yuan=money.format_yuan,
        in_language=in_language,
        other_locale_url=other_locale_url,
        desk_links=desk_links,
        known_visitor=known_visitor,
        day=day,
        moment=moment,
        picture_url=storage.picture_url,
        **more,
    )
    app.jinja_env.filters.update(
        fen=money.format_fen,
        yuan=money.format_yuan,
        day=day,
        moment=moment,
        translated=gettext,
        as_number_head=lambda text: (text, "num"),
        labelled=labelled,
    )

    @app.context_processor
    def language() -> dict[str, Any]:
        return {"locale_code": locale_code()}
