"""Where the page of an order is, and where its goods go; a guest's secret is made from the server's key and kept nowhere."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import fields
from hashlib import sha256
from typing import Any

from core import ids
from payments import gateways
from shop.orders.models import Order
from shop.orders.values import Delivery, Invoice, InvoiceKind, Kind, Pickup

_WORDS = tuple(field.name for field in fields(Delivery) if field.name != "pickup")


def form_key(sender: str, once: str) -> str:
    """Return the key of one form from one sender: another sender's same token is another key."""
    return ids.digest(f"{sender}\n{once}")


def guest_secret(idem_key: str) -> str:
    """Return the 256-bit secret that opens the order made by a guest's form.

    It can be made again for later mails; the database only knows its digest.
    """
    mac = hmac.new(gateways.site().key, f"guest order {idem_key}".encode(), sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def read_delivery(kept: Mapping[str, Any]) -> Delivery:
    """Return where an order goes from what it keeps, however old it is."""
    words = {name: str(kept.get(name) or "") for name in _WORDS}
    pickup = kept.get("pickup")
    return Delivery(**words, pickup=Pickup(**pickup) if pickup else None)


def read_invoice(kept: Mapping[str, Any] | None) -> Invoice | None:
    """Return whom an order's invoice names from what it keeps."""
    return Invoice(InvoiceKind(kept["kind"]), kept["title"], kept["code"]) if kept else None


def order_path(order: Order) -> str:
    """Return the path under which the buyer of an order opens it."""
    if order.kind == Kind.INSTITUTION:
        return f"/procurement/orders/{order.number}"
    if order.guest_token_hash is not None:
        return f"/shop/orders/guest/{guest_secret(order.idem_key)}"
    return f"/shop/orders/{order.number}"
