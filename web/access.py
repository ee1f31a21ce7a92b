"""Who may come in: every view says so with one of these decorators, and a test walks all the doors."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, redirect, request
from flask_login import current_user

from core.errors import FactorMissing, Forbidden, RoleMissing
from core.permissions import GUEST, Actor, Permission

V = TypeVar("V", bound=Callable[..., Any])

ATTRIBUTE = "_yigou_access"

#: Where people turn their second factor on.
SECOND_FACTOR = "/account/second-factor"


def current_actor() -> Actor:
    """Return the person behind this request, or `GUEST`."""
    actor: Actor = getattr(current_user, "actor", GUEST)
    return actor


def public(view: V) -> V:
    """Let everybody in."""
    setattr(view, ATTRIBUTE, "public")
    return view


def signed_in(view: V) -> V:
    """Let every signed-in person in; others are sent to sign in first (or refused, when they post)."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return _to_sign_in()
        return current_app.ensure_sync(view)(*args, **kwargs)

    setattr(guarded, ATTRIBUTE, "signed_in")
    return guarded  # type: ignore[return-value]


def requires(wanted: Permission) -> Callable[[V], V]:
    """Let people in who hold a role that carries the permission.

    A role that rests until its holder has a second factor leads to the page where that is turned on.
    """

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return _to_sign_in()
            actor = current_actor()
            if not actor.may(wanted):
                if actor.rests(wanted):
                    return _to_second_factor()
                raise RoleMissing(wanted)
            return view(*args, **kwargs)

        setattr(guarded, ATTRIBUTE, wanted)
        return guarded  # type: ignore[return-value]

    return decorate


def _to_sign_in() -> Any:
    if request.method not in ("GET", "HEAD"):
        raise Forbidden("sign in first")
    from urllib.parse import quote

    return redirect(f"/sign-in?next={quote(request.full_path.rstrip('?'))}", 302)


def _to_second_factor() -> Any:
    if request.method not in ("GET", "HEAD"):
        raise FactorMissing("turn the second factor on first")
    return redirect(SECOND_FACTOR, 302)
