"""The language of a page: the visitor's choice, else the browser's, else Chinese."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import quote

from babel.support import Translations
from flask import Blueprint, Flask, Response, abort, g, redirect, request
from flask_babel import Babel, Domain, force_locale, get_babel, get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from web.access import public
from web.addresses import safe_return

LOCALES = ("zh_Hans_CN", "en")
DEFAULT = "zh_Hans_CN"
COOKIE = "yigou_language"

bp = Blueprint("language", __name__)


def chosen_locale() -> str:
    """Return the locale of this request."""
    return locale_of(request.cookies.get(COOKIE), request.headers.get("Accept-Language", ""))


def locale_of(kept: str | None, accepted: str) -> str:
    """Return the locale of somebody who chose `kept`, or whose browser accepts these languages."""
    return kept if kept in LOCALES else _accepted(accepted[:200])


@lru_cache(500)
def _accepted(languages: str) -> str:
    best = parse_accept_header(languages, LanguageAccept).best_match(
        ["zh", "zh-CN", "zh-Hans", "zh-Hans-CN", "en", "en-GB", "en-US"]
    )
    return "en" if best is not None and best.startswith("en") else DEFAULT


def locale_code() -> str:
    """Return the locale of this page, `zh_Hans_CN` or `en`."""
    try:
        # Where Flask-Babel keeps what it found for this page; it takes eight looks for that, a page asks hundreds of times.
        # The object behind `g` is asked for once, each look through the proxy would ask again.
        locale = g._get_current_object()._flask_babel.babel_locale
    except (AttributeError, RuntimeError):
        locale = None
    if locale is None:
        locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else DEFAULT


def in_language(zh: str, en: str) -> str:
    """Choose between the two texts that content carries; the Chinese one stands in for a missing English one."""
    return en if en and locale_code() == "en" else zh


def other_locale_url() -> str:
    """Return the address that switches the language and comes back to this page."""
    other = "zh" if locale_code() == "en" else "en"
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return f"/language/{other}?next={quote(here)}"


@bp.get("/language/<code>")
@public
def switch(code: str) -> Response:
    """Keep the chosen language for a year and return to the page."""
    locale = {"zh": "zh_Hans_CN", "en": "en"}.get(code)
    if locale is None:
        abort(404)
    response = redirect(safe_return(request.args.get("next")), 303)
    response.set_cookie(
        COOKIE, locale, max_age=31_536_000, samesite="Lax", secure=request.is_secure, httponly=True
    )
    return response  # type: ignore[return-value]


class Words(Domain):
    """The catalogues of all packages, found by the locale of the page in one look."""

    def __init__(self) -> None:
        super().__init__()
        self._by_locale: dict[str, Any] = {}

    def get_translations(self) -> Any:
        """Return the words of this page's language."""
        code = locale_code()
        found = self._by_locale.get(code)
        if found is None:
            found = super().get_translations()
            if isinstance(found, Translations):  # outside of a page there are no words
                self._by_locale[code] = found
        return found


class TemplateWords:
    """Translates for templates like Flask-Babel does, but looks each message up once a process.

    A list page translates some four hundred messages; looking the context, the locale and the catalogue up each time
    cost a third of it.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[str, Markup]] = {}

    @pass_eval_context
    def gettext(self, eval_ctx: EvalContext, message: str, **variables: Any) -> str:
        """Return the translation with its variables filled in (always formatted, so `%%` is a percent sign).

        They are escaped in HTML; in the text of a mail they stay as they are.
        """
        key = (locale_code(), message)
        found = self._known.get(key)
        if found is None:
            text = get_babel().instance.domain_instance.get_translations().gettext(message)
            found = self._known[key] = (text, Markup(text))
        words = found[1] if eval_ctx.autoescape else found[0]
        return words % variables if variables or "%" in words else words

    @pass_eval_context
    def ngettext(
        self, eval_ctx: EvalContext, singular: str, plural: str, number: int, **variables: Any
    ) -> str:
        """Return the translation for a number, which is also the variable `num`."""
        text: str = get_babel().instance.domain_instance.get_translations().ngettext(singular, plural, number)
        return (Markup(text) if eval_ctx.autoescape else text) % {"num": number, **variables}


def init_app(app: Flask, catalogues: list[str]) -> None:
    """Set Flask-Babel up with one catalogue folder per package."""
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(catalogues)
    Babel(app, locale_selector=chosen_locale).domain_instance = Words()
    words = TemplateWords()
    app.jinja_env.globals.update(_=words.gettext, gettext=words.gettext, ngettext=words.ngettext)
    app.register_blueprint(bp)


__all__ = [
    "LOCALES",
    "chosen_locale",
    "force_locale",
    "in_language",
    "init_app",
    "locale_code",
    "other_locale_url",
]
