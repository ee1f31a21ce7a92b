"""Forged forms are refused: by a token in the session, and by where the request says it comes from."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect

protect = CSRFProtect()


V = TypeVar("V", bound=Callable[..., Any])


def comes_from_here() -> bool:
    """Say whether the browser itself vouches that the request was sent by a page of this site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    sender = request.headers.get("Origin") or request.headers.get("Referer")
    return sender is not None and urlsplit(sender).netloc == request.host


def open_form(view: V) -> V:
    """Take a form that carries no token when the browser vouches for where it comes from.

    For the few forms on pages that caches may keep, which therefore carry no token (decision 8). Elsewhere the token is asked
    for as usual.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if comes_from_here():
            g.csrf_valid = True
        else:
            protect.protect()
        return view(*args, **kwargs)

    protect.exempt(guarded)
    return guarded  # type: ignore[return-value]


def init_app(app: Flask, base_url: str) -> None:
    """Protect every request that changes something, except what `protect.exempt` names."""
    own_host = urlsplit(base_url).netloc
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", 12 * 3600)
    app.config["WTF_CSRF_SSL_STRICT"] = False
    protect.init_app(app)

    def refuse_foreign_origin() -> Any:
        if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint is None:
            return
        view = app.view_functions.get(request.endpoint)
        if view is not None and f"{view.__module__}.{view.__name__}" in protect._exempt_views:
            return
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None and site not in ("same-origin", "none"):
            raise CSRFError("foreign site")
        origin = request.headers.get("Origin")
        if origin not in (None, "null") and urlsplit(origin).netloc not in (own_host, request.host):
            raise CSRFError("foreign origin")

    app.before_request(refuse_foreign_origin)
