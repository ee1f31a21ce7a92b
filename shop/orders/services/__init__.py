"""Use cases of orders: placing, paying, giving up."""

from __future__ import annotations

from shop.orders.services.closing import cancel_order, expire_order
from shop.orders.services.paying import mark_order_paid, note_payment_under_review, open_payment
from shop.orders.services.placing import place_order

__all__ = [
    "cancel_order",
    "expire_order",
    "mark_order_paid",
    "note_payment_under_review",
    "open_payment",
    "place_order",
]
