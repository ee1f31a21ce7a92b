"""What happens to orders by the clock."""

from __future__ import annotations

import logging

from core import jobs
from core.db import reading, transaction
from payments import services as payment_services
from payments.values import Purpose
from shop.orders import queries, services
from shop.orders.values import PaymentMethod

log = logging.getLogger(__name__)


@jobs.every(seconds=20)
def expire_unpaid_orders() -> int:
    """End orders that nobody paid in time, payments first: "already paid" means that the order is finished instead.

    Looks at all that are due, however long it was away; may run twice in parallel or be killed anywhere. Returns how
    many ended.
    """
    ended = last_id = 0
    while True:
        with reading() as session:
            due = queries.unpaid_past_their_time(session, last_id)
        if not due:
            return ended
        for order_id, method in due:
            ended += _end(order_id, method)
        last_id = due[-1][0]


def _end(order_id: int, method: str) -> bool:
    """End one order; what cannot be ended now is left for the next time and holds nobody else up."""
    try:
        if method == PaymentMethod.ONLINE:
            outcome = payment_services.cancel_open_intents(Purpose.ORDER, order_id)
            if outcome not in ("none", "cancelled"):
                return False
        with transaction() as session:
            return services.expire_order(session, order_id)
    except Exception:
        log.exception("order %s could not be ended; it will be looked at again", order_id)
        return False
