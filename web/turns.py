"""Requests take turns (`core.turns`): what changes something goes before what shows something."""

from __future__ import annotations

import time
from typing import Any

from flask import Flask

from core.turns import Turns, turn

#: Seconds that a page may wait longer than a form: somebody who buys, pays or redeems passes those who look around, but
#: no page waits for forms that came so much later.
PATIENCE_OF_PAGES = 1.0
#: Asked by machines that give a server up when it is slow to answer.
PROBES = frozenset({"/healthz", "/readyz"})


def seconds_of_patience(method: str, path: str) -> float:
    """Return how much later than it came a request may be due."""
    return PATIENCE_OF_PAGES if method in ("GET", "HEAD") and path not in PROBES else 0.0


def init_app(app: Flask, at_once: int) -> None:
    """Let the requests of this process take turns; pages kept in memory are answered before and need none."""
    turns, inner = Turns(at_once), app.wsgi_app

    def in_turn(environ: dict[str, Any], start_response: Any) -> Any:
        patience = seconds_of_patience(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
        with turn(turns, time.monotonic() + patience):
            return inner(environ, start_response)

    app.wsgi_app = in_turn  # type: ignore[method-assign]
