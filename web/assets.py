"""Addresses of static files that change with their content, so that browsers may keep them for good."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort, request, send_from_directory

from web.access import public

STATIC = Path(__file__).resolve().parent.parent / "static"


@cache
def _fingerprint(path: str, _mtime: float) -> str:
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:10]


@cache
def _fixed(path: str) -> str:
    target = STATIC / path
    return (
        f"/static/{path}?v={_fingerprint(path, target.stat().st_mtime)}"
        if target.is_file()
        else f"/static/{path}"
    )


def asset(path: str) -> str:
    """Return the address of a file under static/ with the fingerprint of its content."""
    return _fixed(path)


def init_app(app: Flask, media_dir: Path) -> None:
    """Serve pictures from the media folder and let fingerprinted files be kept for a year."""

    @app.get("/media/<folder>/<name>")
    @public
    def media(folder: str, name: str) -> Response:
        """Serve a re-encoded picture; its name is made from its content."""
        if not name.endswith(".webp"):
            abort(404)
        return send_from_directory(media_dir / folder, name, max_age=31_536_000, mimetype="image/webp")

    def keep(response: Response) -> Response:
        if response.status_code not in (200, 206, 304):
            return response
        if request.path.startswith("/media/") or (
            request.path.startswith("/static/") and "v" in request.args
        ):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        elif request.path.startswith(("/static/", "/bootstrap/")):
            response.headers["Cache-Control"] = "public, max-age=3600"
        return response

    app.after_request(keep)
