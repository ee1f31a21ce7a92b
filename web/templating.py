"""What every template may use, and the strictness that finds a misspelt name."""

from __future__ import annotations

import threading
from collections import ChainMap, OrderedDict
from collections.abc import Callable, Hashable, Mapping, MutableMapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from flask import Flask
from flask_babel import format_date, format_datetime, gettext
from jinja2 import StrictUndefined
from jinja2.runtime import Macro
from markupsafe import Markup

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
    return format_date(value, "d MMM y" if locale_code() == "en" else "y年M月d日")


def moment(value: datetime | None) -> str:
    """Write a day and a time in China; empty for none."""
    if value is None:
        return ""
    return format_datetime(value, "d MMM y HH:mm" if locale_code() == "en" else "y年M月d日 HH:mm")


#: Drawn parts: (which, language, what it shows) -> HTML, the least recently used goes first.
_drawn: OrderedDict[tuple[Hashable, ...], str] = OrderedDict()
_drawing = threading.Lock()
#: Characters of drawn parts that one process keeps: some five thousand cards and several hundred product pages.
MOST_DRAWN = 12_000_000
_drawn_size = 0


def drawn_once(draw: Macro, shown: Any, *choices: Hashable) -> str:
    """Return what a macro draws of a frozen dataclass; the same thing in the same language is drawn once a process.

    Only for macros that look at nothing but what they are given, and for plain text: marked up, it would equal text that
    still has to be escaped (`drawn_around`).
    """
    if not hasattr(shown, "__slots__"):
        return draw(shown, *choices)
    return _draw((draw.name, locale_code(), shown, *choices), lambda: draw(shown, *choices), shown)


def drawn_around(draw: Macro, shown: Any, texts: Mapping[str, Markup], *choices: Hashable) -> str:
    """Return what a macro draws with marked up `texts` in place of some fields; all the rest is drawn once a process."""
    places = {name: f"\ufdd2{name}\ufdd3" if text else "" for name, text in texts.items()}
    html = str(drawn_once(draw, replace(shown, **places), *choices))
    for name, place in places.items():
        html = html.replace(place, texts[name]) if place else html
    return Markup(html)


def drawn_for(draw: Macro, *choices: Hashable) -> str:
    """Return what a macro draws for plain values, once a process and language: parts of the frame of every page."""
    return _draw((draw.name, locale_code(), *choices), lambda: draw(*choices))


def _draw(key: tuple[Hashable, ...], draw: Callable[[], str], shown: Any = None) -> str:
    global _drawn_size
    with _drawing:
        known = _drawn.get(key)
        if known is not None:
            _drawn.move_to_end(key)
            return known
    html = draw()
    if any(isinstance(getattr(shown, name), Markup) for name in getattr(shown, "__slots__", ())):
        return html
    with _drawing:
        _drawn_size += len(html) - len(_drawn.get(key, ""))
        _drawn[key] = html
        while _drawn_size > MOST_DRAWN:
            _drawn_size -= len(_drawn.popitem(last=False)[1])
    return html


#: Drawn parts that hold while an object is the same: (which, language, what it shows) -> that object, HTML.
_standing: OrderedDict[tuple[Hashable, ...], tuple[object, str]] = OrderedDict()
MOST_STANDING = 600


def drawn_while(source: object, draw: Macro, shown: Hashable, *more: Any) -> str:
    """Return what a macro draws of `shown` and `more`, again and again while `source` is the very same object.

    For parts that follow from `shown` and `source` alone, such as the filters of a list from what they would leave.
    """
    key = (draw.name, locale_code(), shown)
    with _drawing:
        known = _standing.get(key)
        if known is not None and known[0] is source:
            _standing.move_to_end(key)
            return known[1]
    html = draw(shown, *more)
    with _drawing:
        _standing[key] = (source, html)
        while len(_standing) > MOST_STANDING:
            _standing.popitem(last=False)
    return html


def init_app(app: Flask, **more: Any) -> None:
    """Add globals and filters; `more` comes from the composition root."""
    env = app.jinja_env

    def make_globals(own: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        # Every import in a template compares its globals with these: a plain dict does that ten times faster.
        return ChainMap(own, env.globals) if own else env.globals

    env.make_globals = make_globals  # type: ignore[method-assign,assignment]
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
        drawn_around=drawn_around,
        drawn_for=drawn_for,
        drawn_once=drawn_once,
        drawn_while=drawn_while,
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
