"""Flask-Login, with a session that lives in the database and not in the cookie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_login import LoginManager

from web.security import keep_private


def init_app(app: Flask, load: Callable[[str], Any]) -> None:
    """Load the person of a request by the secret in the session; answers to known people are never cached."""
    manager = LoginManager()
    manager.session_protection = None
    manager.init_app(app)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load_user(token: str) -> Any:
        user = load(token)
        if user is not None:
            keep_private()
        return user
