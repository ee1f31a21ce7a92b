"""Where the page of an order is; a guest's own secret is made from the server's key and kept nowhere."""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256

from core import ids
from payments import gateways
from shop.orders.models import Order
from shop.orders.values import Kind


def form_key(sender: str, once: str) -> str:
    """Return the key of one form from one sender: another sender's same token is another key."""
    return ids.digest(f"{sender}\n{once}")


def guest_secret(idem_key: str) -> str:
    """Return the 256-bit secret that opens the order made by a guest's form.

    It can be made again for later mails; the database only knows its digest.
    """
    mac = hmac.new(gateways.site().key, f"guest order {idem_key}".encode(), sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def order_path(order: Order) -> str:
    """Return the path under which the buyer of an order opens it."""
    if order.kind == Kind.INSTITUTION:
        return f"/procurement/orders/{order.number}"
    if order.guest_token_hash is not None:
        return f"/shop/orders/guest/{guest_secret(order.idem_key)}"
    return f"/shop/orders/{order.number}"
