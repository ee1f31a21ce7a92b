"""Photos of parcels being handed over: only for the buyer, the supplier and the operator."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, send_file

from core import documents
from core.db import reading
from core.errors import NotFound
from payments import queries as payment_queries
from shop.fulfilment import queries
from shop.orders import queries as order_queries
from shop.orders.models import Order
from web.access import current_actor, public, signed_in
from web.security import keep_private

bp = Blueprint("shop_parcel_photos", __name__)


@bp.get("/parcels/<part>/photo")
@signed_in
def photo(part: str) -> Any:
    """Send a photo to whom the parcel concerns."""
    actor = current_actor()
    with reading() as session:
        key = queries.photo_of(
            session,
            part,
            queries.seen_by(actor, everybodys=payment_queries.reads_operator_inbox(session, actor)),
        )
    return _send(key)


@bp.get("/shop/orders/guest/<secret>/parcels/<part>/photo")
@public
def photo_for_guest(secret: str, part: str) -> Any:
    """Send a photo to the guest whose order it is."""
    with reading() as session:
        order = order_queries.get_guest_order(session, secret)
        key = queries.photo_of(session, part, Order.id == order.id)
    return _send(key)


def _send(key: str) -> Any:
    keep_private()
    path = documents.document_path(key)
    if not path.is_file():
        raise NotFound("photo")
    return send_file(path, mimetype=documents.PICTURE, max_age=0, conditional=False, etag=False)
