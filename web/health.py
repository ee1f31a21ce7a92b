"""Is the process up, and is everything it needs ready?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, current_app
from sqlalchemy import text

from core import jobs, migrations
from core.db import reading
from web.access import public

bp = Blueprint("health", __name__)

Probe = Callable[[], str | None]


def database_probe() -> str | None:
    """Return what is wrong with the database, or None."""
    with reading() as session:
        session.execute(text("SELECT 1"))
    return None


def migrations_probe() -> str | None:
    """Return which migration is missing, or None."""
    with reading() as session:
        stands_at = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    head = migrations.head()
    return None if stands_at == head else f"database stands at {stands_at}, code needs {head}"


def worker_probe() -> str | None:
    """Return what is wrong with the worker, or None."""
    with reading() as session:
        return (
            None if jobs.worker_is_alive(session) else "no worker gave a sign of life in the last 30 seconds"
        )


#: The database first: the others read from it.
PROBES: dict[str, Probe] = {
    "database": database_probe,
    "migrations": migrations_probe,
    "worker": worker_probe,
}


@bp.get("/healthz")
@public
def healthz() -> Any:
    """Say that the process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
@public
def readyz() -> Any:
    """Name what is not ready; 503 when anything is not."""
    wrong: dict[str, str] = {}
    for name, probe in {**PROBES, **current_app.extensions.get("yigou_probes", {})}.items():
        if "database" in wrong and name in PROBES:
            # It would wait as long again, and whoever asks gives us up meanwhile.
            continue
        try:
            problem = probe()
        except Exception as error:
            problem = type(error).__name__
        if problem is not None:
            wrong[name] = problem
    body = {"status": "not ready" if wrong else "ready", "not_ready": wrong}
    return body, (503 if wrong else 200), {"Cache-Control": "no-store"}


def init_app(app: Flask, **probes: Probe) -> None:
    """Serve both addresses and add the probes of the composition root."""
    app.extensions["yigou_probes"] = probes
    app.register_blueprint(bp)
