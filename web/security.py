"""Headers that every answer carries, errors too."""

from __future__ import annotations

from flask import Flask, Response, g, request

from core import audit
from web import caching

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def init_app(app: Flask, *, https: bool, pay_hosts: tuple[str, ...]) -> None:
    """Set the headers; `pay_hosts` are where a form may lead besides this site."""
    form_action = " ".join(["form-action 'self'", *pay_hosts])
    policy = "; ".join([*(f"{name} {value}" for name, value in POLICY.items()), form_action])

    def protect(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers["X-Content-Type-Options"] = "nosniff"
        headers.setdefault("Referrer-Policy", "same-origin")
        headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "geolocation=(), microphone=(), payment=()"
        if https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if not request.path.startswith(("/static/", "/media/", "/bootstrap/")):
            return caching.label(response)
        return response

    app.before_request(_note_where_from)
    app.after_request(protect)


def _note_where_from() -> None:
    audit.come_from(request.remote_addr)


def keep_private() -> None:
    """Mark this answer as one person's own: no cache may keep it."""
    g.private = True
