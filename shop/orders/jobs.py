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
    with reading() as session:
        due = queries.unpaid_past_their_time(session)
    ended = 0
    for order_id, method in due:
        try:
            if method == PaymentMethod.ONLINE:
                outcome = payment_services.cancel_open_intents(Purpose.ORDER, order_id)
                if outcome not in ("none", "cancelled"):
                    continue
            with transaction() as session:
                ended += services.expire_order(session, order_id)
        except Exception:
            log.exception("order %s could not be ended; it will be looked at again", order_id)
    return ended
