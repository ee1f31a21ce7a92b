"""Where providers deliver their signed events."""

from __future__ import annotations

from flask import Blueprint, Response, request

from payments import services
from payments.errors import BadSignature
from web.access import public
from web.csrf import protect

bp = Blueprint("payments_inbox", __name__)

LARGEST_BODY = 512 * 1024


@bp.post("/payments/events/<gateway>")
@protect.exempt  # type: ignore[untyped-decorator]
@public
def receive(gateway: str) -> Response:
    """Verify, store, answer 200; a bad signature is a 400 of which nothing was read or kept."""
    request.max_content_length = LARGEST_BODY
    try:
        services.receive_event(gateway, request.get_data(), dict(request.headers))
    except BadSignature:
        return Response("bad signature\n", 400, content_type="text/plain; charset=utf-8")
    return Response("stored\n", 200, content_type="text/plain; charset=utf-8")
