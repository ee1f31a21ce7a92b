"""Pages that are the same for every visitor who only looks, which a cache in front may keep for some seconds."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, g, request, session

V = TypeVar("V", bound=Callable[..., Any])

#: How long (seconds) a changed price or a revoked certificate may go unnoticed behind a cache.
SHARED_SECONDS = 5


def shared(view: V) -> V:
    """Let caches keep the answer for visitors without a session: it sets no cookie and carries no token."""

    @wraps(view)
    def marked(*args: Any, **kwargs: Any) -> Any:
        g.shared = not session
        return view(*args, **kwargs)

    return marked  # type: ignore[return-value]


def known_visitor() -> bool:
    """Say whether this browser carries a session of ours, so that its pages are its own anyway."""
    return bool(session)


def label(response: Response) -> Response:
    """Say who may keep an answer and for how long; a browser that has it already gets 304."""
    headers = response.headers
    headers.add("Vary", "Cookie, Accept-Language")
    if g.get("private") or "Set-Cookie" in headers:
        headers["Cache-Control"] = "no-store"
    elif "Cache-Control" in headers:
        return response
    elif g.get("shared") and response.status_code == 200:
        headers["Cache-Control"] = f"public, max-age=0, s-maxage={SHARED_SECONDS}"
        response.add_etag()
        response.make_conditional(request)
    else:
        headers["Cache-Control"] = "private, no-cache"
    return response
