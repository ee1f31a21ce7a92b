"""How somebody who finds a weakness reaches us: `/.well-known/security.txt` (RFC 9116)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app

from core import clock
from web.access import public

bp = Blueprint("security_txt", __name__)

PATH = "/.well-known/security.txt"
#: For how long what is written there may be believed; it is written anew at each look.
HOLDS = timedelta(days=180)


def security_txt(contact: str, base_url: str) -> str:
    """Return the text: whom to write to (an e-mail address or an https address), until when it holds, and where it stands."""
    until = (clock.now() + HOLDS).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = {
        "Contact": contact if contact.startswith("https://") else f"mailto:{contact}",
        "Expires": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Preferred-Languages": "zh, en",
        "Canonical": f"{base_url}{PATH}",
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items())


@bp.get(PATH)
@public
def show() -> Any:
    """Say whom to write to; 404 where nobody was named."""
    config = current_app.config["YIGOU"]
    if not config.security_contact:
        abort(404)
    text = security_txt(config.security_contact, config.base_url)
    return Response(text, mimetype="text/plain", headers={"Cache-Control": "public, max-age=86400"})


def init_app(app: Flask) -> None:
    """Serve the address."""
    app.register_blueprint(bp)
