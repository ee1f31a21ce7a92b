"""Forged forms are refused: by a token in the session, and by where the request says it comes from."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, request
from flask_wtf.csrf import CSRFError, CSRFProtect

protect = CSRFProtect()


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
