"""Use cases of orders: placing, paying, giving up, giving money back."""

from __future__ import annotations

from shop.orders.services.closing import cancel_order, expire_order
from shop.orders.services.paying import mark_order_paid, note_payment_under_review, open_payment
from shop.orders.services.placing import place_order
from shop.orders.services.refunding import (
    call_off,
    end_unpaid_review,
    give_back,
    lock_for_refund,
    note_refund_declined,
    note_refund_paid,
    refund_line,
    send_after_all,
)

__all__ = [
    "call_off",
    "cancel_order",
    "end_unpaid_review",
    "expire_order",
    "give_back",
    "lock_for_refund",
    "mark_order_paid",
    "note_payment_under_review",
    "note_refund_declined",
    "note_refund_paid",
    "open_payment",
    "place_order",
    "refund_line",
    "send_after_all",
]
